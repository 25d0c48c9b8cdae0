import type { Duplicate, Finding, JudgedLimit, Severity, TotalReport } from '../model.ts'
import { isWorthTelling } from './duplicates.ts'
import type { PublicReport, ReportDocument } from './json.ts'
import { code, escaped, folded, prose, table } from './markdown-text.ts'
import { count, limitLabel, limitName, percentage, shareOf, size, type Verdict, verdictOf } from './words.ts'

/** What GitHub takes as a step's summary. https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#adding-a-job-summary */
export const SUMMARY_BYTES = 1_048_576

const MOST_PACKAGES = 15
const MOST_FILES = 15
const MOST_DUPLICATES = 10
const MOST_FINDINGS = 50

const MARKS: Readonly<Record<Verdict['tone'], string>> = { good: '✅', doubtful: '⚠️', bad: '❌' }
const SEVERITY_MARKS: Readonly<Record<Severity, string>> = { error: '❌', warning: '⚠️', note: 'ℹ️' }

export interface MarkdownOptions {
  /** Markdown of what has changed, by the function's name. */
  readonly changes: ReadonlyMap<string, string>
  /** The result is no longer than this, whatever has to go. */
  readonly mostBytes: number
}

/** What stands, for pull requests and summaries of CI: the verdict first, lists folded. Ends in a line break. */
export function documentAsMarkdown(document: ReportDocument, { changes, mostBytes }: MarkdownOptions): string {
  const { functions, total } = document
  const head = headLines(functions, total)
  let left = mostBytes - bytesOf(head) - bytesOf([CUT_SHORT])
  const blocks: string[][] = []
  for (const report of functions) {
    const full = functionLines(report, changes.get(report.name) ?? '')
    const lines = bytesOf(full) <= left ? full : briefLines(report)
    if (bytesOf(lines) > left) return cutShort([...head, ...blocks.flat()], mostBytes)
    left -= bytesOf(lines)
    blocks.push(lines)
  }
  return cutShort([...head, ...blocks.flat()], mostBytes)
}

const CUT_SHORT = '*The rest is left out: the report is longer than what may stand here.*'

/** Whole lines only. A list that is open is closed by the end of the text. */
function cutShort(lines: readonly string[], mostBytes: number): string {
  const text = `${lines.join('\n').trimEnd()}\n`
  if (Buffer.byteLength(text) <= mostBytes) return text
  const kept: string[] = []
  let left = mostBytes - bytesOf([CUT_SHORT, ''])
  for (const line of lines) {
    left -= bytesOf([line])
    if (left < 0) break
    kept.push(line)
  }
  return `${[...kept, '', CUT_SHORT].join('\n')}\n`
}

function bytesOf(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0)
}

/** Of several functions a table with a line each. */
function headLines(functions: readonly PublicReport[], total: TotalReport | null): string[] {
  if (functions.length === 1 && (total === null || total.limits.length === 0)) return []
  const rows = functions.map(report => {
    const { artifact, name } = report
    const { tone, text } = verdictOf(report)
    return [code(name), `${MARKS[tone]} ${prose(text)}`, size(artifact.bytes), size(artifact.unzippedBytes)]
  })
  const sums = total === null ? [] : [['**all**', totalVerdict(total), size(total.bytes), size(total.unzippedBytes)]]
  return [
    `## ${count(functions.length, 'function')}`,
    '',
    ...table(['function', 'verdict', 'zipped', 'unzipped'], [...rows, ...sums], [2, 3]),
    '',
    ...(total === null || total.limits.length === 0 ? [] : [...limitTable(total.limits), '']),
  ]
}

function totalVerdict({ limits, ok }: TotalReport): string {
  if (limits.length === 0) return ''
  const { tone, text } = verdictOf({ limits, findings: [], ok })
  return `${MARKS[tone]} ${prose(text)}`
}

function functionLines(report: PublicReport, change: string): string[] {
  return [
    ...titleLines(report),
    ...limitTable(report.limits),
    '',
    ...(change === '' ? [] : [change.trimEnd(), '']),
    ...findingLines(report.findings),
    ...packageLines(report),
    ...fileLines(report),
    ...leftOutLines(report),
    ...duplicateLines(report.duplicates),
  ]
}

function briefLines(report: PublicReport): string[] {
  return [...titleLines(report), ...limitTable(report.limits), '']
}

function titleLines(report: PublicReport): string[] {
  const { artifact, runtime, architecture, handler, checked, files, silenced } = report
  const { tone, text } = verdictOf(report)
  const exact = (bytes: number) => bytes.toLocaleString('en-US')
  const target = [runtime, architecture].filter(one => one !== null).join(' ')
  const facts = [
    ...(target === '' ? [] : [escaped(target)]),
    ...(handler === null || handler === '' ? [] : [code(handler)]),
    count(files.length, 'file'),
    `${exact(artifact.bytes)} bytes zipped`,
    `${exact(artifact.unzippedBytes)} unzipped`,
    `CodeSha256 ${code(artifact.codeSha256)}`,
    ...(silenced.length === 0 ? [] : [`${count(silenced.length, 'finding')} silenced`]),
    ...(checked ? [] : ['not checked']),
  ]
  return [`### ${MARKS[tone]} ${code(report.name)}`, '', `**${prose(text)}**`, '', facts.join(' · '), '']
}

function limitTable(limits: readonly JudgedLimit[]): string[] {
  const rows = limits.map(limit => [
    `${limit.status === 'over' ? (limit.severity === 'error' ? '❌ ' : '⚠️ ') : ''}${escaped(limitLabel(limit))}`,
    size(limit.bytes),
    percentage(shareOf(limit)),
    `${size(limit.limit)} ${escaped(limitName(limit))}`.trimEnd(),
  ])
  return table(['limit', 'size', 'share', 'of'], rows, [1, 2])
}

function findingLines(findings: readonly Finding[]): string[] {
  if (findings.length === 0) return []
  const more = findings.length - MOST_FINDINGS
  return [
    ...findings
      .slice(0, MOST_FINDINGS)
      .map(
        ({ severity, code: name, message }) => `- ${SEVERITY_MARKS[severity]} **${escaped(name)}** ${prose(message)}`,
      ),
    ...(more > 0 ? [`- and ${more.toLocaleString('en-US')} more`] : []),
    '',
  ]
}

function packageLines({ packages }: PublicReport): string[] {
  const rows = packages
    .slice(0, MOST_PACKAGES)
    .map(({ name, version, licence, requiredBy, ...sizes }) => [
      code(name),
      version === '' ? '' : code(version),
      size(sizes.zippedBytes),
      size(sizes.bytes),
      several(requiredBy),
      licence === null ? '' : escaped(licence),
    ])
  const rest = packages.slice(MOST_PACKAGES)
  const sum = (key: 'bytes' | 'zippedBytes') => size(rest.reduce((all, one) => all + one[key], 0))
  const others = [`and ${rest.length.toLocaleString('en-US')} more`, '', sum('zippedBytes'), sum('bytes'), '', '']
  return folded(count(packages.length, 'package'), [
    ...table(
      ['package', 'version', 'zipped', 'unzipped', 'required by', 'licence'],
      rest.length === 0 ? rows : [...rows, others],
      [2, 3],
    ),
  ])
}

const MOST_NAMES = 5

function several(names: readonly string[]): string {
  const more = names.length - MOST_NAMES
  const shown = names.slice(0, MOST_NAMES).map(name => code(name))
  return `${shown.join(', ')}${more > 0 ? ` and ${more.toLocaleString('en-US')} more` : ''}`
}

function fileLines({ files }: PublicReport): string[] {
  // Sorted for determinism
  const largest = [...files].sort((a, b) => b.zippedBytes - a.zippedBytes || (a.path < b.path ? -1 : 1))
  const rows = largest
    .slice(0, MOST_FILES)
    .map(({ path, zippedBytes, bytes, reason }) => [code(path), size(zippedBytes), size(bytes), escaped(reason)])
  const title = largest.length > MOST_FILES ? `Largest of ${count(files.length, 'file')}` : count(files.length, 'file')
  return folded(title, table(['file', 'zipped', 'unzipped', 'why'], rows, [1, 2]))
}

function leftOutLines({ leftOut }: PublicReport): string[] {
  if (leftOut.length === 0) return []
  // Sorted for determinism
  const ordered = [...leftOut].sort((a, b) => b.bytes - a.bytes || (a.rule < b.rule ? -1 : 1))
  const rows = ordered.map(({ rule, files, bytes }) => [
    escaped(rule),
    bytes === 0 ? '' : size(bytes),
    files.toLocaleString('en-US'),
  ])
  const bytes = leftOut.reduce((sum, one) => sum + one.bytes, 0)
  return folded(`Left out: ${size(bytes)} unzipped`, table(['rule', 'unzipped', 'entries'], rows, [1, 2]))
}

function duplicateLines(all: readonly Duplicate[]): string[] {
  const duplicates = all.filter(isWorthTelling)
  if (duplicates.length === 0) return []
  const rows = duplicates.slice(0, MOST_DUPLICATES).map(one => [size(one.zippedBytes), whatTwice(one)])
  const more = duplicates.length - rows.length
  const others = more > 0 ? [['', `and ${more.toLocaleString('en-US')} more`]] : []
  const spare = size(duplicates.reduce((sum, { zippedBytes }) => sum + zippedBytes, 0))
  return folded(`There more than once: ${spare} zipped to spare`, table(['zipped', 'what'], [...rows, ...others], [0]))
}

function whatTwice(one: Duplicate): string {
  if (one.kind === 'versions') return `${code(one.name)} ${one.versions.map(version => code(version)).join(', ')}`
  const [first = '', second = '', ...others] = one.paths
  const more = others.length === 0 ? '' : ` and ${others.length.toLocaleString('en-US')} more`
  return `${code(first)} = ${code(second)}${more}`
}
