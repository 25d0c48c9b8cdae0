/** The time that a server may cost, and what is left of it. */
export interface Allowance {
  readonly leftMs: () => number
  /** Adds what the bytes allow, and counts the time that the action takes; of actions side by side it counts once. */
  readonly during: <T>(bytes: number, action: () => Promise<T>) => Promise<T>
}

const BASE_MS = 5_000
/** 10 MB/s, about what a core compresses. */
const BYTES_PER_MS = 10_000

/** What waiting for so many bytes may cost: five seconds, and as long as compressing them would take. */
export function allowedMs(bytes: number): number {
  return BASE_MS + bytes / BYTES_PER_MS
}

export function makeAllowance(): Allowance {
  let allBytes = 0
  let spentMs = 0
  let running = 0
  let since = 0
  return {
    leftMs: () => allowedMs(allBytes) - spentMs - (running === 0 ? 0 : performance.now() - since),
    during: async (bytes, action) => {
      allBytes += bytes
      if (running === 0) since = performance.now()
      running++
      try {
        return await action()
      } finally {
        running--
        if (running === 0) spentMs += performance.now() - since
      }
    },
  }
}
