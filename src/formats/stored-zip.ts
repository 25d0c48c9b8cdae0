import { crc32 } from './crc32.ts'

/** A file of a zip without compression. */
export interface StoredMember {
  readonly name: string
  readonly content: Uint8Array
  readonly executable: boolean
}

/** What the directory of a zip says of a member that is written. */
export interface StoredRecord {
  readonly name: string
  readonly bytes: number
  readonly crc32: number
  readonly executable: boolean
  readonly offset: number
}

// https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT §4.3: 1980-01-01 00:00:00, made on Unix, names in UTF-8.
const DOS_DATE = 0x21
const UTF8_NAMES = 0x800
const VERSION = 20
const MADE_ON_UNIX = (3 << 8) | VERSION
/** Without the zip64 extension. */
const MOST_BYTES = 0xffff_ffff
const MOST_MEMBERS = 0xffff

/** The record of a member that starts at `offset`, and its bytes there. The same member gives the same bytes: no clock, no host. */
export function storeMember(
  member: StoredMember,
  offset: number,
): { readonly record: StoredRecord; readonly head: Uint8Array } {
  const { name, content, executable } = member
  if (offset + content.length > MOST_BYTES) throw new RangeError(`${name} lies beyond 4 GiB`)
  const record = { name, bytes: content.length, crc32: crc32(content), executable, offset }
  return { record, head: Buffer.concat([bytesOf(['PK\x03\x04', ...commonFields(record)]), Buffer.from(name)]) }
}

/** What follows the last member. `offset` is where it starts. */
export function storedDirectory(records: readonly StoredRecord[], offset: number): Uint8Array {
  if (records.length > MOST_MEMBERS || offset > MOST_BYTES) throw new RangeError('more than 65,535 files or 4 GiB')
  const entries = records.map(record => {
    const mode = record.executable ? 0o100755 : 0o100644
    const fields = [
      'PK\x01\x02',
      u16(MADE_ON_UNIX),
      ...commonFields(record),
      u16(0),
      u16(0),
      u16(0),
      u32(mode * 0x1_0000),
      u32(record.offset),
    ]
    return Buffer.concat([bytesOf(fields), Buffer.from(record.name)])
  })
  const directory = Buffer.concat(entries)
  const counts = [u16(records.length), u16(records.length), u32(directory.length), u32(offset)]
  return Buffer.concat([directory, bytesOf(['PK\x05\x06', u16(0), u16(0), ...counts, u16(0)])])
}

function commonFields({ name, bytes, crc32: sum }: StoredRecord): readonly (string | Buffer)[] {
  return [
    u16(VERSION),
    u16(UTF8_NAMES),
    u16(0),
    u16(0),
    u16(DOS_DATE),
    u32(sum),
    u32(bytes),
    u32(bytes),
    u16(Buffer.byteLength(name)),
    u16(0),
  ]
}

function bytesOf(fields: readonly (string | Buffer)[]): Buffer {
  return Buffer.concat(fields.map(field => (typeof field === 'string' ? Buffer.from(field, 'latin1') : field)))
}

function u16(value: number): Buffer {
  const buffer = Buffer.alloc(2)
  buffer.writeUInt16LE(value)
  return buffer
}

function u32(value: number): Buffer {
  const buffer = Buffer.alloc(4)
  buffer.writeUInt32LE(value)
  return buffer
}
