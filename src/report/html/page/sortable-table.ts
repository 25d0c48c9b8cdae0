import { button, type Child, h, replace, scrollable } from './dom.ts'

export interface Column<Row> {
  readonly title: string
  /** Sorted largest first, and set to the right. */
  readonly isNumber: boolean
  readonly valueOf: (row: Row) => string | number
  readonly cell: (row: Row) => Child
}

interface Order {
  readonly column: number
  readonly isDescending: boolean
}

const STEP = 100

/** A table whose columns sort; at first it is in the order of `rows`. */
export function sortableTable<Row>(title: string, columns: readonly Column<Row>[], rows: readonly Row[]): HTMLElement {
  const head = h('tr', {})
  const body = h('tbody', {})
  const more = h('p', { class: 'more' })
  let order: Order | null = null
  let shown = STEP
  const draw = (): void => {
    const sorted = order === null ? rows : rows.toSorted(comparison(columns, order))
    replace(
      head,
      ...columns.map((column, place) => heading(column, order?.column === place ? order : null, () => sort(place))),
    )
    replace(body, ...sorted.slice(0, shown).map(row => tableRow(columns, row)))
    const left = Math.max(0, rows.length - shown)
    replace(
      more,
      left === 0 ? null : button({ class: 'quiet' }, `Show all ${rows.length.toLocaleString('en-US')}`, showAll),
    )
  }
  const sort = (column: number): void => {
    const first = columns[column]?.isNumber ?? false
    order = { column, isDescending: order?.column === column ? !order.isDescending : first }
    draw()
    head.querySelectorAll('button')[column]?.focus()
  }
  const showAll = (): void => {
    shown = rows.length
    draw()
  }
  draw()
  return h('div', {}, scrollable(`${title}, a table`, h('table', {}, h('thead', {}, head), body)), more)
}

function heading<Row>({ title, isNumber }: Column<Row>, order: Order | null, sort: () => void): HTMLElement {
  const direction = order === null ? 'none' : order.isDescending ? 'descending' : 'ascending'
  const arrow = h(
    'span',
    { class: 'arrow', 'aria-hidden': 'true' },
    order === null ? '↕' : order.isDescending ? '↓' : '↑',
  )
  const label = h('span', {}, title, arrow)
  return h(
    'th',
    { scope: 'col', 'aria-sort': direction, class: isNumber ? 'number' : '' },
    button({ class: 'sort' }, label, sort),
  )
}

function tableRow<Row>(columns: readonly Column<Row>[], row: Row): HTMLElement {
  const cells = columns.map(({ isNumber, cell }, place) =>
    place === 0 ? h('th', { scope: 'row' }, cell(row)) : h('td', { class: isNumber ? 'number' : '' }, cell(row)),
  )
  return h('tr', {}, ...cells)
}

function comparison<Row>(columns: readonly Column<Row>[], { column, isDescending }: Order): (a: Row, b: Row) => number {
  const sign = isDescending ? -1 : 1
  return (a, b) => {
    const [one, other] = [columns[column]?.valueOf(a) ?? '', columns[column]?.valueOf(b) ?? '']
    if (one === other) return 0
    return one < other ? -sign : sign
  }
}

/** A table that stands as it is. */
export function plainTable(
  title: string,
  head: readonly { readonly title: string; readonly isNumber?: boolean }[],
  rows: readonly (() => readonly Child[])[],
): HTMLElement {
  const classOf = (place: number): string => (head[place]?.isNumber === true ? 'number' : '')
  const headings = head.map((one, place) => h('th', { scope: 'col', class: classOf(place) }, one.title))
  const body = h('tbody', {})
  const more = h('p', { class: 'more' })
  const grow = (): void => {
    const from = body.childElementCount
    for (const cellsOf of rows.slice(from, from + STEP))
      body.append(h('tr', {}, ...cellsOf().map((cell, place) => h('td', { class: classOf(place) }, cell))))
    const left = rows.length - body.childElementCount
    const label = `Show ${Math.min(STEP, left)} more of ${left.toLocaleString('en-US')}`
    replace(more, left === 0 ? null : button({ class: 'quiet' }, label, grow))
  }
  grow()
  const table = h('table', {}, h('thead', {}, h('tr', {}, ...headings)), body)
  return h('div', {}, scrollable(`${title}, a table`, table), more)
}
