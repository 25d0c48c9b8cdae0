import { relative } from 'node:path'
import { styleText } from 'node:util'
import { visible, widthOf } from '../formats/text-width.ts'
import type { Finding, JudgedLimit, LeftOut, PackageSize, Severity } from '../model.ts'
import { type Column, tableLines } from './table.ts'
import { amountOf, count, limitLabel, limitName, percentage, shareOf, size, type Verdict, verdictOf } from './words.ts'
import { wrap } from './wrap.ts'

// The lines that reports in a terminal share. Sentences are wrapped; what people copy (paths, hashes, commands) stays whole.

/** How text stands in a terminal. */
export interface TextStyle {
  readonly color: boolean
  /** Tell the unchanged in full, too, every package, and what was left out. */
  readonly verbose: boolean
  /** Paths below it are told relative to it. */
  readonly cwd: string
  /** Cells of a line. */
  readonly width: number
}

export type Colour = 'red' | 'yellow' | 'green' | 'dim' | 'bold'

const TONE_COLOURS: Readonly<Record<Verdict['tone'], Colour>> = { good: 'green', doubtful: 'yellow', bad: 'red' }

const SEVERITY_COLOURS: Readonly<Record<Severity, Colour>> = { error: 'red', warning: 'yellow', note: 'dim' }

export function painter({ color }: Pick<TextStyle, 'color'>): (colour: Colour, text: string) => string {
  return (colour, text) => (color && text !== '' ? styleText(colour, text, { validateStream: false }) : text)
}

export function shown(path: string, { cwd }: Pick<TextStyle, 'cwd'>): string {
  const way = relative(cwd, path)
  return way.startsWith('..') ? path : way
}

/** Text so many cells in; a word that is longer than a line stays whole. */
export function indented(text: string, spaces: number, { width }: Pick<TextStyle, 'width'>): string[] {
  return wrap(text, width - spaces).map(line => ' '.repeat(spaces) + line)
}

export function paragraph(text: string, style: Pick<TextStyle, 'width'>): string[] {
  return indented(text, 2, style)
}

/** A paragraph whose lines after the first stand further in. */
export function hanging(text: string, { width }: Pick<TextStyle, 'width'>): string[] {
  return wrap(text, width - 4).map((line, at) => `${at === 0 ? '  ' : '    '}${line}`)
}

/** Facts in one line, two cells apart; those that don't fit go on further in. */
export function facts(texts: readonly string[], spaces: number, style: Pick<TextStyle, 'width'>): string[] {
  const lines: string[] = []
  for (const text of texts) {
    const last = lines.at(-1)
    if (last === undefined) lines.push(' '.repeat(spaces) + text)
    else if (widthOf(last) + 2 + widthOf(text) <= style.width) lines[lines.length - 1] = `${last}  ${text}`
    else lines.push(...indented(text, spaces + 2, style))
  }
  return lines
}

/** What something is, its name first. */
export function titleLines([name = '', ...others]: readonly string[], style: TextStyle): string[] {
  const [first = '', ...more] = facts([name, ...others], 0, style)
  return [painter(style)('bold', name) + first.slice(name.length), ...more]
}

const BAR_CELLS = 20
/** What stands beside a bar: label, size, gaps. */
const BESIDE_BAR = 22

/** A bar, and what it shows; in a narrow terminal in two lines. */
export function limitLines(limit: JudgedLimit, style: TextStyle, name = limitName(limit)): string[] {
  const paint = painter(style)
  const share = shareOf(limit)
  const tail = `${percentage(share)} of ${amountOf(limit, limit.limit)} ${name}`.trimEnd()
  const cells = Math.max(8, Math.min(BAR_CELLS, style.width - BESIDE_BAR))
  const filled = Math.min(cells, Math.ceil(share * cells))
  const isBad = limit.status === 'over' && limit.severity === 'error'
  const colour: Colour = limit.status === 'ok' ? 'green' : isBad ? 'red' : 'yellow'
  const bar = paint(colour, '█'.repeat(filled)) + paint('dim', '░'.repeat(cells - filled))
  const head = `  ${limitLabel(limit).padEnd(8)} ${amountOf(limit, limit.bytes).padStart(9)}  ${bar}`
  const isOneLine = BESIDE_BAR + cells + 2 + tail.length <= style.width
  return isOneLine ? [`${head}  ${tail}`] : [head, ...indented(tail, 4, style)]
}

export function verdictLines(judged: Parameters<typeof verdictOf>[0], style: TextStyle): string[] {
  const { tone, text } = verdictOf(judged)
  return paragraph(text, style).map(line => painter(style)(TONE_COLOURS[tone], line))
}

export function findingLines(findings: readonly Finding[], style: TextStyle): string[] {
  const paint = painter(style)
  return findings.flatMap(({ severity, code, message }) => {
    const [first = '', ...rest] = hanging(visible(`${severity} ${code}: ${message}`), style)
    return [first.replace(severity, paint(SEVERITY_COLOURS[severity], severity)), ...rest]
  })
}

/** Also of what is unchanged. */
export function isToldAlways({ severity, code }: Finding): boolean {
  return severity !== 'note' || code === 'ENV_FILE_LEFT_OUT'
}

export function silencedLines({ silenced }: { readonly silenced: readonly unknown[] }): string[] {
  return silenced.length === 0 ? [] : [`  ${count(silenced.length, 'finding')} silenced by \`ignore\``]
}

/** Name and version, in the column that gives way. */
export function packageColumn(packages: readonly Pick<PackageSize, 'name' | 'version'>[]): Column {
  const cells = packages.map(({ name, version }) => visible(`${name} ${version}`.trim()))
  return { heading: 'packages', cells, align: 'left', cut: 'end', rank: 0 }
}

/** A column of numbers. */
export function amountColumn(heading: string, cells: readonly string[], rank: number): Column {
  return { heading, cells, align: 'right', cut: null, rank }
}

/** What packages that are not listed weigh together. Images know of no zipped bytes. */
export function restOf(others: readonly (Pick<PackageSize, 'bytes'> & Partial<PackageSize>)[]): string {
  if (others.length === 0) return ''
  const zipped = others.reduce((sum, one) => sum + (one.zippedBytes ?? 0), 0)
  const unzipped = size(others.reduce((sum, { bytes }) => sum + bytes, 0))
  return `and ${others.length.toLocaleString('en-US')} more: ${zipped === 0 ? '' : `${size(zipped)} zipped, `}${unzipped} unzipped`
}

export function leftOutLines(leftOut: readonly LeftOut[], style: TextStyle): string[] {
  if (leftOut.length === 0) return []
  // Sorted for determinism
  const rows = [...leftOut].sort((a, b) => b.bytes - a.bytes || (a.rule < b.rule ? -1 : 1))
  const columns: Column[] = [
    { heading: 'left out', cells: rows.map(({ rule }) => visible(rule)), align: 'left', cut: 'end', rank: 0 },
    amountColumn(
      'unzipped',
      rows.map(({ bytes }) => (bytes === 0 ? '' : size(bytes))),
      0,
    ),
    amountColumn(
      'entries',
      rows.map(({ files }) => files.toLocaleString('en-US')),
      1,
    ),
  ]
  return section(columns, '', style)
}

/** A table below an empty line, and what is left to say of it. */
export function section(columns: readonly Column[], rest: string, style: TextStyle): string[] {
  const [heading = '', ...rows] = tableLines(columns, { indent: 2, width: style.width })
  return ['', painter(style)('bold', heading), ...rows, ...(rest === '' ? [] : paragraph(rest, style))]
}

/** All if one more is all: a line that says "1 more" takes as much room. */
export function leading<T>(items: readonly T[], most: number): readonly T[] {
  return items.length <= most + 1 ? items : items.slice(0, most)
}
