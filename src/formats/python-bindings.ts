import { identifier, importClauses } from './python-imports.ts'
import { depthChange, type Statement } from './python-statements.ts'

const ASSIGNMENTS: ReadonlySet<string> = new Set('= += -= *= /= %= @= &= |= ^= <<= >>='.split(' '))
const WITHOUT_TARGETS: ReadonlySet<string> = new Set(
  'del global nonlocal pass break continue return raise assert'.split(' '),
)
const NOT_CAPTURES: ReadonlySet<string> = new Set(['_', 'as', 'None', 'True', 'False'])
const ENDS_LAMBDA: ReadonlySet<string> = new Set([',', ':', '=', 'for'])
const NOT_TYPE_NAMES: ReadonlySet<string> = new Set(['in', 'is', 'and', 'or', 'not', 'if', 'for'])

/**
 * The names that a statement binds in its scope, in no order, perhaps more than once. The name of an `except` clause
 * is left out: Python deletes it again.
 */
export function boundNames(statement: Statement): readonly string[] {
  return [...ownNames(statement), ...walrusNames(statement.tokens)].map(identifier)
}

function ownNames({ header, tokens }: Statement): readonly string[] {
  switch (header) {
    case 'def':
    case 'class':
      return tokens.slice(1, 2)
    case 'for':
      return forNames(tokens)
    case 'with':
      return withNames(tokens)
    case 'case':
      return captureNames(tokens)
    case null:
      return simpleNames(tokens)
    default:
      return []
  }
}

function simpleNames(tokens: readonly string[]): readonly string[] {
  const [first = '', second = ''] = tokens
  if (first === 'import' || first === 'from') {
    return importClauses(tokens).flatMap(({ bound, names }) =>
      bound === null ? names.filter(name => name.name !== '*').map(name => name.bound) : [bound],
    )
  }
  if (WITHOUT_TARGETS.has(first)) return []
  if (first === 'type' && isName(second) && !NOT_TYPE_NAMES.has(second)) return [second]
  return assignedNames(tokens)
}

/** The targets of `a = b.c, d = …`, `a += …` and `a: … = …`, but not of `a: …`. */
function assignedNames(tokens: readonly string[]): readonly string[] {
  const names: string[] = []
  let depth = 0
  let start = 0
  let lambdas = 0
  let annotated: readonly string[] | null = null
  for (const [index, token] of tokens.entries()) {
    depth += depthChange(token)
    if (depth > 0) continue
    if (token === 'lambda') lambdas++
    else if (token === ':' && lambdas > 0) lambdas--
    else if (token === ':') annotated ??= targetNames(tokens.slice(start, index))
    // Between `lambda` and its colon, `=` gives a parameter its default.
    if (!ASSIGNMENTS.has(token) || lambdas > 0) continue
    if (annotated !== null) return annotated
    for (const name of targetNames(tokens.slice(start, index))) names.push(name)
    start = index + 1
  }
  return names
}

/** The names in `a, (b, *c), d.e, f[g]` that an assignment to it binds: a, b and c. */
function targetNames(tokens: readonly string[]): readonly string[] {
  const names: string[] = []
  const groups: number[] = []
  let depthInTrailer = 0
  for (const [index, token] of tokens.entries()) {
    const change = depthChange(token)
    if (depthInTrailer > 0) depthInTrailer += change
    else if (change === 1 && isOperandEnd(tokens[index - 1])) depthInTrailer = 1
    else if (change === 1) groups.push(names.length)
    else if (change === -1) {
      const before = groups.pop() ?? 0
      if (isTrailerStart(tokens[index + 1])) names.length = before
    } else if (isName(token) && tokens[index - 1] !== '.' && !isTrailerStart(tokens[index + 1])) names.push(token)
  }
  return names
}

function isOperandEnd(token: string | undefined): boolean {
  return token !== undefined && (depthChange(token) === -1 || token === '"' || isName(token))
}

function isTrailerStart(token: string | undefined): boolean {
  return token === '.' || token === '(' || token === '['
}

function isName(token: string): boolean {
  return /^[A-Za-z_\u0080-\uffff]/.test(token)
}

function forNames(tokens: readonly string[]): readonly string[] {
  return targetNames(tokens.slice(1, elementEnd(tokens, 1, 'in')))
}

/** `with a as b, c as (d, e):` and the same in brackets. */
function withNames(tokens: readonly string[]): readonly string[] {
  const names: string[] = []
  for (let as = tokens.indexOf('as'); as !== -1; ) {
    const end = elementEnd(tokens, as + 1, ',')
    for (const name of targetNames(tokens.slice(as + 1, end))) names.push(name)
    as = tokens.indexOf('as', end)
  }
  return names
}

/** The first place from the start on where `stop` stands outside brackets or a bracket closes that was open before. */
function elementEnd(tokens: readonly string[], start: number, stop: string): number {
  let depth = 0
  for (let index = start; index < tokens.length; index++) {
    const token = tokens[index] ?? ''
    depth += depthChange(token)
    if (depth < 0 || (depth === 0 && token === stop)) return index
  }
  return tokens.length
}

/** The names that the pattern of `case` captures. https://docs.python.org/3/reference/compound_stmts.html#patterns */
function captureNames(tokens: readonly string[]): readonly string[] {
  const guard = tokens.indexOf('if')
  const pattern = tokens.slice(1, guard === -1 ? tokens.length : guard)
  return pattern.filter((token, index) => {
    const next = pattern[index + 1]
    const isCapture = isName(token) && !NOT_CAPTURES.has(token) && pattern[index - 1] !== '.'
    return isCapture && next !== '.' && next !== '(' && next !== '='
  })
}

interface Lambda {
  /** How many brackets are open around it. */
  readonly depth: number
  /** False before its colon. */
  readonly inBody: boolean
}

/** The names before `:=`, but for those in the body of a lambda: they are the lambda's own. */
function walrusNames(tokens: readonly string[]): readonly string[] {
  if (!tokens.includes(':=')) return []
  const names: string[] = []
  const lambdas: Lambda[] = []
  let bodies = 0
  let depth = 0
  for (const [index, token] of tokens.entries()) {
    depth += depthChange(token)
    while (isOver(lambdas.at(-1), token, depth)) if (lambdas.pop()?.inBody) bodies--
    if (token === 'lambda') lambdas.push({ depth, inBody: false })
    else if (token === ':' && lambdas.at(-1)?.depth === depth) {
      lambdas[lambdas.length - 1] = { depth, inBody: true }
      bodies++
    } else if (token === ':=' && bodies === 0) names.push(tokens[index - 1] ?? '')
  }
  return names
}

function isOver(lambda: Lambda | undefined, token: string, depth: number): boolean {
  if (lambda === undefined || lambda.depth < depth) return false
  return lambda.depth > depth || (lambda.inBody && ENDS_LAMBDA.has(token))
}
