import { parentPort } from 'node:worker_threads'
import { compress, compressPart } from './libdeflate.js'

/** @typedef {{ readonly kind: 'contents', readonly contents: readonly Uint8Array[] } | { readonly kind: 'part', readonly content: Uint8Array }} Work */

parentPort?.on('message', (/** @type {Work} */ work) => {
  if (work.kind === 'part') {
    const blocks = compressPart(work.content)
    parentPort?.postMessage(blocks, [/** @type {ArrayBuffer} */ (blocks.buffer)])
    return
  }
  const compressed = work.contents.map(compress)
  const memory = compressed.flatMap(one => (one.method === 'deflate' ? [one.stream.buffer] : []))
  parentPort?.postMessage(compressed, /** @type {ArrayBuffer[]} */ (memory))
})
