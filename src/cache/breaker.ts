import { setMaxListeners } from 'node:events'
import { ExchangeFailure } from '../system/exchange.ts'

/** Ends the use of a server that is of no use, for the rest of the run. */
export interface Breaker {
  readonly isOff: () => boolean
  /** Fires when it goes off, so that nobody waits for what is still under way. */
  readonly signal: AbortSignal
  readonly worked: () => void
  readonly failed: (why: string) => void
  /** Goes off at once; null: without a word. */
  readonly turnOff: (why: string | null) => void
}

/** So many failures without a success between them. */
const MOST_FAILURES = 3

/** `onOff` is called once, with the reason. */
export function makeBreaker(onOff: (why: string) => void): Breaker {
  const off = new AbortController()
  // As many wait for it as there are exchanges.
  setMaxListeners(0, off.signal)
  let failures = 0
  const turnOff = (why: string | null) => {
    if (off.signal.aborted) return
    off.abort(new ExchangeFailure('the server is not used any more'))
    if (why !== null) onOff(why)
  }
  return {
    isOff: () => off.signal.aborted,
    signal: off.signal,
    worked: () => {
      failures = 0
    },
    failed: why => {
      failures++
      if (failures >= MOST_FAILURES) turnOff(why)
    },
    turnOff,
  }
}
