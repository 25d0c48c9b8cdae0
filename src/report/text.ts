import { relative } from 'node:path'
import { styleText } from 'node:util'

import type { Finding, FunctionReport, ImageReport, JudgedLimit, PackageSize, Severity, TotalReport } from '../model.ts'

import { codeSha256 } from './json.ts'
import { OWN } from './packages.ts'
import { amountOf, count, limitLabel, limitName, percentage, shareOf, size, type Verdict, verdictOf } from './words.ts'

export interface TextStyle {
  readonly color: boolean
  /** Tell the unchanged in full, too, every package, and what was left out. */
  readonly verbose: boolean
  /** Paths below it are told relative to it. */
  readonly cwd: string
}

export type Colour = 'red' | 'yellow' | 'green' | 'dim' | 'bold'

const BAR_CELLS = 20
/** So many packages are told; --verbose tells them all. */
export const HEAVIEST = 10

/** A report for people: one line if nothing changed and all is well, else one screen. Ends in a line break. */
export function reportAsText(report: FunctionReport, style: TextStyle): string {
  const lines =
    report.artifact.unchanged && report.ok && !style.verbose ? unchangedLines(report, style) : fullLines(report, style)
  return `${lines.join('\n')}\n`
}

/** What a budget for all functions says. Ends in a line break. */
export function totalAsText(total: TotalReport, style: TextStyle): string {
  const { tone, text } = verdictOf({ ...total, findings: [] })
  const paint = painter(style)
  const lines = [
    paint('bold', 'all functions'),
    ...total.limits.map(limit => limitLine(limit, style)),
    `  ${paint(TONE_COLOURS[tone], text)}`,
  ]
  return `${lines.join('\n')}\n`
}

function unchangedLines(report: FunctionReport, style: TextStyle): string[] {
  const { artifact } = report
  const sizes = `${size(artifact.bytes)} zipped, ${size(artifact.unzippedBytes)} unzipped`
  const told = report.findings.filter(isToldAlways)
  return [
    `${report.name}  unchanged  ${sizes}  ${shown(artifact.path, style)}`,
    ...told.map(one => findingLine(one, style)),
  ]
}

function fullLines(report: FunctionReport, style: TextStyle): string[] {
  const { artifact } = report
  const paint = painter(style)
  const state = artifact.unchanged ? 'unchanged' : 'written'
  return [
    `${paint('bold', report.name)}  ${report.runtime} ${report.architecture}  ${report.handler}`,
    `  ${shown(artifact.path, style)}  ${state}, ${count(artifact.entries.length, 'file')}`,
    '',
    ...report.limits.map(limit => limitLine(limit, style)),
    ...packageLines(
      report.packages.filter(({ id }) => id !== OWN),
      style,
    ),
    ...(style.verbose ? leftOutLines(report) : []),
    '',
    `  CodeSha256  ${codeSha256(artifact.sha256)}`,
    ...report.findings.map(one => findingLine(one, style)),
    ...(style.verbose ? silencedLines(report) : []),
    verdictLine(report, style),
  ]
}

/** Also of what is unchanged. */
export function isToldAlways({ severity, code }: Finding): boolean {
  return severity !== 'note' || code === 'ENV_FILE_LEFT_OUT'
}

export function limitLine(limit: JudgedLimit, style: TextStyle): string {
  const share = shareOf(limit)
  const filled = Math.min(BAR_CELLS, Math.ceil(share * BAR_CELLS))
  const colour =
    limit.status === 'ok' ? 'green' : limit.status === 'near' || limit.severity !== 'error' ? 'yellow' : 'red'
  const bar = painter(style)(colour, '█'.repeat(filled)) + painter(style)('dim', '░'.repeat(BAR_CELLS - filled))
  const label = limitLabel(limit).padEnd(8)
  const percent = `${percentage(share)} of ${amountOf(limit, limit.limit)}`
  return `  ${label} ${amountOf(limit, limit.bytes).padStart(9)}  ${bar}  ${percent} ${limitName(limit)}`.trimEnd()
}

function packageLines(packages: readonly PackageSize[], style: TextStyle): string[] {
  if (packages.length === 0) return []
  const listed = style.verbose ? packages : packages.slice(0, HEAVIEST)
  const width = Math.min(40, Math.max(...listed.map(({ name, version }) => name.length + version.length + 1)))
  const heading =
    listed.length < packages.length
      ? `heaviest ${listed.length} of ${packages.length} packages`
      : count(packages.length, 'package')
  const rows = listed.map(one => {
    const title = `${one.name} ${one.version}`.padEnd(width)
    return `    ${title}  ${size(one.zippedBytes).padStart(9)} zipped  ${size(one.bytes).padStart(9)} unzipped`
  })
  return ['', `  ${heading}`, ...rows]
}

export function leftOutLines({ leftOut }: Pick<FunctionReport, 'leftOut'>): string[] {
  if (leftOut.length === 0) return []
  const width = Math.max(...leftOut.map(({ rule }) => rule.length))
  const rows = leftOut.map(
    ({ rule, files, bytes }) =>
      `    ${rule.padEnd(width)}  ${count(files, 'entry', 'entries')}${bytes === 0 ? '' : `, ${size(bytes)}`}`,
  )
  return ['', '  left out', ...rows]
}

export const TONE_COLOURS: Readonly<Record<Verdict['tone'], Colour>> = { good: 'green', doubtful: 'yellow', bad: 'red' }

export const SEVERITY_COLOURS: Readonly<Record<Severity, Colour>> = { error: 'red', warning: 'yellow', note: 'dim' }

export function findingLine({ severity, code, message }: Finding, style: TextStyle): string {
  return `  ${painter(style)(SEVERITY_COLOURS[severity], severity)} ${code}: ${message}`
}

export function silencedLines({ silenced }: Pick<FunctionReport, 'silenced'>): string[] {
  return silenced.length === 0 ? [] : [`  ${count(silenced.length, 'finding')} silenced by \`ignore\``]
}

export function verdictLine(report: FunctionReport | ImageReport, style: TextStyle): string {
  const { tone, text } = verdictOf(report)
  return `  ${painter(style)(TONE_COLOURS[tone], text)}`
}

export function shown(path: string, { cwd }: TextStyle): string {
  const way = relative(cwd, path)
  return way.startsWith('..') ? path : way
}

export function painter({ color }: TextStyle): (colour: Colour, text: string) => string {
  return (colour, text) => (color && text !== '' ? styleText(colour, text) : text)
}
