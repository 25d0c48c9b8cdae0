import type { PackageSize } from '../../../model.ts'
import { count, size } from '../../words.ts'
import type { PublicReport } from './data.ts'
import { h, section } from './dom.ts'
import { sizeElement } from './facts.ts'
import { type Requirements, requirementsOf } from './requirements.ts'
import { titleOf } from './tree.ts'

/** Up to so many packages, what the function requires is open from the start. */
const OPEN_UP_TO = 12

/** Who requires whom, from the function on. Each package opens to what it requires. */
export function dependenciesOf({ packages }: PublicReport): HTMLElement {
  const requirements = requirementsOf(packages)
  const { direct, unknown } = requirements
  if (direct.length === 0) {
    const why = 'Nothing says who requires whom: neither this zip nor what the last lpack zip knew.'
    return section('dependencies', 'Dependencies', h('p', { class: 'empty' }, why))
  }
  const isOpen = direct.length <= OPEN_UP_TO
  return section(
    'dependencies',
    'Dependencies',
    h(
      'p',
      { class: 'hint' },
      'Beside each package stands its own size, and what would go if nothing required it any more.',
    ),
    h('ul', { class: 'tree' }, ...direct.map(one => branch(one, [], requirements, isOpen))),
    unknown.length === 0
      ? null
      : h('p', { class: 'hint' }, `Nothing says who requires ${unknown.map(titleOf).join(', ')}.`),
  )
}

function branch(
  one: PackageSize,
  above: readonly PackageSize[],
  requirements: Requirements,
  isOpen: boolean,
): HTMLElement {
  const required = requirements.of(one)
  const isCircle = above.includes(one)
  if (required.length === 0 || isCircle) {
    const note = isCircle ? h('span', { class: 'muted' }, 'stands above') : null
    return h('li', {}, h('span', { class: 'twig' }, ...labelOf(one, requirements), note))
  }
  const list = h('ul', {})
  const details = h('details', { open: isOpen }, h('summary', {}, ...labelOf(one, requirements)), list)
  // Only what is open is made: by all its ways, a large tree has millions of branches.
  const fill = (): void => {
    if (list.childElementCount === 0)
      list.append(...required.map(next => branch(next, [...above, one], requirements, false)))
  }
  if (isOpen) fill()
  details.addEventListener('toggle', fill)
  return h('li', {}, details)
}

function labelOf(one: PackageSize, requirements: Requirements): HTMLElement[] {
  const going = requirements.goesWith(one)
  const bytes = going.reduce((sum, other) => sum + other.zippedBytes, 0)
  const more = going.length > 1 ? `goes with ${count(going.length - 1, 'other')}: ${size(bytes)}` : ''
  return [
    h('span', { class: 'name' }, titleOf(one)),
    h('span', { class: 'number' }, sizeElement(one.zippedBytes)),
    ...(more === '' ? [] : [h('span', { class: 'muted' }, more)]),
  ]
}
