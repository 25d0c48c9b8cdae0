import { widthOf } from '../formats/text-width.ts'
import type { FunctionReport, TotalReport } from '../model.ts'
import { codeSha256 } from './json.ts'
import {
  amountColumn,
  facts,
  findingLines,
  indented,
  isToldAlways,
  leading,
  leftOutLines,
  limitLines,
  packageColumn,
  painter,
  restOf,
  section,
  shown,
  silencedLines,
  type TextStyle,
  titleLines,
  verdictLines,
} from './lines.ts'
import { OWN } from './packages.ts'
import { count, size } from './words.ts'

/** So many packages are told; --verbose tells them all. */
export const HEAVIEST = 10

/** A report for people: one line if nothing changed and all is well, else one screen. Ends in a line break. */
export function reportAsText(report: FunctionReport, style: TextStyle): string {
  const { artifact, ok, name } = report
  const sizes = `${size(artifact.bytes)} zipped, ${size(artifact.unzippedBytes)} unzipped`
  const lines =
    artifact.unchanged && ok && !style.verbose
      ? unchangedLines({ name, sizes, place: shown(artifact.path, style), findings: report.findings }, style)
      : fullLines(report, style)
  return `${lines.join('\n')}\n`
}

/** What a budget for all functions says. Ends in a line break. */
export function totalAsText(total: TotalReport, style: TextStyle): string {
  const lines = [
    painter(style)('bold', 'all functions'),
    ...total.limits.flatMap(limit => limitLines(limit, style)),
    ...verdictLines({ ...total, findings: [] }, style),
  ]
  return `${lines.join('\n')}\n`
}

/** Where the sizes fit, the path stands in their line, however long it is: a function that is as it was is one line. */
export function unchangedLines(
  {
    name,
    sizes,
    place,
    findings,
  }: { readonly name: string; readonly sizes: string; readonly place: string } & Pick<FunctionReport, 'findings'>,
  style: TextStyle,
): string[] {
  const head = `${name}  unchanged  ${sizes}`
  const lines =
    widthOf(head) <= style.width
      ? [`${head}  ${place}`]
      : [...facts([`${name}  unchanged`, sizes], 0, style), ...indented(place, 2, style)]
  return [...lines, ...findingLines(findings.filter(isToldAlways), style)]
}

function fullLines(report: FunctionReport, style: TextStyle): string[] {
  const { artifact, findings } = report
  const state = `${artifact.unchanged ? 'unchanged' : 'written'}, ${count(artifact.entries.length, 'file')}`
  return [
    ...titleLines([report.name, `${report.runtime} ${report.architecture}`, report.handler], style),
    ...facts([shown(artifact.path, style), state], 2, style),
    '',
    ...report.limits.flatMap(limit => limitLines(limit, style)),
    ...packageLines(report, style),
    ...(style.verbose ? leftOutLines(report.leftOut, style) : []),
    '',
    `  CodeSha256  ${codeSha256(artifact.sha256)}`,
    ...(findings.length === 0 ? [] : ['', ...findingLines(findings, style), '']),
    ...(style.verbose ? silencedLines(report) : []),
    ...verdictLines(report, style),
  ]
}

function packageLines(report: FunctionReport, style: TextStyle): string[] {
  const packages = report.packages.filter(({ id }) => id !== OWN)
  if (packages.length === 0) return []
  const listed = style.verbose ? packages : leading(packages, HEAVIEST)
  const columns = [
    packageColumn(listed),
    amountColumn(
      'zipped',
      listed.map(one => size(one.zippedBytes)),
      0,
    ),
    amountColumn(
      'unzipped',
      listed.map(one => size(one.bytes)),
      1,
    ),
  ]
  return section(columns, restOf(packages.slice(listed.length)), style)
}
