import { isVersion, satisfies } from '../../../formats/pep440.ts'

/**
 * Whether a version lies in a Poetry constraint: PEP 440's clauses, `^1.2`, `~1.2`, `1.*`, a bare version, and `||`.
 * https://python-poetry.org/docs/dependency-specification/
 */
export function constraintAdmits(version: string, constraint: string): boolean {
  return constraint
    .split(/\|\|?/)
    .some(alternative => clausesOf(alternative).every(clause => clauseAdmits(version, clause)))
}

/** Clauses are parted by commas or spaces; an operator may stand apart from its version. */
function clausesOf(alternative: string): readonly string[] {
  return alternative
    .trim()
    .replace(/([<>=!~^])\s+/g, '$1')
    .split(/[\s,]+/)
    .filter(clause => clause !== '' && clause !== '*')
}

function clauseAdmits(version: string, clause: string): boolean {
  const [, operator = '', bound = ''] = /^(\^|~(?!=)|===|==|~=|!=|<=|>=|<|>|=)?(.*)$/s.exec(clause) ?? []
  if (operator === '^' || operator === '~') return satisfies(version, `>=${bound},<${upperBound(operator, bound)}`)
  if (operator === '' || operator === '=') return satisfies(version, `==${wildcard(bound)}`)
  return satisfies(version, operator === '==' || operator === '!=' ? operator + wildcard(bound) : clause)
}

/** Poetry reads `1.x` as `1.*`. */
function wildcard(bound: string): string {
  return bound.replace(/\.[xX]$/, '.*')
}

/** `^` lets everything change right of the first part that isn't 0, `~` the last part of two or three. */
function upperBound(operator: '^' | '~', bound: string): string {
  const parts = (isVersion(bound) ? (/[0-9]+(?:\.[0-9]+)*/.exec(bound)?.[0] ?? bound) : bound).split('.').map(Number)
  const firstSet = parts.findIndex(part => part > 0)
  const position = operator === '~' ? Math.min(1, parts.length - 1) : firstSet === -1 ? parts.length - 1 : firstSet
  return [...parts.slice(0, position), (parts[position] ?? 0) + 1].join('.')
}
