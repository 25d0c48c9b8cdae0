import { createHash } from 'node:crypto'
import { type InstalledGraph, type InstalledNode, idOf } from './installed-graph.ts'
import type { InstalledPackage } from './types.ts'

/** Installed copies of one package that find the same below them, so that one of them stands for all. */
export interface PackageClass {
  readonly key: string
  readonly installed: InstalledPackage
  readonly isNeeded: boolean
  /** What it must find under each name, sorted by name. */
  readonly edges: ReadonlyMap<string, string>
  readonly bundled: { readonly by: string; readonly way: string } | null
}

export interface PackageClasses {
  readonly roots: ReadonlyMap<string, string>
  readonly byKey: ReadonlyMap<string, PackageClass>
}

/**
 * Merges what package managers install in several copies (npm where versions conflict, pnpm where peers differ) by what the
 * copies are and find, never by where they lie: so every layout of one set of packages gives the same classes.
 */
export function classify({ roots, nodes }: InstalledGraph): PackageClasses {
  const first = new Map(nodes.map(node => [node, firstKey(node)]))
  const plain = refine(first, node => node.edges)
  const ambiguous = ambiguousPeers(plain)
  const keys =
    ambiguous.size === 0
      ? plain
      : refine(
          first,
          node => new Map([...node.edges, ...softOf(node, name => ambiguous.has(`${plain.get(node)} ${name}`))]),
        )
  const byKey = new Map<string, PackageClass>()
  for (const node of nodes) {
    const key = keyOf(keys, node)
    byKey.set(key, united(byKey.get(key), node, keys))
  }
  return { roots: new Map([...roots].map(([name, node]) => [name, keyOf(keys, node)])), byKey }
}

type Keys = ReadonlyMap<InstalledNode, string>

/** What is bundled may differ from what the registry has under the same version. */
function firstKey({ installed, bundled }: InstalledNode): string {
  return bundled === null ? idOf(installed) : `${idOf(installed)} in ${idOf(bundled.by.installed)} at ${bundled.way}`
}

/** Tells nodes apart by what they find until no more differ. */
function refine(first: Keys, edgesOf: (node: InstalledNode) => ReadonlyMap<string, InstalledNode>): Keys {
  let keys = first
  for (;;) {
    const next = new Map([...first].map(([node, key]) => [node, digest(key, edgesOf(node), keys)]))
    if (new Set(next.values()).size === new Set(keys.values()).size) return next
    keys = next
  }
}

function digest(key: string, edges: ReadonlyMap<string, InstalledNode>, keys: Keys): string {
  const found = [...edges].map(([name, to]) => `${name} ${keyOf(keys, to)}`).sort() // Sorted for determinism
  return createHash('sha256')
    .update(JSON.stringify([key, found]))
    .digest('hex')
}

function keyOf(keys: Keys, node: InstalledNode): string {
  return keys.get(node) ?? firstKey(node)
}

/** Optional peers, as `class name`, of which the copies of a class find different ones. A copy that finds none goes with the others. */
function ambiguousPeers(keys: Keys): ReadonlySet<string> {
  const found = new Map<string, string>()
  const ambiguous = new Set<string>()
  for (const [node, key] of keys) {
    for (const [name, to] of node.softEdges) {
      const peer = `${key} ${name}`
      const target = keyOf(keys, to)
      if ((found.get(peer) ?? target) !== target) ambiguous.add(peer)
      found.set(peer, target)
    }
  }
  return ambiguous
}

function softOf(
  node: InstalledNode,
  isWanted: (name: string) => boolean,
): readonly (readonly [string, InstalledNode])[] {
  return [...node.softEdges].filter(([name]) => isWanted(name))
}

function united(known: PackageClass | undefined, node: InstalledNode, keys: Keys): PackageClass {
  const edges = new Map(known?.edges)
  for (const [name, to] of [...node.edges, ...node.softEdges]) edges.set(name, keyOf(keys, to))
  return {
    key: keyOf(keys, node),
    installed: known?.installed ?? node.installed,
    isNeeded: node.isNeeded || known?.isNeeded === true,
    edges: new Map([...edges].sort(([a], [b]) => (a < b ? -1 : 1))), // Sorted for determinism
    bundled: node.bundled === null ? null : { by: keyOf(keys, node.bundled.by), way: node.bundled.way },
  }
}
