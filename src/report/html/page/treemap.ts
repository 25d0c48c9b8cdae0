import { h } from './dom.ts'
import { type Cell, layOut } from './layout.ts'
import { listen } from './map-input.ts'
import type { Navigation } from './navigation.ts'
import { layerOf } from './rectangles.ts'
import type { State } from './state.ts'
import type { Tooltip } from './tooltip.ts'
import type { TreeNode } from './tree.ts'
import { zoom } from './zoom.ts'

interface MapActions extends Pick<Navigation, 'enter' | 'select' | 'leave'> {
  /** To the list of what is shown. */
  readonly list: () => void
}

export interface Treemap {
  readonly element: HTMLElement
  readonly draw: (state: State) => void
  /** Puts the keyboard on a node's rectangle, or on the first one. */
  readonly focus: (node: TreeNode | null) => void
}

export function makeTreemap(actions: MapActions, tooltip: Tooltip): Treemap {
  const element = h('div', { class: 'treemap', role: 'tree' })
  let state: State | null = null
  let cells: readonly Cell[] = []
  const outer = (): Cell[] => cells.filter(({ depth }) => depth === 1)
  const goTo = (cell: Cell): void => {
    for (const one of element.querySelectorAll('[tabindex="0"]')) one.setAttribute('tabindex', '-1')
    const target = element.querySelector<HTMLElement>(`[data-cell="${cells.indexOf(cell)}"]`)
    target?.setAttribute('tabindex', '0')
    target?.focus({ preventScroll: true })
  }
  listen(element, {
    cellOf: target => cells[placeOf(target)] ?? null,
    outer,
    goTo,
    leave: actions.leave,
    tell: ({ node }, x, y) => {
      if (state !== null) tooltip.show({ node, artifact: state.artifact, mode: state.mode }, x, y)
    },
    hush: tooltip.hide,
    act: cell => {
      if (state !== null) activate(cell, state, actions)
    },
  })
  const draw = (next: State): void => {
    const previous = state
    const former = cells
    state = next
    tooltip.hide()
    const { clientWidth: width, clientHeight: height } = element
    cells = layOut(next.root, { width, height, mode: next.mode, selected: next.selected })
    element.setAttribute('aria-label', `Map of ${next.root.label}, by ${next.mode} size`)
    element.replaceChildren(layerOf(cells, next))
    if (previous !== null && previous.root !== next.root) zoom(element, { previous, former, next, cells })
  }
  const focus = (node: TreeNode | null): void => {
    const cell = outer().find(one => one.node === node && one.kind !== 'more') ?? outer()[0]
    if (cell !== undefined) goTo(cell)
  }
  return { element, draw, focus }
}

/** Of the rectangle that something happens to among the cells; -1: it is none. */
function placeOf(target: EventTarget | null): number {
  const found = target instanceof Element ? target.closest('[data-cell]') : null
  return found === null ? -1 : Number(found.getAttribute('data-cell'))
}

/** A folder opens; a file is selected, but inside of a folder it opens that first. */
function activate(cell: Cell, { root }: State, actions: MapActions): void {
  const { node, kind } = cell
  if (kind === 'more') {
    if (node === root) actions.list()
    else actions.enter(node)
  } else if (node.children.length > 0) actions.enter(node)
  else if (node.parent === null || node.parent === root) actions.select(node)
  else actions.enter(node.parent)
}
