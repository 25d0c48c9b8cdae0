interface Version {
  readonly release: readonly bigint[]
  /** Empty of a release. */
  readonly pre: readonly string[]
}

const VERSION = /^\s*v?(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?\s*$/

/** Negative, 0 or positive as npm orders versions; null if one of them is none. https://semver.org/#spec-item-11 */
export function compareSemver(a: string, b: string): number | null {
  const [one, other] = [readVersion(a), readVersion(b)]
  if (one === null || other === null) return null
  for (const [at, number] of one.release.entries()) {
    const difference = compareNumbers(number, other.release[at] ?? 0n)
    if (difference !== 0) return difference
  }
  // A release comes after what precedes it.
  if (one.pre.length === 0 || other.pre.length === 0) return other.pre.length - one.pre.length
  return comparePre(one.pre, other.pre)
}

function readVersion(text: string): Version | null {
  const [, major, minor, patch, pre = ''] = VERSION.exec(text) ?? []
  if (major === undefined || minor === undefined || patch === undefined) return null
  return { release: [major, minor, patch].map(BigInt), pre: pre === '' ? [] : pre.split('.') }
}

function comparePre(a: readonly string[], b: readonly string[]): number {
  for (const [at, one] of a.entries()) {
    const other = b[at]
    if (other === undefined) return 1
    if (one === other) continue
    const areNumbers = [one, other].map(text => /^\d+$/.test(text))
    if (areNumbers[0] === true && areNumbers[1] === true) return compareNumbers(BigInt(one), BigInt(other))
    if (areNumbers[0] !== areNumbers[1]) return areNumbers[0] === true ? -1 : 1
    return one < other ? -1 : 1
  }
  return a.length - b.length
}

function compareNumbers(a: bigint, b: bigint): number {
  return a === b ? 0 : a < b ? -1 : 1
}
