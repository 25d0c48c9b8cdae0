import { deflateRawSync } from 'node:zlib'
import { crc32 } from '../src/formats/crc32.ts'

/** An entry of a zip as any tool may write it. */
export interface LooseEntry {
  readonly name: string | Uint8Array
  readonly content?: string | Uint8Array
  /** 0 stored, 8 deflated (default); others are stored under that number. */
  readonly method?: number
  readonly flags?: number
  /** Of the attributes: 3 Unix (default), 0 MS-DOS, 19 macOS. */
  readonly host?: number
  /** Unix mode with type bits. Default: 0o100644. */
  readonly mode?: number
  /** All 32 bits, instead of the mode. */
  readonly attributes?: number
  readonly extra?: Uint8Array
  /** Of the entry's own header. */
  readonly localExtra?: Uint8Array
  /** Bytes that are nobody's, behind the entry. */
  readonly gapBytes?: number
  /** Sizes and checksum behind the data, as tools do that write to a pipe. */
  readonly isStreamed?: boolean
  /** Sizes and offset in the zip64 field. */
  readonly isZip64?: boolean
  /** What the directory says instead of the truth. */
  readonly lies?: {
    readonly bytes?: number
    readonly compressedBytes?: number
    readonly offset?: number
    readonly crc32?: number
  }
}

export interface LooseZip {
  readonly entries: readonly LooseEntry[]
  readonly before?: Uint8Array
  readonly after?: Uint8Array
  readonly comment?: string
  /** With the records of zip64, and an end that points to them. */
  readonly isZip64?: boolean
  readonly lies?: { readonly count?: number; readonly directoryBytes?: number; readonly directoryOffset?: number }
}

/** A zip as loose as its maker: with data around it, zip64, lies. The same bytes for the same entries. */
export function makeLooseZip({ entries, before, after, comment = '', isZip64 = false, lies = {} }: LooseZip): Buffer {
  const locals: Buffer[] = []
  const records: Buffer[] = []
  let offset = 0
  for (const entry of entries) {
    const { local, record } = writeEntry(entry, offset)
    locals.push(local)
    records.push(record)
    offset += local.length
  }
  const directory = Buffer.concat(records)
  const count = lies.count ?? entries.length
  const bytes = lies.directoryBytes ?? directory.length
  const start = lies.directoryOffset ?? offset
  const zip64 = isZip64 ? zip64End(count, bytes, start, offset + directory.length) : Buffer.alloc(0)
  const end = Buffer.concat([
    Buffer.from('PK\x05\x06'),
    u16(0),
    u16(0),
    ...(isZip64
      ? [u16(0xffff), u16(0xffff), u32(0xffff_ffff), u32(0xffff_ffff)]
      : [u16(count), u16(count), u32(bytes), u32(start)]),
    u16(Buffer.byteLength(comment)),
    Buffer.from(comment),
  ])
  return Buffer.concat([before ?? Buffer.alloc(0), ...locals, directory, zip64, end, after ?? Buffer.alloc(0)])
}

/** The field that gives a name in UTF-8 besides another one. */
export function unicodeName(name: Uint8Array, utf8: string): Buffer {
  const data = Buffer.concat([Buffer.from([1]), u32(crc32(name)), Buffer.from(utf8)])
  return Buffer.concat([u16(0x7075), u16(data.length), data])
}

function writeEntry(entry: LooseEntry, offset: number): { readonly local: Buffer; readonly record: Buffer } {
  const { method = 8, flags = 0, host = 3, mode = 0o100644, isStreamed = false, isZip64 = false, lies = {} } = entry
  const plain = Buffer.from((entry.content ?? '') as string)
  const data = method === 8 ? deflateRawSync(plain) : plain
  const name = Buffer.from(entry.name as string)
  const sum = lies.crc32 ?? crc32(plain)
  const extra = Buffer.from(entry.extra ?? [])
  const versionFlags = [u16(45), u16(flags | (isStreamed ? 8 : 0)), u16(method), u16(0), u16(0x21)]
  const sizes = [u32(sum), u32(data.length), u32(plain.length)]
  const descriptor = isStreamed ? [Buffer.from('PK\x07\x08'), ...sizes] : []
  const head = [Buffer.from('PK\x03\x04'), ...versionFlags, ...(isStreamed ? [u32(0), u32(0), u32(0)] : sizes)]
  const localExtra = Buffer.from(entry.localExtra ?? [])
  const ends = [...descriptor, Buffer.alloc(entry.gapBytes ?? 0)]
  const local = Buffer.concat([...head, u16(name.length), u16(localExtra.length), name, localExtra, data, ...ends])
  const said = [lies.bytes ?? plain.length, lies.compressedBytes ?? data.length, lies.offset ?? offset] as const
  const field = isZip64 ? Buffer.concat([u16(1), u16(24), ...said.map(u64)]) : Buffer.alloc(0)
  const [bytes, compressed, at] = isZip64 ? [0xffff_ffff, 0xffff_ffff, 0xffff_ffff] : said
  const record = Buffer.concat([
    Buffer.from('PK\x01\x02'),
    Buffer.from([45, host]),
    ...versionFlags,
    ...[u32(sum), u32(compressed), u32(bytes)],
    ...[u16(name.length), u16(field.length + extra.length), u16(0), u16(0), u16(0)],
    u32(entry.attributes ?? mode * 0x1_0000),
    u32(at),
    ...[name, field, extra],
  ])
  return { local, record }
}

function zip64End(count: number, bytes: number, start: number, position: number): Buffer {
  const record = [Buffer.from('PK\x06\x06'), u64(44), u16(45), u16(45), u32(0), u32(0)]
  const locator = [Buffer.from('PK\x06\x07'), u32(0), u64(position), u32(1)]
  return Buffer.concat([...record, u64(count), u64(count), u64(bytes), u64(start), ...locator])
}

function u16(value: number): Buffer {
  const buffer = Buffer.alloc(2)
  buffer.writeUInt16LE(value & 0xffff)
  return buffer
}

function u32(value: number): Buffer {
  const buffer = Buffer.alloc(4)
  buffer.writeUInt32LE(value >>> 0)
  return buffer
}

function u64(value: number): Buffer {
  const buffer = Buffer.alloc(8)
  buffer.writeBigUInt64LE(BigInt(value))
  return buffer
}
