import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { type KeptPlace, keep, readKept } from '../cache/kept.ts'
import { type LayerStore, openLayers } from '../cache/layers.ts'
import { UserError } from '../errors.ts'
import { parseImageReference } from '../formats/image-reference.ts'
import { inParallel } from '../system/in-parallel.ts'
import type { Disk, System } from '../system/system.ts'
import { openRepository } from './registry/open.ts'
import type { BaseImage, ImageLayer, Repository } from './types.ts'

export interface BaseOptions {
  /** The registry is not asked: what an earlier run has kept must do. */
  readonly offline: boolean
  /** null: nothing is kept beyond this run. */
  readonly cacheDir: string | null
  readonly workDir: string
}

/** What a layer holds, as its digest tells it for good. */
interface Contents {
  readonly diffId: string
  readonly unzippedBytes: number
}

/** More at once than a registry's answers keep busy are no faster. */
const DOWNLOADS_AT_ONCE = 4
const ASKED_AT_ONCE = 8

const PIECE_BYTES = 1_048_576

/** Layers get some three times as large; from this times on the length, of which gzip tells 32 bits, may have lost its higher ones. */
const MOST_RATIO = 10

/**
 * The base with all its layers on this disk, each verified against its digest and against what the config says that it holds. Throws
 * UserError BASE_NOT_CACHED, BASE_UNUSABLE, OUTPUT_UNWRITABLE, and what the registry makes of it.
 */
export async function fetchBaseLayers(base: BaseImage, options: BaseOptions, system: System): Promise<BaseImage> {
  const store = openLayers(options.cacheDir, options.workDir, system)
  const total = base.layers.reduce((sum, { size }) => sum + size, 0)
  let opened: Promise<Repository> | null = null
  let done = 0
  const open = (): Promise<Repository> => {
    const reference = parseImageReference(base.reference)
    if (options.offline || reference === null) throw new UserError('BASE_NOT_CACHED', base.reference)
    const opening = opened ?? openRepository(reference, 'pull', [], system)
    opened = opening
    return opening
  }
  // One that is there several times is fetched once.
  const unique = [...new Map(base.layers.map(layer => [layer.digest, layer])).values()]
  const fetched = await inParallel(unique, DOWNLOADS_AT_ONCE, async layer => {
    const path = (await store.find(layer)) ?? (await download(layer, open, store))
    done += layer.size
    system.progress.show('fetching the base', done, total)
    const { diffId, unzippedBytes } = await contentsOf(layer, { path, options, system })
    if (diffId !== layer.diffId) {
      throw new UserError(
        'BASE_UNUSABLE',
        base.reference,
        `its layer ${layer.digest} isn't the one that its config names`,
      )
    }
    return { ...layer, path, unzippedBytes }
  })
  const byDigest = new Map(fetched.map(layer => [layer.digest, layer]))
  return { ...base, layers: base.layers.map(layer => byDigest.get(layer.digest) ?? layer) }
}

interface Asking {
  /** null: nobody is asked. */
  readonly repository: Repository | null
  readonly options: BaseOptions
  readonly system: System
}

/**
 * The base with its layers' sizes as far as they can be had without fetching them: from earlier runs, or by the last bytes of a layer,
 * where gzip has its length. They are for the report alone.
 */
export async function withSizes(base: BaseImage, { repository, options, system }: Asking): Promise<BaseImage> {
  const layers = await inParallel(base.layers, ASKED_AT_ONCE, async layer => {
    const known = (await readKept(contentsPlace(layer, options), system.disk)) as Contents | null
    if (known !== null) return { ...layer, unzippedBytes: known.unzippedBytes }
    const place: KeptPlace = { dir: options.cacheDir, kind: 'images', key: `layer's length 1\0${layer.digest}` }
    const kept = (await readKept(place, system.disk)) as number | null
    if (kept !== null || repository === null) return { ...layer, unzippedBytes: kept }
    const unzippedBytes = await lengthOf(layer, repository)
    system.signal.throwIfAborted()
    if (unzippedBytes !== null) await keep(place, unzippedBytes, system.disk)
    return { ...layer, unzippedBytes }
  })
  return { ...base, layers }
}

/** https://www.rfc-editor.org/rfc/rfc1952 §2.3.1: the length modulo 2^32, of the last member where there are several. */
async function lengthOf(layer: ImageLayer, repository: Repository): Promise<number | null> {
  if (layer.size * MOST_RATIO >= 2 ** 32) return null
  // Without it the report has less to tell; a registry that is of no use is met where it is needed.
  const tail = await repository.tailOf(layer, 4).catch(() => null)
  if (tail === null || tail.length !== 4) return null
  const length = Buffer.from(tail).readUInt32LE(0)
  return length >= layer.size ? length : null
}

async function download(layer: ImageLayer, open: () => Promise<Repository>, store: LayerStore): Promise<string> {
  const repository = await open()
  const { digest, size } = layer
  const { path } = await store.make(async draft => {
    await repository.downloadBlob(layer, draft)
    return { digest, size }
  })
  return path
}

function contentsPlace({ digest }: ImageLayer, { cacheDir }: BaseOptions): KeptPlace {
  return { dir: cacheDir, kind: 'images', key: `layer's contents 1\0${digest}` }
}

interface Unpacking {
  readonly path: string
  readonly options: BaseOptions
  readonly system: System
}

async function contentsOf(layer: ImageLayer, { path, options, system }: Unpacking): Promise<Contents> {
  const place = contentsPlace(layer, options)
  const kept = (await readKept(place, system.disk)) as Contents | null
  if (kept !== null) return kept
  const contents = await unpacked(path, system)
  await keep(place, contents, system.disk)
  return contents
}

async function unpacked(path: string, { disk, signal }: System): Promise<Contents> {
  const hash = createHash('sha256')
  let unzippedBytes = 0
  const gunzip = createGunzip({ chunkSize: 262_144 })
  const source = Readable.from(piecesOf(path, disk)).on('error', error => gunzip.destroy(error))
  try {
    for await (const piece of source.pipe(gunzip) as AsyncIterable<Uint8Array>) {
      signal.throwIfAborted()
      hash.update(piece)
      unzippedBytes += piece.length
    }
  } catch (error) {
    // Not gzip, or cut off: as it isn't what the config names, that is what is told.
    if (String((error as NodeJS.ErrnoException).code).startsWith('Z_')) return { diffId: '', unzippedBytes: 0 }
    throw error
  }
  return { diffId: `sha256:${hash.digest('hex')}`, unzippedBytes }
}

async function* piecesOf(path: string, disk: Disk): AsyncGenerator<Uint8Array> {
  for (let at = 0, length = -1; length !== 0; at += length) {
    const piece = await disk.readRange(path, at, PIECE_BYTES)
    length = piece.length
    if (length > 0) yield piece
  }
}
