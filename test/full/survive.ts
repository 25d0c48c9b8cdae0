import * as assert from 'uvu/assert'
import { UserError } from '../../src/errors.ts'

/** How long one case may take, and by how much it may raise the memory that the process ever held. */
const MOST_MS = 5000
const MOST_BYTES = 500 * 1_048_576

/** Numbers that are the same in every run. */
export interface Random {
  /** From 0 to below `limit`. */
  readonly below: (limit: number) => number
  readonly pick: <T>(items: readonly T[]) => T
  /** True once in `times`. */
  readonly onceIn: (times: number) => boolean
}

/** mulberry32. */
export function makeRandom(seed: number): Random {
  let state = seed >>> 0
  const below = (limit: number): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let value = Math.imul(state ^ (state >>> 15), state | 1)
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61)
    return ((value ^ (value >>> 14)) >>> 0) % limit
  }
  const pick = <T>(items: readonly T[]): T => items[below(items.length)] as T
  return { below, pick, onceIn: times => below(times) === 0 }
}

/** How the cases of one target ended: results, and refusals by their codes. */
export type Outcomes = ReadonlyMap<string, number>

/**
 * Runs an action for many seeds. Each must give a result or a UserError in time and without taking memory; what the
 * action adds to `note` stands in the message if it doesn't. Prints how the cases ended.
 */
export async function survive(
  target: string,
  cases: number,
  action: (random: Random, note: (text: string) => void) => Promise<unknown>,
): Promise<Outcomes> {
  const outcomes = new Map<string, number>()
  const only = process.env['FUZZ_SEED']
  for (let seed = 1; seed <= cases; seed++) {
    if (only !== undefined && Number(only) !== seed) continue
    const outcome = await outcomeOf(`${target}, FUZZ_SEED=${seed}`, note => action(makeRandom(seed), note))
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
  }
  const sorted = [...outcomes].sort(([, a], [, b]) => b - a).map(([outcome, times]) => `${times} ${outcome}`)
  console.log(`    ${target}: ${cases} cases: ${sorted.join(', ')}`)
  return outcomes
}

async function outcomeOf(label: string, action: (note: (text: string) => void) => Promise<unknown>): Promise<string> {
  const notes: string[] = []
  const began = performance.now()
  const held = peakBytes()
  const told = () => `${label}\n${notes.join('\n').slice(-4000)}`
  try {
    await action(text => void notes.push(text))
    return 'results'
  } catch (error) {
    if (!(error instanceof UserError)) throw failure(`${told()}\n${error instanceof Error ? error.stack : error}`)
    if (/\bundefined\b|\.ts:\d/.test(error.message)) throw failure(`${told()}\n${error.code}: ${error.message}`)
    return error.code
  } finally {
    const took = performance.now() - began
    const more = peakBytes() - held
    if (took > MOST_MS) assert.unreachable(`${told()}\ntook ${took.toFixed(0)} ms`)
    if (more > MOST_BYTES) assert.unreachable(`${told()}\ntook ${more} bytes`)
  }
}

function failure(message: string): assert.Assertion {
  return new assert.Assertion({ message, operator: 'survives', generated: false, details: '' } as never)
}

function peakBytes(): number {
  return process.resourceUsage().maxRSS * 1024
}
