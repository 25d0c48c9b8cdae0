import { crc32 } from '../formats/crc32.ts'
import type { Encoder } from './encoder.ts'

/** Parts are compressed one by one, which costs 0.1 % of the size, so that all cores work and the number of them changes no byte. */
const PART_BYTES = 4 * 1_048_576

// https://www.rfc-editor.org/rfc/rfc1952 §2.3: DEFLATE, no flags, no time, no level told, no system told.
const HEADER = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff)
/** A block that is the last one, and empty. */
const LAST_BLOCK = Uint8Array.of(3, 0)

/** Names what the bytes of a gzip depend on besides its content. */
export function gzipId({ partId }: Encoder): string {
  return `gzip 1 of ${PART_BYTES}, ${partId}`
}

/**
 * One gzip member of the pieces' bytes, of which those are handed to `write` in order. The pieces' memory is not kept. Nothing of it is
 * in memory as a whole. Returns the content's length.
 */
export async function writeGzip(
  pieces: AsyncIterable<Uint8Array>,
  encoder: Encoder,
  write: (bytes: Uint8Array) => Promise<void>,
): Promise<number> {
  const waiting: Promise<Uint8Array>[] = []
  const writeNext = async () => void (await write((await waiting.shift()) ?? new Uint8Array()))
  let checksum = 0
  let length = 0
  await write(HEADER)
  for await (const part of inParts(pieces)) {
    checksum = crc32(part, checksum)
    length += part.length
    const compressed = encoder.compressPart(part)
    // Who waits for it hears of a failure; one before it may be heard of first.
    compressed.catch(() => undefined)
    waiting.push(compressed)
    if (waiting.length === 2 * encoder.jobs) await writeNext()
  }
  while (waiting.length > 0) await writeNext()
  await write(LAST_BLOCK)
  await write(trailer(checksum, length))
  return length
}

/** Parts of one size but for the last, each in memory of its own. */
async function* inParts(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let part = new Uint8Array(PART_BYTES)
  let filled = 0
  for await (const piece of pieces) {
    for (let at = 0; at < piece.length; ) {
      const fitting = piece.subarray(at, at + PART_BYTES - filled)
      part.set(fitting, filled)
      filled += fitting.length
      at += fitting.length
      if (filled < PART_BYTES) continue
      yield part
      part = new Uint8Array(PART_BYTES)
      filled = 0
    }
  }
  if (filled > 0) yield part.slice(0, filled)
}

function trailer(checksum: number, length: number): Uint8Array {
  const bytes = Buffer.alloc(8)
  bytes.writeUInt32LE(checksum, 0)
  bytes.writeUInt32LE(length % 2 ** 32, 4)
  return bytes
}
