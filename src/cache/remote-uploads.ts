import { setTimeout as sleep } from 'node:timers/promises'
import { ExchangeFailure } from '../system/exchange.ts'
import { allowedMs } from './allowance.ts'
import { type Blob, distinct, encodeStreams, keyOf } from './remote-format.ts'
import type { RemoteTools } from './remote-lookups.ts'
import type { RemoteRequest } from './remote-server.ts'
import type { FinishedStream, RemoteCache } from './types.ts'

/** Streams that wait are in memory. What comes when so much is waiting is left to a later run. */
const MOST_WAITING_BYTES = 64 * 1_048_576
const AT_ONCE = 4
/** From here on it pays to ask whether a server has it already. */
const ASK_FIRST_BYTES = 1_048_576
/** Until the server has taken an upload: so long, and as long as a slow line takes. */
const BASE_MS = 10_000
const BYTES_PER_MS = 100
/** More than the words that come with a status. */
const MOST_ANSWER_BYTES = 65_536

/** Uploads in the background. `onLeft` tells how many of all did not end, unless the breaker has told why. */
export function makeUploads(
  tools: RemoteTools,
  onLeft: (left: number, all: number) => void,
): Pick<RemoteCache, 'put' | 'settle'> {
  const { signal, breaker } = tools
  const queue: (readonly FinishedStream[])[] = []
  const running = new Set<Promise<void>>()
  let waitingBytes = 0
  let all = 0
  let ended = 0
  let fault: { readonly reason: unknown } | null = null

  const start = () => {
    if (breaker.isOff() || signal.aborted) queue.length = 0
    const finished = running.size < AT_ONCE ? queue.shift() : undefined
    if (finished === undefined) return
    const run: Promise<void> = upload(finished, tools)
      .then(() => {
        ended++
        breaker.worked()
      })
      .catch((reason: unknown) => {
        if (signal.aborted || breaker.isOff()) return
        if (reason instanceof ExchangeFailure) breaker.failed(reason.message)
        else fault ??= { reason }
      })
      .finally(() => {
        waitingBytes -= bytesOf(finished)
        running.delete(run)
        start()
      })
    running.add(run)
  }
  const drain = async () => {
    while (running.size > 0) await Promise.race(running)
  }
  return {
    put: finished => {
      if (breaker.isOff() || finished.length === 0) return
      all++
      const bytes = bytesOf(finished)
      if (waitingBytes > 0 && waitingBytes + bytes > MOST_WAITING_BYTES) return
      waitingBytes += bytes
      queue.push(finished)
      start()
    },
    settle: async () => {
      const over = new AbortController()
      const timeout = sleep(allowedMs(waitingBytes), undefined, { signal: over.signal }).catch(() => undefined)
      await Promise.race([drain(), timeout])
      over.abort()
      const isTold = breaker.isOff()
      breaker.turnOff(null)
      await drain()
      signal.throwIfAborted()
      if (fault !== null) throw fault.reason
      if (!isTold && ended < all) onLeft(all - ended, all)
    },
  }
}

function bytesOf(finished: readonly FinishedStream[]): number {
  return finished.reduce((sum, one) => sum + (one.method === 'deflate' ? one.stream.length : 0), 0)
}

async function upload(finished: readonly FinishedStream[], tools: RemoteTools): Promise<void> {
  const contents = distinct(finished)
  const { result, blobs } = encodeStreams(contents)
  for (const blob of blobs) {
    if (!(await isThere(blob, tools))) await send('cas', blob.sha256, blob.stream, tools)
  }
  // Last, so that it never points to what isn't there.
  await send('ac', keyOf(tools.encoderId, contents), result, tools)
}

async function isThere({ sha256, stream }: Blob, { server, breaker, damaged }: RemoteTools): Promise<boolean> {
  if (stream.length < ASK_FIRST_BYTES || damaged.has(sha256)) return false
  const fixed = { method: 'HEAD', body: null, maxBytes: 0, deadlineMs: BASE_MS, signal: breaker.signal } as const
  return (await server.ask({ ...fixed, folder: 'cas', key: sha256 })).status === 200
}

async function send(
  folder: RemoteRequest['folder'],
  key: string,
  body: Uint8Array,
  { server, breaker }: RemoteTools,
): Promise<void> {
  const deadlineMs = BASE_MS + body.length / BYTES_PER_MS
  const fixed = { method: 'PUT', maxBytes: MOST_ANSWER_BYTES, signal: breaker.signal } as const
  const { status } = await server.ask({ ...fixed, folder, key, body, deadlineMs })
  if (status >= 200 && status < 300) return
  if ([401, 403, 405, 501].includes(status)) breaker.turnOff(`it answered ${status} to an upload`)
  throw new ExchangeFailure(`it answered ${status} to an upload`)
}
