import { decodeCp437 } from './cp437.ts'
import { crc32 } from './crc32.ts'
import type { DirectoryPlace } from './zip-end.ts'

// https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT §4.3.12, §4.4, §4.5

/** An entry of a zip as the directory tells it. */
export interface ZipEntry {
  /** In UTF-8 where it says so or can be; else in code page 437. */
  readonly name: string
  readonly nameBytes: Uint8Array
  /** The system that the attributes are of: 0 MS-DOS, 3 Unix, 10 Windows, 19 macOS. */
  readonly host: number
  /** Unix mode with the bits of the file's type; null where the maker has told none. */
  readonly mode: number | null
  readonly kind: 'file' | 'folder' | 'link' | 'special'
  /** 0 stored, 8 deflated; others are of archivers alone. §4.4.5 */
  readonly method: number
  readonly bytes: number
  readonly compressedBytes: number
  readonly crc32: number
  readonly flags: number
  /** Date and time as MS-DOS has them. §4.4.6 */
  readonly time: number
  readonly isEncrypted: boolean
  /** Where the entry's own header starts, from the start of the file. */
  readonly headerOffset: number
  /** Its own bytes in the directory. */
  readonly recordBytes: number
}

const SIGNATURE = 0x02014b50
const SIGNATURE_OF_DIRECTORY = 0x05054b50
const FIXED_BYTES = 46
const LOCAL_HEADER_BYTES = 30
const STORED = 0
const DEFLATED = 8
const ENCRYPTED_FLAG = 0x1
const UTF8_FLAG = 0x800
const SATURATED = 0xffff_ffff
const ZIP64_FIELD = 0x0001
const UNICODE_NAME_FIELD = 0x7075
const HOST_UNIX = 3
const DOS_FOLDER = 0x10
const FILE_TYPE = 0o170000
const FOLDER_TYPE = 0o040000
const FILE_TYPES = [0, 0o100000]
const LINK_TYPE = 0o120000

/** Twice what Linux takes for a path. */
const LONGEST_NAME = 8192

/** DEFLATE makes nothing smaller than by this. https://www.zlib.net/zlib_tech.html */
const DEFLATE_RATIO = 1032

/** Reads a directory. A string says what is wrong with it. */
export function readEntries(directory: Buffer, place: DirectoryPlace): readonly ZipEntry[] | string {
  const entries: ZipEntry[] = []
  let at = 0
  while (at < directory.length) {
    if (at + 4 <= directory.length && directory.readUInt32LE(at) === SIGNATURE_OF_DIRECTORY) break
    if (at + FIXED_BYTES > directory.length || directory.readUInt32LE(at) !== SIGNATURE) {
      return `its directory is damaged after ${entries.length} entries`
    }
    const end = at + FIXED_BYTES + lengthsOf(directory, at)
    if (end > directory.length) return `its directory is cut off after ${entries.length} entries`
    const entry = readEntry(directory, at, place)
    const problem = typeof entry === 'string' ? entry : problemOf(entry, place.offset)
    if (problem !== null || typeof entry === 'string') return problem ?? ''
    entries.push(entry)
    at = end
  }
  return entries
}

/** Of name, extra fields and comment. */
function lengthsOf(directory: Buffer, at: number): number {
  return directory.readUInt16LE(at + 28) + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32)
}

function readEntry(directory: Buffer, at: number, place: DirectoryPlace): ZipEntry | string {
  const flags = directory.readUInt16LE(at + 8)
  const nameEnd = at + FIXED_BYTES + directory.readUInt16LE(at + 28)
  const nameBytes = directory.subarray(at + FIXED_BYTES, nameEnd)
  const fields = extraFields(directory.subarray(nameEnd, nameEnd + directory.readUInt16LE(at + 30)))
  const name = nameOf(nameBytes, flags, fields.get(UNICODE_NAME_FIELD))
  const sizes = sizesOf(directory, at, fields.get(ZIP64_FIELD))
  if (sizes === null) return `${JSON.stringify(name.slice(0, 200))} lacks its zip64 sizes`
  const host = directory.readUInt8(at + 5)
  const attributes = directory.readUInt32LE(at + 38)
  const mode = attributes >>> 16 !== 0 || host === HOST_UNIX ? attributes >>> 16 : null
  return {
    name,
    nameBytes,
    host,
    mode,
    kind: kindOf(name, mode, attributes),
    method: directory.readUInt16LE(at + 10),
    bytes: sizes.bytes,
    compressedBytes: sizes.compressedBytes,
    crc32: directory.readUInt32LE(at + 16),
    flags,
    time: directory.readUInt32LE(at + 12),
    isEncrypted: (flags & ENCRYPTED_FLAG) !== 0,
    headerOffset: sizes.offset + place.prependedBytes,
    recordBytes: FIXED_BYTES + lengthsOf(directory, at),
  }
}

/** The first of each kind; what is cut off counts for nothing, as in other readers. */
function extraFields(extra: Buffer): ReadonlyMap<number, Buffer> {
  const fields = new Map<number, Buffer>()
  let at = 0
  while (at + 4 <= extra.length) {
    const id = extra.readUInt16LE(at)
    const end = at + 4 + extra.readUInt16LE(at + 2)
    if (end > extra.length) break
    if (!fields.has(id)) fields.set(id, extra.subarray(at + 4, end))
    at = end
  }
  return fields
}

function nameOf(nameBytes: Buffer, flags: number, unicode: Buffer | undefined): string {
  // A name of its own in UTF-8, as long as it is of this very name. §4.6.9
  if (unicode !== undefined && unicode.length > 5 && unicode.readUInt32LE(1) === crc32(nameBytes)) {
    return unicode.toString('utf8', 5)
  }
  // Python, ditto and others write UTF-8 without saying so, and unzip on Linux takes the bytes as they are.
  const text = nameBytes.toString('utf8')
  return (flags & UTF8_FLAG) !== 0 || !text.includes('\ufffd') ? text : decodeCp437(nameBytes)
}

interface Sizes {
  readonly bytes: number
  readonly compressedBytes: number
  readonly offset: number
}

/** null if a size is said to be in the zip64 field and isn't. §4.5.3 */
function sizesOf(directory: Buffer, at: number, zip64: Buffer | undefined): Sizes | null {
  let next = 0
  const wide = (value: number): number => {
    if (value !== SATURATED) return value
    if (zip64 === undefined || next + 8 > zip64.length) return Number.NaN
    next += 8
    return Number(zip64.readBigUInt64LE(next - 8))
  }
  const bytes = wide(directory.readUInt32LE(at + 24))
  const compressedBytes = wide(directory.readUInt32LE(at + 20))
  const offset = wide(directory.readUInt32LE(at + 42))
  return [bytes, compressedBytes, offset].some(Number.isNaN) ? null : { bytes, compressedBytes, offset }
}

function kindOf(name: string, mode: number | null, attributes: number): ZipEntry['kind'] {
  const type = (mode ?? 0) & FILE_TYPE
  if (type === LINK_TYPE) return 'link'
  if (name.endsWith('/') || type === FOLDER_TYPE || (type === 0 && (attributes & DOS_FOLDER) !== 0)) return 'folder'
  return FILE_TYPES.includes(type) ? 'file' : 'special'
}

/** What the file can't bear out. */
function problemOf(entry: ZipEntry, directoryOffset: number): string | null {
  const { bytes, compressedBytes, headerOffset, method, isEncrypted, nameBytes } = entry
  const name = JSON.stringify(entry.name.slice(0, 200))
  if (nameBytes.length > LONGEST_NAME) return `${name} goes on for ${nameBytes.length} bytes, which is no file's name`
  if (headerOffset + LOCAL_HEADER_BYTES + compressedBytes > directoryOffset) return `${name} is cut off`
  if (isEncrypted) return null
  if (method === STORED && bytes !== compressedBytes) return `${name} is stored and has two sizes`
  const most = (compressedBytes + 1) * DEFLATE_RATIO
  return method === DEFLATED && bytes > most ? `${name} says that it is larger than its data can be` : null
}
