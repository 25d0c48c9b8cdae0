import { createHash } from 'node:crypto'
import type { FinishedStream } from '../cache/types.ts'
import { UserError } from '../errors.ts'
import { readContent } from '../formats/content.ts'
import { crc32 } from '../formats/crc32.ts'
import type { FileEntry, FileSet, WrittenEntry } from '../model.ts'
import { reasonOfFault } from '../system/fault.ts'
import type { System } from '../system/system.ts'
import type { ReadyZip } from './archiver.ts'
import { EXECUTABLE_MODE, entryOverhead, FILE_MODE } from './reproducible.ts'

/** Where a file's finished stream comes from. */
export type FinishedOf = (file: FileEntry) => Promise<FinishedStream>

/** A zip that is complete on disk and waits to take its place. */
export interface ZipDraft {
  readonly path: string
  readonly bytes: number
  readonly unzippedBytes: number
  readonly sha256: string
  readonly entries: readonly WrittenEntry[]
}

/**
 * Writes the files as a zip at `path`, in their order, each as the finished stream that `finishedOf` has. One is in memory at a time.
 * Throws UserError OUTPUT_UNWRITABLE, FILE_CHANGED, and what reading a file's content throws.
 */
export async function writeZip(
  fileSet: FileSet,
  path: string,
  finishedOf: FinishedOf,
  system: System,
): Promise<ZipDraft> {
  // Loaded on demand: archiver is a tenth of the start-up.
  const { ReadyZip } = await import('./archiver.ts')
  const archive = new ReadyZip()
  const drained = drain(archive, path, system)
  try {
    const [entries, written] = await Promise.all([appendAll(fileSet.files, archive, finishedOf, system), drained])
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
  finishedOf: FinishedOf,
  system: System,
): Promise<WrittenEntry[]> {
  const entries: WrittenEntry[] = []
  for (const file of files) {
    system.signal.throwIfAborted()
    const { path, executable, owner } = file
    const finished = await finishedOf(file)
    const { bytes, crc32, method } = finished
    const stream = finished.method === 'deflate' ? finished.stream : await readAgain(file, finished, system)
    await archive.appendEntry({ path, mode: executable ? EXECUTABLE_MODE : FILE_MODE, bytes, crc32, method, stream })
    entries.push({ path, bytes, zippedBytes: stream.length + entryOverhead(path), owner })
  }
  await archive.finalize()
  return entries
}

async function readAgain(
  { path, content }: FileEntry,
  finished: FinishedStream,
  { disk }: System,
): Promise<Uint8Array> {
  const bytes = await readContent(content, disk)
  if (bytes.length !== finished.bytes || crc32(bytes) !== finished.crc32) throw new UserError('FILE_CHANGED', path)
  return bytes
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
