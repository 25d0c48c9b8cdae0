/** A rectangle, as far as one can go from it to others. */
interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

const STEPS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
}

/** The box that an arrow key leads to: the nearest one on that side, and of several the one that is straight ahead. null: none is there. */
export function neighbour<T extends Box>(from: T, boxes: readonly T[], key: string): T | null {
  const step = STEPS[key]
  if (step === undefined) return null
  const [across, down] = step
  let best: T | null = null
  let least = Number.POSITIVE_INFINITY
  for (const box of boxes) {
    const way =
      across !== 0
        ? gap(from.x, from.width, box.x, box.width, across)
        : gap(from.y, from.height, box.y, box.height, down)
    if (box === from || way < 0) continue
    const aside =
      across !== 0 ? offset(from.y, from.height, box.y, box.height) : offset(from.x, from.width, box.x, box.width)
    const distance = way + 3 * aside
    if (distance < least) {
      best = box
      least = distance
    }
  }
  return best
}

/** From one's edge to the other's on that side; less than 0 if it isn't on that side. */
function gap(from: number, fromLength: number, to: number, toLength: number, sign: number): number {
  return sign > 0 ? to - (from + fromLength) : from - (to + toLength)
}

/** How far the middle of `from` is from the other's stretch. */
function offset(from: number, fromLength: number, to: number, toLength: number): number {
  const middle = from + fromLength / 2
  return Math.max(0, to - middle, middle - (to + toLength))
}
