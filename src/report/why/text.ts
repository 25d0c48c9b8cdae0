import { visible } from '../../formats/text-width.ts'
import { hanging, painter, type TextStyle } from '../lines.ts'
import { count, size } from '../words.ts'
import type { WhyAnswer } from './answer.ts'
import type { WhyStep } from './chain.ts'

/** So many files of an answer are told; --verbose tells them all. */
const MOST_PATHS = 10

/** Answers for people. Ends in a line break. */
export function whyAsText(answers: readonly WhyAnswer[], style: TextStyle): string {
  return answers.map(answer => `${linesOf(answer, style).join('\n')}\n`).join('\n')
}

/** The document that `why --json` prints. */
export function whyAsJson(
  { name, asked, answers }: { readonly name: string; readonly asked: string; readonly answers: readonly WhyAnswer[] },
  version: string,
): string {
  return `${JSON.stringify({ version, function: name, asked, answers }, null, 2)}\n`
}

const STATES: Readonly<Record<WhyAnswer['state'], readonly [string, 'green' | 'yellow']>> = {
  packed: ['packed', 'green'],
  inlined: ['in the bundle', 'green'],
  'left-out': ['left out', 'yellow'],
  unneeded: ['not packed', 'yellow'],
}

function linesOf(answer: WhyAnswer, style: TextStyle): string[] {
  const paint = painter(style)
  const [word, colour] = STATES[answer.state]
  const title = answer.kind === 'package' ? `${answer.name} ${answer.package?.version ?? ''}`.trimEnd() : answer.name
  const facts = factsOf(answer).join(', ')
  const told = (text: string) => hanging(visible(text), style)
  return [
    `${paint('bold', visible(title))}: ${paint(colour, word)}${facts === '' ? '' : `, ${facts}`}`,
    ...answer.chain.flatMap((step, at) => told(stepText(step, answer.chain[at - 1]))),
    ...(answer.alsoRequiredBy.length === 0 ? [] : told(`also required by ${answer.alsoRequiredBy.join(', ')}`)),
    ...answer.rules.flatMap(told),
    ...leftOutWords(answer).flatMap(told),
    ...pathLines(answer, style),
  ]
}

function factsOf({ kind, state, package: of, paths, bytes }: WhyAnswer): string[] {
  const what = state === 'inlined' ? 'module' : 'file'
  return [
    ...(kind !== 'file' && paths.length > 0 ? [count(paths.length, what)] : []),
    ...(bytes === null ? [] : [size(bytes)]),
    ...(kind === 'package' || of === null ? [] : [`of ${of.name} ${of.version}`.trimEnd()]),
  ]
}

function stepText({ kind, from, to, text }: WhyStep, before: WhyStep | undefined): string {
  switch (kind) {
    case 'starts':
      return `${from} has its handler in ${to}`
    case 'imports':
      return before === undefined ? `${from} imports ${to}` : `which imports ${to}`
    case 'asks':
      return `${from} asks for ${to}${text === '' ? '' : ` (${text})`}`
    case 'requires':
      return `${from} requires ${text}`
  }
}

function leftOutWords({ leftOut }: WhyAnswer): string[] {
  if (leftOut.length === 0) return []
  return [`left out of it: ${leftOut.map(({ rule, files }) => `${rule} (${count(files, 'file')})`).join(', ')}`]
}

function pathLines({ kind, paths }: WhyAnswer, { verbose }: TextStyle): string[] {
  if (kind === 'file' || (kind === 'package' && !verbose)) return []
  const told = verbose ? paths : paths.slice(0, MOST_PATHS)
  const more = paths.length - told.length
  return [
    ...told.map(path => `    ${visible(path)}`),
    ...(more === 0 ? [] : [`    ${more} more; --verbose tells them all`]),
  ]
}
