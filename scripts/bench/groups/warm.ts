import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { named, times, wall } from '../figures.ts'
import { folderOf, type Input, NODE_APP, SCIENTIFIC, unpacked } from '../inputs.ts'
import { warm } from '../lpack.ts'
import { interleave, run } from '../measure.ts'
import type { Bench, Goal, Group, Result, Section } from '../types.ts'
import { ZIP, zip } from '../zippers.ts'

const UNCHANGED = 'lpack, nothing changed'
const CHANGED = 'lpack, one source file changed'

const CASES = [
  { input: SCIENTIFIC, source: 'lambda_function.py', line: '# changed\n' },
  { input: NODE_APP, source: 'index.mjs', line: '// changed\n' },
] as const

/** lpack after it has run before, against zip, which compresses all again. */
export const warmRuns: Group = {
  id: 'warm',
  run: async bench => {
    const sections = CASES.map(({ input, source, line }) => sectionOf(bench, input, { source, line }))
    return { sections, goals: goals(sections[0]?.results ?? []) }
  },
}

function sectionOf(bench: Bench, input: Input, change: { readonly source: string; readonly line: string }): Section {
  const dir = folderOf(bench, input)
  const tree = unpacked(bench, input)
  // Once more after the zip has been unpacked, for what was written just now can't be told from what changes just now.
  run(bench, 'sleep 3; lpack zip --quiet', dir)
  const changed = {
    ...warm(dir, CHANGED),
    before: () => appendFileSync(join(dir, change.source), change.line),
  }
  const results = interleave(bench, [zip(bench, tree), warm(dir, UNCHANGED), changed])
  return { title: `Again: ${input.title}`, notes: [], results }
}

function goals(results: readonly Result[]): Goal[] {
  const [zip, unchanged, changed] = [ZIP, UNCHANGED, CHANGED].map(name => wall(named(results, name)))
  const ratio = Number(unchanged) / Number(zip)
  const changedRatio = Number(changed) / Number(zip)
  return [
    {
      what: 'warm, nothing changed, against `zip -9 -r`',
      goal: '≤ 0.05×, and ≤ 600 ms',
      got: `${times(ratio)}, ${(Number(unchanged) * 1000).toFixed(0)} ms`,
      isReached: ratio <= 0.05 && Number(unchanged) <= 0.6,
    },
    {
      what: 'warm, one source file changed, against `zip -9 -r`',
      goal: '≤ 0.08×',
      got: times(changedRatio),
      isReached: changedRatio <= 0.08,
    },
  ]
}
