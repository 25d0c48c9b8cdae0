import { times, wall } from '../figures.ts'
import { folderOf, TEN_FUNCTIONS } from '../inputs.ts'
import { cold } from '../lpack.ts'
import { interleave } from '../measure.ts'
import type { Group } from '../types.ts'

/** One of ten functions that share a tree, against all ten. */
export const tenFunctions: Group = {
  id: 'ten',
  run: async bench => {
    const dir = folderOf(bench, TEN_FUNCTIONS)
    const one = { ...cold(bench, dir, 'one function'), command: 'lpack zip --quiet function0' }
    const results = interleave(bench, [one, cold(bench, dir, 'ten functions')], Math.min(2, bench.repeats))
    const ratio = wall(results[1]) / wall(results[0])
    const goal = {
      what: 'ten functions that share the tree, cold, against one',
      goal: '≤ 1.5×',
      got: times(ratio),
      isReached: ratio <= 1.5,
    }
    return { sections: [{ title: TEN_FUNCTIONS.title, notes: [], results }], goals: [goal] }
  },
}
