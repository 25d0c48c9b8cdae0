import { count } from '../../words.ts'
import type { PublicReport } from './data.ts'
import { button, type Child, h, section } from './dom.ts'
import { sizeElement } from './facts.ts'
import { plainTable } from './sortable-table.ts'

/** Of the paths that hold the same, so many are told. */
const MOST_PATHS = 200

type Reveal = (path: string) => (() => void) | null

/** What is there more often than once. */
export function duplicatesOf({ duplicates }: PublicReport, reveal: Reveal): HTMLElement {
  const rows = duplicates.map(
    one => (): Child[] =>
      one.kind === 'versions'
        ? [
            `${one.name} in ${count(one.versions.length, 'version')}`,
            one.versions.join(', '),
            sizeElement(one.zippedBytes),
          ]
        : [
            `one file ${one.paths.length.toLocaleString('en-US')} times`,
            pathsOf(one.paths, reveal),
            sizeElement(one.zippedBytes),
          ],
  )
  const head = [{ title: 'What' }, { title: 'Where' }, { title: 'Zipped, to spare', isNumber: true }]
  return section(
    'duplicates',
    'Duplicates',
    rows.length === 0
      ? h('p', { class: 'empty' }, 'No content is there twice, and no package in two versions.')
      : plainTable('Duplicates', head, rows),
  )
}

/** The first path, which opens to the others. */
function pathsOf(paths: readonly string[], reveal: Reveal): HTMLElement {
  const [first = '', ...others] = paths
  const list = h('ul', { class: 'paths' })
  const left = others.length - MOST_PATHS
  const details = h('details', {}, h('summary', {}, `and ${others.length.toLocaleString('en-US')} more`), list)
  details.addEventListener('toggle', () => {
    if (list.childElementCount > 0) return
    list.append(...others.slice(0, MOST_PATHS).map(path => h('li', {}, pathElement(path, reveal))))
    if (left > 0) list.append(h('li', { class: 'muted' }, `and ${left.toLocaleString('en-US')} more`))
  })
  return h('div', {}, pathElement(first, reveal), details)
}

function pathElement(path: string, reveal: Reveal): HTMLElement {
  const show = reveal(path)
  return show === null ? h('span', { class: 'path' }, path) : button({ class: 'link path' }, path, show)
}

/** What slimming saved, rule by rule. */
export function leftOutOf({ leftOut }: PublicReport): HTMLElement {
  const rows = leftOut.map(({ rule, files, bytes }) => () => [
    h('code', {}, rule),
    files.toLocaleString('en-US'),
    bytes === 0 ? '–' : sizeElement(bytes),
  ])
  const head = [
    { title: 'Rule' },
    { title: 'Files and folders', isNumber: true },
    { title: 'Unzipped', isNumber: true },
  ]
  const none = 'Nothing was left out, or nobody knows: only the lpack zip that packed it can tell.'
  return section(
    'left-out',
    'Left out',
    rows.length === 0 ? h('p', { class: 'empty' }, none) : plainTable('Left out', head, rows),
  )
}
