import type { ComparedPackage, DiffSide } from '../diff.ts'

/**
 * The packages of both sides. What is inside of a bundle is not always known: where only one side tells, its packages are the bundle's owner's
 * there, too, or all of them would seem to have come or gone.
 */
export function withSharesOfBoth(
  old: DiffSide | null,
  now: DiffSide,
): { readonly old: readonly ComparedPackage[]; readonly now: readonly ComparedPackage[] } {
  if (old === null) return { old: [], now: now.packages }
  return { old: folded(old, now), now: folded(now, old) }
}

/** Gives shares back of files of which the other side has none. */
function folded(side: DiffSide, other: DiffSide): readonly ComparedPackage[] {
  const told = new Set(other.inlined.map(({ path }) => path))
  const untold = new Set(other.files.map(({ path }) => path).filter(path => !told.has(path)))
  const owners = new Map(side.files.map(file => [file.path, file.package]))
  const sizes = new Map(side.packages.map(one => [one.id, { ...one }]))
  const emptied = new Set<string>()
  for (const { path, package: id, bytes, zippedBytes } of side.inlined) {
    const owner = sizes.get(owners.get(path) ?? '')
    const from = sizes.get(id)
    if (!untold.has(path) || owner === undefined || from === undefined) continue
    from.bytes -= bytes
    from.zippedBytes -= zippedBytes
    owner.bytes += bytes
    owner.zippedBytes += zippedBytes
    if (from.bytes === 0 && from.zippedBytes === 0) emptied.add(id)
  }
  const hasFiles = new Set(side.files.map(file => file.package))
  return [...sizes.values()].filter(({ id }) => !emptied.has(id) || hasFiles.has(id))
}
