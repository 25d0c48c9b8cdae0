import { peak, times, wall } from '../figures.ts'
import { grown } from '../inputs.ts'
import { cold } from '../lpack.ts'
import { interleave } from '../measure.ts'
import type { Group } from '../types.ts'

/** Ten times the files and bytes: about 20 MB of Python sources, and ten of these that all differ. */
export const growth: Group = {
  id: 'growth',
  run: async bench => {
    const contenders = [1, 10].map(parts => cold(bench, grown(bench, parts), `${parts}× files and bytes`))
    const results = interleave(bench, contenders)
    const time = wall(results[1]) / wall(results[0])
    const memory = peak(results[1]) / peak(results[0])
    const goal = {
      what: 'growth: 10× the files, 10× the bytes',
      goal: 'time ≤ 11×, memory flat (≤ 1.25×)',
      got: `time ${times(time)}, memory ${times(memory)}`,
      isReached: time <= 11 && memory <= 1.25,
    }
    return { sections: [{ title: 'Growth: Python sources', notes: [], results }], goals: [goal] }
  },
}
