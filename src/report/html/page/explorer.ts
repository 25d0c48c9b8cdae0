import { foundSentence, makeContents } from './contents.ts'
import { button, h, replace, section } from './dom.ts'
import { factList, factsOf, fullNameOf } from './facts.ts'
import { makeNavigation } from './navigation.ts'
import { makeSearch } from './search.ts'
import { makeStore, type State } from './state.ts'
import { choices, searchField } from './toolbar.ts'
import { makeTooltip } from './tooltip.ts'
import { type Tree, type TreeNode, wayTo } from './tree.ts'
import { makeTreemap, type Treemap } from './treemap.ts'

export interface Explorer {
  readonly element: HTMLElement
  /** Shows a place of the artifact and puts the keyboard on it. */
  readonly reveal: (node: TreeNode) => void
  /** To be called when it stands on the page, and when its width has changed. */
  readonly redraw: () => void
  /** Takes the tooltip away. */
  readonly hush: () => void
}

const MODES = { zipped: 'zipped', unzipped: 'unzipped' } as const

const HINT =
  'Click or press Enter to open a package or folder, Escape to go back; the arrow keys move from one to the next. The list beside the map has all of it, too.'

/** The map of the artifact with its list, its search and where one is. */
export function makeExplorer(tree: Tree): Explorer {
  const store = makeStore(tree.root)
  const search = makeSearch(tree)
  const tooltip = makeTooltip()
  const status = h('p', { class: 'status', role: 'status' })
  const say = (text: string): void => replace(status, text)
  const navigation = makeNavigation(store, { focus: node => map.focus(node), say })
  const map: Treemap = makeTreemap({ ...navigation, list: () => contents.focusHeading() }, tooltip)
  const contents = makeContents(store, navigation)
  const find = (query: string): void => {
    const matches = search(query)
    store.change({ query, matches })
    say(matches === null ? '' : foundSentence(matches, store.get().mode))
  }
  const jump = (): void => {
    const [first] = store.get().matches?.found ?? []
    if (first !== undefined) navigation.reveal(first)
  }
  const toolbar = [
    choices(store, 'mode', { label: 'Which size counts', values: MODES }),
    searchField({ find, jump, descend: contents.focusFirst }),
    status,
  ]
  const element = section(
    'map',
    'What is inside',
    h('div', { class: 'toolbar' }, ...toolbar),
    wayOf(store.follow, navigation.enter),
    h(
      'div',
      { class: 'explorer' },
      h('div', { class: 'map-side' }, map.element, detailsOf(store.follow)),
      contents.element,
    ),
    h('p', { class: 'hint' }, HINT),
    tooltip.element,
  )
  store.follow(map.draw)
  return { element, reveal: navigation.reveal, redraw: () => map.draw(store.get()), hush: tooltip.hide }
}

type Follow = (draw: (state: State) => void) => void

/** Where the map is, to go back from. */
function wayOf(follow: Follow, enter: (node: TreeNode) => void): HTMLElement {
  const steps = h('ol', {})
  follow(({ root }) => {
    const places = wayTo(root).map(node =>
      node === root
        ? h('span', { 'aria-current': 'location' }, node.label)
        : button({ class: 'link' }, node.label, () => enter(node)),
    )
    replace(steps, ...places.map(place => h('li', {}, place)))
  })
  return h('nav', { class: 'way', 'aria-label': 'Where the map is' }, steps)
}

/** What is selected, or else what fills the map. */
function detailsOf(follow: Follow): HTMLElement {
  const details = h('div', { class: 'details' })
  follow(({ root, selected, artifact, mode }) => {
    const node = selected ?? root
    replace(details, h('h3', {}, fullNameOf(node)), factList(factsOf(node, artifact, mode)))
  })
  return details
}
