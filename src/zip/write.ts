import { createHash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import type { Encoder } from '../deflate/encoder.ts'
import { UserError } from '../errors.ts'
import { readContent } from '../formats/content.ts'
import { crc32 } from '../formats/crc32.ts'
import type { FileEntry, FileSet, WrittenEntry } from '../model.ts'
import { reasonOfFault } from '../system/fault.ts'
import type { System } from '../system/system.ts'
import type { ReadyEntry, ReadyZip } from './archiver.ts'
import { EXECUTABLE_MODE, entryOverhead, FILE_MODE } from './reproducible.ts'

/** The encoder, which has a file and its stream in one memory of 32-bit addresses, fails from about 1.3 GB. */
const MOST_FILE_BYTES = 1_000_000_000

/** A zip that is complete on disk and waits to take its place. */
export interface ZipDraft {
  readonly path: string
  readonly bytes: number
  readonly unzippedBytes: number
  readonly sha256: string
  readonly entries: readonly WrittenEntry[]
}

/**
 * Writes the files as a zip at `path`, in their order, each at the encoder's best or stored where that is not smaller.
 * One file is in memory at a time. Throws UserError FILE_TOO_LARGE, OUTPUT_UNWRITABLE, and what reading a file's content throws.
 */
export async function writeZip(fileSet: FileSet, path: string, encoder: Encoder, system: System): Promise<ZipDraft> {
  // Loaded on demand: archiver is a tenth of the start-up.
  const { ReadyZip } = await import('./archiver.ts')
  const archive = new ReadyZip()
  const drained = drain(archive, path, system)
  try {
    const [entries, written] = await Promise.all([appendAll(fileSet.files, archive, encoder, system), drained])
    return { path, ...written, unzippedBytes: sum(entries.map(entry => entry.bytes)), entries }
  } finally {
    archive.destroy()
    // The file is closed before anyone removes it, as Windows wants.
    await Promise.allSettled([drained])
  }
}

async function appendAll(
  files: readonly FileEntry[],
  archive: ReadyZip,
  encoder: Encoder,
  system: System,
): Promise<WrittenEntry[]> {
  const entries: WrittenEntry[] = []
  const tooLarge = files.find(file => file.bytes > MOST_FILE_BYTES)
  if (tooLarge !== undefined) throw new UserError('FILE_TOO_LARGE', tooLarge.path, tooLarge.bytes, MOST_FILE_BYTES)
  const total = sum(files.map(file => file.bytes))
  let done = 0
  for (const file of files) {
    system.progress.show('compressing', done, total)
    // Compressing holds the thread: between two files an interruption gets its turn.
    await setImmediate()
    system.signal.throwIfAborted()
    const ready = await makeReady(file, encoder, system)
    await archive.appendEntry(ready)
    entries.push({
      path: file.path,
      bytes: ready.bytes,
      zippedBytes: ready.stream.length + entryOverhead(file.path),
      owner: file.owner,
    })
    done += file.bytes
  }
  await archive.finalize()
  return entries
}

async function makeReady(
  { path, content, executable }: FileEntry,
  encoder: Encoder,
  system: System,
): Promise<ReadyEntry> {
  const read = await readContent(content, system.disk)
  const facts = { path, mode: executable ? EXECUTABLE_MODE : FILE_MODE, bytes: read.length, crc32: crc32(read) }
  // The encoder takes the bytes over; those of a file set are not ours to give away.
  return { ...facts, ...(await encoder.compress(content.kind === 'bytes' ? read.slice() : read)) }
}

async function drain(
  archive: ReadyZip,
  path: string,
  system: System,
): Promise<{ readonly bytes: number; readonly sha256: string }> {
  const hash = createHash('sha256')
  let bytes = 0
  try {
    const sink = await system.disk.openForWriting(path)
    try {
      for await (const chunk of archive as AsyncIterable<Uint8Array>) {
        hash.update(chunk)
        bytes += chunk.length
        await sink.write(chunk)
      }
    } finally {
      await sink.close()
    }
  } catch (error) {
    const reason = reasonOfFault(error)
    if (reason === null) throw error
    throw new UserError('OUTPUT_UNWRITABLE', path, reason)
  }
  return { bytes, sha256: hash.digest('hex') }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
