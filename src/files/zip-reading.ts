import { createHash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { UserError } from '../errors.ts'
import { readMember } from '../formats/zip-directory.ts'
import type { ZipEntry } from '../formats/zip-entries.ts'
import { extentOf } from '../formats/zip-extent.ts'
import { isReadable, memberOfEntry, type ZipListing } from '../formats/zip-listing.ts'
import type { Disk, System } from '../system/system.ts'

/** What only reading an entry tells. */
export interface EntryReading {
  /** All bytes of the zip that are the entry's. */
  readonly zippedBytes: number
  /** Of its content, in lower-case hex, where another one has the same CRC-32 and length; else null. */
  readonly sha256: string | null
}

/** Reads every byte of a zip's entries, so that damage shows. Throws UserError ZIP_UNREADABLE and ARCHIVE_DAMAGED. */
export async function readEntries(
  { path, directoryOffset, entries }: ZipListing,
  { disk, progress, signal }: System,
): Promise<ReadonlyMap<ZipEntry, EntryReading>> {
  const read = (offset: number, length: number) => disk.readRange(path, offset, length)
  const alike = alikeOf(entries)
  const total = entries.reduce((sum, one) => sum + one.bytes, 0)
  const placed = [...entries].sort((a, b) => a.headerOffset - b.headerOffset)
  const readings = new Map<ZipEntry, EntryReading>()
  let done = 0
  for (const [place, entry] of placed.entries()) {
    progress.show('reading', done, total)
    // Unpacking holds the thread: now and then an interruption gets its turn.
    if (place % ENTRIES_AT_ONCE === 0 || entry.bytes > LARGE_BYTES) await setImmediate()
    signal.throwIfAborted()
    const extent = await extentOf(entry, placed[place + 1]?.headerOffset ?? directoryOffset, read)
    if (typeof extent === 'string') throw unreadable(path, entry, extent)
    const content = isReadable(entry) ? await readMember(path, memberOfEntry(entry), disk) : null
    const sha256 = content !== null && alike.has(entry) ? createHash('sha256').update(content).digest('hex') : null
    readings.set(entry, { zippedBytes: extent + entry.recordBytes, sha256 })
    done += entry.bytes
  }
  return readings
}

const ENTRIES_AT_ONCE = 64
const LARGE_BYTES = 1 << 20

/** Files that may have the same content as another one. */
function alikeOf(entries: readonly ZipEntry[]): ReadonlySet<ZipEntry> {
  const first = new Map<string, ZipEntry>()
  const alike = new Set<ZipEntry>()
  for (const entry of entries) {
    if (entry.kind !== 'file' || entry.bytes === 0) continue
    const key = `${entry.crc32} ${entry.bytes}`
    const other = first.get(key)
    if (other === undefined) first.set(key, entry)
    else alike.add(other).add(entry)
  }
  return alike
}

const LEAST_PIECE_BYTES = 1 << 14
const MOST_PIECE_BYTES = 1 << 20

/** Reads a file of `size` bytes with few calls, however small the parts are that are asked for: the more, the longer it goes from front to back. */
export function inPieces(size: number, disk: Disk): Disk {
  let piece: Uint8Array = new Uint8Array(0)
  let start = 0
  let pieceBytes = LEAST_PIECE_BYTES
  const readRange = async (path: string, offset: number, length: number): Promise<Uint8Array> => {
    const pieceEnd = start + piece.length
    const end = Math.min(offset + length, size)
    if (offset < start || end > pieceEnd) {
      const isNext = offset >= start && offset <= pieceEnd + pieceBytes
      pieceBytes = isNext ? Math.min(2 * pieceBytes, MOST_PIECE_BYTES) : LEAST_PIECE_BYTES
      piece = await disk.readRange(path, offset, Math.max(0, Math.min(Math.max(length, pieceBytes), size - offset)))
      start = offset
    }
    return piece.subarray(offset - start, offset - start + length)
  }
  return { ...disk, readRange }
}

function unreadable(path: string, { name }: ZipEntry, why: string): UserError {
  return new UserError('ZIP_UNREADABLE', path, `${JSON.stringify(name.slice(0, 200))} ${why}`)
}
