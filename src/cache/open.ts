import { join } from 'node:path'
import type { System } from '../system/system.ts'
import { type ContentIndex, openContentIndex } from './content-index.ts'
import { type LayerStore, openLayers } from './layers.ts'
import { openRemoteCache } from './remote.ts'
import { openStreams, withFallback } from './streams.ts'
import { cacheLimit } from './trim.ts'
import type { RemoteCache, StreamStore } from './types.ts'

/** What runs leave for each other: nothing in it decides an artifact's bytes, and all of it may be lost or damaged. */
export interface Cache {
  /** Where values are kept; null: nowhere. */
  readonly dir: string | null
  readonly contents: ContentIndex
  readonly streams: StreamStore
  readonly layers: LayerStore
  readonly remote: RemoteCache | null
  /** Keeps what was learnt, and brings the folder back to its size. */
  readonly close: () => Promise<void>
  /** Lets go of what is still on its way to a team's cache. */
  readonly abandon: () => void
}

export interface CacheRequest {
  /** The user's cache folder; null: nothing is kept beyond this run, nor taken from elsewhere. */
  readonly dir: string | null
  /** A folder of this run, for what the cache can't take. */
  readonly workDir: string
  /** Whose contents are indexed together. */
  readonly scope: string
  readonly encoderId: string
}

/** Throws UserError for settings in the environment that can't be used. */
export async function openCache({ dir, workDir, scope, encoderId }: CacheRequest, system: System): Promise<Cache> {
  const { disk, progress } = system
  const own = openStreams(join(workDir, '.streams'), encoderId, disk)
  const contents = await openContentIndex(dir, scope, disk)
  const layers = openLayers(dir, workDir, system)
  if (dir === null) {
    return { dir, contents, streams: own, layers, remote: null, close: async () => undefined, abandon: () => undefined }
  }
  const limitBytes = cacheLimit(system.env)
  const lasting = openStreams(dir, encoderId, disk)
  const remote = openRemoteCache(encoderId, system)
  return {
    dir,
    contents,
    streams: withFallback(lasting, own, progress),
    layers,
    remote,
    close: async () => {
      await contents.save()
      await remote?.settle()
      await lasting.settle(limitBytes)
    },
    abandon: () => remote?.abandon(),
  }
}
