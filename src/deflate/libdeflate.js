// JavaScript, for a worker thread loads it as it is when lpack runs from its sources.
import { deflate } from 'libdeflate'
import { withoutEnd } from './blocks.js'

/**
 * libdeflate 1.25 at its highest level, as WebAssembly: integer arithmetic only, so independent of CPU and Node version.
 * @param {Uint8Array} content
 * @returns {import('./encoder.ts').Compressed}
 */
export function compress(content) {
  const stream = content.length === 0 ? content : deflate(content, 12)
  return stream.length < content.length ? { method: 'deflate', stream } : { method: 'store' }
}

/**
 * libdeflate 1.25 at its default level, as blocks that others can follow.
 * @param {Uint8Array} content
 * @returns {Uint8Array}
 */
export function compressPart(content) {
  return withoutEnd(deflate(content, 6))
}
