import { times, wall } from '../figures.ts'
import { folderOf, SCIENTIFIC } from '../inputs.ts'
import { cold } from '../lpack.ts'
import { interleave, run } from '../measure.ts'
import type { Group } from '../types.ts'

/** One worker against two. */
export const jobs: Group = {
  id: 'jobs',
  run: async bench => {
    const dir = folderOf(bench, SCIENTIFIC)
    const title = 'Workers: scientific tree, cold'
    try {
      run(bench, 'lpack zip --jobs 1 --help', dir)
    } catch {
      return { sections: [{ title, notes: ['Not measured: this lpack has no --jobs.'], results: [] }], goals: [] }
    }
    const contenders = [1, 2].map(count => ({
      ...cold(bench, dir, `lpack --jobs ${count}`),
      command: `lpack zip --quiet --jobs ${count}`,
    }))
    // The run with one worker takes the longest of all.
    const results = interleave(bench, contenders, Math.min(2, bench.repeats))
    const ratio = wall(results[0]) / wall(results[1])
    const goal = { what: '2 workers against 1', goal: '≥ 1.8×', got: times(ratio), isReached: ratio >= 1.8 }
    return { sections: [{ title, notes: [], results }], goals: [goal] }
  },
}
