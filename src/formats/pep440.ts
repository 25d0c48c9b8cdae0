/**
 * Versions and version specifiers: https://peps.python.org/pep-0440/, with the answers of the `packaging` library 26.
 * Numbers stay digit strings: releases such as 20240101120000000 are beyond what a double holds exactly.
 */

interface Version {
  readonly epoch: string
  readonly release: readonly string[]
  readonly pre: readonly [letter: string, number: string] | null
  readonly post: string | null
  readonly dev: string | null
  readonly local: readonly string[] | null
}

const VERSION = new RegExp(
  [
    /^\s*v?(?:(?<epoch>[0-9]+)!)?(?<release>[0-9]+(?:\.[0-9]+)*)/,
    /(?:[-_.]?(?<preLetter>alpha|beta|preview|pre|a|b|c|rc)[-_.]?(?<pre>[0-9]*))?/,
    /(?:-(?<implicitPost>[0-9]+)|[-_.]?(?<postWord>post|rev|r)[-_.]?(?<post>[0-9]*))?/,
    /(?:[-_.]?(?<devWord>dev)[-_.]?(?<dev>[0-9]*))?/,
    /(?:\+(?<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?\s*$/,
  ]
    .map(part => part.source)
    .join(''),
  'i',
)

const PRE_LETTERS: Readonly<Record<string, string>> = { alpha: 'a', beta: 'b', c: 'rc', pre: 'rc', preview: 'rc' }

/** True for any spelling that PEP 440 reads, such as `1.0-alpha.2`. */
export function isVersion(text: string): boolean {
  return VERSION.test(text)
}

/** Negative, 0 or positive in PEP 440 order. Throws a SyntaxError for what is not a version. */
export function compareVersions(a: string, b: string): number {
  return compare(readVersion(a), readVersion(b))
}

/** True for alpha, beta, rc and dev releases. */
export function isPrerelease(text: string): boolean {
  const version = parseVersion(text)
  return version !== null && isPre(version)
}

/** The canonical spelling: `v1.0-Alpha2` becomes `1.0a2`. Zeros at the end stay. What is not a version comes back as it is. */
export function normaliseVersion(text: string): string {
  const version = parseVersion(text)
  if (version === null) return text
  const { epoch, release, pre, post, dev, local } = version
  return [
    epoch === '0' ? '' : `${epoch}!`,
    release.join('.'),
    pre === null ? '' : pre.join(''),
    post === null ? '' : `.post${post}`,
    dev === null ? '' : `.dev${dev}`,
    local === null ? '' : `+${local.join('.')}`,
  ].join('')
}

/**
 * True if the version meets every clause of a specifier such as `>=1.0,<2`; prereleases are allowed, '' allows all.
 * Never throws: a clause that PEP 440 cannot read is met by nothing, and what is not a version meets `===` alone.
 */
export function satisfies(version: string, specifier: string): boolean {
  return specifier.split(',').every(part => part.trim() === '' || satisfiesClause(version, part) === true)
}

/** As `satisfies` for exactly one clause, such as `>=1.0`; null if PEP 440 cannot read the clause. */
export function satisfiesClause(version: string, clause: string): boolean | null {
  const parsed = parseClause(clause)
  if (parsed === null) return null
  if (parsed.operator === '===') return version.toLowerCase() === parsed.text.toLowerCase()
  const candidate = parseVersion(version)
  return candidate !== null && meets(candidate, parsed)
}

/** True for one clause of a specifier, such as `~=1.4`. */
export function isClause(text: string): boolean {
  return parseClause(text) !== null
}

function readVersion(text: string): Version {
  const version = parseVersion(text)
  if (version === null) throw new SyntaxError(`"${text}" is not a version as PEP 440 spells them`)
  return version
}

function parseVersion(text: string): Version | null {
  const groups = VERSION.exec(text)?.groups
  if (groups === undefined) return null
  const { epoch, release = '', preLetter, pre, implicitPost, postWord, post, devWord, dev, local } = groups
  const letter = preLetter?.toLowerCase()
  return {
    epoch: plainNumber(epoch),
    release: release.split('.').map(plainNumber),
    pre: letter === undefined ? null : [PRE_LETTERS[letter] ?? letter, plainNumber(pre)],
    post: implicitPost === undefined && postWord === undefined ? null : plainNumber(implicitPost ?? post),
    dev: devWord === undefined ? null : plainNumber(dev),
    local: local === undefined ? null : local.toLowerCase().split(/[-_.]/).map(plainPart),
  }
}

const plainNumber = (digits: string | undefined): string => (digits ?? '').replace(/^0+/, '') || '0'
const isNumber = (part: string): boolean => /^[0-9]+$/.test(part)
const plainPart = (part: string): string => (isNumber(part) ? plainNumber(part) : part)
const isPre = (version: Version): boolean => version.pre !== null || version.dev !== null

// ── Order ────────────────────────────────────────────────────────────────────────────────────────

function compare(a: Version, b: Version): number {
  return (
    compareNumbers(a.epoch, b.epoch) ||
    compareReleases(a.release, b.release) ||
    preRank(a) - preRank(b) ||
    comparePre(a.pre, b.pre) ||
    compareAbsentFirst(a.post, b.post, compareNumbers) ||
    // Of dev releases the absent one is the last: 1.0.dev1 < 1.0.
    compareAbsentFirst(b.dev, a.dev, (ofB, ofA) => compareNumbers(ofA, ofB)) ||
    compareAbsentFirst(a.local, b.local, compareLocals)
  )
}

/** Where the pre-release part puts a version: 1.0.dev1 < 1.0a1 < 1.0. */
function preRank({ pre, post, dev }: Version): number {
  if (pre !== null) return 0
  return post === null && dev !== null ? -1 : 1
}

function comparePre(a: Version['pre'], b: Version['pre']): number {
  if (a === null || b === null) return 0
  return compareText(a[0], b[0]) || compareNumbers(a[1], b[1])
}

function compareReleases(a: readonly string[], b: readonly string[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const order = compareNumbers(a[i] ?? '0', b[i] ?? '0')
    if (order !== 0) return order
  }
  return 0
}

function compareLocals(a: readonly string[], b: readonly string[]): number {
  for (const [i, part] of a.entries()) {
    const other = b[i]
    if (other === undefined) return 1
    // Letters come before numbers.
    const order =
      Number(isNumber(part)) - Number(isNumber(other)) ||
      (isNumber(part) ? compareNumbers(part, other) : compareText(part, other))
    if (order !== 0) return order
  }
  return a.length - b.length
}

function compareAbsentFirst<T>(a: T | null, b: T | null, order: (a: T, b: T) => number): number {
  if (a === null || b === null) return Number(a !== null) - Number(b !== null)
  return order(a, b)
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
const compareNumbers = (a: string, b: string): number => a.length - b.length || compareText(a, b)

// ── Specifiers ───────────────────────────────────────────────────────────────────────────────────

type Clause =
  | { readonly operator: '==='; readonly text: string }
  | { readonly operator: '==*' | '!=*' | '~=' | '==' | '!=' | '<=' | '>=' | '<' | '>'; readonly version: Version }

function parseClause(text: string): Clause | null {
  const match = /^\s*(===|~=|==|!=|<=|>=|<|>)(.*)$/s.exec(text)
  if (match === null) return null
  const [, operator, rest = ''] = match
  const value = rest.trim()
  if (operator === '===') return /[\s;)]/.test(value) ? null : { operator, text: value }
  const isEquality = operator === '==' || operator === '!='
  const isWildcard = value.endsWith('.*')
  const version = parseVersion(isWildcard ? value.slice(0, -2) : value)
  if (version === null || (version.local !== null && !isEquality)) return null
  if (isWildcard) {
    const isBare = !isPre(version) && version.post === null && version.local === null
    return isEquality && isBare ? { operator: `${operator}*`, version } : null
  }
  if (operator === '~=' && version.release.length < 2) return null
  return { operator: operator as '~=', version }
}

function meets(candidate: Version, clause: Exclude<Clause, { operator: '===' }>): boolean {
  const { version } = clause
  switch (clause.operator) {
    case '==*':
      return hasPrefix(candidate, version, version.release)
    case '!=*':
      return !hasPrefix(candidate, version, version.release)
    case '~=':
      return compare(candidate, version) >= 0 && hasPrefix(candidate, version, version.release.slice(0, -1))
    case '==':
      return equals(candidate, version)
    case '!=':
      return !equals(candidate, version)
    case '>=':
      return compare(candidate, version) >= 0
    case '<=':
      return compare(withoutLocal(candidate), version) <= 0
    case '<':
      // 1.0a1 does not meet <1.0, though it comes before.
      return compare(candidate, isPre(version) ? version : { ...version, dev: '0' }) < 0
    case '>':
      return isAfter(candidate, version)
  }
}

/** 1.0+local does not meet >1.0, and 1.0.post1 does neither unless the specifier is a post-release itself. */
function isAfter(candidate: Version, version: Version): boolean {
  if (compare(withoutLocal(candidate), version) <= 0) return false
  if (version.dev !== null || version.post !== null) return true
  const sameRelease =
    hasPrefix(candidate, version, version.release) && compareReleases(candidate.release, version.release) === 0
  return !(sameRelease && preRank(candidate) === preRank(version) && comparePre(candidate.pre, version.pre) === 0)
}

function equals(candidate: Version, version: Version): boolean {
  return compare(version.local === null ? withoutLocal(candidate) : candidate, version) === 0
}

function hasPrefix(candidate: Version, version: Version, prefix: readonly string[]): boolean {
  return candidate.epoch === version.epoch && prefix.every((part, i) => (candidate.release[i] ?? '0') === part)
}

const withoutLocal = (version: Version): Version => ({ ...version, local: null })
