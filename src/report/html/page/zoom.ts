import type { Cell } from './layout.ts'
import type { State } from './state.ts'

interface Zoom {
  readonly previous: State
  readonly former: readonly Cell[]
  readonly next: State
  readonly cells: readonly Cell[]
}

/** Going in, the rectangle grows to the whole map; going out, it shrinks to its place. */
export function zoom(element: HTMLElement, { previous, former, next, cells }: Zoom): void {
  const layer = element.firstElementChild
  if (layer === null || matchMedia('(prefers-reduced-motion: reduce)').matches) return
  const { clientWidth, clientHeight } = element
  const into = former.find(({ node, kind }) => node === next.root && kind !== 'more')
  const outOf = cells.find(({ node, kind }) => node === previous.root && kind !== 'more')
  const from =
    into !== undefined
      ? `translate(${into.x}px, ${into.y}px) scale(${into.width / clientWidth}, ${into.height / clientHeight})`
      : outOf !== undefined
        ? `scale(${clientWidth / outOf.width}, ${clientHeight / outOf.height}) translate(${-outOf.x}px, ${-outOf.y}px)`
        : null
  if (from === null) return
  layer.animate(
    [
      { transform: from, opacity: 0.4 },
      { transform: 'none', opacity: 1 },
    ],
    {
      duration: 240,
      easing: 'cubic-bezier(0.2, 0.7, 0.2, 1)',
    },
  )
}
