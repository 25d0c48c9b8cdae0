import { relative } from 'node:path'
import { styleText } from 'node:util'
import type { Finding, FunctionReport, ImageReport, JudgedLimit, PackageSize, Severity } from '../model.ts'
import { codeSha256 } from './json.ts'

export interface TextStyle {
  readonly color: boolean
  /** Tell the unchanged in full, too, every package, and what was left out. */
  readonly verbose: boolean
  /** Paths below it are told relative to it. */
  readonly cwd: string
}

type Colour = 'red' | 'yellow' | 'green' | 'dim' | 'bold'

const BAR_CELLS = 20
/** So many packages are told; --verbose tells them all. */
export const HEAVIEST = 10

/** A report for people: one line if nothing changed and all is well, else one screen. Ends in a line break. */
export function reportAsText(report: FunctionReport, style: TextStyle): string {
  const lines =
    report.artifact.unchanged && report.ok && !style.verbose ? unchangedLines(report, style) : fullLines(report, style)
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
    ...packageLines(report.packages, style),
    ...(style.verbose ? leftOutLines(report) : []),
    '',
    `  CodeSha256  ${codeSha256(artifact.sha256)}`,
    ...report.findings.map(one => findingLine(one, style)),
    ...(style.verbose ? silencedLines(report) : []),
    `  ${verdict(report, style)}`,
  ]
}

/** Also of what is unchanged. */
export function isToldAlways({ severity, code }: Finding): boolean {
  return severity !== 'note' || code === 'ENV_FILE_LEFT_OUT'
}

const LIMIT_LABELS: Readonly<Record<string, string>> = {
  'zip-direct-upload': 'zipped',
  unzipped: 'unzipped',
  'image-unzipped': 'unzipped',
  'image-layers': 'layers',
  'image-settings': 'settings',
  'image-manifest': 'manifest',
  'budget-zipped': 'zipped',
  'budget-unzipped': 'unzipped',
}

const LIMIT_NAMES: Readonly<Record<string, string>> = {
  'zip-direct-upload': 'for a direct upload',
  unzipped: 'for code and layers',
  'image-unzipped': 'for an image',
  'image-manifest': 'advised',
  'budget-zipped': 'of your budget',
  'budget-unzipped': 'of your budget',
}

export function limitLine(limit: JudgedLimit, style: TextStyle): string {
  const share = limit.limit === 0 ? 1 : limit.bytes / limit.limit
  const filled = Math.min(BAR_CELLS, Math.ceil(share * BAR_CELLS))
  const colour =
    limit.status === 'ok' ? 'green' : limit.status === 'near' || limit.severity !== 'error' ? 'yellow' : 'red'
  const bar = painter(style)(colour, '█'.repeat(filled)) + painter(style)('dim', '░'.repeat(BAR_CELLS - filled))
  const label = (LIMIT_LABELS[limit.id] ?? limit.id).padEnd(8)
  const amount = (number: number) => (limit.id === 'image-layers' ? String(number) : size(number))
  const percent = `${percentage(share)} of ${amount(limit.limit)}`
  return `  ${label} ${amount(limit.bytes).padStart(9)}  ${bar}  ${percent} ${LIMIT_NAMES[limit.id] ?? ''}`.trimEnd()
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

const SEVERITY_COLOURS: Readonly<Record<Severity, Colour>> = { error: 'red', warning: 'yellow', note: 'dim' }

export function findingLine({ severity, code, message }: Finding, style: TextStyle): string {
  return `  ${painter(style)(SEVERITY_COLOURS[severity], severity)} ${code}: ${message}`
}

export function silencedLines({ silenced }: Pick<FunctionReport, 'silenced'>): string[] {
  return silenced.length === 0 ? [] : [`  ${count(silenced.length, 'finding')} silenced by \`ignore\``]
}

export function verdict(report: FunctionReport | ImageReport, style: TextStyle): string {
  const paint = painter(style)
  const over = report.limits.filter(({ status }) => status === 'over')
  const errors = report.findings.filter(({ severity }) => severity === 'error').length
  const sentences = over.map(overSentence)
  if (errors > 0) sentences.push(`${count(errors, 'error')} found: it would not start.`)
  if (!report.ok) return paint('red', sentences.join(' '))
  if (over.length > 0) return paint('yellow', sentences.join(' '))
  const near = report.limits.filter(({ status }) => status === 'near')
  return near.length > 0 ? paint('yellow', 'Fits, but is near a limit.') : paint('green', 'Fits.')
}

export function overSentence({ id, bytes, limit }: JudgedLimit): string {
  const excess = size(bytes - limit)
  switch (id) {
    case 'zip-direct-upload':
      return 'Too large for a direct upload: put the zip on S3 and create the function from there.'
    case 'unzipped':
      return `Lambda refuses it: ${excess} over what code and layers may have unzipped. Drop packages, try \`"slim": "strong"\` or \`"runtimeSdk": "omit"\`, or use a container image.`
    case 'image-unzipped':
      return `Lambda refuses it: ${excess} over what an image may have unzipped. Drop packages or files, or load them at run time from S3 or a file system.`
    case 'image-layers':
      return `It has more layers than engines unpack (${limit}): take another base.`
    case 'image-settings':
      return `Lambda refuses it: ${excess} over what entry point, command, working folder and environment may have. Shorten \`environment\`.`
    case 'image-manifest':
      return 'Its manifest is larger than AWS advises: take a base of fewer layers.'
    default:
      return `Over your budget by ${excess}.`
  }
}

/** In AWS's MB, which is 1,048,576 bytes. */
export function size(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`
  if (bytes < 1_048_576) return `${(bytes / 1024).toFixed(1)} KB`
  if (bytes < 10 * 1_073_741_824) return `${(bytes / 1_048_576).toFixed(1)} MB`
  return `${(bytes / 1_073_741_824).toFixed(1)} GB`
}

function percentage(share: number): string {
  const percent = share * 100
  return percent > 0 && percent < 1 ? '<1 %' : `${Math.floor(percent)} %`
}

export function count(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString('en-US')} ${number === 1 ? one : many}`
}

export function shown(path: string, { cwd }: TextStyle): string {
  const way = relative(cwd, path)
  return way.startsWith('..') ? path : way
}

export function painter({ color }: TextStyle): (colour: Colour, text: string) => string {
  return (colour, text) => (color && text !== '' ? styleText(colour, text) : text)
}
