import { dirname, join, relative, sep } from 'node:path'
import { namePlatform, platformWords, wordsFit } from '../../formats/platform-words.ts'
import type { NodeTarget } from '../../model.ts'
import { type EdgeKind, edgesOf } from './package-edges.ts'
import { isInside } from './package-walk.ts'
import type { Packages } from './packages.ts'
import { isForeignName, isForeignPackage } from './platform.ts'
import type { InstalledPackage, PackageManifest } from './types.ts'

/** A package that something outside of it imports, and the absolute folder that it is imported from. */
export interface RootPackage {
  readonly name: string
  readonly fromDir: string
}

export interface MissingPackage {
  readonly name: string
  /** The id of the package that wants it; `(direct)` for the function. */
  readonly requiredBy: string
  /** True if the code that wants it does without. */
  readonly isOptional: boolean
  /** True if its name says that it is the target's package of several for one platform each: the others are for hosts. */
  readonly isForeignPlatform: boolean
}

/** An installed package, and what it finds under the names that it imports. */
export interface InstalledNode {
  readonly installed: InstalledPackage
  readonly edges: Map<string, InstalledNode>
  /** What it finds under the names of its optional peers, where that is packed anyway. */
  readonly softEdges: Map<string, InstalledNode>
  /** Where it lies in the package that bundles it; null: it isn't bundled. */
  readonly bundled: { readonly by: InstalledNode; readonly way: string } | null
  /** False if only optional dependencies lead to it. */
  isNeeded: boolean
}

export interface InstalledGraph {
  readonly roots: ReadonlyMap<string, InstalledNode>
  /** Breadth first. */
  readonly nodes: readonly InstalledNode[]
  readonly missing: readonly MissingPackage[]
  /** Root packages that were left for another version of the same name. */
  readonly shadowed: readonly { readonly root: RootPackage; readonly installed: InstalledPackage }[]
}

export const DIRECT = '(direct)'

/** Follows the dependencies that count at run time from the roots, over what is installed. */
export async function readInstalled(
  roots: readonly RootPackage[],
  target: NodeTarget,
  packages: Packages,
): Promise<InstalledGraph> {
  const walk: Walk = { target, packages, nodes: new Map(), followed: new Set(), missing: new Map() }
  const found = new Map<string, InstalledNode>()
  const shadowed: { root: RootPackage; installed: InstalledPackage }[] = []
  for (const root of roots) {
    const node = await enter(walk, root.name, root.fromDir, { from: null, kind: 'required' })
    const known = found.get(root.name)
    if (node !== null && known !== undefined && known !== node) shadowed.push({ root, installed: node.installed })
    else if (node !== null) found.set(root.name, node)
  }
  await followEdges(walk)
  await followOptionalPeers(walk, await declaredNames(roots, packages))
  markNeeded([...found.values()])
  const reached = reachable([...found.values()])
  return {
    roots: found,
    nodes: [...walk.nodes.values()].filter(node => reached.has(node)),
    missing: [...walk.missing.values()].sort((a, b) => (missingKey(a) < missingKey(b) ? -1 : 1)), // Sorted for determinism
    shadowed,
  }
}

interface Walk {
  readonly target: NodeTarget
  readonly packages: Packages
  /** By folder, in the order in which they were found. */
  readonly nodes: Map<string, InstalledNode>
  readonly followed: Set<InstalledNode>
  readonly missing: Map<string, MissingPackage>
}

interface Arrival {
  readonly from: InstalledNode | null
  readonly kind: EdgeKind
}

async function followEdges(walk: Walk): Promise<void> {
  // Nodes that come in on the way are followed, too.
  for (const node of walk.nodes.values()) {
    if (walk.followed.has(node)) continue
    walk.followed.add(node)
    for (const [name, kind] of await edgesOf(node.installed, walk.packages)) {
      if (kind === 'optional peer') continue
      const to = await enter(walk, name, node.installed.dir, { from: node, kind })
      if (to !== null) node.edges.set(name, to)
    }
  }
}

/** What an import of a name from a folder finds, as a node; null if it is missing or not for the target. */
async function enter(walk: Walk, name: string, fromDir: string, arrival: Arrival): Promise<InstalledNode | null> {
  const mayBeForeign = arrival.kind === 'optional' || arrival.from === null
  const installed = await walk.packages.resolve(name, fromDir)
  if (installed === null) {
    if (!(mayBeForeign && isForeignName(name, walk.target))) addMissing(walk, name, arrival)
    return null
  }
  if (mayBeForeign && isForeign(name, installed.manifest, walk.target)) return null
  return nodeOf(walk, installed, arrival.from)
}

function isForeign(name: string, manifest: PackageManifest, target: NodeTarget): boolean {
  if (isForeignPackage(manifest, target)) return true
  return manifest.os.length === 0 && manifest.cpu.length === 0 && isForeignName(name, target)
}

function nodeOf(walk: Walk, installed: InstalledPackage, from: InstalledNode | null): InstalledNode {
  const known = walk.nodes.get(installed.dir)
  if (known !== undefined) return known
  const node: InstalledNode = {
    installed,
    edges: new Map(),
    softEdges: new Map(),
    bundled: from === null ? null : bundledIn(installed, from),
    isNeeded: false,
  }
  walk.nodes.set(installed.dir, node)
  return node
}

/** A package is bundled if its dependant ships it in its own folder, or is bundled there itself. */
function bundledIn(installed: InstalledPackage, from: InstalledNode): InstalledNode['bundled'] {
  const by = from.bundled?.by ?? (from.installed.manifest.bundledDependencies.length > 0 ? from : null)
  if (by === null || !isInside(installed.dir, join(by.installed.dir, 'node_modules'))) return null
  const isListed = from !== by || by.installed.manifest.bundledDependencies.includes(nameOfFolder(installed.dir))
  return isListed ? { by, way: relative(by.installed.dir, installed.dir).replaceAll(sep, '/') } : null
}

function nameOfFolder(dir: string): string {
  return dir.slice(dir.lastIndexOf(`${sep}node_modules${sep}`) + '/node_modules/'.length).replaceAll(sep, '/')
}

function addMissing(walk: Walk, name: string, { from, kind }: Arrival): void {
  const words = platformWords(name)
  const missing: MissingPackage = {
    name,
    requiredBy: from === null ? DIRECT : idOf(from.installed),
    isOptional: kind !== 'required',
    isForeignPlatform: kind !== 'peer' && namePlatform(words) && wordsFit(words, walk.target),
  }
  walk.missing.set(missingKey(missing), missing)
}

function missingKey({ name, requiredBy }: MissingPackage): string {
  return `${name} ${requiredBy}`
}

export function idOf({ name, version }: InstalledPackage): string {
  return `${name}@${version}`
}

/**
 * Optional peers count where something else brings them, or the project itself depends on them. What merely lies within
 * reach, hoisted there by one package manager and not by another, doesn't.
 */
async function followOptionalPeers(walk: Walk, declared: ReadonlySet<string>): Promise<void> {
  const before = walk.nodes.size
  for (const node of [...walk.nodes.values()]) {
    for (const [name, kind] of await edgesOf(node.installed, walk.packages)) {
      if (kind !== 'optional peer' || node.softEdges.has(name)) continue
      const installed = await walk.packages.resolve(name, node.installed.dir)
      if (installed === null || !(walk.nodes.has(installed.dir) || declared.has(name))) continue
      node.softEdges.set(name, nodeOf(walk, installed, node))
    }
  }
  if (walk.nodes.size === before) return
  await followEdges(walk)
  await followOptionalPeers(walk, declared)
}

/** What the projects that the roots are imported from depend on, development aside. */
async function declaredNames(roots: readonly RootPackage[], packages: Packages): Promise<ReadonlySet<string>> {
  const names = new Set<string>()
  for (const start of new Set(roots.map(({ fromDir }) => fromDir))) {
    for (let dir = start; dirname(dir) !== dir && !dir.endsWith(`${sep}node_modules`); dir = dirname(dir)) {
      const manifest = (await packages.read(dir))?.manifest
      for (const name of Object.keys({ ...manifest?.dependencies, ...manifest?.optionalDependencies })) names.add(name)
    }
  }
  return names
}

function markNeeded(nodes: readonly InstalledNode[]): void {
  for (const node of nodes.filter(({ isNeeded }) => !isNeeded)) {
    node.isNeeded = true
    const { dependencies, peerDependencies } = node.installed.manifest
    const needed = [...node.edges].filter(([name]) => Object.hasOwn({ ...peerDependencies, ...dependencies }, name))
    markNeeded(needed.map(([, to]) => to))
  }
}

function reachable(starts: readonly InstalledNode[]): ReadonlySet<InstalledNode> {
  const reached = new Set(starts)
  for (const node of reached) {
    for (const to of [...node.edges.values(), ...node.softEdges.values()]) reached.add(to)
  }
  return reached
}
