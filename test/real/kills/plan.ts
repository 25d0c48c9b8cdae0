import type { Random } from '../../full/survive.ts'

/** How many of 40 killed builds end at a place, and how many times a build gets there, about. */
const PLACES = [
  { place: 'cache write', share: 9, times: 20 },
  { place: 'cache rename', share: 6, times: 12 },
  { place: 'zip write', share: 9, times: 40 },
  { place: 'zip rename', share: 4, times: 2 },
  { place: 'record write', share: 2, times: 3 },
  { place: 'record rename', share: 1, times: 3 },
  { place: 'log write', share: 1, times: 2 },
  { place: 'ignore write', share: 1, times: 1 },
  { place: 'removal', share: 1, times: 2 },
] as const

const SHARES = 40

/** Where builds are to be killed, in random order; null: at a random moment from outside. */
export function makePlan(kills: number, random: Random): (string | null)[] {
  const named = PLACES.flatMap(({ place, share, times }) =>
    Array.from({ length: Math.ceil((share * kills) / SHARES) }, () => {
      const moments = place.endsWith('rename') ? ['before', 'after'] : ['before', 'half', 'half', 'after']
      return `${place}/${random.pick(moments)}/${1 + random.below(times)}`
    }),
  )
  const plan: (string | null)[] = [...named.slice(0, kills)]
  while (plan.length < kills) plan.push(null)
  for (let last = plan.length - 1; last > 0; last--) {
    const other = random.below(last + 1)
    ;[plan[last], plan[other]] = [plan[other] ?? null, plan[last] ?? null]
  }
  return plan
}

/** Kills by where they happened. */
export interface Counts {
  readonly add: (killAt: string | null, place: string) => void
  /** Of all kills. */
  readonly total: () => number
  /** While the main thread was in a place whose name matches, from the outside or by the hook. */
  readonly inside: (place: RegExp) => number
  readonly told: () => string
}

export function makeCounts(): Counts {
  const counts = new Map<string, number>()
  const inside = (place: RegExp) => [...counts].reduce((sum, [name, count]) => sum + (place.test(name) ? count : 0), 0)
  return {
    add: (killAt, place) => {
      const moment = killAt?.split('/')[1] ?? 'from outside'
      const name = `${place}, ${moment}`
      counts.set(name, (counts.get(name) ?? 0) + 1)
    },
    total: () => inside(/./),
    inside,
    told: () =>
      [...counts]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, count]) => `${count} ${name}`)
        .join('; '),
  }
}
