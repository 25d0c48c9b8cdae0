import { join } from 'node:path'
import { UserError } from '../errors.ts'
import { reasonOfFault } from '../system/fault.ts'
import { orUnwritable } from '../system/output-folder.ts'
import type { System } from '../system/system.ts'
import { occupiedBytes } from './kinds.ts'
import { noteWritten } from './trim.ts'

/** What a layer's gzipped bytes are known by. */
export interface BlobName {
  /** `sha256:` and lower-case hex. */
  readonly digest: string
  readonly size: number
}

/** Layers of images, gzipped, as files: `layers/<sha256>`. */
export interface LayerStore {
  /** Where a blob lies, verified; null if it isn't there or is damaged, and then thrown away. */
  readonly find: (blob: BlobName) => Promise<string | null>
  /** Lets `write` make a file at the path it gets, and keeps it. What `write` tells of it is believed. */
  readonly make: <T extends BlobName>(write: (draft: string) => Promise<T>) => Promise<T & { readonly path: string }>
}

/** A store that runs share; what the disk refuses there goes into the folder of this run alone, after a warning. */
export function openLayers(cacheDir: string | null, workDir: string, system: System): LayerStore {
  const ownDir = join(workDir, '.layers')
  const { find, make } = layersIn(ownDir, null, system)
  const own: LayerStore = { find, make: write => orUnwritable(ownDir, () => make(write)) }
  if (cacheDir === null) return own
  const lasting = layersIn(join(cacheDir, 'layers'), cacheDir, system)
  return {
    find: async blob => (await lasting.find(blob)) ?? (await own.find(blob)),
    make: async write => {
      try {
        return await lasting.make(write)
      } catch (error) {
        const why = refusalOf(error)
        if (why === null) throw error
        system.progress.warn(new UserError('CACHE_NOT_USED', cacheDir, why).message)
        return own.make(write)
      }
    },
  }
}

/** `make` throws what the disk says. */
function layersIn(dir: string, cacheDir: string | null, { disk }: System): LayerStore {
  const verified = new Set<string>()
  const pathOf = (digest: string) => join(dir, digest.replace(/^sha256:/, ''))
  return {
    find: async ({ digest, size }) => {
      const path = pathOf(digest)
      const stat = await disk.lstat(path).catch(() => null)
      if (stat === null) return null
      const isWhole = stat.kind === 'file' && stat.bytes === size
      if (!isWhole || !(verified.has(digest) || `sha256:${await disk.sha256(path).catch(() => '')}` === digest)) {
        // Where it can't be removed, it is found damaged the next time, too.
        await disk.remove(path).catch(() => undefined)
        return null
      }
      verified.add(digest)
      // Who uses it keeps it from being trimmed. Another user's, or of a read-only cache: it is as good unmarked.
      await disk.touch(path).catch(() => undefined)
      return path
    },
    make: async write => {
      await disk.makeFolder(dir)
      return disk.withFolderIn(dir, async draftDir => {
        const draft = join(draftDir, 'layer')
        const made = await write(draft)
        const path = pathOf(made.digest)
        await disk.rename(draft, path)
        verified.add(made.digest)
        if (cacheDir !== null) await noteWritten(cacheDir, occupiedBytes(made.size), disk)
        return { ...made, path }
      })
    },
  }
}

/** What a disk says that takes no file; null of whatever else was thrown. */
function refusalOf(error: unknown): string | null {
  return error instanceof UserError && error.code === 'OUTPUT_UNWRITABLE' ? error.message : reasonOfFault(error)
}
