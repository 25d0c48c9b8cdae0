import type { Duplicate, PackageSize } from '../model.ts'

/** A file whose content may be another's, too. */
interface HashedFile {
  readonly path: string
  readonly bytes: number
  readonly zippedBytes: number
  /** Null where no other file can have the same content. */
  readonly sha256: string | null
}

/** Less than this is nobody's trouble. */
const WORTH_BYTES = 1024

/** True if people want to know of it; programs get them all. */
export function isWorthTelling({ kind, zippedBytes }: Duplicate): boolean {
  return kind === 'versions' || zippedBytes >= WORTH_BYTES
}

/** Files of the same bytes, and packages in several versions; most wasteful first. */
export function duplicatesOf(files: readonly HashedFile[], packages: readonly PackageSize[]): readonly Duplicate[] {
  const found = [...contentsTwice(files), ...versionsTwice(packages)]
  // Sorted for determinism
  return found.sort((a, b) => b.zippedBytes - a.zippedBytes || (keyOf(a) < keyOf(b) ? -1 : 1))
}

function contentsTwice(files: readonly HashedFile[]): Duplicate[] {
  const hashed = files.flatMap(({ sha256, ...file }) => (sha256 === null ? [] : [[sha256, file] as const]))
  return [...grouped(hashed).values()]
    .filter(same => same.length > 1)
    .map(same => {
      const [first, ...others] = [...same].sort((a, b) => (a.path < b.path ? -1 : 1))
      const paths = [first, ...others].flatMap(file => file?.path ?? [])
      const zippedBytes = others.reduce((sum, file) => sum + file.zippedBytes, 0)
      return { kind: 'content', paths, bytes: first?.bytes ?? 0, zippedBytes }
    })
}

function versionsTwice(packages: readonly PackageSize[]): Duplicate[] {
  const named = packages.map(one => [one.name, one] as const)
  return [...grouped(named)]
    .filter(([, same]) => same.length > 1)
    .map(([name, same]) => {
      const sizes = same.map(({ zippedBytes }) => zippedBytes)
      const zippedBytes = sizes.reduce((sum, bytes) => sum + bytes, 0) - Math.max(...sizes)
      return { kind: 'versions', name, versions: same.map(({ version }) => version).sort(), zippedBytes }
    })
}

function grouped<T>(pairs: readonly (readonly [string, T])[]): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>()
  for (const [key, value] of pairs) {
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [value])
    else group.push(value)
  }
  return groups
}

function keyOf(duplicate: Duplicate): string {
  return duplicate.kind === 'versions' ? `@ ${duplicate.name}` : (duplicate.paths[0] ?? '')
}
