/**
 * Runs an action for each item, `limit` at once, and returns the results in the items' order. After a failure no other is
 * started, the signal tells the running ones to stop, and all have ended before the first failure is thrown.
 */
export async function inParallel<T, R>(
  items: readonly T[],
  limit: number,
  action: (item: T, signal: AbortSignal) => Promise<R>,
): Promise<readonly R[]> {
  const results = new Map<number, R>()
  const stop = new AbortController()
  const queue = items.entries()
  let failure: { readonly reason: unknown } | null = null
  const work = async () => {
    for (const [place, item] of queue) {
      if (failure !== null) return
      try {
        results.set(place, await action(item, stop.signal))
      } catch (reason) {
        failure ??= { reason }
        stop.abort()
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, work))
  const failed = failure as { readonly reason: unknown } | null
  if (failed !== null) throw failed.reason
  // Sorted for determinism
  return [...results].sort(([a], [b]) => a - b).map(([, result]) => result)
}
