import type { ZipEntry } from './zip-entries.ts'

// https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT §4.3.7, §4.3.9

const LOCAL_SIGNATURE = 0x04034b50
const LOCAL_HEADER_BYTES = 30
const DESCRIPTOR_SIGNATURE = 0x08074b50
const DESCRIPTOR_FLAG = 0x8
const LONGEST_DESCRIPTOR = 24

/** Reads bytes of a zip file; fewer at its end. */
type Read = (offset: number, length: number) => Promise<Uint8Array>

/**
 * The bytes before the directory that are an entry's: its own header with extra fields, its data, and a data descriptor.
 * `end` is where the next entry or the directory starts. A string says what is wrong with it.
 */
export async function extentOf(entry: ZipEntry, end: number, read: Read): Promise<number | string> {
  const header = asBuffer(await read(entry.headerOffset, LOCAL_HEADER_BYTES))
  const isThere = header.length === LOCAL_HEADER_BYTES && header.readUInt32LE(0) === LOCAL_SIGNATURE
  if (!isThere) return "isn't where the directory says"
  const bytes = LOCAL_HEADER_BYTES + header.readUInt16LE(26) + header.readUInt16LE(28) + entry.compressedBytes
  const left = end - entry.headerOffset - bytes
  if (left < 0) return 'reaches into what comes behind it'
  if ((entry.flags & DESCRIPTOR_FLAG) === 0 || left === 0) return bytes
  return (
    bytes + descriptorBytes(asBuffer(await read(entry.headerOffset + bytes, Math.min(left, LONGEST_DESCRIPTOR))), entry)
  )
}

/** With a signature or without, and with sizes of 4 bytes or of 8; 0 if none of these is there. */
function descriptorBytes(data: Buffer, { crc32, compressedBytes, bytes }: ZipEntry): number {
  const start = data.length >= 4 && data.readUInt32LE(0) === DESCRIPTOR_SIGNATURE ? 4 : 0
  for (const at of start === 0 ? [0] : [start, 0]) {
    for (const width of [8, 4]) {
      const end = at + 4 + 2 * width
      if (end > data.length || data.readUInt32LE(at) !== crc32) continue
      const sizes = [0, 1].map(place => readSize(data, at + 4 + place * width, width))
      if (sizes[0] === compressedBytes && sizes[1] === bytes) return end
    }
  }
  return 0
}

function readSize(data: Buffer, at: number, width: number): number {
  return width === 8 ? Number(data.readBigUInt64LE(at)) : data.readUInt32LE(at)
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
