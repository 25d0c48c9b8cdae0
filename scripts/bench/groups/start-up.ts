import { times, wall } from '../figures.ts'
import { interleave } from '../measure.ts'
import type { Bench, Contender, Group } from '../types.ts'

const STARTS = 20

/** What a program costs that does nothing, against Node.js itself. */
export const startUp: Group = {
  id: 'start-up',
  run: async bench => {
    const commands = ['node -e 0', 'lpack --version', 'lpack --help']
    const contenders = commands.map(command => many(bench, command))
    const results = interleave(bench, contenders, Math.max(7, bench.repeats))
    const ratio = wall(results[1]) / wall(results[0])
    const goal = {
      what: '`lpack --version` against `node -e 0`',
      goal: '≤ 1.6×',
      got: times(ratio),
      isReached: ratio <= 1.6,
    }
    return { sections: [{ title: `Start-up: ${STARTS} times`, notes: [], results }], goals: [goal] }
  },
}

function many(bench: Bench, command: string): Contender {
  const loop = `i=0; while [ $i -lt ${STARTS} ]; do ${command} > /dev/null; i=$((i+1)); done`
  return { name: command, command: loop, cwd: bench.work }
}
