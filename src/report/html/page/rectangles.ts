import { size } from '../../words.ts'
import { h } from './dom.ts'
import { percent } from './facts.ts'
import type { Cell } from './layout.ts'
import type { State } from './state.ts'
import { bytesOf, OWN_CODE, type TreeNode } from './tree.ts'

const HUES = 8

/** The rectangles as elements beside each other, inner ones above outer ones. Only the outermost are for the keyboard and to be read out. */
export function layerOf(cells: readonly Cell[], state: State): HTMLElement {
  if (cells.length === 0) return h('p', { class: 'empty', role: 'presentation' }, 'Nothing here has any bytes.')
  const layer = h('div', { class: 'layer', role: 'none' })
  const first = cells.find(({ node }) => node === state.selected) ?? cells[0]
  layer.append(...cells.map((cell, place) => rectangle(cell, place, state, cell === first)))
  return layer
}

function rectangle(cell: Cell, place: number, state: State, isFirst: boolean): HTMLElement {
  const { node, kind, depth, hidden } = cell
  const { matches, selected, mode } = state
  const classes = ['cell', kind, hueOf(node), depth === 1 ? 'outer' : 'inner']
  if (matches !== null) classes.push((matches.below[node.index] ?? 0) > 0 ? 'found' : 'dimmed')
  if (node === selected && kind === 'leaf') classes.push('selected')
  const label = kind === 'more' ? `${hidden.toLocaleString('en-US')} more` : node.label
  const bytes = kind === 'more' ? '' : size(bytesOf(node, mode))
  const access =
    depth === 1
      ? {
          role: 'treeitem',
          'aria-level': 1,
          'aria-label': spoken(cell, state),
          'aria-selected': node === selected && kind === 'leaf' ? 'true' : 'false',
          tabindex: isFirst ? 0 : -1,
        }
      : { 'aria-hidden': 'true' }
  const element = h('div', { class: classes.join(' '), 'data-cell': place, ...access })
  if (cell.width >= 38 && cell.height >= 15) element.append(h('span', { class: 'label' }, label))
  if (bytes !== '' && (kind === 'group' ? cell.width >= 130 : cell.width >= 68 && cell.height >= 34))
    element.append(' ', h('span', { class: 'bytes' }, bytes))
  element.style.left = `${cell.x}px`
  element.style.top = `${cell.y}px`
  element.style.width = `${cell.width}px`
  element.style.height = `${cell.height}px`
  return element
}

function spoken({ node, kind, hidden }: Cell, { mode, artifact, matches }: State): string {
  if (kind === 'more')
    return `${hidden.toLocaleString('en-US')} more, too small to be drawn; the list beside the map has them`
  const bytes = bytesOf(node, mode)
  const share = percent(bytes / Math.max(1, bytesOf(artifact, mode)))
  const found = matches === null ? '' : (matches.below[node.index] ?? 0) > 0 ? ', found' : ', not found'
  const kindWord = node.kind === 'records' ? '' : ` ${node.kind},`
  return `${node.label} ${size(bytes)} ${mode},${kindWord} ${share} of the artifact${found}`
}

function hueOf({ owner, rank }: TreeNode): string {
  if (owner === null) return 'hue-none'
  return owner.id === OWN_CODE ? 'hue-own' : `hue-${rank % HUES}`
}
