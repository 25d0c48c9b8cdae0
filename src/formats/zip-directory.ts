import { constants, inflateRawSync } from 'node:zlib'
import { type Entry, fromRandomAccessReaderPromise, getFileNameLowLevel, RandomAccessReader } from 'yauzl'
import { UserError } from '../errors.ts'
import type { ArchiveMember } from '../model.ts'
import type { Disk } from '../system/system.ts'
import { isSafePath } from './archive-path.ts'
import { crc32 } from './crc32.ts'

// https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT §4.3.7, §4.4.5
const STORED = 0
const DEFLATED = 8
const LOCAL_HEADER_BYTES = 30
const LOCAL_SIGNATURE = 0x04034b50
const FILE_TYPE = 0o170000
const SYMBOLIC_LINK = 0o120000
const ANY_EXECUTE = 0o111

/** DEFLATE makes nothing smaller than by this. https://www.zlib.net/zlib_tech.html */
const DEFLATE_RATIO = 1032

/** zlib takes no smaller one. */
const LEAST_CHUNK_BYTES = 64

/** The directory is read in pieces of this many bytes; entries are some 100 bytes each. */
const PIECE_BYTES = 1 << 18

const MIN_CHUNK_BYTES = 1 << 14
const MAX_CHUNK_BYTES = 1 << 20

/** More than the longest local extra field that wheel builders write, so that one read mostly gets header and data. */
const EXTRA_BYTES = 64

/**
 * The files of a zip, in its directory's order; folders are left out.
 * Throws UserError ARCHIVE_DAMAGED, also for encryption, links, unknown methods and a name that stands twice, and ARCHIVE_UNSAFE_NAME.
 */
export async function readDirectory(path: string, disk: Disk): Promise<readonly ArchiveMember[]> {
  const stat = await disk.stat(path)
  if (stat?.kind !== 'file') throw new UserError('ARCHIVE_DAMAGED', path, 'there is no such file')
  const members: ArchiveMember[] = []
  for (const entry of await readEntries(path, stat.bytes, disk)) {
    const name = nameOf(path, entry)
    if (name.endsWith('/')) continue
    const why = problemOf(name, entry, stat.bytes)
    if (why !== null) throw new UserError('ARCHIVE_DAMAGED', path, why)
    members.push(memberOf(name, entry))
  }
  const names = new Set<string>()
  for (const { name } of members) {
    if (names.has(name)) throw new UserError('ARCHIVE_DAMAGED', path, `it holds "${name}" twice`)
    names.add(name)
  }
  return members
}

/** The content of a member, its length and CRC-32 checked. Throws UserError ARCHIVE_DAMAGED. */
export async function readMember(path: string, member: ArchiveMember, disk: Disk): Promise<Uint8Array> {
  const data = await readData(path, member, disk)
  const content = member.method === STORED ? data : inflate(path, member, data)
  if (content.length !== member.bytes) throw damaged(path, member, 'has another length than the directory says')
  if (crc32(content) !== member.crc32) throw damaged(path, member, 'has a wrong checksum')
  return content
}

/** The first bytes of a member, at most `length`, unchecked: to see what kind of file it is. */
export async function readMemberHead(
  path: string,
  member: ArchiveMember,
  length: number,
  disk: Disk,
): Promise<Uint8Array> {
  // DEFLATE grows nothing by more than 5 bytes per 65,535, and a block's code tables take less than 512 bytes.
  const compressedBytes = Math.min(member.compressedBytes, length * 2 + 512)
  const data = await readData(path, { ...member, compressedBytes }, disk)
  if (member.method === STORED) return data.subarray(0, length)
  try {
    // Output in large pieces: with the default of 16 KiB a library of megabytes takes twice as long.
    const chunkSize = Math.min(Math.max(length, MIN_CHUNK_BYTES), MAX_CHUNK_BYTES)
    const maxOutputLength = Math.max(member.bytes, 1)
    return inflateRawSync(data, { finishFlush: constants.Z_SYNC_FLUSH, chunkSize, maxOutputLength }).subarray(0, length)
  } catch (error) {
    throw damaged(path, member, `can't be inflated (${(error as Error).message})`)
  }
}

async function readEntries(path: string, size: number, disk: Disk): Promise<readonly Entry[]> {
  const entries: Entry[] = []
  try {
    const reader = makeReader(path, size, disk)
    const zip = await fromRandomAccessReaderPromise(reader, size, { decodeStrings: false })
    for await (const entry of zip.eachEntry()) entries.push(entry)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall !== undefined) throw error
    throw new UserError('ARCHIVE_DAMAGED', path, (error as Error).message)
  }
  return entries
}

/** yauzl reads two small pieces per entry; this answers them from larger ones. */
function makeReader(path: string, size: number, disk: Disk): RandomAccessReader {
  let piece: Uint8Array = new Uint8Array(0)
  let pieceOffset = 0
  const load = async (position: number, length: number): Promise<void> => {
    if (position >= pieceOffset && position + length <= pieceOffset + piece.length) return
    pieceOffset = position
    piece = await disk.readRange(path, position, Math.max(0, Math.min(Math.max(length, PIECE_BYTES), size - position)))
  }
  const read: RandomAccessReader['read'] = (buffer, offset, length, position, callback) => {
    const done = callback as (error: Error | null, bytesRead?: number) => void
    load(position, length).then(
      () => {
        const from = position - pieceOffset
        const slice = piece.subarray(from, from + length)
        buffer.set(slice, offset)
        done(null, slice.length)
      },
      (error: Error) => done(error),
    )
  }
  const close: RandomAccessReader['close'] = callback => callback(null)
  const Reader = RandomAccessReader as unknown as new () => RandomAccessReader
  return Object.assign(new Reader(), { read, close })
}

function nameOf(path: string, entry: Entry): string {
  const name = getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, true)
  if (!isSafePath(name.replace(/\/$/, ''))) throw new UserError('ARCHIVE_UNSAFE_NAME', path, name)
  return name
}

function memberOf(name: string, entry: Entry): ArchiveMember {
  return {
    name,
    bytes: entry.uncompressedSize,
    compressedBytes: entry.compressedSize,
    method: entry.compressionMethod,
    crc32: entry.crc32,
    headerOffset: entry.relativeOffsetOfLocalHeader,
    executable: (modeOf(entry) & ANY_EXECUTE) !== 0,
  }
}

function modeOf(entry: Entry): number {
  return entry.externalFileAttributes >>> 16
}

function problemOf(name: string, entry: Entry, size: number): string | null {
  if (entry.isEncrypted()) return `"${name}" is encrypted`
  if ((modeOf(entry) & FILE_TYPE) === SYMBOLIC_LINK) return `"${name}" is a symbolic link, which no wheel may hold`
  if (entry.compressionMethod !== STORED && entry.compressionMethod !== DEFLATED) {
    return `"${name}" is compressed with method ${entry.compressionMethod}; only stored and DEFLATE are read`
  }
  if (entry.relativeOffsetOfLocalHeader + LOCAL_HEADER_BYTES + entry.compressedSize > size)
    return `"${name}" is cut off`
  if (entry.uncompressedSize > (entry.compressedSize + 1) * DEFLATE_RATIO)
    return `"${name}" says that it is larger than its data can be`
  return null
}

async function readData(path: string, member: ArchiveMember, disk: Disk): Promise<Uint8Array> {
  const guess = LOCAL_HEADER_BYTES + Buffer.byteLength(member.name) + EXTRA_BYTES + member.compressedBytes
  const read = asBuffer(await disk.readRange(path, member.headerOffset, guess))
  if (read.length < LOCAL_HEADER_BYTES || read.readUInt32LE(0) !== LOCAL_SIGNATURE) {
    throw damaged(path, member, "isn't where the directory says")
  }
  const nameEnd = LOCAL_HEADER_BYTES + read.readUInt16LE(26)
  if (isAscii(member.name) && read.toString('latin1', LOCAL_HEADER_BYTES, nameEnd) !== member.name) {
    throw damaged(path, member, 'has another name in its own header')
  }
  const start = nameEnd + read.readUInt16LE(28)
  const end = start + member.compressedBytes
  if (read.length >= end) return read.subarray(start, end)
  const data = await disk.readRange(path, member.headerOffset + start, member.compressedBytes)
  if (data.length < member.compressedBytes) throw damaged(path, member, 'is cut off')
  return data
}

function inflate(path: string, member: ArchiveMember, data: Uint8Array): Uint8Array {
  try {
    const most = Math.max(member.bytes, 1)
    // A member that inflates beyond its declared length is stopped there. In one piece, for pieces are in memory twice when they are joined.
    return inflateRawSync(data, { maxOutputLength: most, chunkSize: Math.max(most, LEAST_CHUNK_BYTES) })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
      throw damaged(path, member, 'is larger than the directory says')
    throw damaged(path, member, `can't be inflated (${(error as Error).message})`)
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function isAscii(name: string): boolean {
  return /^[\x20-\x7e]*$/.test(name)
}

function damaged(path: string, member: ArchiveMember, why: string): UserError {
  return new UserError('ARCHIVE_DAMAGED', path, `"${member.name}" ${why}`)
}
