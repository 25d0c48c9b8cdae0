// JavaScript, for a worker thread loads it as it is when lpack runs from its sources.
import { deflate } from 'libdeflate'

/** The algorithm, its version and level: what the streams depend on besides the content. */
export const ENCODER_ID = 'libdeflate-0.1.0/12'

/**
 * A file's content as a zip holds it: its DEFLATE stream, or the content itself where that is not larger.
 * libdeflate 1.25 at its highest level, as WebAssembly: integer arithmetic only, so independent of CPU and Node version.
 * @param {Uint8Array} content
 * @returns {{ method: 'deflate' | 'store', stream: Uint8Array }}
 */
export function compress(content) {
  const stream = content.length === 0 ? content : deflate(content, 12)
  return stream.length < content.length ? { method: 'deflate', stream } : { method: 'store', stream: content }
}

/**
 * The memory of the bytes, if they have it to themselves: then another thread can take it over without a copy.
 * @param {Uint8Array} bytes
 * @returns {ArrayBuffer[]}
 */
export function transferable({ buffer, byteLength }) {
  return buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? [buffer] : []
}
