import { cut, visible, widthOf } from '../formats/text-width.ts'
import type { Duplicate, TotalReport } from '../model.ts'
import { isWorthTelling } from './duplicates.ts'
import type { PublicReport, ReportDocument } from './json.ts'
import {
  amountColumn,
  findingLines,
  leading,
  leftOutLines,
  limitLines,
  packageColumn,
  painter,
  paragraph,
  restOf,
  section,
  shown,
  silencedLines,
  type TextStyle,
  titleLines,
  verdictLines,
} from './lines.ts'
import type { Column } from './table.ts'
import { count, size } from './words.ts'

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
  style: TextStyle,
  changes: ReadonlyMap<string, string> = new Map(),
): string {
  const blocks = functions.map(report => measuredLines(report, changes.get(report.name) ?? null, style))
  if (total !== null && (!total.ok || functions.length + total.limits.length > 1))
    blocks.push(totalLines(total, functions, style))
  return `${blocks.map(lines => lines.join('\n')).join('\n\n')}\n`
}

function measuredLines(report: PublicReport, change: string | null, style: TextStyle): string[] {
  const { artifact, checked } = report
  const target = [report.runtime, report.architecture].filter(one => one !== null).join(' ')
  const title = [target, report.handler ?? ''].filter(one => one !== '').map(visible)
  const exact = (bytes: number) => bytes.toLocaleString('en-US')
  const sizes = `${exact(artifact.bytes)} bytes zipped, ${exact(artifact.unzippedBytes)} unzipped`
  return [
    ...titleLines([visible(report.name), ...title], style),
    ...verdictLines(report, style),
    ...(checked ? [] : paragraph('Not checked: name what it runs on, with --runtime.', style)),
    '',
    `  ${visible(shown(artifact.path, style))}`,
    ...paragraph(`${count(report.files.length, 'file')}, ${sizes}`, style),
    `  CodeSha256  ${artifact.codeSha256}`,
    '',
    ...report.limits.flatMap(limit => limitLines(limit, style)),
    ...(change === null ? [] : ['', ...change.trimEnd().split('\n')]),
    ...(change === null || style.verbose ? listLines(report, style) : []),
    ...(report.findings.length === 0 ? [] : ['', ...findingLines(report.findings, style)]),
    ...(report.silenced.length === 0 ? [] : ['', ...silencedLines(report)]),
  ]
}

function listLines(report: PublicReport, style: TextStyle): string[] {
  return [
    ...packageLines(report, style),
    ...fileLines(report, style),
    ...leftOutLines(report.leftOut, style),
    ...duplicateLines(report, style),
  ]
}

function totalLines(total: TotalReport, functions: readonly PublicReport[], style: TextStyle): string[] {
  const paint = painter(style)
  const sizes = `${size(total.bytes)} zipped, ${size(total.unzippedBytes)} unzipped`
  const bad = functions.filter(({ ok }) => !ok).map(({ name }) => visible(name))
  return [
    paint('bold', 'all functions'),
    ...(total.limits.length === 0 ? [] : verdictLines({ ...total, findings: [] }, style)),
    ...(bad.length === 0 ? [] : paragraph(`Judged bad: ${bad.join(', ')}.`, style).map(line => paint('red', line))),
    ...paragraph(sizes, style),
    ...total.limits.flatMap(limit => limitLines(limit, style)),
  ]
}

function packageLines({ packages }: PublicReport, style: TextStyle): string[] {
  const listed = style.verbose ? packages : leading(packages, MOST_PACKAGES)
  const others = packages.filter(one => !listed.includes(one))
  const columns: Column[] = [
    packageColumn(listed),
    amountColumn(
      'zipped',
      listed.map(one => amount(one.zippedBytes, style)),
      0,
    ),
    amountColumn(
      'unzipped',
      listed.map(one => amount(one.bytes, style)),
      1,
    ),
    amountColumn(
      'files',
      listed.map(one => one.files.toLocaleString('en-US')),
      3,
    ),
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

function fileLines({ files }: PublicReport, style: TextStyle): string[] {
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
    amountColumn(
      'zipped',
      listed.map(one => amount(one.zippedBytes, style)),
      0,
    ),
    amountColumn(
      'unzipped',
      listed.map(one => amount(one.bytes, style)),
      1,
    ),
  ]
  return section(columns, '', style)
}

function duplicateLines({ duplicates }: PublicReport, style: TextStyle): string[] {
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

function duplicateOf(one: Duplicate, style: TextStyle): string[] {
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

/** To the byte where everything is wanted. */
function amount(bytes: number, { verbose }: TextStyle): string {
  return verbose ? bytes.toLocaleString('en-US') : size(bytes)
}
