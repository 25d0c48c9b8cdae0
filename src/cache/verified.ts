import { createHash } from 'node:crypto'
import { createInflateRaw, inflateRawSync } from 'node:zlib'
import { crc32 } from '../formats/crc32.ts'
import type { FinishedStream } from './types.ts'

export interface ExpectedContent {
  /** In lower-case hex. */
  readonly sha256: string
  readonly bytes: number
}

/** Up to here a content is unzipped at once; larger ones pass in pieces, so that none is in memory as a whole. */
const AT_ONCE_BYTES = 1_048_576

/**
 * A DEFLATE stream from elsewhere as a finished one, if all of it is used up in making exactly the content; else null. Nothing beyond the
 * content's bytes is unzipped.
 */
export async function verifiedStream(stream: Uint8Array, expected: ExpectedContent): Promise<FinishedStream | null> {
  const { sha256, bytes } = expected
  // What is no smaller than its content is stored.
  if (stream.length >= bytes) return null
  try {
    const checksum = bytes <= AT_ONCE_BYTES ? atOnce(stream, expected) : await inPieces(stream, expected)
    return checksum === null ? null : { sha256, bytes, crc32: checksum, method: 'deflate', stream }
  } catch {
    return null // It isn't DEFLATE, ends too early, or makes more than the content.
  }
}

/** A content as one that is stored, if it is the expected one. */
export function verifiedStore(content: Uint8Array, { sha256, bytes }: ExpectedContent): FinishedStream | null {
  const isExpected = createHash('sha256').update(content).digest('hex') === sha256
  return isExpected ? { sha256, bytes, crc32: crc32(content), method: 'store' } : null
}

function atOnce(stream: Uint8Array, { sha256, bytes }: ExpectedContent): number | null {
  const options = { maxOutputLength: bytes, info: true }
  // Its types don't know `info`. https://nodejs.org/api/zlib.html#class-options
  const { buffer, engine } = inflateRawSync(stream, options) as unknown as Inflated
  const isWhole = engine.bytesWritten === stream.length && buffer.length === bytes
  return isWhole && createHash('sha256').update(buffer).digest('hex') === sha256 ? crc32(buffer) : null
}

interface Inflated {
  readonly buffer: Uint8Array
  readonly engine: { readonly bytesWritten: number }
}

async function inPieces(stream: Uint8Array, { sha256, bytes }: ExpectedContent): Promise<number | null> {
  const inflate = createInflateRaw({ chunkSize: 65_536 })
  inflate.end(stream)
  const hash = createHash('sha256')
  let checksum = 0
  let made = 0
  for await (const piece of inflate as AsyncIterable<Uint8Array>) {
    made += piece.length
    if (made > bytes) return null
    hash.update(piece)
    checksum = crc32(piece, checksum)
  }
  const isWhole = inflate.bytesWritten === stream.length && made === bytes
  return isWhole && hash.digest('hex') === sha256 ? checksum : null
}
