import { UserError } from '../../errors.ts'
import { ExchangeFailure } from '../../system/exchange.ts'
import { pause } from '../../system/line.ts'
import type { SendAnswer, System } from '../../system/system.ts'
import { isWorthRetrying, retryAfterMs } from '../../system/transfer.ts'

/** Asks again where that can help: after a cut, and after 408, 429 and 5xx. The last answer is returned, whatever it is. */
export async function patiently(url: string, system: System, ask: () => Promise<SendAnswer>): Promise<SendAnswer> {
  for (let failures = 0; ; failures++) {
    const isLast = failures >= system.network.patience.retries
    let waitMs: number | null = null
    try {
      const answer = await ask()
      if (!isBusy(answer) || isLast) return answer
      waitMs = askedWaitMs(answer)
    } catch (error) {
      if (!(error instanceof ExchangeFailure)) throw error
      if (isLast || error.isFinal) throw unreachable(url, error)
    }
    await waitBefore(failures + 1, waitMs, system)
  }
}

export function isBusy({ status }: Pick<SendAnswer, 'status'>): boolean {
  return isWorthRetrying(status)
}

/** What the server asks for; null: nothing. */
export function askedWaitMs({ headers }: SendAnswer): number | null {
  return retryAfterMs(name => headers[name] ?? null)
}

/** @param retry 1 for the first. */
export async function waitBefore(retry: number, askedMs: number | null, system: System): Promise<void> {
  const { backoffMs, longestWaitMs } = system.network.patience
  await pause(Math.min(askedMs ?? backoffMs * 2 ** (retry - 1), longestWaitMs), [system.signal])
}

export function unreachable(url: string, failure: ExchangeFailure): UserError {
  return new UserError('NETWORK_UNREACHABLE', withoutQuery(url), failure.message)
}

/** What a query has may be a credential. */
export function withoutQuery(url: string): string {
  return url.replace(/[?#].*$/s, '')
}

export function userAgentOf({ version }: System): string {
  return `lpack/${version}`
}
