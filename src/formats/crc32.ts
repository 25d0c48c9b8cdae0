import * as zlib from 'node:zlib'
import sheetjs from 'crc-32'

/** The CRC-32 of zip, gzip and PNG, unsigned; `before` is that of what stands before the bytes. */
export function crc32(bytes: Uint8Array, before = 0): number {
  // Node has it since 20.15 and 22.2, several times as fast; 20.12 to 20.14 are supported too.
  if (typeof zlib.crc32 === 'function') return zlib.crc32(bytes, before)
  return sheetjs.buf(bytes, before) >>> 0
}
