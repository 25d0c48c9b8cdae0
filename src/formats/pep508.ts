import { type Marker, markerText, readMarker } from './markers.ts'
import { normaliseName } from './package-name.ts'
import { isClause } from './pep440.ts'
import { makeScanner, type Scanner } from './scanner.ts'

export { evaluateMarker, type Marker, parseMarker } from './markers.ts'
export { normaliseName } from './package-name.ts'

/** A dependency specifier: https://peps.python.org/pep-0508/ */
export interface Requirement {
  /** Normalised (PEP 503). */
  readonly name: string
  /** Normalised, in the order written, each once. */
  readonly extras: readonly string[]
  /** PEP 440, clauses joined by a comma without spaces; '' allows every version. */
  readonly specifier: string
  /** What follows `@`, with its fragment; null if there is none. */
  readonly url: string | null
  readonly marker: Marker | null
}

const NAME = /[a-zA-Z0-9][a-zA-Z0-9._-]*/y
const OPEN_EXTRAS = /\[/y
const CLOSE_EXTRAS = /\]/y
const OPEN = /\(/y
const CLOSE = /\)/y
const COMMA = /,/y
const SEMICOLON = /;/y
const AT = /@/y
const URL_TEXT = /[^ \t\r\n]+/y
const SEPARATORS = /[\s,]+/y
const OPERATOR = /===|==|~=|!=|<=|>=|<|>/y
// An epoch's exclamation mark is part of a version, that of != is not.
const VERSION_TEXT = /~?(?:[^\s,;()<>=!~]|!(?!=))+/y
const ARBITRARY_TEXT = /[^\s,;()]*/y

/**
 * Parses `name[extra] >=1.0 ; marker`, `name @ url ; marker`, and the older spellings that published metadata holds:
 * `name (>=1.0)`, `name (1.0)`, `>=1.*`, `>dev`, a missing or a spare comma. Throws a SyntaxError that names the column.
 */
export function parseRequirement(text: string): Requirement {
  const scanner = makeScanner(text)
  scanner.skipSpace()
  const name = scanner.take(NAME)
  if (name === null) throw scanner.expected('a package name')
  scanner.skipSpace()
  const extras = readExtras(scanner)
  scanner.skipSpace()
  const url = readUrl(scanner)
  const specifier = url === null ? readSpecifier(scanner) : ''
  scanner.skipSpace()
  const marker = scanner.take(SEMICOLON) === null ? null : readMarker(scanner)
  if (!scanner.atEnd()) throw scanner.expected(whatMayFollow(url, marker))
  return { name: normaliseName(name), extras, specifier, url, marker }
}

/** A requirement as people write it, in one spelling, such as `requests[socks]>=2; python_version < '3.12'`. */
export function requirementText({ name, extras, specifier, url, marker }: Requirement): string {
  const from = url === null ? specifier : ` @ ${url} `
  const condition = marker === null ? '' : `; ${markerText(marker)}`
  return `${name}${extras.length === 0 ? '' : `[${extras.join(',')}]`}${from}${condition}`.trimEnd()
}

function whatMayFollow(url: string | null, marker: Marker | null): string {
  if (marker !== null) return '`and`, `or` or its end'
  return url === null ? 'a version such as ==1.0, `;` and a marker, or its end' : '` ;` and a marker, or its end'
}

function readExtras(scanner: Scanner): readonly string[] {
  if (scanner.take(OPEN_EXTRAS) === null) return []
  const extras = new Set<string>()
  scanner.skipSpace()
  while (scanner.take(CLOSE_EXTRAS) === null) {
    const extra = scanner.take(NAME)
    if (extra === null) throw scanner.expected('the name of an extra, or `]`')
    extras.add(normaliseName(extra))
    scanner.skipSpace()
    if (scanner.take(COMMA) === null && scanner.text[scanner.position()] !== ']') throw scanner.expected('`,` or `]`')
    scanner.skipSpace()
  }
  return [...extras]
}

function readUrl(scanner: Scanner): string | null {
  if (scanner.take(AT) === null) return null
  scanner.skipSpace()
  const url = scanner.take(URL_TEXT)
  if (url === null) throw scanner.expected('a URL')
  return url
}

function readSpecifier(scanner: Scanner): string {
  const isParenthesised = scanner.take(OPEN) !== null
  const clauses: string[] = []
  scanner.take(SEPARATORS)
  for (;;) {
    const start = scanner.position()
    const clause = readClause(scanner, isParenthesised)
    if (clause === null) break
    if (!isClause(clause)) throw scanner.expected(`a version that PEP 440 reads instead of ${clause}`, start)
    clauses.push(clause)
    scanner.take(SEPARATORS)
  }
  if (isParenthesised && scanner.take(CLOSE) === null) throw scanner.expected('`)`')
  return clauses.join(',')
}

/** One clause in the spelling of PEP 440; null where there is none. */
function readClause(scanner: Scanner, mayBeBare: boolean): string | null {
  const operator = scanner.take(OPERATOR)
  if (operator === null) {
    const version = mayBeBare ? scanner.take(VERSION_TEXT) : null
    return version === null ? null : `==${version}`
  }
  scanner.skipSpace()
  const written = scanner.take(operator === '===' ? ARBITRARY_TEXT : VERSION_TEXT)
  if (written === null) throw scanner.expected(`a version after ${operator}`)
  return operator === '===' ? operator + written : mend(operator, written)
}

/** What old metadata says and PEP 440 no longer reads, as uv and older pips understand it. */
function mend(operator: string, written: string): string {
  const version = written.replace(/^["']|["']$/g, '')
  if (operator === '!=' && version.startsWith('~')) return `!=${version.slice(1)}.*`
  if (operator === '==' || operator === '!=') return operator + version
  if (version === 'dev') return `${operator}0.dev0`
  if (version.endsWith('.*')) return operator + version.slice(0, -2)
  return operator + version
}
