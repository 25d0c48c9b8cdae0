import type { ReadableStream } from 'node:stream/web'
import { setTimeout as sleep } from 'node:timers/promises'
import { UserError } from '../errors.ts'
import { failureOf, Transient, withoutCredentials } from './network-failure.ts'
import type { Patience, SendRequest } from './system.ts'

export interface FetchOptions {
  readonly method: SendRequest['method']
  /** Pieces are sent as they come, so a header must tell their length. */
  readonly body: Uint8Array | AsyncIterable<Uint8Array> | null
  readonly headers: Record<string, string>
  readonly redirect: 'manual'
  readonly signal: AbortSignal
}

export interface Answer {
  readonly status: number
  readonly headers: {
    get(name: string): string | null
    forEach(action: (value: string, name: string) => void): void
  }
  readonly body: ReadableStream<Uint8Array> | null
}

export type Fetch = (url: string, options: FetchOptions) => Promise<Answer>

export interface Line {
  readonly fetch: Fetch
  readonly signal: AbortSignal
  readonly patience: Patience
}

/** Tries again where that can help; the last failure is told as NETWORK_UNREACHABLE. */
export async function persist<T>(
  line: Line,
  signal: AbortSignal,
  url: string,
  attempt: (isLast: boolean) => Promise<T>,
) {
  let failures = 0
  for (;;) {
    try {
      return await attempt(failures >= line.patience.retries)
    } catch (error) {
      line.signal.throwIfAborted()
      signal.throwIfAborted()
      if (!(error instanceof Transient)) throw error
      failures = error.isFurther ? 1 : failures + 1
      if (failures > line.patience.retries) {
        throw new UserError('NETWORK_UNREACHABLE', withoutCredentials(url), error.message)
      }
      const waitMs = error.waitMs ?? line.patience.backoffMs * 2 ** (failures - 1)
      await pause(Math.min(waitMs, line.patience.longestWaitMs), [line.signal, signal])
    }
  }
}

/** Waits, or throws a signal's reason as soon as it fires. */
export async function pause(ms: number, signals: readonly AbortSignal[]): Promise<void> {
  const stop = new AbortController()
  const onAbort = () => stop.abort()
  for (const signal of signals) signal.addEventListener('abort', onAbort)
  // The abort itself is told below, with its own reason.
  await sleep(ms, undefined, { signal: stop.signal }).catch(() => undefined)
  for (const signal of signals) {
    signal.removeEventListener('abort', onAbort)
    signal.throwIfAborted()
  }
}

export interface Watch {
  readonly signal: AbortSignal
  readonly idleMs: number
  /** From now on, something must happen within the time. */
  readonly expect: (ms: number, otherwise: string) => void
  readonly rest: () => void
  /** What didn't happen in time. */
  readonly expired: () => string | null
  readonly interrupted: () => void
}

/** Runs one attempt, which stops when a signal fires or what it expects doesn't come in time. */
export async function watched<T>(line: Line, signal: AbortSignal, action: (watch: Watch) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  let timer: NodeJS.Timeout | undefined
  let expired: string | null = null
  const signals = [line.signal, signal]
  const onAbort = () => controller.abort()
  for (const one of signals) {
    one.throwIfAborted()
    one.addEventListener('abort', onAbort)
  }
  const expect = (ms: number, otherwise: string) => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      expired = `${otherwise} for ${ms / 1000} s`
      controller.abort()
    }, ms)
  }
  const interrupted = () => {
    for (const one of signals) one.throwIfAborted()
  }
  const rest = () => clearTimeout(timer)
  try {
    return await action({
      signal: controller.signal,
      idleMs: line.patience.idleMs,
      expect,
      rest,
      interrupted,
      expired: () => expired,
    })
  } finally {
    rest()
    for (const one of signals) one.removeEventListener('abort', onAbort)
  }
}

/** Runs what may fail for reasons of the network; other failures (a full disk) keep out of here. */
export async function onLine<T>(watch: Watch, url: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (error) {
    watch.interrupted()
    const expired = watch.expired()
    throw expired === null ? failureOf(error, url) : new Transient(expired)
  }
}
