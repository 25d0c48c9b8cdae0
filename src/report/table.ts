import { cut, cutStart, padEnd, padStart, widthOf } from '../formats/text-width.ts'

/** A column of a table in a terminal. */
export interface Column {
  readonly heading: string
  readonly cells: readonly string[]
  readonly align: 'left' | 'right'
  /** What of a cell goes where there is no room: its end, or of paths its start. Null: cells stay whole. */
  readonly cut: 'end' | 'start' | null
  /** Columns with the highest number go first where there is no room; 0: never. */
  readonly rank: number
}

export interface TableRoom {
  readonly indent: number
  readonly width: number
}

const GAP = 2
/** What a column that can be cut keeps at least. */
const LEAST_CELLS = 12

/** The lines of a table, the headings first; no line is wider than the room as long as whole columns are narrower. */
export function tableLines(columns: readonly Column[], { indent, width }: TableRoom): string[] {
  const room = width - indent
  const kept = fitting(columns, room)
  const widths = widthsOf(kept, room)
  const line = (texts: readonly string[]) => {
    const cells = kept.map((column, place) => cellOf(column, texts[place] ?? '', widths[place] ?? 0))
    return (' '.repeat(indent) + cells.join(' '.repeat(GAP))).trimEnd()
  }
  const rows = kept[0]?.cells.map((_, row) => line(kept.map(({ cells }) => cells[row] ?? ''))) ?? []
  return [line(kept.map(({ heading }) => heading)), ...rows]
}

/** Without the columns for which there is no room even if all that can be cut are cut. */
function fitting(columns: readonly Column[], room: number): readonly Column[] {
  const least = columns.reduce((sum, column) => sum + leastOf(column) + GAP, -GAP)
  const rank = Math.max(0, ...columns.map(column => column.rank))
  if (least <= room || rank === 0) return columns
  return fitting(
    columns.filter(column => column.rank < rank),
    room,
  )
}

function widthsOf(columns: readonly Column[], room: number): readonly number[] {
  const wanted = columns.map(naturalOf)
  const total = () => wanted.reduce((sum, cells) => sum + cells + GAP, -GAP)
  // The last ones give way first: names come first in a table.
  for (let place = columns.length - 1; place >= 0; place--) {
    const column = columns[place]
    const excess = total() - room
    if (column === undefined || column.cut === null || excess <= 0) continue
    wanted[place] = Math.max(leastOf(column), (wanted[place] ?? 0) - excess)
  }
  return wanted
}

function naturalOf({ heading, cells }: Column): number {
  return cells.reduce((most, cell) => Math.max(most, widthOf(cell)), widthOf(heading))
}

function leastOf(column: Column): number {
  return column.cut === null ? naturalOf(column) : Math.min(LEAST_CELLS, naturalOf(column))
}

function cellOf({ align, cut: side }: Column, text: string, cells: number): string {
  const fitted = side === 'start' ? cutStart(text, cells) : side === 'end' ? cut(text, cells) : text
  return align === 'right' ? padStart(fitted, cells) : padEnd(fitted, cells)
}
