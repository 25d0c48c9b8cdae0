import { readHashed } from '../cache/content-index.ts'
import type { Cache } from '../cache/open.ts'
import type { FinishedStream } from '../cache/types.ts'
import type { Encoder } from '../deflate/encoder.ts'
import { UserError } from '../errors.ts'
import { crc32 } from '../formats/crc32.ts'
import type { FileEntry, FileSet } from '../model.ts'
import type { System } from '../system/system.ts'
import { batchesOf, type FileBatch, largestFirst } from './batches.ts'

/** The encoder, which has a file and its stream in one memory of 32-bit addresses, fails from about 1.3 GB. */
const MOST_FILE_BYTES = 1_000_000_000

/** What a thread may keep waiting and at work, in bytes of content; it needs about two and a half times that. */
const THREAD_BYTES = 20 * 1_048_576
/** So much of the machine's memory, as a divisor, may be content at work. */
const MEMORY_SHARE = 8

/** Enough to hide the way to a server and back. */
const FETCHES_AT_ONCE = 16

export interface Tools {
  readonly encoder: Encoder
  readonly cache: Cache
  readonly system: System
}

/** Puts a finished stream of each file into the cache's store, from wherever one is to be had. Throws UserError FILE_TOO_LARGE. */
export async function compressFiles(fileSets: readonly FileSet[], tools: Tools): Promise<void> {
  const batches = batchesOf(fileSets)
  const files = batches.flatMap(batch => batch.files)
  const tooLarge = files.find(file => file.bytes > MOST_FILE_BYTES)
  if (tooLarge !== undefined) throw new UserError('FILE_TOO_LARGE', tooLarge.path, tooLarge.bytes, MOST_FILE_BYTES)
  const { encoder, cache, system } = tools
  const bytesAtOnce = Math.min(THREAD_BYTES * encoder.jobs, system.machine.memoryBytes / MEMORY_SHARE)
  const { remote } = cache
  if (remote !== null) {
    await largestFirst(batches, { atOnce: FETCHES_AT_ONCE, bytesAtOnce }, batch => fetchBatch(batch, tools))
  }
  const claimed = new Set<string>()
  const unshared: (readonly string[])[] = []
  const total = batches.reduce((sum, { bytes }) => sum + bytes, 0)
  let done = 0
  await largestFirst(batches, { atOnce: 2 * encoder.jobs, bytesAtOnce }, async batch => {
    const made = await compressBatch(batch, claimed, tools)
    if (made !== null && !(await share(made, tools))) unshared.push(made.hashes)
    done += batch.bytes
    system.progress.show('compressing', done, total)
  })
  // Batches that were done before another one with the same content: an empty file is in many.
  for (const hashes of unshared) await share({ hashes, finished: [] }, tools)
}

/** The finished stream of a file that was compressed; compressed again where the store has lost it. */
export async function finishedStream(file: FileEntry, tools: Tools): Promise<FinishedStream> {
  const kept = await tools.cache.streams.read(await hashOf(file, tools))
  if (kept !== null) return kept
  const [finished] = await compressPieces([await read(file, tools)], tools)
  if (finished === undefined) throw new Error('one content makes one stream')
  return finished
}

/** The hash of a file's content, from the index or by reading it. */
export async function hashOf(file: FileEntry, tools: Tools): Promise<string> {
  return (await tools.cache.contents.known(file.content)) ?? (await read(file, tools)).sha256
}

interface Piece {
  readonly file: FileEntry
  readonly sha256: string
  readonly content: Uint8Array
}

async function read(file: FileEntry, { cache, system }: Tools): Promise<Piece> {
  system.signal.throwIfAborted()
  const { bytes, sha256 } = await readHashed(file.content, cache.contents, system.disk)
  return { file, sha256, content: bytes }
}

async function fetchBatch({ files }: FileBatch, tools: Tools): Promise<void> {
  const { streams, remote } = tools.cache
  const contents = []
  let isMissing = false
  for (const file of files) {
    const sha256 = await hashOf(file, tools)
    contents.push({ sha256, bytes: file.bytes, read: async () => (await read(file, tools)).content })
    isMissing ||= !(await streams.has(sha256))
  }
  const fetched = isMissing ? await remote?.get(contents) : null
  for (const finished of fetched ?? []) await streams.write(finished)
}

interface MadeBatch {
  /** Of all its contents, in order. */
  readonly hashes: readonly string[]
  /** The streams that were not there yet. */
  readonly finished: readonly FinishedStream[]
}

/** Null if nothing was to be done. */
async function compressBatch({ files }: FileBatch, claimed: Set<string>, tools: Tools): Promise<MadeBatch | null> {
  const { contents, streams } = tools.cache
  const hashes: string[] = []
  const missing: Piece[] = []
  for (const file of files) {
    const known = await contents.known(file.content)
    const piece = known === null ? await read(file, tools) : null
    const sha256 = known ?? piece?.sha256 ?? ''
    hashes.push(sha256)
    if (claimed.has(sha256)) continue
    claimed.add(sha256)
    if (!(await streams.has(sha256))) missing.push(piece ?? (await read(file, tools)))
  }
  return missing.length === 0 ? null : { hashes, finished: await compressPieces(missing, tools) }
}

/** Sends a batch to the team's cache; false if another batch is still at work on a content of it. */
async function share({ hashes, finished }: MadeBatch, { cache }: Tools): Promise<boolean> {
  if (cache.remote === null) return true
  const whole: FinishedStream[] = []
  for (const sha256 of hashes) {
    const one = finished.find(made => made.sha256 === sha256) ?? (await cache.streams.read(sha256))
    if (one === null) return false
    whole.push(one)
  }
  cache.remote.put(whole)
  return true
}

async function compressPieces(pieces: readonly Piece[], { encoder, cache }: Tools): Promise<FinishedStream[]> {
  const facts = pieces.map(({ sha256, content }) => ({ sha256, bytes: content.length, crc32: crc32(content) }))
  // The encoder takes the bytes over; those of a file set are not ours to give away.
  const own = pieces.map(({ file, content }) => (file.content.kind === 'bytes' ? new Uint8Array(content) : content))
  const finished: FinishedStream[] = []
  for (const [place, compressed] of (await encoder.compress(own)).entries()) {
    const fact = facts[place]
    if (fact === undefined) throw new Error('the encoder made more streams than it got contents')
    const one = { ...fact, ...compressed }
    await cache.streams.write(one)
    finished.push(one)
  }
  return finished
}
