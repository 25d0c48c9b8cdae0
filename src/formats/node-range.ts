/** Versions from `low` up to, without it, `high`; as one number each. */
interface Span {
  readonly low: number
  readonly high: number
}

const STEP = 1_000_000

/** Whether some version of a major satisfies a range as npm reads it; null if the range can't be read. https://github.com/npm/node-semver#ranges */
export function isMajorInRange(range: string, major: number): boolean | null {
  const alternatives = range.split('||').map(spanOf)
  if (alternatives.includes(null)) return null
  return alternatives.some(span => {
    if (span === null) return false
    const low = Math.max(span.low, major * STEP * STEP)
    return low < Math.min(span.high, (major + 1) * STEP * STEP)
  })
}

const VERSION = String.raw`[v=\s]*(?:\d+|[xX*])(?:\.(?:\d+|[xX*]))?(?:\.(?:\d+|[xX*]))?(?:-[\w.-]+)?(?:\+[\w.-]+)?`

/** What all comparators between two `||` allow together. */
function spanOf(text: string): Span | null {
  const hyphen = new RegExp(`^\\s*(${VERSION})\\s+-\\s+(${VERSION})\\s*$`).exec(text)
  const comparators = hyphen === null ? comparatorsOf(text) : [`>=${hyphen[1]}`, `<=${hyphen[2]}`]
  const spans = comparators?.map(comparatorSpan)
  if (spans === undefined) return null
  return spans.reduce((one, other) => ({ low: Math.max(one.low, other.low), high: Math.min(one.high, other.high) }), {
    low: 0,
    high: Number.POSITIVE_INFINITY,
  })
}

function comparatorsOf(text: string): readonly string[] | null {
  const form = new RegExp(String.raw`(?:[<>]=?|[~^]|~>)?\s*${VERSION}`, 'g')
  const isReadable = text.replace(form, '').replaceAll(/[\s,]/g, '') === ''
  return isReadable ? (text.match(form) ?? []) : null
}

function comparatorSpan(comparator: string): Span {
  const [, sign = '', major = '', minor = '', patch = ''] =
    /^([<>]=?|~>?|\^)?[v=\s]*([\dxX*]+)(?:\.([\dxX*]+))?(?:\.([\dxX*]+))?/.exec(comparator) ?? []
  const parts = [major, minor, patch].map(part => (/^\d+$/.test(part) ? Number(part) : null))
  const known = parts.indexOf(null) === -1 ? parts.length : parts.indexOf(null)
  const numbers = parts.slice(0, known).map(part => part ?? 0)
  const low = numberOf(numbers)
  const end = numberAfter(numbers, known - 1)
  if (known === 0)
    return sign === '<' || sign === '>' ? { low: 0, high: 0 } : { low: 0, high: Number.POSITIVE_INFINITY }
  if (sign === '>=') return { low, high: Number.POSITIVE_INFINITY }
  if (sign === '>') return { low: end, high: Number.POSITIVE_INFINITY }
  if (sign === '<') return { low: 0, high: low }
  if (sign === '<=') return { low: 0, high: end }
  // ^ keeps the first number that isn't zero; Node.js has none below 18 that would matter.
  if (sign === '^') return { low, high: numberAfter(numbers, 0) }
  return { low, high: sign === '' ? end : numberAfter(numbers, Math.min(1, known - 1)) }
}

function numberOf([major = 0, minor = 0, patch = 0]: readonly number[]): number {
  return major * STEP * STEP + minor * STEP + patch
}

/** The first version whose part at a position is the next one. */
function numberAfter(numbers: readonly number[], position: number): number {
  return numberOf(numbers.slice(0, position + 1).map((part, at) => (at === position ? part + 1 : part)))
}
