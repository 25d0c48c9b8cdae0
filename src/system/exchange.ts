import { UserError } from '../errors.ts'
import { type Answer, type Line, type Watch, watched } from './line.ts'
import { Transient, Unreachable } from './network-failure.ts'
import type { ExchangeAnswer, ExchangeRequest } from './system.ts'
import { ask, discard, lengthOf, piecesOf } from './transfer.ts'

/** No whole answer came. The message is the reason, for a sentence of its own. */
export class ExchangeFailure extends Error {
  override readonly name = 'ExchangeFailure'
  /** True if another try can't help. */
  readonly isFinal: boolean
  constructor(why: string, isFinal = false) {
    super(why)
    this.isFinal = isFinal
  }
}

/** What nobody wants of an answer is read up to here, so that its connection can be used again. */
const LEFTOVER_BYTES = 65_536

const LONGEST_TIMER_MS = 2 ** 31 - 1

/** Asks once, and waits no longer than the request says. Throws ExchangeFailure, or the reason of a signal that fired. */
export async function exchange(line: Line, request: ExchangeRequest): Promise<ExchangeAnswer> {
  const stop = new AbortController()
  const onAbort = () => stop.abort(request.signal.reason)
  const tooLate = new ExchangeFailure(`no whole answer came within ${(request.deadlineMs / 1000).toFixed(1)} s`)
  const timer = setTimeout(() => stop.abort(tooLate), Math.min(request.deadlineMs, LONGEST_TIMER_MS))
  request.signal.addEventListener('abort', onAbort)
  // The bytes that are sent give no sign of life.
  const answerMs = request.body === null ? request.idleMs : LONGEST_TIMER_MS
  const patient = { ...line, patience: { ...line.patience, answerMs, idleMs: request.idleMs } }
  try {
    request.signal.throwIfAborted()
    return await watched(patient, stop.signal, async watch => {
      const headers = { ...request.headers, 'accept-encoding': 'identity' }
      const { answer } = await ask(patient, watch, { ...request, headers })
      return { status: answer.status, body: await bodyOf(answer, request, watch) }
    })
  } catch (error) {
    throw failureFor(error)
  } finally {
    clearTimeout(timer)
    request.signal.removeEventListener('abort', onAbort)
  }
}

async function bodyOf(answer: Answer, { method, maxBytes }: ExchangeRequest, watch: Watch): Promise<Uint8Array> {
  const isWanted = method === 'GET' && answer.status === 200
  const length = method === 'HEAD' ? null : lengthOf(answer)
  if (!isWanted && length !== null && length > LEFTOVER_BYTES) {
    await discard(answer)
    return new Uint8Array()
  }
  if (isWanted && length !== null && length > maxBytes) {
    await discard(answer)
    throw new ExchangeFailure(`the answer has ${length} bytes, more than it could`)
  }
  const pieces: Uint8Array[] = []
  let bytes = 0
  for await (const piece of piecesOf(answer, watch)) {
    bytes += piece.length
    if (isWanted && bytes > maxBytes) throw new ExchangeFailure(`the answer has more than ${maxBytes} bytes`)
    if (isWanted) pieces.push(piece)
    else if (bytes > LEFTOVER_BYTES) break
  }
  if (isWanted && length !== null && bytes !== length) {
    throw new ExchangeFailure(`the answer ended after ${bytes} of ${length} bytes`)
  }
  return Buffer.concat(pieces)
}

/** An ExchangeFailure for what failed on the line; any other error as it is. */
export function failureFor(error: unknown): unknown {
  if (error instanceof Unreachable) return new ExchangeFailure(error.why, true)
  if (error instanceof Transient) return new ExchangeFailure(error.message)
  // Settings of the network that can't be used. They are a sentence already.
  if (error instanceof UserError) return new ExchangeFailure(error.message.replace(/\.$/, ''), true)
  return error
}
