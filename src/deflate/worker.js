import { parentPort, workerData } from 'node:worker_threads'
import { compress, transferable } from './libdeflate.js'

const compressed = compress(workerData)
parentPort?.postMessage(compressed, transferable(compressed.stream))
