import { UserError } from '../../errors.ts'
import { DIRECT, idOf } from './installed-graph.ts'
import type { PackageClass, PackageClasses } from './package-classes.ts'
import type { PlacedPackage } from './types.ts'

/** Deeper than any real tree: versions of packages that require each other in turn would nest for ever. */
const DEEPEST = 64

/** A folder in the artifact with the packages in its node_modules. */
interface Seat {
  /** null: the artifact's own root. */
  readonly occupant: PackageClass | null
  readonly place: string
  readonly above: Seat | null
  readonly depth: number
  readonly below: Map<string, Seat>
  readonly requiredBy: Set<string>
}

/**
 * Where each package goes so that Node.js finds from it exactly what it found on disk: the first version of a name, breadth
 * first and by name, at the top, others below what requires them. Throws UserError PACKAGES_WITHOUT_END.
 */
export function place({ roots, byKey }: PackageClasses): readonly PlacedPackage[] {
  const top = seat(null, '', null)
  const queue: Seat[] = [top]
  for (const at of queue) {
    for (const [name, key] of at.occupant?.edges ?? sortedByName(roots)) {
      const wanted = byKey.get(key)
      if (wanted === undefined) continue
      const before = find(at, name)
      const found = before?.occupant?.key === key ? before : settle(at, name, wanted, top)
      if (found !== before) queue.push(found)
      found.requiredBy.add(at.occupant === null ? DIRECT : idOf(at.occupant.installed))
    }
  }
  return queue
    .flatMap(({ occupant, place: path, requiredBy }) =>
      occupant === null ? [] : [placed(occupant, path, [...requiredBy])],
    )
    .sort((a, b) => (a.place < b.place ? -1 : 1)) // Sorted for determinism
}

/** As Node.js walks up. */
function find(from: Seat, name: string): Seat | null {
  for (let at: Seat | null = from; at !== null; at = at.above) {
    const found = at.below.get(name)
    if (found !== undefined) return found
  }
  return null
}

/** What is bundled stays where it is in the package that bundles it, for that may reach it by path. */
function settle(at: Seat, name: string, wanted: PackageClass, top: Seat): Seat {
  const home = wanted.bundled === null ? null : bundledHome(at, wanted.bundled)
  const parent = home ?? (top.below.has(name) ? at : top)
  if (parent.depth > DEEPEST) throw new UserError('PACKAGES_WITHOUT_END', idOf(wanted.installed), parent.place)
  const made = seat(wanted, `${parent.place === '' ? '' : `${parent.place}/`}node_modules/${name}`, parent)
  parent.below.set(name, made)
  return made
}

function bundledHome(at: Seat, { by, way }: { readonly by: string; readonly way: string }): Seat | null {
  let home: Seat | null = at
  while (home !== null && home.occupant?.key !== by) home = home.above
  const names = way.split(/(?:^|\/)node_modules\//).slice(1, -1)
  for (const name of names) home = home?.below.get(name) ?? null
  return home
}

function seat(occupant: PackageClass | null, path: string, above: Seat | null): Seat {
  const depth = above === null ? 0 : above.depth + 1
  return { occupant, place: path, above, depth, below: new Map(), requiredBy: new Set() }
}

function sortedByName(roots: ReadonlyMap<string, string>): readonly (readonly [string, string])[] {
  return [...roots].sort(([a], [b]) => (a < b ? -1 : 1))
}

/** Sorted for determinism. */
function placed({ installed, isNeeded }: PackageClass, path: string, requiredBy: readonly string[]): PlacedPackage {
  return { installed, place: path, isOptional: !isNeeded, requiredBy: [...requiredBy].sort() }
}
