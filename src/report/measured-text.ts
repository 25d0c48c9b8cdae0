import { relative } from 'node:path'
import { cut, visible, widthOf } from '../formats/text-width.ts'
import type { Duplicate, Finding, JudgedLimit, PackageSize, TotalReport } from '../model.ts'
import { isWorthTelling } from './duplicates.ts'
import type { PublicReport, ReportDocument } from './json.ts'
import { type Column, tableLines } from './table.ts'
import { type Colour, painter, SEVERITY_COLOURS, type TextStyle, TONE_COLOURS } from './text.ts'
import { count, limitLabel, limitName, percentage, shareOf, size, verdictOf } from './words.ts'
import { wrapAll } from './wrap.ts'

/** How the report stands in a terminal. */
export interface MeasuredStyle extends TextStyle {
  /** Cells of a line. */
  readonly width: number
}

/** So many rows are listed; --verbose lists them all. */
const MOST_PACKAGES = 15
const MOST_FILES = 10
const MOST_DUPLICATES = 5

/**
 * What stands, for people: the verdict first. Ends in a line break. `changes` has what is told of functions in place of their lists, by
 * their names.
 */
export function documentAsText(
  { functions, total }: ReportDocument,
  style: MeasuredStyle,
  changes: ReadonlyMap<string, string> = new Map(),
): string {
  const blocks = functions.map(report => measuredLines(report, changes.get(report.name) ?? null, style))
  if (total !== null && functions.length + total.limits.length > 1) blocks.push(totalLines(total, functions, style))
  return `${blocks.map(lines => lines.join('\n')).join('\n\n')}\n`
}

function measuredLines(report: PublicReport, change: string | null, style: MeasuredStyle): string[] {
  const paint = painter(style)
  const { tone, text } = verdictOf(report)
  const { artifact, checked, silenced } = report
  const target = [report.runtime, report.architecture].filter(one => one !== null).join(' ')
  const title = [target, report.handler ?? ''].filter(one => one !== '').map(visible)
  const exact = (bytes: number) => bytes.toLocaleString('en-US')
  const sizes = `${exact(artifact.bytes)} bytes zipped, ${exact(artifact.unzippedBytes)} unzipped`
  return [
    `${paint('bold', visible(report.name))}${title.map(one => `  ${one}`).join('')}`,
    ...paragraph(text, style).map(line => paint(TONE_COLOURS[tone], line)),
    ...(checked ? [] : paragraph('Not checked: name what it runs on, with --runtime.', style)),
    '',
    ...paragraph(visible(shown(artifact.path, style)), style),
    ...paragraph(`${count(report.files.length, 'file')}, ${sizes}`, style),
    ...paragraph(`CodeSha256 ${artifact.codeSha256}`, style),
    '',
    ...report.limits.flatMap(limit => limitLines(limit, style)),
    ...(change === null ? [] : ['', ...change.trimEnd().split('\n')]),
    ...(change === null || style.verbose ? listLines(report, style) : []),
    ...findingLines(report.findings, style),
    ...(silenced.length === 0 ? [] : ['', `  ${count(silenced.length, 'finding')} silenced by \`ignore\``]),
  ]
}

function listLines(report: PublicReport, style: MeasuredStyle): string[] {
  return [
    ...packageLines(report, style),
    ...fileLines(report, style),
    ...leftOutLines(report, style),
    ...duplicateLines(report, style),
  ]
}

function totalLines(total: TotalReport, functions: readonly PublicReport[], style: MeasuredStyle): string[] {
  const paint = painter(style)
  const over = verdictOf({ limits: total.limits, findings: [], ok: total.ok })
  const sizes = `${size(total.bytes)} zipped, ${size(total.unzippedBytes)} unzipped`
  const bad = functions.filter(({ ok }) => !ok).map(({ name }) => visible(name))
  return [
    paint('bold', `all ${functions.length} functions`),
    ...(total.limits.length === 0 ? [] : paragraph(over.text, style).map(line => paint(TONE_COLOURS[over.tone], line))),
    ...(bad.length === 0 ? [] : paragraph(`Judged bad: ${bad.join(', ')}.`, style).map(line => paint('red', line))),
    ...paragraph(sizes, style),
    ...total.limits.flatMap(limit => limitLines(limit, style)),
  ]
}

const BAR_CELLS = 20
/** What stands beside a bar: label, size, gaps. */
const BESIDE_BAR = 22

/** A bar, and what it shows; in a narrow terminal in two lines. */
function limitLines(limit: JudgedLimit, style: MeasuredStyle): string[] {
  const paint = painter(style)
  const share = shareOf(limit)
  const tail = `${percentage(share)} of ${size(limit.limit)} ${limitName(limit)}`.trimEnd()
  const cells = Math.max(8, Math.min(BAR_CELLS, style.width - BESIDE_BAR))
  const filled = Math.min(cells, Math.ceil(share * cells))
  const isBad = limit.status === 'over' && limit.severity === 'error'
  const colour: Colour = limit.status === 'ok' ? 'green' : isBad ? 'red' : 'yellow'
  const bar = paint(colour, '█'.repeat(filled)) + paint('dim', '░'.repeat(cells - filled))
  const head = `  ${limitLabel(limit).padEnd(8)} ${size(limit.bytes).padStart(9)}  ${bar}`
  const isOneLine = BESIDE_BAR + cells + 2 + tail.length <= style.width
  return isOneLine ? [`${head}  ${tail}`] : [head, ...indented(tail, 4, style)]
}

function packageLines({ packages }: PublicReport, style: MeasuredStyle): string[] {
  const listed = style.verbose ? packages : leading(packages, MOST_PACKAGES)
  const others = packages.filter(one => !listed.includes(one))
  const title = ({ name, version }: PackageSize) => visible(`${name} ${version}`.trim())
  const columns: Column[] = [
    { heading: 'packages', cells: listed.map(title), align: 'left', cut: 'end', rank: 0 },
    { heading: 'zipped', cells: listed.map(one => amount(one.zippedBytes, style)), align: 'right', cut: null, rank: 0 },
    { heading: 'unzipped', cells: listed.map(one => amount(one.bytes, style)), align: 'right', cut: null, rank: 1 },
    {
      heading: 'files',
      cells: listed.map(one => one.files.toLocaleString('en-US')),
      align: 'right',
      cut: null,
      rank: 3,
    },
    {
      heading: 'required by',
      cells: listed.map(({ requiredBy }) => visible(requiredBy.join(', '))),
      align: 'left',
      cut: 'end',
      rank: 2,
    },
  ]
  return section(columns, restOf(others), style)
}

function restOf(others: readonly PackageSize[]): string {
  if (others.length === 0) return ''
  const sum = (key: 'bytes' | 'zippedBytes') => size(others.reduce((all, one) => all + one[key], 0))
  return `and ${others.length.toLocaleString('en-US')} more: ${sum('zippedBytes')} zipped, ${sum('bytes')} unzipped`
}

function fileLines({ files }: PublicReport, style: MeasuredStyle): string[] {
  // Sorted for determinism
  const largest = [...files].sort((a, b) => b.zippedBytes - a.zippedBytes || (a.path < b.path ? -1 : 1))
  const listed = style.verbose ? largest : leading(largest, MOST_FILES)
  const columns: Column[] = [
    {
      heading: listed.length < files.length ? 'largest files' : 'files',
      cells: listed.map(({ path }) => visible(path)),
      align: 'left',
      cut: 'start',
      rank: 0,
    },
    { heading: 'zipped', cells: listed.map(one => amount(one.zippedBytes, style)), align: 'right', cut: null, rank: 0 },
    { heading: 'unzipped', cells: listed.map(one => amount(one.bytes, style)), align: 'right', cut: null, rank: 1 },
  ]
  return section(columns, '', style)
}

function leftOutLines({ leftOut }: PublicReport, style: MeasuredStyle): string[] {
  if (leftOut.length === 0) return []
  // Sorted for determinism
  const rows = [...leftOut].sort((a, b) => b.bytes - a.bytes || (a.rule < b.rule ? -1 : 1))
  const columns: Column[] = [
    { heading: 'left out', cells: rows.map(({ rule }) => visible(rule)), align: 'left', cut: 'end', rank: 0 },
    {
      heading: 'unzipped',
      cells: rows.map(({ bytes }) => (bytes === 0 ? '' : size(bytes))),
      align: 'right',
      cut: null,
      rank: 0,
    },
    {
      heading: 'entries',
      cells: rows.map(({ files }) => files.toLocaleString('en-US')),
      align: 'right',
      cut: null,
      rank: 1,
    },
  ]
  return section(columns, '', style)
}

function duplicateLines({ duplicates }: PublicReport, style: MeasuredStyle): string[] {
  const told = style.verbose ? duplicates : duplicates.filter(isWorthTelling)
  if (told.length === 0) return []
  const listed = style.verbose ? told : leading(told, MOST_DUPLICATES)
  const wasted = size(told.reduce((sum, { zippedBytes }) => sum + zippedBytes, 0))
  const more = told.length - listed.length
  const heading = `there more than once: ${wasted} zipped to spare`
  return [
    '',
    ...paragraph(heading, style).map(line => painter(style)('bold', line)),
    ...listed.flatMap(one => duplicateOf(one, style)),
    ...(more === 0 ? [] : [`    and ${more.toLocaleString('en-US')} more`]),
  ]
}

function duplicateOf(one: Duplicate, style: MeasuredStyle): string[] {
  const head = `    ${size(one.zippedBytes).padStart(9)}  `
  const room = style.width - head.length
  if (one.kind === 'versions') {
    return [head + cut(visible(`${one.name}: ${one.versions.join(', ')}`), room)]
  }
  const [first = '', second = '', ...others] = one.paths.map(visible)
  const more = others.length === 0 ? '' : ` and ${others.length.toLocaleString('en-US')} more`
  const also = `= ${second}`
  return [head + cut(first, room), `${' '.repeat(head.length)}${cut(also, Math.max(8, room - widthOf(more)))}${more}`]
}

function findingLines(findings: readonly Finding[], style: MeasuredStyle): string[] {
  if (findings.length === 0) return []
  return [
    '',
    ...findings.flatMap(({ severity, code, message }) => {
      const [first = '', ...rest] = wrapAll(visible(`${severity} ${code}: ${message}`), style.width - 4)
      const head = first.startsWith(severity)
        ? painter(style)(SEVERITY_COLOURS[severity], severity) + first.slice(severity.length)
        : first
      return [`  ${head}`, ...rest.map(line => `    ${line}`)]
    }),
  ]
}

function section(columns: readonly Column[], rest: string, style: MeasuredStyle): string[] {
  const [heading = '', ...rows] = tableLines(columns, { indent: 2, width: style.width })
  return ['', painter(style)('bold', heading), ...rows, ...(rest === '' ? [] : indented(rest, 2, style))]
}

/** To the byte where everything is wanted. */
function amount(bytes: number, { verbose }: TextStyle): string {
  return verbose ? bytes.toLocaleString('en-US') : size(bytes)
}

/** All if one more is all: a line that says "1 more" takes as much room. */
function leading<T>(items: readonly T[], most: number): readonly T[] {
  return items.length <= most + 1 ? items : items.slice(0, most)
}

function paragraph(text: string, style: MeasuredStyle): string[] {
  return indented(text, 2, style)
}

function indented(text: string, spaces: number, { width }: MeasuredStyle): string[] {
  return wrapAll(text, width - spaces).map(line => ' '.repeat(spaces) + line)
}

function shown(path: string, { cwd }: TextStyle): string {
  const way = relative(cwd, path)
  return way.startsWith('..') ? path : way
}
