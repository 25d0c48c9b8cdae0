import type { Mode } from './data.ts'
import { h, replace } from './dom.ts'
import { factList, factsOf, fullNameOf } from './facts.ts'
import type { TreeNode } from './tree.ts'

export interface Tooltip {
  readonly element: HTMLElement
  /** Beside a point of the window. */
  readonly show: (about: About, x: number, y: number) => void
  readonly hide: () => void
}

interface About {
  readonly node: TreeNode
  readonly artifact: TreeNode
  readonly mode: Mode
}

export const TOOLTIP_ID = 'tooltip'
const GAP = 14

export function makeTooltip(): Tooltip {
  const element = h('div', { id: TOOLTIP_ID, class: 'tooltip', role: 'tooltip', hidden: true })
  return {
    element,
    show: ({ node, artifact, mode }, x, y) => {
      replace(element, h('strong', {}, fullNameOf(node)), factList(factsOf(node, artifact, mode)))
      element.hidden = false
      moveTo(element, x, y)
    },
    hide: () => {
      element.hidden = true
    },
  }
}

/** On the side of the point where there is room. */
function moveTo(element: HTMLElement, x: number, y: number): void {
  const { offsetWidth, offsetHeight } = element
  const { clientWidth, clientHeight } = document.documentElement
  const left = x + GAP + offsetWidth > clientWidth ? x - GAP - offsetWidth : x + GAP
  const top = y + GAP + offsetHeight > clientHeight ? y - GAP - offsetHeight : y + GAP
  element.style.left = `${Math.max(4, left)}px`
  element.style.top = `${Math.max(4, top)}px`
}
