import type { Explanation } from '../findings.ts'
import type { CheckReport, Finding, Severity } from '../model.ts'
import { indented, painter, paragraph, silencedLines, type TextStyle, titleLines } from './lines.ts'
import { count, overSentence, size } from './words.ts'

/** Of one code so many are told; --verbose tells them all. */
const MOST_OF_A_CODE = 3

const GROUPS: readonly (readonly [Severity, 'red' | 'yellow' | 'dim'])[] = [
  ['error', 'red'],
  ['warning', 'yellow'],
  ['note', 'dim'],
]

/** What was found, for people: the verdict first, then errors, warnings and notes. Ends in a line break. */
export function checkAsText(report: CheckReport, style: TextStyle): string {
  const paint = painter(style)
  const { name, runtime, architecture, handler, findings, silenced } = report
  const lines = [
    ...titleLines([name, `${runtime} ${architecture}`, handler ?? '(no handler given)'], style),
    ...paragraph(verdictOf(report), style).map(line => paint(colourOf(report), line)),
    ...GROUPS.flatMap(([severity, colour]) => {
      const group = findings.filter(one => one.severity === severity)
      if (group.length === 0) return []
      const heading = paint(colour, `  ${count(group.length, severity)}`)
      return ['', heading, ...shownOf(group, style).flatMap(one => findingLines(one, style))]
    }),
    ...(silenced.length === 0 ? [] : ['', ...silencedLines(report)]),
  ]
  return `${lines.join('\n')}\n`
}

/** The codes and what they mean. */
export function explanationsAsText(
  explanations: readonly Explanation[],
  style: Pick<TextStyle, 'color' | 'width'>,
): string {
  const paint = painter(style)
  const blocks = explanations.map(({ code, severity, explanation }) => {
    const colour = GROUPS.find(([one]) => one === severity)?.[1] ?? 'dim'
    return [`${paint('bold', code)}  ${paint(colour, severity)}`, ...indented(explanation, 4, style)].join('\n')
  })
  return `${blocks.join('\n\n')}\n`
}

function verdictOf(report: CheckReport): string {
  const { limits, findings, artifact } = report
  const over = limits.filter(({ status }) => status === 'over').map(overSentence)
  const told = GROUPS.map(([severity]) => [severity, findings.filter(one => one.severity === severity).length] as const)
  const counts = told.filter(([, number]) => number > 0).map(([severity, number]) => count(number, severity))
  const found = counts.length === 0 ? 'Nothing found' : counts.join(', ')
  const errors = told.find(([severity]) => severity === 'error')?.[1] ?? 0
  const sizes = artifact === null ? [] : [`${size(artifact.bytes)} zipped, ${size(artifact.unzippedBytes)} unzipped.`]
  const sentence =
    errors > 0
      ? `It would not start: ${found}.`
      : `${found}${counts.length === 0 ? '' : ', but nothing'} that would keep it from starting.`
  return [sentence, ...over, ...sizes].join(' ')
}

function colourOf({ ok, findings, limits }: CheckReport): 'red' | 'yellow' | 'green' {
  if (!ok) return 'red'
  const isDoubtful =
    findings.some(({ severity }) => severity === 'warning') || limits.some(({ status }) => status === 'over')
  return isDoubtful ? 'yellow' : 'green'
}

/** By code, so that what is mended together stands together. Sorted for determinism */
function shownOf(group: readonly Finding[], { verbose }: TextStyle): (Finding | { code: string; more: number })[] {
  const codes = [...new Set(group.map(({ code }) => code))].sort()
  return codes.flatMap(code => {
    const same = group.filter(one => one.code === code)
    const most = verbose || same.length === MOST_OF_A_CODE + 1 ? same.length : MOST_OF_A_CODE
    const more = same.length - most
    return [...same.slice(0, most), ...(more > 0 ? [{ code, more }] : [])]
  })
}

function findingLines(one: Finding | { readonly code: string; readonly more: number }, style: TextStyle): string[] {
  const paint = painter(style)
  if ('more' in one) return ['', `  ${paint('bold', one.code)}`, `    ${one.more} more; --verbose tells them all`]
  const { code, path, message } = one
  // A path that doesn't fit beside the code has a line of its own.
  const isBeside = path !== '' && 4 + code.length + path.length <= style.width
  const head = `  ${paint('bold', code)}${isBeside ? `  ${path}` : ''}`
  const below = path !== '' && !isBeside ? [`    ${path}`] : []
  return ['', head, ...below, ...indented(message, 4, style)]
}
