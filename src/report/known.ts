import { keep, readKept } from '../cache/kept.ts'
import type { Finding, InlinedPart, LeftOut, PackedPackage } from '../model.ts'
import type { Disk } from '../system/system.ts'

/** What was known of an artifact when it was packed, and can't all be read out of it. */
export interface Known {
  readonly packages: readonly PackedPackage[]
  readonly inlined: readonly InlinedPart[]
  /** Of each entry of the zip, in its order, the id of its package; null for the function's own. */
  readonly owners: readonly (string | null)[]
  /** Why files stay, where the rules of slimming have looked twice. */
  readonly reasons: readonly { readonly path: string; readonly reason: string }[]
  readonly leftOut: readonly LeftOut[]
  /** What was found while its files were collected. */
  readonly findings: readonly Finding[]
}

/** An artifact, and the cache's folder; null: nothing is kept. */
export interface KnownPlace {
  readonly sha256: string
  /** Of a function: two may have the same bytes, and not the same findings. null of other zips. */
  readonly path: string | null
  readonly cacheDir: string | null
}

interface KeptKnown extends Omit<Known, 'owners'> {
  /** Places in `packages`; -1 for the function's own. */
  readonly owners: readonly number[]
}

/**
 * What the last run that packed this very artifact knew of it; null where nobody has kept it. What was found and left out on the way to
 * it is told of the same function alone.
 */
export async function recallKnown(place: KnownPlace, disk: Disk): Promise<Known | null> {
  const kept = (await readKept(placeOf(place), disk)) as KeptKnown | null
  if (kept === null) return null
  return { ...kept, owners: kept.owners.map(at => kept.packages[at]?.id ?? null) }
}

/** Keeps it for reports on this machine: of the function, and of the zip by whatever name. */
export async function rememberKnown(place: KnownPlace, known: Known, disk: Disk): Promise<void> {
  await keepKnown(place, known, disk)
  await keepKnown({ ...place, path: null }, { ...known, findings: [], leftOut: [] }, disk)
}

async function keepKnown(place: KnownPlace, known: Known, disk: Disk): Promise<void> {
  const places = new Map(known.packages.map(({ id }, at) => [id, at]))
  const owners = known.owners.map(owner => (owner === null ? -1 : (places.get(owner) ?? -1)))
  const kept: KeptKnown = { ...known, owners }
  const before = await readKept(placeOf(place), disk)
  // Most runs change nothing.
  if (JSON.stringify(before) !== JSON.stringify(kept)) await keep(placeOf(place), kept, disk)
}

function placeOf({ sha256, path, cacheDir }: KnownPlace) {
  return { dir: cacheDir, kind: 'reports', key: path === null ? sha256 : `${sha256} ${path}` }
}
