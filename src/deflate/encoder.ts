import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { UserError } from '../errors.ts'

/** What a zip holds of a content. `store`: no DEFLATE stream would be smaller than the content, which is not repeated here. */
export type Compressed = { readonly method: 'deflate'; readonly stream: Uint8Array } | { readonly method: 'store' }

/** Makes DEFLATE streams (RFC 1951). The same bytes in give the same bytes out, on every machine. */
export interface Encoder {
  /** Names the algorithm, its version and level: what its output depends on besides the input. */
  readonly id: string
  /** How many threads it has. */
  readonly jobs: number
  /**
   * Compresses contents in one thread, in turn with what was asked for before. Takes their memory over. Rejects with the signal's
   * reason when that fires.
   */
  readonly compress: (contents: readonly Uint8Array[]) => Promise<readonly Compressed[]>
  /** As `id`, of what `compressPart` makes. */
  readonly partId: string
  /**
   * Compresses a part of a content, faster and less, into blocks that the blocks of another part can follow: none is the last one, and
   * they end with a byte. As `compress` takes its turn, the memory, and interruptions.
   */
  readonly compressPart: (content: Uint8Array) => Promise<Uint8Array>
  /** Ends the threads. */
  readonly close: () => Promise<void>
}

/** libdeflate's version as npm has it, and the level. */
export const ENCODER_ID = 'libdeflate-0.1.0/12'
export const PART_ENCODER_ID = 'libdeflate-0.1.0/6'

/** WebAssembly never gives memory back: from so many bytes on, a thread ends with its work. */
const LARGE_BYTES = 8 * 1_048_576

/** A thousand threads are no use to anybody, and may be one zero too many. */
const MOST_JOBS = 256

/** The pinned encoder in `jobs` threads, which start when there is work; `signal` interrupts it. Throws UserError OPTION_MISUSED. */
export function makeEncoder(jobs: number, signal: AbortSignal): Encoder {
  if (!Number.isInteger(jobs) || jobs < 1 || jobs > MOST_JOBS) {
    throw new UserError('OPTION_MISUSED', `The number of jobs is ${jobs}; it can be from 1 to ${MOST_JOBS}`)
  }
  const slots = makeSlots(jobs)
  const threads = new Set<Worker>()
  const idle: Worker[] = []
  const start = () => {
    const worker = startWorker()
    threads.add(worker)
    return worker
  }
  const end = async (worker: Worker) => {
    threads.delete(worker)
    await worker.terminate()
  }
  const work = async (message: Work, contents: readonly Uint8Array[]) => {
    const worker = idle.pop() ?? start()
    const isLarge = contents.some(({ length }) => length >= LARGE_BYTES)
    try {
      const answer = await workIn(worker, { message, contents }, signal)
      if (!isLarge) idle.push(worker)
      return answer
    } finally {
      if (!idle.includes(worker)) await end(worker)
    }
  }
  return {
    id: ENCODER_ID,
    jobs,
    compress: contents =>
      slots.within(async () => (await work({ kind: 'contents', contents }, contents)) as readonly Compressed[]),
    partId: PART_ENCODER_ID,
    compressPart: content => slots.within(async () => (await work({ kind: 'part', content }, [content])) as Uint8Array),
    close: async () => void (await Promise.all([...threads].map(end))),
  }
}

/** What a thread is told; worker.js has the same. */
type Work =
  | { readonly kind: 'contents'; readonly contents: readonly Uint8Array[] }
  | { readonly kind: 'part'; readonly content: Uint8Array }

/** Lets so many actions run at once; the others wait in turn. */
function makeSlots(count: number) {
  let free = count
  const waiting: (() => void)[] = []
  const leave = () => {
    const next = waiting.shift()
    if (next === undefined) free++
    else next()
  }
  return {
    within: async <T>(action: () => Promise<T>): Promise<T> => {
      if (free > 0) free--
      else await new Promise<void>(go => waiting.push(go))
      try {
        return await action()
      } finally {
        leave()
      }
    },
  }
}

function startWorker(): Worker {
  // Without the loaders that this process may have: they cost ten times what the thread does.
  const worker = new Worker(new URL('./worker.js', import.meta.url), { execArgv: [] })
  worker.unref()
  return worker
}

interface Sent {
  readonly message: Work
  /** All that the message has. */
  readonly contents: readonly Uint8Array[]
}

async function workIn(worker: Worker, { message, contents }: Sent, signal: AbortSignal): Promise<unknown> {
  signal.throwIfAborted()
  worker.ref()
  worker.postMessage(message, [...new Set(contents.flatMap(transferable))])
  try {
    const [answer] = await once(worker, 'message', { signal })
    return answer
  } catch (error) {
    signal.throwIfAborted()
    throw error
  } finally {
    worker.unref()
  }
}

/** The memory of the bytes, if they have it to themselves: then another thread can take it over without a copy. */
function transferable({ buffer, byteLength }: Uint8Array): readonly ArrayBuffer[] {
  return buffer instanceof ArrayBuffer && buffer.byteLength === byteLength && byteLength > 0 ? [buffer] : []
}
