import { compareVersions, isVersion } from '../../formats/pep440.ts'
import { compareSemver } from '../../formats/semver.ts'
import type { ComparedPackage, FileChange, PackageChange } from '../diff.ts'
import { isDistribution } from '../packages.ts'

type Pair = readonly [old: ComparedPackage | null, now: ComparedPackage | null]

/** What became of the packages: by name, for a version is what moves. Largest change of zipped bytes first. */
export function packageChanges(
  { old, now }: { readonly old: readonly ComparedPackage[]; readonly now: readonly ComparedPackage[] },
  files: readonly FileChange[],
): readonly PackageChange[] {
  const [before, after] = [byName(old), byName(now)]
  const names = new Set([...before.keys(), ...after.keys()])
  const counts = countsOf(files)
  const changes = [...names].flatMap(name => {
    const pairs = pairsOf(before.get(name) ?? [], after.get(name) ?? [])
    return pairs.map(pair => changeOf(pair, counts))
  })
  // Sorted for determinism
  return changes.filter(isChange).sort((a, b) => weight(b) - weight(a) || (keyOf(a) < keyOf(b) ? -1 : 1))
}

function byName(packages: readonly ComparedPackage[]): ReadonlyMap<string, readonly ComparedPackage[]> {
  const named = new Map<string, ComparedPackage[]>()
  for (const one of packages) {
    const same = named.get(one.name)
    if (same === undefined) named.set(one.name, [one])
    else same.push(one)
  }
  return named
}

/** Several versions of a name may be there: the same ones belong together, of the others the oldest to the oldest. */
function pairsOf(old: readonly ComparedPackage[], now: readonly ComparedPackage[]): readonly Pair[] {
  const same = now.flatMap((one): Pair[] => {
    const other = old.find(({ id, version }) => id === one.id && version === one.version)
    return other === undefined ? [] : [[other, one]]
  })
  const paired = new Set(same.flat())
  const before = old.filter(one => !paired.has(one)).sort(byVersion)
  const after = now.filter(one => !paired.has(one)).sort(byVersion)
  const length = Math.max(before.length, after.length)
  return [...same, ...Array.from({ length }, (_, at): Pair => [before[at] ?? null, after[at] ?? null])]
}

function byVersion(a: ComparedPackage, b: ComparedPackage): number {
  return orderOf(a, b) ?? (a.version < b.version ? -1 : 1)
}

/** null where nobody can tell. */
function orderOf(a: ComparedPackage, b: ComparedPackage): number | null {
  if (!isDistribution(a)) return compareSemver(a.version, b.version)
  return isVersion(a.version) && isVersion(b.version) ? compareVersions(a.version, b.version) : null
}

type Counts = ReadonlyMap<string, PackageChange['files']>

function changeOf([old, now]: Pair, counts: Counts): PackageChange {
  const ids = [...new Set([old?.id, now?.id])].flatMap(id => (id === undefined ? [] : (counts.get(id) ?? [])))
  const total = (key: keyof PackageChange['files']) => ids.reduce((sum, one) => sum + one[key], 0)
  return {
    kind: kindOf(old, now),
    name: now?.name ?? old?.name ?? '',
    oldVersion: old?.version ?? null,
    version: now?.version ?? null,
    oldBytes: old?.bytes ?? 0,
    bytes: now?.bytes ?? 0,
    oldZippedBytes: old?.zippedBytes ?? 0,
    zippedBytes: now?.zippedBytes ?? 0,
    files: { added: total('added'), removed: total('removed'), changed: total('changed') },
  }
}

function kindOf(old: ComparedPackage | null, now: ComparedPackage | null): PackageChange['kind'] {
  if (old === null) return 'added'
  if (now === null) return 'removed'
  if (old.version === now.version) return 'changed'
  const order = orderOf(old, now)
  if (order === null || order === 0) return 'moved'
  return order < 0 ? 'up' : 'down'
}

/** By the id of the package. A renamed file is one that came and one that went. */
function countsOf(files: readonly FileChange[]): Counts {
  const counts = new Map<string, { added: number; removed: number; changed: number }>()
  for (const { kind, package: id } of files) {
    const count = counts.get(id) ?? { added: 0, removed: 0, changed: 0 }
    if (kind === 'added' || kind === 'renamed') count.added += 1
    if (kind === 'removed' || kind === 'renamed') count.removed += 1
    if (kind === 'changed') count.changed += 1
    counts.set(id, count)
  }
  return counts
}

function isChange({ kind, files, oldBytes, bytes }: PackageChange): boolean {
  if (kind !== 'changed') return oldBytes + bytes > 0 || kind !== 'added'
  return bytes !== oldBytes || files.added + files.removed + files.changed > 0
}

function weight({ zippedBytes, oldZippedBytes }: PackageChange): number {
  return Math.abs(zippedBytes - oldZippedBytes)
}

function keyOf({ name, version, oldVersion }: PackageChange): string {
  return `${name}@${version ?? oldVersion ?? ''}`
}
