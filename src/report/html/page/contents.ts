import { count, size } from '../../words.ts'
import type { Mode } from './data.ts'
import { button, type Child, h, replace } from './dom.ts'
import { shareElement, sizeElement } from './facts.ts'
import type { Navigation } from './navigation.ts'
import type { Matches } from './search.ts'
import type { State, Store } from './state.ts'
import { choices } from './toolbar.ts'
import { bytesOf, type TreeNode } from './tree.ts'

interface Contents {
  readonly element: HTMLElement
  readonly focusHeading: () => void
  readonly focusFirst: () => void
}

const STEP = 100
const LISTINGS = { inside: 'By folder', largest: 'Largest files' } as const

/** What the map shows, as a table: the same sizes for whoever reads or listens, and what a search has found. */
export function makeContents(store: Store, navigation: Navigation): Contents {
  const heading = h('h3', { tabindex: -1 })
  const toggle = choices(store, 'listing', { label: 'What to list', values: LISTINGS })
  const body = h('div', { class: 'scrollable', role: 'region', 'aria-label': 'Contents', tabindex: 0 })
  const element = h('div', { class: 'contents' }, h('div', { class: 'contents-head' }, heading, toggle), body)
  const focusHeading = (): void => heading.focus({ preventScroll: true })
  const choose = (node: TreeNode): void => {
    if (store.get().matches !== null || node.children.length === 0) navigation.reveal(node)
    else {
      navigation.open(node)
      focusHeading()
    }
  }
  let former: State | null = null
  store.follow(state => {
    if (former === null || !isSameList(former, state)) {
      replace(heading, titleOf(state))
      toggle.hidden = state.matches !== null
      fill(body, listed(state), state, choose)
    }
    markSelected(body, state.selected)
    former = state
  })
  body.addEventListener('keydown', event => {
    if (goOn(body, event.key)) event.preventDefault()
  })
  return { element, focusHeading, focusFirst: () => body.querySelector<HTMLElement>('tbody button')?.focus() }
}

function isSameList(a: State, b: State): boolean {
  return a.root === b.root && a.mode === b.mode && a.matches === b.matches && a.listing === b.listing
}

function markSelected(body: HTMLElement, selected: TreeNode | null): void {
  for (const row of body.querySelectorAll('tr.selected')) row.classList.remove('selected')
  const row = selected === null ? null : body.querySelector(`tr[data-node="${selected.index}"]`)
  if (row === null) return
  row.classList.add('selected')
  // The list alone: scrollIntoView would take the page with it.
  const [there, seen] = [row.getBoundingClientRect(), body.getBoundingClientRect()]
  if (there.bottom > seen.bottom || there.top < seen.top) body.scrollTop += there.top - seen.top - seen.height / 2
}

/** Up and down from row to row. */
function goOn(body: HTMLElement, key: string): boolean {
  if (key !== 'ArrowDown' && key !== 'ArrowUp') return false
  const buttons = [...body.querySelectorAll<HTMLElement>('tbody button')]
  const place = buttons.findIndex(one => one.matches(':focus'))
  const next = buttons[place + (key === 'ArrowDown' ? 1 : -1)]
  if (place >= 0) next?.focus()
  return place >= 0 && next !== undefined
}

function listed({ root, mode, matches, listing }: State): readonly TreeNode[] {
  if (matches !== null) return matches.found
  const nodes = listing === 'inside' ? root.children : leavesOf(root)
  return nodes.toSorted((a, b) => bytesOf(b, mode) - bytesOf(a, mode) || (a.path < b.path ? -1 : 1))
}

function leavesOf(root: TreeNode): TreeNode[] {
  const leaves: TreeNode[] = []
  const waiting = [root]
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (node.kind === 'file' || node.kind === 'share') leaves.push(node)
    waiting.push(...node.children)
  }
  return leaves
}

function titleOf({ root, query, matches, listing }: State): string {
  if (matches !== null) return `Found for “${query.trim()}”`
  return listing === 'inside' ? `Inside ${root.label}` : `Largest files of ${root.label}`
}

/** What a search found, in a sentence for the eye and for the ear. */
export function foundSentence({ files, shares, zippedBytes, bytes }: Matches, mode: Mode): string {
  if (files + shares === 0)
    return 'Nothing found. Each word must be in the path or in the package; * stands for anything.'
  const parts = shares === 0 ? [] : [count(shares, 'part of a bundle', 'parts of bundles')]
  const what = [...(files === 0 ? [] : [count(files, 'file')]), ...parts].join(' and ')
  return `${what} found, ${size(mode === 'zipped' ? zippedBytes : bytes)} ${mode}.`
}

function fill(body: HTMLElement, nodes: readonly TreeNode[], state: State, choose: (node: TreeNode) => void): void {
  if (nodes.length === 0) {
    replace(body, h('p', { class: 'empty' }, state.matches === null ? 'Nothing is in here.' : 'Nothing found.'))
    return
  }
  const rows = h('tbody', {})
  const head = h('tr', {}, ...['Name', 'Zipped', 'Unzipped', 'Share'].map((word, place) => header(word, place > 0)))
  const table = h('table', { class: 'contents-table' }, h('thead', {}, head), rows)
  const more = h('p', { class: 'more' })
  const grow = (): void => {
    const from = rows.childElementCount
    rows.append(...nodes.slice(from, from + STEP).map(node => row(node, state, choose)))
    const left = nodes.length - rows.childElementCount
    const label = `Show ${Math.min(STEP, left)} more of ${left.toLocaleString('en-US')}`
    replace(more, left === 0 ? null : button({ class: 'quiet' }, label, grow))
  }
  grow()
  replace(body, table, more)
  body.scrollTop = 0
}

function header(word: string, isNumber: boolean): HTMLElement {
  return h('th', { scope: 'col', ...(isNumber ? { class: 'number' } : {}) }, word)
}

function row(node: TreeNode, state: State, choose: (node: TreeNode) => void): HTMLElement {
  const { mode, root, matches } = state
  const whole = matches === null ? bytesOf(root, mode) : bytesOf(matches, mode)
  const share = whole === 0 ? 0 : bytesOf(node, mode) / whole
  return h(
    'tr',
    { 'data-node': node.index },
    h('th', { scope: 'row' }, nameCell(node, state, choose)),
    h('td', { class: 'number' }, sizeElement(node.zippedBytes)),
    h('td', { class: 'number' }, sizeElement(node.bytes)),
    h('td', { class: 'number' }, shareElement(share)),
  )
}

function nameCell(node: TreeNode, { matches, listing }: State, choose: (node: TreeNode) => void): Child {
  if (node.kind === 'records') return node.label
  const isFlat = matches !== null || listing === 'largest'
  const end = node.path.lastIndexOf('/') + 1
  const label = isFlat && node.kind === 'file' ? node.path.slice(end) : node.label
  const folder = isFlat && node.kind === 'file' ? node.path.slice(0, end) : ''
  const above = node.kind === 'package' && matches !== null ? 'package' : folder
  return h(
    'span',
    { class: 'place' },
    button({ class: 'row', 'data-path': node.path }, label === '' ? node.path : label, () => choose(node)),
    above === '' ? null : h('span', { class: 'above' }, above),
  )
}
