import type { MarkerEnvironment } from '../model.ts'
import { normaliseName } from './package-name.ts'
import { satisfiesClause } from './pep440.ts'
import { makeScanner, type Scanner } from './scanner.ts'

type VariableName = keyof MarkerEnvironment | 'extra' | 'extras' | 'dependency_groups'
type Operand =
  | { readonly kind: 'variable'; readonly name: VariableName }
  | { readonly kind: 'text'; readonly text: string }
type Operator = '<=' | '<' | '!=' | '==' | '>=' | '>' | '~=' | '===' | 'in' | 'not in'

interface Comparison {
  readonly kind: 'comparison'
  readonly left: Operand
  readonly operator: Operator
  readonly right: Operand
}

/** An environment marker (https://peps.python.org/pep-0508/#environment-markers), parsed. */
export type Marker = Comparison | { readonly kind: 'all' | 'any'; readonly markers: readonly Marker[] }

/** Deeper parentheses than any that people write; keeps hostile text off the stack. */
const MAX_DEPTH = 200

const OPEN = /\(/y
const CLOSE = /\)/y
const AND = /and\b/y
const OR = /or\b/y
const COMPARISON = /===|==|~=|!=|<=|>=|<|>/y
const IN = /in\b/y
const NOT_IN = /not[ \t\r\n]+in\b/y
const QUOTED = /'[^']*'|"[^"]*"/y
// The dots and `python_implementation` are spellings from before PEP 508 that old metadata holds.
const VARIABLE =
  /(?:python_version|python_full_version|os[._]name|sys[._]platform|platform_release|platform_system|platform[._](?:version|machine|python_implementation)|python_implementation|implementation_(?:name|version)|extras?|dependency_groups)\b/y

/** Parses a marker such as `python_version < '3.11' and extra == 'tests'`. Throws a SyntaxError that names the column. */
export function parseMarker(text: string): Marker {
  const scanner = makeScanner(text)
  const marker = readMarker(scanner)
  if (!scanner.atEnd()) throw scanner.expected('`and`, `or` or its end')
  return marker
}

/** Reads a marker where the scanner stands, and the space behind it. */
export function readMarker(scanner: Scanner, depth = 0): Marker {
  if (depth > MAX_DEPTH) throw scanner.expected(`fewer than ${MAX_DEPTH} nested parentheses`)
  const alternatives: Marker[] = []
  do {
    const conditions: Marker[] = []
    do {
      conditions.push(readCondition(scanner, depth))
    } while (scanner.take(AND) !== null)
    alternatives.push(joined('all', conditions))
  } while (scanner.take(OR) !== null)
  return joined('any', alternatives)
}

function joined(kind: 'all' | 'any', markers: readonly Marker[]): Marker {
  const [first] = markers
  return first !== undefined && markers.length === 1 ? first : { kind, markers }
}

function readCondition(scanner: Scanner, depth: number): Marker {
  scanner.skipSpace()
  if (scanner.take(OPEN) !== null) {
    const marker = readMarker(scanner, depth + 1)
    if (scanner.take(CLOSE) === null) throw scanner.expected('`)`')
    scanner.skipSpace()
    return marker
  }
  const left = readOperand(scanner)
  const operator = readOperator(scanner)
  const right = readOperand(scanner)
  return { kind: 'comparison', left: normaliseLiteral(left, right), operator, right: normaliseLiteral(right, left) }
}

function readOperand(scanner: Scanner): Operand {
  scanner.skipSpace()
  const variable = scanner.take(VARIABLE)
  const quoted = variable === null ? scanner.take(QUOTED) : null
  scanner.skipSpace()
  if (variable !== null) {
    const name = variable.replace('.', '_')
    return { kind: 'variable', name: (name === 'python_implementation' ? `platform_${name}` : name) as VariableName }
  }
  if (quoted !== null) return { kind: 'text', text: withoutEscapes(quoted.slice(1, -1)) }
  throw scanner.expected('a marker variable or a quoted text')
}

function readOperator(scanner: Scanner): Operator {
  const operator = scanner.take(COMPARISON) ?? scanner.take(IN)
  if (operator !== null) return operator as Operator
  if (scanner.take(NOT_IN) !== null) return 'not in'
  throw scanner.expected('one of <=, <, !=, ==, >=, >, ~=, ===, in, not in')
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\\\\': '\\',
  '\\n': '\n',
  '\\r': '\r',
  '\\t': '\t',
  "\\'": "'",
  '\\"': '"',
}
const withoutEscapes = (text: string): string => text.replace(/\\./g, pair => ESCAPES[pair] ?? pair)

/** Names of extras and groups are compared in their normalised spelling: https://peps.python.org/pep-0685/ */
function normaliseLiteral(operand: Operand, other: Operand): Operand {
  if (operand.kind !== 'text' || other.kind !== 'variable' || !isNames(other.name)) return operand
  return { kind: 'text', text: normaliseName(operand.text) }
}

const isNames = (name: VariableName): boolean => name === 'extra' || name === 'extras' || name === 'dependency_groups'

/**
 * True if the marker holds; a missing marker (null) always does. The answers are those of the `packaging` library 26, and:
 * with several extras `extra == 'x'` holds if x is among them, `extra != 'x'` if it is not; a comparison that is
 * undefined, where `packaging` throws (`sys_platform ~= 'linux'`), does not hold.
 */
export function evaluateMarker(
  marker: Marker | null,
  environment: MarkerEnvironment,
  extras: readonly string[],
  groups: readonly string[] = [],
): boolean {
  if (marker === null) return true
  const names = { extras: extras.map(normaliseName), groups: groups.map(normaliseName) }
  const holds = (part: Marker): boolean => {
    if (part.kind === 'comparison') return compare(part, environment, names)
    return part.kind === 'all' ? part.markers.every(holds) : part.markers.some(holds)
  }
  return holds(marker)
}

/** A marker as people write it, in one spelling. */
export function markerText(marker: Marker): string {
  if (marker.kind === 'comparison') {
    return `${operandText(marker.left)} ${marker.operator} ${operandText(marker.right)}`
  }
  const isInside = (part: Marker) => marker.kind === 'all' && part.kind === 'any'
  const parts = marker.markers.map(part => (isInside(part) ? `(${markerText(part)})` : markerText(part)))
  return parts.join(marker.kind === 'all' ? ' and ' : ' or ')
}

function operandText(operand: Operand): string {
  if (operand.kind === 'variable') return operand.name
  return operand.text.includes("'") ? `"${operand.text}"` : `'${operand.text}'`
}

interface Names {
  readonly extras: readonly string[]
  readonly groups: readonly string[]
}

function compare({ left, operator, right }: Comparison, environment: MarkerEnvironment, names: Names): boolean {
  const variable = left.kind === 'variable' ? left.name : right.kind === 'variable' ? right.name : null
  if (variable === null) return false
  // As `packaging` does: of two variables the right one is taken as the text of its name.
  const literal =
    left.kind === 'variable' ? (right.kind === 'text' ? right.text : right.name) : left.kind === 'text' ? left.text : ''
  const isReversed = left.kind !== 'variable'
  if (variable === 'extra') return compareExtra(operator, literal, isReversed, names.extras)
  if (variable === 'extras' || variable === 'dependency_groups') {
    const members = variable === 'extras' ? names.extras : names.groups
    return isReversed && compareSet(operator, members.includes(literal))
  }
  const value = valueIn(variable, environment)
  return isReversed
    ? compareValues(literal, operator, value, variable)
    : compareValues(value, operator, literal, variable)
}

function compareExtra(operator: Operator, literal: string, isReversed: boolean, extras: readonly string[]): boolean {
  const values = extras.length === 0 ? [''] : extras
  if (operator === '==') return values.includes(literal)
  if (operator === '!=') return !values.includes(literal)
  return values.some(value =>
    isReversed ? compareTexts(literal, operator, value) : compareTexts(value, operator, literal),
  )
}

function compareSet(operator: Operator, isMember: boolean): boolean {
  if (operator === 'in') return isMember
  if (operator === 'not in') return !isMember
  // A text never equals a set.
  return operator === '!='
}

function valueIn(variable: keyof MarkerEnvironment, environment: MarkerEnvironment): string {
  const value = environment[variable]
  // CPython builds from a checkout say "3.13.0+", which PEP 440 does not read.
  return variable === 'python_full_version' && value.endsWith('+') ? `${value}local` : value
}

const VERSION_VARIABLES: ReadonlySet<string> = new Set([
  'implementation_version',
  'platform_release',
  'python_full_version',
  'python_version',
])

function compareValues(left: string, operator: Operator, right: string, variable: VariableName): boolean {
  if (VERSION_VARIABLES.has(variable)) {
    const asVersions = satisfiesClause(left, operator + right)
    if (asVersions !== null) return asVersions
  }
  return compareTexts(left, operator, right)
}

/** Texts have no order: `<` and `>` never hold, `<=` and `>=` mean equal, `~=` and `===` are undefined. */
function compareTexts(left: string, operator: Operator, right: string): boolean {
  switch (operator) {
    case '==':
    case '<=':
    case '>=':
      return left === right
    case '!=':
      return left !== right
    case 'in':
      return right.includes(left)
    case 'not in':
      return !right.includes(left)
    case '<':
    case '>':
    case '~=':
    case '===':
      return false
  }
}
