import { mebibytes, named, peak, times, wall } from '../figures.ts'
import { folderOf, type Input, SCIENTIFIC, TREES, unpacked } from '../inputs.ts'
import { cold } from '../lpack.ts'
import { interleave, run } from '../measure.ts'
import type { Bench, Goal, Group, Result, Section } from '../types.ts'
import { SEVEN_ZIP, ZIP, zippers } from '../zippers.ts'

const LPACK = 'lpack, cold'

/** Cold lpack against programs that compress, on the same files. */
export const trees: Group = {
  id: 'trees',
  run: async bench => {
    const sections = TREES.map(input => sectionOf(bench, input))
    const scientific = sections[TREES.indexOf(SCIENTIFIC)]?.results ?? []
    return { sections, goals: goals(scientific) }
  },
}

function sectionOf(bench: Bench, input: Input): Section {
  const tree = unpacked(bench, input)
  const { contenders, leftOut } = zippers(bench, tree)
  const [first, ...others] = contenders
  if (first === undefined) throw new Error('zip is not installed.')
  const files = run(bench, 'find . -type f | wc -l', tree)
  const bytes = run(bench, "find . -type f -printf '%s\\n' | awk '{ sum += $1 } END { print sum }'", tree)
  const results = interleave(bench, [first, cold(bench, folderOf(bench, input), LPACK), ...others])
  const size = `${Number(files).toLocaleString('en')} files, ${Number(bytes).toLocaleString('en')} bytes.`
  return { title: input.title, notes: [[size, ...leftOut].join(' ')], results }
}

function goals(results: readonly Result[]): Goal[] {
  const [lpack, zip, sevenZip] = [LPACK, ZIP, SEVEN_ZIP].map(name => named(results, name))
  const ratio = wall(lpack) / wall(zip)
  const saved = 1 - (lpack?.bytes ?? Number.NaN) / (zip?.bytes ?? Number.NaN)
  const ratioToSevenZip = wall(lpack) / wall(sevenZip)
  return [
    {
      what: 'cold `lpack zip` of the scientific tree, wall, against `zip -9 -r`',
      goal: '≤ 1.2×, with ≥ 4 % fewer bytes',
      got: `${times(ratio)}, with ${(saved * 100).toFixed(1)} % fewer`,
      isReached: ratio <= 1.2 && saved >= 0.04,
    },
    {
      what: 'the same against `7z -mx=9`',
      goal: '≤ 0.3×',
      got: times(ratioToSevenZip),
      isReached: ratioToSevenZip <= 0.3,
    },
    {
      what: 'peak RSS, scientific tree, no file over 30 MB',
      goal: '≤ 300 MiB',
      got: mebibytes(peak(lpack)),
      isReached: peak(lpack) <= 300 * 1_048_576,
    },
  ]
}
