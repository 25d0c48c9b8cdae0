import type { PackageSize } from '../../../model.ts'
import { OWN_CODE } from './tree.ts'

/** Who requires whom. */
export interface Requirements {
  /** What the function itself requires, heaviest first. */
  readonly direct: readonly PackageSize[]
  /** Packed packages of which it isn't known who requires them. */
  readonly unknown: readonly PackageSize[]
  /** What a package requires, heaviest first. */
  readonly of: (one: PackageSize) => readonly PackageSize[]
  /** What a package brings that would go with it: itself, and what nothing else requires. */
  readonly goesWith: (one: PackageSize) => readonly PackageSize[]
}

const DIRECT = '(direct)'

/** A requirement names no version, so where several versions are packed it may be any of them. */
export function requirementsOf(packages: readonly PackageSize[]): Requirements {
  const packed = packages.filter(({ id }) => id !== OWN_CODE)
  const required = new Map<string, PackageSize[]>()
  for (const one of packed) {
    for (const name of one.requiredBy) required.set(name, [...(required.get(name) ?? []), one])
  }
  const direct = required.get(DIRECT) ?? []
  const of = ({ name }: PackageSize): readonly PackageSize[] => required.get(name) ?? []
  const reached = (without: PackageSize | null): Set<PackageSize> => {
    const seen = new Set<PackageSize>()
    const waiting = [...direct]
    for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
      if (one === without || seen.has(one)) continue
      seen.add(one)
      waiting.push(...of(one))
    }
    return seen
  }
  const all = reached(null)
  const goesWith = (one: PackageSize): readonly PackageSize[] => {
    if (!all.has(one)) return [one]
    const left = reached(one)
    return packed.filter(other => all.has(other) && !left.has(other))
  }
  return { direct, unknown: packed.filter(one => !all.has(one)), of, goesWith }
}
