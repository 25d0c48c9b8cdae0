import { neighbour } from './direction.ts'
import type { Cell } from './layout.ts'
import { TOOLTIP_ID } from './tooltip.ts'

/** What the mouse and the keyboard do on the map. */
interface Handlers {
  readonly cellOf: (target: EventTarget | null) => Cell | null
  readonly outer: () => Cell[]
  readonly goTo: (cell: Cell) => void
  /** Tells of a rectangle beside a point of the window. */
  readonly tell: (cell: Cell, x: number, y: number) => void
  readonly act: (cell: Cell) => void
  readonly leave: () => void
  /** No longer. */
  readonly hush: () => void
}

export function listen(element: HTMLElement, on: Handlers): void {
  const { cellOf, hush } = on
  element.addEventListener('click', event => {
    const cell = cellOf(event.target)
    if (cell !== null) on.act(cell)
  })
  element.addEventListener('pointermove', event => {
    const cell = cellOf(event.target)
    if (cell === null || event.pointerType === 'touch') hush()
    else on.tell(cell, event.clientX, event.clientY)
  })
  element.addEventListener('pointerleave', hush)
  element.addEventListener('focusout', hush)
  element.addEventListener('focusin', event => {
    const cell = cellOf(event.target)
    if (cell === null || !(event.target instanceof HTMLElement) || !event.target.matches(':focus-visible')) return
    event.target.setAttribute('aria-describedby', TOOLTIP_ID)
    const box = event.target.getBoundingClientRect()
    on.tell(cell, box.left + Math.min(box.width / 2, 160), box.top + Math.min(box.height, 40))
  })
  element.addEventListener('keydown', event => {
    const cell = cellOf(event.target)
    if (cell === null || event.altKey || event.ctrlKey || event.metaKey) return
    if (press(event.key, cell, on)) event.preventDefault()
  })
}

/** Whether the key means something on a rectangle. */
function press(key: string, cell: Cell, on: Handlers): boolean {
  const boxes = on.outer()
  const next = key === 'Home' ? boxes[0] : key === 'End' ? boxes.at(-1) : neighbour(cell, boxes, key)
  if (next !== null && next !== undefined) on.goTo(next)
  else if (key === 'Enter' || key === ' ') on.act(cell)
  else if (key === 'Escape' || key === 'Backspace') on.leave()
  else return key.startsWith('Arrow')
  return true
}
