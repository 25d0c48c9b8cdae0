/** What `exports` or `imports` of a package.json answer: a target in the package, or why there is none. */
export type ExportsAnswer =
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'unclear' }

const NONE: ExportsAnswer = { kind: 'none' }
const UNCLEAR: ExportsAnswer = { kind: 'unclear' }

/**
 * Finds the target of a subpath (`.`, `./x` or, in `imports`, `#x`) as Node.js does. 'unclear': what is written is not for Node.js to
 * take. https://nodejs.org/api/esm.html#resolution-algorithm-specification
 */
export function resolveInExports(field: unknown, subpath: string, conditions: readonly string[]): ExportsAnswer {
  const isMap = isRecord(field) && Object.keys(field).some(key => /^[.#]/.test(key))
  if (!isMap) return subpath === '.' ? targetOf(field, null, conditions) : NONE
  const map = field as Readonly<Record<string, unknown>>
  if (Object.hasOwn(map, subpath) && !subpath.includes('*')) return targetOf(map[subpath], null, conditions)
  const best = Object.keys(map)
    .filter(key => matches(key, subpath))
    .sort((a, b) => b.indexOf('*') - a.indexOf('*') || b.length - a.length)[0]
  if (best === undefined) return NONE
  const star = best.indexOf('*')
  const filled = subpath.slice(star, subpath.length - (best.length - star - 1))
  return targetOf(map[best], filled, conditions)
}

function matches(key: string, subpath: string): boolean {
  const [start, end, more] = key.split('*')
  if (start === undefined || end === undefined || more !== undefined) return false
  return subpath !== start && subpath.startsWith(start) && subpath.endsWith(end) && subpath.length >= key.length
}

function targetOf(target: unknown, star: string | null, conditions: readonly string[]): ExportsAnswer {
  if (typeof target === 'string') {
    const path = star === null ? target : target.replaceAll('*', () => star)
    return { kind: 'path', path }
  }
  if (target === null) return NONE
  if (Array.isArray(target)) {
    const answers = target.map((one: unknown) => targetOf(one, star, conditions))
    return answers.find(({ kind }) => kind === 'path') ?? (answers.length === 0 ? NONE : UNCLEAR)
  }
  if (!isRecord(target)) return UNCLEAR
  for (const [key, value] of Object.entries(target)) {
    if (key !== 'default' && !conditions.includes(key)) continue
    const answer = targetOf(value, star, conditions)
    // null ends the search; an object in which nothing applies does not.
    if (answer.kind !== 'none' || value === null) return answer
  }
  return NONE
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
