import { createHash } from 'node:crypto'
import type { FinishedStream } from './types.ts'

/** Another number where the format becomes another one. */
const MAGIC = Buffer.from('lpackst\x01', 'latin1')

// Where the parts of a header are: the guard is a sha256 over all that follows it.
const GUARD = 8
const ENCODER = 40
const CONTENT = 72
const CRC32 = 104
const METHOD = 108
const BYTES = 112
/** No entry has less. */
export const HEADER_BYTES = 120

/** As ZIP numbers them. https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT 4.4.5 */
const METHODS = { store: 0, deflate: 8 } as const

/** A finished stream as a file: its header, and the stream. */
export function encodeEntry(finished: FinishedStream, encoderId: string): readonly Uint8Array[] {
  const stream = finished.method === 'deflate' ? finished.stream : new Uint8Array()
  const header = Buffer.alloc(HEADER_BYTES)
  header.set(MAGIC)
  header.set(sha256(Buffer.from(encoderId)), ENCODER)
  header.write(finished.sha256, CONTENT, 'hex')
  header.writeUInt32LE(finished.crc32, CRC32)
  header.writeUInt32LE(METHODS[finished.method], METHOD)
  header.writeBigUInt64LE(BigInt(finished.bytes), BYTES)
  header.set(sha256(header.subarray(ENCODER), stream), GUARD)
  return [header, stream]
}

/** What a file holds; null unless it is, bit by bit, what was written for this content and encoder. */
export function decodeEntry(file: Uint8Array, contentSha256: string, encoderId: string): FinishedStream | null {
  const entry = Buffer.from(file.buffer, file.byteOffset, file.length)
  if (entry.length < HEADER_BYTES || !entry.subarray(0, GUARD).equals(MAGIC)) return null
  if (!entry.subarray(GUARD, ENCODER).equals(sha256(entry.subarray(ENCODER)))) return null
  if (!entry.subarray(ENCODER, CONTENT).equals(sha256(Buffer.from(encoderId)))) return null
  if (entry.toString('hex', CONTENT, CRC32) !== contentSha256) return null
  const facts = {
    sha256: contentSha256,
    bytes: Number(entry.readBigUInt64LE(BYTES)),
    crc32: entry.readUInt32LE(CRC32),
  }
  return entry.readUInt32LE(METHOD) === METHODS.store
    ? { ...facts, method: 'store' }
    : { ...facts, method: 'deflate', stream: entry.subarray(HEADER_BYTES) }
}

function sha256(...pieces: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256')
  for (const piece of pieces) hash.update(piece)
  return hash.digest()
}
