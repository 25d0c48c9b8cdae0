import { evaluateMarker, type Requirement, requirementText } from '../../formats/pep508.ts'
import type { Need, PythonTarget } from '../../model.ts'
import { DIRECT, edgesOf } from './closure.ts'
import { describeTarget } from './target.ts'
import type { LaidOutDistribution } from './types.ts'

/** All that the distributions and the function require, and why some of it brings nothing. `direct` are the names that the function asks for. */
export function needsOf(
  distributions: readonly LaidOutDistribution[],
  direct: readonly string[],
  target: PythonTarget,
): readonly Need[] {
  const names = new Set(distributions.map(({ name }) => name))
  const edges = new Set(edgesOf(distributions, direct, target).map(({ from, to }) => `${from} ${to}`))
  const asked = direct.map(name => ({ from: DIRECT, name, id: name, text: name, inactive: null }))
  return [
    ...asked.filter(({ name }) => names.has(name)),
    ...distributions.flatMap(one =>
      one.requires.map(requirement => {
        const { name } = requirement
        const inactive = edges.has(`${one.name} ${name}`)
          ? notHeld(requirement, one, target)
          : reasonAgainst(requirement, one, target)
        return { from: one.name, name, id: names.has(name) ? name : null, text: requirementText(requirement), inactive }
      }),
    ),
  ]
}

/** Of two requirements on one name, as for two ranges of Python, the one that holds leads there. */
function notHeld(requirement: Requirement, { extras }: LaidOutDistribution, target: PythonTarget): string | null {
  return evaluateMarker(requirement.marker, target.markers, extras) ? null : noMatch(target)
}

function reasonAgainst(requirement: Requirement, { extras }: LaidOutDistribution, target: PythonTarget): string {
  const holding = extras.filter(extra => evaluateMarker(requirement.marker, target.markers, [extra]))
  return holding.length === 0
    ? noMatch(target)
    : `only with its ${holding.length === 1 ? 'extra' : 'extras'} ${holding.join(' or ')}, which nothing asks for`
}

function noMatch(target: PythonTarget): string {
  return `which is not so on ${describeTarget(target)}`
}
