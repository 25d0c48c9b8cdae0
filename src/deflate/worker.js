import { parentPort } from 'node:worker_threads'
import { compress } from './libdeflate.js'

parentPort?.on('message', (/** @type {readonly Uint8Array[]} */ contents) => {
  const compressed = contents.map(compress)
  const memory = compressed.flatMap(one => (one.method === 'deflate' ? [one.stream.buffer] : []))
  parentPort?.postMessage(compressed, /** @type {ArrayBuffer[]} */ (memory))
})
