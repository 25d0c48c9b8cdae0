import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

/** A file's content as a zip holds it. */
export interface Compressed {
  readonly method: 'deflate' | 'store'
  /** The DEFLATE stream, or the content itself where that is not larger. */
  readonly stream: Uint8Array
}

/** Makes DEFLATE streams (RFC 1951). The same bytes in give the same bytes out, on every machine. */
export interface Encoder {
  /** Names the algorithm, its version and level: what its output depends on besides the input. */
  readonly id: string
  /** Takes the content over: its memory may be gone afterwards. Rejects with the signal's reason when that fires. */
  readonly compress: (content: Uint8Array) => Promise<Compressed>
}

/** From here on, in bytes, compressing takes so long that the main thread must stay free for progress and interruption. */
const LARGE_BYTES = 4 * 1_048_576

/** The pinned encoder; `signal` interrupts it. */
export async function makeEncoder(signal: AbortSignal): Promise<Encoder> {
  const { compress, ENCODER_ID, transferable } = await import('./libdeflate.js')
  return {
    id: ENCODER_ID,
    compress: async content =>
      content.length < LARGE_BYTES ? compress(content) : compressAside(content, transferable(content), signal),
  }
}

/** In a thread of its own, which gives its memory back when it is done. */
async function compressAside(
  content: Uint8Array,
  transferList: ArrayBuffer[],
  signal: AbortSignal,
): Promise<Compressed> {
  const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData: content, transferList })
  try {
    const [compressed] = (await once(worker, 'message', { signal })) as [Compressed]
    return compressed
  } catch (error) {
    signal.throwIfAborted()
    throw error
  } finally {
    await worker.terminate()
  }
}
