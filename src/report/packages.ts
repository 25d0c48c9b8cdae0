import type { InlinedPart, InlinedShare, PackageSize, PackedPackage } from '../model.ts'

/** Stands for the function's own code among the packages. */
export const OWN = '(function)'

/** A file of an artifact, as far as it has weight. */
export interface WeighedFile {
  readonly path: string
  readonly bytes: number
  readonly zippedBytes: number
  /** The id of the package that brings it; null for the function's own. */
  readonly owner: string | null
}

export interface Weighed {
  /** Heaviest in the zip first, the function's own code among them. */
  readonly packages: readonly PackageSize[]
  /** Sorted by path and package. */
  readonly inlined: readonly InlinedShare[]
}

/** Adds up what each package has of the files: its own ones, and its shares of bundles. No byte is lost, and none counts twice. */
export function weigh(
  { packages, inlined }: { readonly packages: readonly PackedPackage[]; readonly inlined: readonly InlinedPart[] },
  files: readonly WeighedFile[],
): Weighed {
  const own: PackedPackage = { id: OWN, name: OWN, version: '', requiredBy: [], licence: null }
  const rows = new Map([own, ...packages].map(one => [one.id, { ...one, bytes: 0, zippedBytes: 0, files: 0 }]))
  const add = (id: string, bytes: number, zippedBytes: number, files: number): void => {
    const row = rows.get(id) ?? rows.get(OWN)
    if (row === undefined) return
    row.bytes += bytes
    row.zippedBytes += zippedBytes
    row.files += files
  }
  const parts = partsByPath(inlined.filter(({ owner }) => rows.has(owner)))
  const shares: InlinedShare[] = []
  for (const file of files) {
    const owner = file.owner ?? OWN
    add(owner, file.bytes, file.zippedBytes, 1)
    for (const share of sharesOf(file, parts.get(file.path))) {
      add(owner, -share.bytes, -share.zippedBytes, 0)
      add(share.package, share.bytes, share.zippedBytes, 0)
      shares.push(share)
    }
  }
  return { packages: [...rows.values()].sort(heaviestFirst).map(asSize), inlined: shares.sort(byPath) }
}

/** Whole numbers that add up to the total, as near to the weights as can be: the largest remainders are rounded up. */
export function apportion(total: number, weights: readonly number[]): readonly number[] {
  const sum = BigInt(weights.reduce((all, weight) => all + weight, 0))
  if (sum === 0n) return weights.map((_, place) => (place === 0 ? total : 0))
  // The products of two sizes are beyond what a double holds.
  const exact = weights.map(weight => BigInt(total) * BigInt(weight))
  const shares = exact.map(product => Number(product / sum))
  let left = total - shares.reduce((all, share) => all + share, 0)
  const places = exact
    .map((product, place) => ({ place, remainder: product % sum }))
    .sort((a, b) => (a.remainder === b.remainder ? a.place - b.place : a.remainder > b.remainder ? -1 : 1))
  for (const { place } of places) {
    if (left === 0) break
    shares[place] = (shares[place] ?? 0) + 1
    left -= 1
  }
  return shares
}

/** Of each file, what of it is whose. */
function partsByPath(inlined: readonly InlinedPart[]): ReadonlyMap<string, ReadonlyMap<string, number>> {
  const parts = new Map<string, Map<string, number>>()
  for (const { path, owner, bytes } of inlined) {
    const ofFile = parts.get(path) ?? new Map<string, number>()
    ofFile.set(owner, (ofFile.get(owner) ?? 0) + bytes)
    parts.set(path, ofFile)
  }
  return parts
}

function sharesOf(file: WeighedFile, parts: ReadonlyMap<string, number> | undefined): InlinedShare[] {
  if (parts === undefined) return []
  // Sorted for determinism
  const others = [...parts].filter(([owner]) => owner !== file.owner).sort(([a], [b]) => (a < b ? -1 : 1))
  const weights = others.map(([, bytes]) => bytes)
  const rest = Math.max(0, file.bytes - weights.reduce((sum, bytes) => sum + bytes, 0))
  const bytes = apportion(file.bytes, [...weights, rest])
  const zippedBytes = apportion(file.zippedBytes, [...weights, rest])
  return others.map(([owner], place) => ({
    path: file.path,
    package: owner,
    bytes: bytes[place] ?? 0,
    zippedBytes: zippedBytes[place] ?? 0,
  }))
}

function asSize({ id, name, version, bytes, zippedBytes, files, requiredBy, licence }: PackageSize): PackageSize {
  return { id, name, version, bytes, zippedBytes, files, requiredBy, licence }
}

/** Sorted for determinism. */
function heaviestFirst(a: PackageSize, b: PackageSize): number {
  return b.zippedBytes - a.zippedBytes || (a.id < b.id ? -1 : 1)
}

/** Sorted for determinism. */
function byPath(a: InlinedShare, b: InlinedShare): number {
  if (a.path !== b.path) return a.path < b.path ? -1 : 1
  return a.package < b.package ? -1 : 1
}

/** Whether a package is Python's. Of Node.js the id always has the version, behind an `@`. */
export function isDistribution({ id, name, version }: Pick<PackageSize, 'id' | 'name' | 'version'>): boolean {
  return id === name || id === `${name}==${version}`
}
