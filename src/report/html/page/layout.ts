/*!
 * d3-hierarchy
 *
 * Copyright 2010-2026 Mike Bostock
 *
 * Permission to use, copy, modify, and/or distribute this software for any purpose
 * with or without fee is hereby granted, provided that the above copyright notice
 * and this permission notice appear in all copies.
 *
 * THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH
 * REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF MERCHANTABILITY AND
 * FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT,
 * INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS
 * OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR OTHER
 * TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF
 * THIS SOFTWARE.
 */
import { type HierarchyRectangularNode, hierarchy, treemap, treemapSquarify } from 'd3-hierarchy'
import type { Mode } from './data.ts'
import { bytesOf, type TreeNode } from './tree.ts'

/** A rectangle of the map, in CSS pixels. */
export interface Cell {
  /** What it shows; of `more` the node whose smallest children it stands for. */
  readonly node: TreeNode
  /** group: has a heading, and cells inside. more: what is too small to be drawn. */
  readonly kind: 'group' | 'leaf' | 'more'
  /** Of `more`: how many children. */
  readonly hidden: number
  /** 1: a child of what is shown. */
  readonly depth: number
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

interface Frame {
  readonly width: number
  readonly height: number
  readonly mode: Mode
  /** Is drawn however small it is. */
  readonly selected: TreeNode | null
}

interface Drawn {
  readonly node: TreeNode
  readonly hidden: number
  readonly value: number
  readonly children: readonly Drawn[]
}

/** In square pixels: what is smaller is neither opened nor drawn by itself. */
const SMALLEST_OPENED = 4500
const SMALLEST_DRAWN = 110
const DEEPEST = 5
/** What is open is drawn in more detail, but so many children at most. */
const SMALLEST_CHILD = 30
const MOST_CHILDREN = 800
/** What is selected is at least so wide where it is as long as the map. */
const SELECTED_WIDTH = 10
/** A group narrower or lower than this has no room for cells. */
const LEAST_WIDTH = 34
const LEAST_HEIGHT = 34
const HEADING_HEIGHT = 20

/** The rectangles of a node's children, and of theirs as far as they can be seen. Outer ones come first. */
export function layOut(root: TreeNode, frame: Frame): Cell[] {
  const whole = bytesOf(root, frame.mode)
  if (whole === 0 || frame.width < 1 || frame.height < 1) return []
  const perByte = (frame.width * frame.height) / whole
  const top = hierarchy<Drawn>(drawn(root, 0, perByte, frame), one => (one.children.length === 0 ? null : one.children))
    .sum(one => (one.children.length === 0 ? one.value : 0))
    .sort((a, b) => (b.value ?? 0) - (a.value ?? 0))
  const place = treemap<Drawn>()
    .tile(treemapSquarify.ratio(1.3))
    .size([frame.width, frame.height])
    .paddingInner(one => (one.depth === 0 ? 2 : 1))
    .paddingTop(one => (one.depth === 0 ? 0 : HEADING_HEIGHT))
    .paddingRight(one => (one.depth === 0 ? 0 : 3))
    .paddingBottom(one => (one.depth === 0 ? 0 : 3))
    .paddingLeft(one => (one.depth === 0 ? 0 : 3))
    .round(true)
  const cells: Cell[] = []
  for (const child of place(top).children ?? []) collect(child, cells)
  return cells.sort((a, b) => a.depth - b.depth)
}

/** Only what is large enough to be seen: the layout of 20,000 files takes as long as that of the few hundred that can be. */
function drawn(node: TreeNode, depth: number, perByte: number, frame: Frame): Drawn {
  const value = bytesOf(node, frame.mode)
  if (depth === DEEPEST || (depth > 0 && value * perByte < SMALLEST_OPENED))
    return { node, hidden: 0, value, children: [] }
  const sorted = node.children
    .filter(child => bytesOf(child, frame.mode) > 0)
    .toSorted((a, b) => bytesOf(b, frame.mode) - bytesOf(a, frame.mode))
  const smallest = (depth === 0 ? SMALLEST_CHILD : SMALLEST_DRAWN) / perByte
  const isShown = (child: TreeNode, place: number): boolean =>
    child === frame.selected || (place < MOST_CHILDREN && bytesOf(child, frame.mode) >= smallest)
  const shown = sorted.filter(isShown)
  const hidden = sorted.filter((child, place) => !isShown(child, place))
  const children = shown.map(child => {
    const inner = drawn(child, depth + 1, perByte, frame)
    const least = (SELECTED_WIDTH * Math.max(frame.width, frame.height)) / perByte
    return child === frame.selected ? { ...inner, value: Math.max(inner.value, least) } : inner
  })
  if (hidden.length > 0) {
    const rest = hidden.reduce((total, child) => total + bytesOf(child, frame.mode), 0)
    children.push({ node, hidden: hidden.length, value: rest, children: [] })
  }
  return { node, hidden: 0, value, children }
}

function collect(box: HierarchyRectangularNode<Drawn>, cells: Cell[]): void {
  const width = box.x1 - box.x0
  const height = box.y1 - box.y0
  if (width < 1 || height < 1) return
  const { node, hidden } = box.data
  const isGroup = box.children !== undefined && width >= LEAST_WIDTH && height >= LEAST_HEIGHT
  const kind = hidden > 0 ? 'more' : isGroup ? 'group' : 'leaf'
  cells.push({ node, kind, hidden, depth: box.depth, x: box.x0, y: box.y0, width, height })
  if (isGroup) for (const child of box.children ?? []) collect(child, cells)
}
