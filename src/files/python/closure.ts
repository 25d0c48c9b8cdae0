import { UserError } from '../../errors.ts'
import { satisfies } from '../../formats/pep440.ts'
import { evaluateMarker, type Requirement, requirementText } from '../../formats/pep508.ts'
import type { PackedPackage, PythonTarget } from '../../model.ts'

/** What stands for the function itself among those that require a distribution. */
export const DIRECT = '(direct)'

/** What a closure needs to know of a distribution. */
export interface ClosureNode {
  readonly name: string
  readonly version: string
  readonly requires: readonly Requirement[]
  readonly extras: readonly string[]
}

export interface Unmet {
  readonly requirement: Requirement
  /** A distribution's name, or DIRECT. */
  readonly requiredBy: string
  /** The version that is there and does not satisfy; null if there is none. */
  readonly present: string | null
}

export interface Closure {
  /** The names that were reached, and for each the extras that are asked of it. */
  readonly reached: ReadonlyMap<string, ReadonlySet<string>>
  /** Pairs of who requires and who is required, both there. */
  readonly edges: readonly { readonly from: string; readonly to: string }[]
  readonly unmet: readonly Unmet[]
}

/** Follows requirements through what is there, as far as markers and extras on the target lead. */
export function walkClosure(
  roots: readonly Requirement[],
  nodes: ReadonlyMap<string, ClosureNode>,
  target: PythonTarget,
): Closure {
  const reached = new Map<string, Set<string>>()
  const edges = new Map<string, { from: string; to: string }>()
  const unmet = new Map<string, Unmet>()
  const queue: string[] = []
  const follow = (requirement: Requirement, from: string): void => {
    const node = nodes.get(requirement.name)
    if (node === undefined || !satisfies(node.version, requirement.specifier)) {
      unmet.set(`${from} ${textOf(requirement)}`, { requirement, requiredBy: from, present: node?.version ?? null })
    }
    if (node === undefined) return
    edges.set(`${from} ${node.name}`, { from, to: node.name })
    const extras = reached.get(node.name)
    const added = requirement.extras.filter(extra => extras?.has(extra) !== true)
    if (extras !== undefined && added.length === 0) return
    reached.set(node.name, new Set([...(extras ?? []), ...added]))
    queue.push(node.name)
  }
  for (const root of activeOf(roots, [], target)) follow(root, DIRECT)
  // The queue grows while it is read.
  for (const name of queue) {
    const node = nodes.get(name)
    for (const requirement of activeOf(node?.requires ?? [], [...(reached.get(name) ?? [])], target))
      follow(requirement, name)
  }
  return { reached, edges: [...edges.values()], unmet: [...unmet.values()] }
}

/**
 * Who requires whom among what is packed. Sorted by name. `direct` are the names that the function asks for.
 * `installs` are there, too, but what they require is not known: some of them then has what nothing else requires.
 */
export function requiredBy(
  distributions: readonly (ClosureNode & Pick<PackedPackage, 'licence'>)[],
  direct: readonly string[],
  target: PythonTarget,
  installs: readonly ClosureNode[] = [],
): readonly PackedPackage[] {
  const all = [...distributions, ...installs.map(one => ({ ...one, licence: null }))]
  const edges = edgesOf(all, direct, target)
  const isUnknown = (name: string) => installs.length > 0 && !direct.includes(name)
  return all
    .map(({ name, version, licence }) => ({
      id: name,
      name,
      version,
      licence,
      requiredBy: requirersOf(name, edges, isUnknown(name)),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

/**
 * Checks that everything that the packed distributions require on the target, extras included, is packed in a version that satisfies.
 * `declared` are the lines of the requirements file, which tell the extras. Throws UserError LOCK_INCOMPLETE that lists all that is missing.
 */
export function checkComplete(
  distributions: readonly ClosureNode[],
  target: PythonTarget,
  lock: { readonly file: string; readonly declared: readonly Requirement[] },
): void {
  const present = distributions.map(({ name }) => requirementOn(name, []))
  const { unmet } = walkClosure([...lock.declared, ...present], nodesOf(distributions), target)
  if (unmet.length > 0)
    throw new UserError('LOCK_INCOMPLETE', lock.file, target.runtime, unmet.map(describeUnmet).sort())
}

/** One line about a requirement that nothing satisfies, such as `pysocks>=1.5 (required by requests): missing`. */
export function describeUnmet({ requirement, requiredBy, present }: Unmet): string {
  const by = requiredBy === DIRECT ? '' : ` (required by ${requiredBy})`
  return `${textOf(requirement)}${by}: ${present === null ? 'missing' : `${present} is there`}`
}

/** The distributions by name. */
function nodesOf<Node extends ClosureNode>(distributions: readonly Node[]): ReadonlyMap<string, Node> {
  return new Map(distributions.map(node => [node.name, node]))
}

/** A requirement on any version. */
export function requirementOn(name: string, extras: readonly string[]): Requirement {
  return { name, extras, specifier: '', url: null, marker: null }
}

function activeOf(
  requirements: readonly Requirement[],
  extras: readonly string[],
  target: PythonTarget,
): Requirement[] {
  return requirements.filter(({ marker }) => evaluateMarker(marker, target.markers, extras))
}

/** Pairs of who requires and who is required; of extras of direct requirements those that bring what nothing else does. */
export function edgesOf(
  distributions: readonly ClosureNode[],
  direct: readonly string[],
  target: PythonTarget,
): Closure['edges'] {
  const nodes = nodesOf(distributions)
  const names = direct.filter(name => nodes.has(name))
  const plain = walkClosure(
    names.map(name => requirementOn(name, [])),
    nodes,
    target,
  )
  const isOrphan = (name: string): boolean => name !== DIRECT && !plain.reached.has(name)
  if (!distributions.some(({ name }) => isOrphan(name))) return plain.edges
  // Which extras the function asks for is not told; the ones that bring what nothing else brings are among them.
  const withExtras = walkClosure(
    names.map(name => requirementOn(name, nodes.get(name)?.extras ?? [])),
    nodes,
    target,
  )
  return [...plain.edges, ...withExtras.edges.filter(({ from, to }) => isOrphan(from) || isOrphan(to))]
}

function requirersOf(name: string, edges: Closure['edges'], isUnknown: boolean): readonly string[] {
  const requirers = edges.filter(({ from, to }) => to === name && from !== name).map(({ from }) => from)
  if (requirers.length === 0) return isUnknown ? [] : [DIRECT]
  return [...new Set(requirers)].sort() // Sorted for determinism
}

function textOf(requirement: Requirement): string {
  return requirementText({ ...requirement, marker: null })
}
