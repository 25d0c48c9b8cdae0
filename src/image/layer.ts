import { createHash } from 'node:crypto'
import { contentHash, readHashed } from '../cache/content-index.ts'
import { keep, readKept } from '../cache/kept.ts'
import type { BlobName } from '../cache/layers.ts'
import { gzipId, writeGzip } from '../deflate/gzip.ts'
import { UserError } from '../errors.ts'
import type { Content, FileEntry } from '../model.ts'
import { unreadable } from '../system/fault.ts'
import type { System } from '../system/system.ts'
import { WHITEOUT, watchLayer } from './lambda-layers.ts'
import { OCI_LAYER } from './media-types.ts'
import { type TarEntry, writeTar } from './tar.ts'
import type { ImageLayer, ImageTools, RecipeLayer } from './types.ts'

type Tools = Pick<ImageTools, 'encoder' | 'cache' | 'system'>

/** Where Lambda looks for a function. https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html */
const TASK_ROOT = 'var/task'

/** Changed whenever the same files would make another tar. */
const TAR_FORMAT = 'layer 1'

/** So much of a file of the disk is in memory at a time. */
const PIECE_BYTES = 4 * 1_048_576

/** What an earlier run made of a layer's files. */
interface Made extends BlobName {
  readonly contents: string
  readonly diffId: string
  readonly unzippedBytes: number
}

/**
 * A recipe's layer as a gzipped tar on this disk; one that was made before is found again. Throws UserError LAYER_FILE_HIDES,
 * FILE_CHANGED, OUTPUT_UNWRITABLE, and what reading a file's content throws.
 */
export async function makeLayer(layer: RecipeLayer, tools: Tools): Promise<ImageLayer> {
  const hiding = layer.files.find(({ path }) => path.split('/').some(part => part.startsWith(WHITEOUT)))
  if (hiding !== undefined) throw new UserError('LAYER_FILE_HIDES', hiding.path)
  const { cache, system } = tools
  const place = { dir: cache.dir, kind: 'images', key: keyOf(layer, tools) }
  const kept = (await readKept(place, system.disk)) as Made | null
  const standing = kept !== null && kept.contents === (await contentsOf(layer, tools)) ? kept : null
  const found = standing === null ? null : await cache.layers.find(standing)
  const made = standing !== null && found !== null ? { ...standing, path: found } : await writeLayer(layer, tools)
  const { diffId, digest, size, unzippedBytes, path } = made
  if (found === null) {
    const contents = await contentsOf(layer, tools)
    await keep(place, { contents, diffId, digest, size, unzippedBytes } satisfies Made, system.disk)
  }
  return { kind: layer.kind, mediaType: OCI_LAYER, digest, size, diffId, unzippedBytes, path }
}

/** Of everything that decides a layer's bytes but for contents: those are read where an earlier run has met the like. */
function keyOf({ files }: RecipeLayer, { encoder }: Tools): string {
  const lines = files.map(({ path, executable, bytes }) => `${executable ? 'x' : '-'} ${bytes} ${path}\0`)
  return `${TAR_FORMAT}\0${gzipId(encoder)}\0${lines.join('')}`
}

async function contentsOf({ files }: RecipeLayer, { cache, system }: Tools): Promise<string> {
  const digest = createHash('sha256')
  for (const { content } of files) digest.update(await contentHash(content, cache.contents, system.disk))
  return digest.digest('hex')
}

function writeLayer(layer: RecipeLayer, tools: Tools) {
  const { encoder, cache, system } = tools
  const total = layer.files.reduce((sum, { bytes }) => sum + bytes, 0)
  const contentOf = (file: FileEntry) => piecesOf(file, tools)
  return cache.layers.make(async draft => {
    const tar = createHash('sha256')
    const gzip = createHash('sha256')
    const watch = watchLayer()
    let done = 0
    const pieces = tapped(writeTar(entriesOf(layer.files, contentOf)), piece => {
      tar.update(piece)
      watch.take(piece)
      done += piece.length
      system.progress.show('compressing', Math.min(done, total), total)
    })
    const sink = await system.disk.openForWriting(draft)
    let size = 0
    try {
      const unzippedBytes = await writeGzip(pieces, encoder, async bytes => {
        gzip.update(bytes)
        size += bytes.length
        await sink.write(bytes)
      })
      watch.end()
      return { diffId: `sha256:${tar.digest('hex')}`, digest: `sha256:${gzip.digest('hex')}`, size, unzippedBytes }
    } finally {
      await sink.close()
    }
  })
}

async function* tapped(
  pieces: AsyncIterable<Uint8Array>,
  tap: (piece: Uint8Array) => void,
): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    tap(piece)
    yield piece
  }
}

/** The files under the task root, each after its folders, which Lambda wants in the same layer. Sorted for determinism, as the files are. */
function* entriesOf(
  files: readonly FileEntry[],
  contentOf: (file: FileEntry) => AsyncIterable<Uint8Array>,
): Generator<TarEntry> {
  const made = new Set<string>()
  for (const file of files) {
    const path = `${TASK_ROOT}/${file.path}`
    for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1)) {
      const folder = path.slice(0, slash + 1)
      if (made.has(folder)) continue
      made.add(folder)
      yield { path: folder, executable: false, bytes: 0, content: () => contentOf(file) }
    }
    yield { path, executable: file.executable, bytes: file.bytes, content: () => contentOf(file) }
  }
}

/** The bytes of a file; one of the disk is never in memory as a whole. Throws UserError FILE_CHANGED, FILE_UNREADABLE. */
async function* piecesOf(file: FileEntry, tools: Tools): AsyncGenerator<Uint8Array> {
  const { path, bytes, content } = file
  const { cache, system } = tools
  system.signal.throwIfAborted()
  if (content.kind === 'disk') yield* piecesOfDisk(file, content, tools)
  else {
    const read = await readHashed(content, cache.contents, system.disk)
    if (read.bytes.length !== bytes) throw new UserError('FILE_CHANGED', path)
    yield read.bytes
  }
}

async function* piecesOfDisk(
  { path, bytes }: FileEntry,
  content: Content & { kind: 'disk' },
  { cache, system }: Tools,
): AsyncGenerator<Uint8Array> {
  // The index notes what the file looks like before it is read.
  await cache.contents.known(content)
  const hash = createHash('sha256')
  let read = 0
  for (let isEnd = false; !isEnd; ) {
    system.signal.throwIfAborted()
    // One byte more than is expected, to see that there is none.
    const wanted = Math.min(PIECE_BYTES, bytes - read + 1)
    const piece = await readPiece(content.path, { from: read, wanted }, system)
    read += piece.length
    isEnd = piece.length < wanted
    if (read > bytes || (isEnd && read < bytes)) throw new UserError('FILE_CHANGED', path)
    hash.update(piece)
    yield piece
  }
  cache.contents.learn(content, hash.digest('hex'))
}

async function readPiece(path: string, piece: { readonly from: number; readonly wanted: number }, { disk }: System) {
  try {
    return await disk.readRange(path, piece.from, piece.wanted)
  } catch (error) {
    throw unreadable(path, error)
  }
}
