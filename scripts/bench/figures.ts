import type { Measurement, Result } from './types.ts'

/** The middle one; of an even number the mean of the two. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b)
  const half = sorted.length / 2
  return ((sorted[Math.ceil(half) - 1] ?? Number.NaN) + (sorted[Math.floor(half)] ?? Number.NaN)) / 2
}

export function wall(result: Result | undefined): number {
  return medianOf(result, run => run.wallSeconds)
}

export function cpu(result: Result | undefined): number {
  return medianOf(result, run => run.cpuSeconds)
}

/** The highest of all runs. */
export function peak(result: Result | undefined): number {
  return Math.max(...(result?.runs ?? []).map(run => run.peakBytes))
}

/** How far the wall times are from each other, as a part of the median. */
export function spread(result: Result): number {
  const walls = result.runs.map(run => run.wallSeconds)
  return (Math.max(...walls) - Math.min(...walls)) / median(walls)
}

export function named(results: readonly Result[], name: string): Result | undefined {
  return results.find(result => result.name === name)
}

export function times(ratio: number): string {
  return `${ratio.toFixed(ratio < 0.1 ? 3 : 2)}×`
}

export function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 1_048_576)} MiB`
}

function medianOf(result: Result | undefined, figure: (run: Measurement) => number): number {
  return median((result?.runs ?? []).map(figure))
}
