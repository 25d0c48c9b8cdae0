// Where a zip's directory is: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT §4.3.14 to §4.3.16

/** A file that can be read in places. */
export interface RandomAccess {
  readonly bytes: number
  /** Fewer bytes at the end of the file. */
  readonly read: (offset: number, length: number) => Promise<Uint8Array>
}

export interface DirectoryPlace {
  /** Where the directory starts, from the start of the file. */
  readonly offset: number
  readonly bytes: number
  /** How many entries the end says there are. */
  readonly count: number
  /** What all offsets in the directory are short of. */
  readonly prependedBytes: number
  readonly isZip64: boolean
}

/** Far beyond what any function has; so many are still listed in a second. */
export const MOST_ENTRIES = 200_000

const MOST_DIRECTORY_BYTES = 64 * 1_048_576

const END_SIGNATURE = 0x06054b50
const END_BYTES = 22
const LONGEST_COMMENT = 0xffff
const ZIP64_LOCATOR_SIGNATURE = 0x07064b50
const ZIP64_LOCATOR_BYTES = 20
const ZIP64_END_SIGNATURE = 0x06064b50
const ZIP64_END_BYTES = 56
const ENTRY_SIGNATURE = 0x02014b50
const SMALLEST_ENTRY_BYTES = 46

/** Finds the directory of a zip. A string says why there is none. */
export async function findDirectory(file: RandomAccess): Promise<DirectoryPlace | string> {
  const start = Math.max(0, file.bytes - END_BYTES - LONGEST_COMMENT - ZIP64_LOCATOR_BYTES)
  const tail = asBuffer(await file.read(start, file.bytes - start))
  const at = findEnd(tail)
  if (at === null) return file.bytes === 0 ? 'it is empty' : 'it is no zip, or its end is missing'
  const end = { ...readEnd(tail, at), position: start + at }
  const zip64 = await readZip64(tail, at, end.position, file)
  if (typeof zip64 === 'string') return zip64
  if (zip64 === null && end.disk !== 0) return 'it is one part of a zip of several'
  return placeOf(zip64 ?? end, zip64 !== null, file)
}

interface End {
  /** Where the record starts; the directory stands right before it. */
  readonly position: number
  readonly disk: number
  readonly count: number
  readonly bytes: number
  readonly offset: number
}

/** The last record whose comment reaches to the end of the file; without such a one the last that something follows. */
function findEnd(tail: Buffer): number | null {
  let cut: number | null = null
  for (let at = tail.length - END_BYTES; at >= 0; at--) {
    if (tail[at] !== 0x50 || tail.readUInt32LE(at) !== END_SIGNATURE) continue
    const end = at + END_BYTES + tail.readUInt16LE(at + 20)
    if (end === tail.length) return at
    if (end < tail.length) cut ??= at
  }
  return cut
}

function readEnd(tail: Buffer, at: number): Omit<End, 'position'> {
  return {
    disk: tail.readUInt16LE(at + 4),
    count: tail.readUInt16LE(at + 10),
    bytes: tail.readUInt32LE(at + 12),
    offset: tail.readUInt32LE(at + 16),
  }
}

/** null without zip64. */
async function readZip64(
  tail: Buffer,
  at: number,
  endPosition: number,
  file: RandomAccess,
): Promise<End | string | null> {
  const locator = at - ZIP64_LOCATOR_BYTES
  if (locator < 0 || tail.readUInt32LE(locator) !== ZIP64_LOCATOR_SIGNATURE) return null
  const said = Number(tail.readBigUInt64LE(locator + 8))
  // With data before the zip the record is not where the locator says, but mostly right before the locator.
  for (const position of [said, endPosition - ZIP64_LOCATOR_BYTES - ZIP64_END_BYTES]) {
    if (position < 0 || position + ZIP64_END_BYTES > file.bytes) continue
    const record = asBuffer(await file.read(position, ZIP64_END_BYTES))
    if (record.length < ZIP64_END_BYTES || record.readUInt32LE(0) !== ZIP64_END_SIGNATURE) continue
    return {
      position,
      disk: record.readUInt32LE(16),
      count: Number(record.readBigUInt64LE(32)),
      bytes: Number(record.readBigUInt64LE(40)),
      offset: Number(record.readBigUInt64LE(48)),
    }
  }
  return 'the record of its zip64 end is not where it should be'
}

async function placeOf(end: End, isZip64: boolean, file: RandomAccess): Promise<DirectoryPlace | string> {
  const { bytes, count } = end
  if (bytes > end.position) return 'its directory is said to be larger than what stands before its end'
  if (bytes > MOST_DIRECTORY_BYTES || count > MOST_ENTRIES) {
    return `it is said to hold ${count} files; ${MOST_ENTRIES} at most are looked at`
  }
  if (count * SMALLEST_ENTRY_BYTES > bytes)
    return `it is said to hold ${count} files, for which its directory is too small`
  if (bytes === 0) return { offset: end.position, bytes: 0, count, prependedBytes: 0, isZip64 }
  // The directory stands right before its end; where something lies between them, the offset is to be believed.
  for (const offset of [end.position - bytes, end.offset]) {
    if (offset < end.offset || offset + bytes > end.position) continue
    const head = asBuffer(await file.read(offset, 4))
    if (head.length < 4 || head.readUInt32LE(0) !== ENTRY_SIGNATURE) continue
    return { offset, bytes, count, prependedBytes: offset - end.offset, isZip64 }
  }
  return 'its directory is not where its end says'
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
