import { changesOf } from './changes.ts'
import type { PageData, PublicReport, ReportDiff } from './data.ts'
import { dependenciesOf } from './dependencies.ts'
import { h, replace } from './dom.ts'
import { type Explorer, makeExplorer } from './explorer.ts'
import { findingsOf } from './findings.ts'
import { functionsOf, verdictWord } from './functions.ts'
import { packagesOf } from './packages.ts'
import { summaryOf } from './summary.ts'
import { makeTree, packageNode, type TreeNode } from './tree.ts'
import { duplicatesOf, leftOutOf } from './waste.ts'

start(JSON.parse(document.getElementById('report')?.textContent ?? 'null') as PageData)

function start({ document: data, diffs }: PageData): void {
  const { functions } = data
  const view = h('div', { class: 'view' })
  const links = h('ul', {})
  const choice = chooser(functions, place => show(place))
  let explorer: Explorer | null = null
  const show = (place: number): void => {
    const report = functions[place]
    if (report === undefined) return
    const made = viewOf(report, diffs.find(({ name }) => name === report.name) ?? null)
    explorer = made.explorer
    replace(view, ...made.sections)
    const all = functions.length > 1 ? [overview] : []
    replace(links, ...[...all, ...made.sections].map(linkTo))
    explorer.redraw()
    choice.value = String(place)
  }
  const overview = functionsOf(data, place => {
    show(place)
    document.getElementById('function-name')?.focus()
  })
  const isSeveral = functions.length > 1
  const bar = h('nav', { class: 'links', 'aria-label': 'Parts of the report' }, links)
  const top = h('header', { class: 'top' }, brand(data.version), isSeveral ? labelled(choice) : null, bar)
  const page = h('main', {}, isSeveral ? overview : null, view)
  document.body.append(h('a', { class: 'skip', href: '#map' }, 'Skip to the map'), top, page)
  show(0)
  // Whoever hovers must be able to see what is below, too. https://www.w3.org/TR/WCAG22/#content-on-hover-or-focus
  window.addEventListener('keydown', event => {
    if (event.key === 'Escape') explorer?.hush()
  })
  let width = window.innerWidth
  window.addEventListener('resize', () => {
    // A phone's bars come and go with scrolling; the map is as wide as before.
    if (window.innerWidth !== width) explorer?.redraw()
    width = window.innerWidth
  })
}

function viewOf(report: PublicReport, diff: ReportDiff | null): { explorer: Explorer; sections: HTMLElement[] } {
  const tree = makeTree(report)
  const explorer = makeExplorer(tree)
  const nodes = new Map(tree.nodes.flatMap(node => (node.kind === 'file' ? [[node.path, node] as const] : [])))
  const reveal = (node: TreeNode): void => {
    explorer.element.scrollIntoView({ block: 'start' })
    explorer.reveal(node)
  }
  const revealPath = (path: string): (() => void) | null => {
    const node = nodes.get(path)
    return node === undefined ? null : () => reveal(node)
  }
  const revealPackage = (id: string): void => {
    const node = packageNode(tree, id)
    if (node !== null) reveal(node)
  }
  const sections = [
    summaryOf(report),
    ...(diff === null ? [] : [changesOf(diff, revealPath)]),
    explorer.element,
    findingsOf(report, revealPath),
    packagesOf(report, revealPackage),
    dependenciesOf(report),
    duplicatesOf(report, revealPath),
    leftOutOf(report),
  ]
  return { explorer, sections }
}

function linkTo(target: HTMLElement): HTMLElement {
  const title = target.querySelector('h2')?.textContent ?? ''
  return h('li', {}, h('a', { href: `#${target.id}` }, target.id === 'summary' ? 'Summary' : title))
}

function brand(version: string): HTMLElement {
  return h(
    'p',
    { class: 'brand' },
    h('strong', {}, 'lpack'),
    ' report',
    h('span', { class: 'unseen' }, ` made by version ${version}`),
  )
}

function chooser(functions: readonly PublicReport[], choose: (place: number) => void): HTMLSelectElement {
  const options = functions.map((one, place) =>
    h('option', { value: place }, one.ok ? one.name : `${one.name} (${verdictWord(one)})`),
  )
  const select = h('select', { id: 'function' }, ...options)
  select.addEventListener('change', () => choose(Number(select.value)))
  return select
}

function labelled(select: HTMLSelectElement): HTMLElement {
  return h('div', { class: 'choice' }, h('label', { for: 'function' }, 'Function'), select)
}
