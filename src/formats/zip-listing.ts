import { UserError } from '../errors.ts'
import type { ArchiveMember } from '../model.ts'
import type { Disk } from '../system/system.ts'
import { readMember } from './zip-directory.ts'
import { findDirectory } from './zip-end.ts'
import { readEntries, type ZipEntry } from './zip-entries.ts'

/** What any zip holds, whoever made it. */
export interface ZipListing {
  readonly path: string
  /** Of the whole zip file. */
  readonly bytes: number
  /** In the directory's order; several may have one name. */
  readonly entries: readonly ZipEntry[]
  /** What stands before the first entry, such as a program that unpacks itself. */
  readonly prependedBytes: number
  /** Where the directory starts, from the start of the file. */
  readonly directoryOffset: number
  readonly isZip64: boolean
}

/** As on Linux; a longer target leads nowhere. */
const LONGEST_TARGET = 4096

/**
 * Lists a zip of whatever maker: with a comment, with data before it or behind it, zip64, names in any character set, links, encryption,
 * unknown methods, names that stand twice or are unsafe. Nothing is unpacked, and nothing is believed that the file can't bear out.
 * Throws UserError ZIP_MISSING, and ZIP_UNREADABLE for what is cut, contradicts itself or has entries that overlap.
 */
export async function listZip(path: string, disk: Disk): Promise<ZipListing> {
  const stat = await disk.stat(path)
  if (stat?.kind !== 'file') throw new UserError('ZIP_MISSING', path, stat !== null)
  const unreadable = (why: string): UserError => new UserError('ZIP_UNREADABLE', path, why)
  const read = (offset: number, length: number) => disk.readRange(path, offset, length)
  const found = await findDirectory({ bytes: stat.bytes, read })
  if (typeof found === 'string') throw unreadable(found)
  const directory = asBuffer(await read(found.offset, found.bytes))
  const entries = readEntries(directory, found)
  if (typeof entries === 'string') throw unreadable(entries)
  const problem = countProblem(entries.length, found.count) ?? overlapOf(entries)
  if (problem !== null) throw unreadable(problem)
  const { prependedBytes, offset: directoryOffset, isZip64 } = found
  return { path, bytes: stat.bytes, entries, prependedBytes, directoryOffset, isZip64 }
}

/** An entry as what reads members takes it. Its name is the one that its own header must have, too. */
export function memberOfEntry(entry: ZipEntry): ArchiveMember {
  const { bytes, compressedBytes, method, crc32, headerOffset, mode } = entry
  const name = Buffer.from(entry.nameBytes).toString('latin1')
  const executable = mode !== null && (mode & 0o111) !== 0
  return { name, bytes, compressedBytes, method, crc32, headerOffset, executable }
}

/** True if lpack can read what the entry holds. */
export function isReadable(entry: ZipEntry): boolean {
  return !entry.isEncrypted && (entry.method === 0 || entry.method === 8)
}

/** What a link leads to, as it is written; null if it can't be read. Throws UserError ARCHIVE_DAMAGED. */
export async function readLinkTarget({ path }: ZipListing, entry: ZipEntry, disk: Disk): Promise<string | null> {
  if (entry.kind !== 'link' || !isReadable(entry) || entry.bytes > LONGEST_TARGET) return null
  return Buffer.from(await readMember(path, memberOfEntry(entry), disk)).toString('utf8')
}

/** Writers without zip64 count to 65,535 and start again at 0. */
function countProblem(entries: number, said: number): string | null {
  if (entries === said || (said <= 0xffff && (entries & 0xffff) === said)) return null
  return `its directory has ${entries} entries, and its end says ${said}`
}

/** No honest zip has entries that share bytes: what unpacks to terabytes does. https://www.usenix.org/conference/woot19/presentation/fifield */
function overlapOf(entries: readonly ZipEntry[]): string | null {
  const placed = [...entries].sort((a, b) => a.headerOffset - b.headerOffset)
  for (const [position, entry] of placed.entries()) {
    const next = placed[position + 1]
    if (next === undefined || next.headerOffset >= endOf(entry)) continue
    return `${quoted(entry)} and ${quoted(next)} share bytes, as in a zip that is made to fill disks`
  }
  return null
}

const LOCAL_HEADER_BYTES = 30

function endOf({ headerOffset, nameBytes, compressedBytes }: ZipEntry): number {
  return headerOffset + LOCAL_HEADER_BYTES + nameBytes.length + compressedBytes
}

function quoted({ name }: ZipEntry): string {
  return JSON.stringify(name.slice(0, 200))
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
