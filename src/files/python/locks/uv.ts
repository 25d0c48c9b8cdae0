// uv.lock: a graph of packages for every platform at once. https://docs.astral.sh/uv/concepts/projects/layout/#the-lockfile
import { dirname, resolve } from 'node:path'
import { UserError } from '../../../errors.ts'
import { evaluateMarker, normaliseName } from '../../../formats/pep508.ts'
import type { PythonTarget } from '../../../model.ts'
import type { System } from '../../../system/system.ts'
import type { Selection, Wanted } from '../types.ts'
import { child, countOrNull, fail, type Node, readTomlLock, textOrNull, texts } from './document.ts'
import { nearestManifest } from './manifest.ts'
import { checkExists, checkPython, holds, makeSelection } from './selection.ts'
import { checkFresh } from './uv-freshness.ts'
import { localFolderOf, originOf, readEdgeLists, readUvPackages, type UvEdge, type UvPackage } from './uv-packages.ts'

/** Where the walk begins: the project that the function is in. */
interface Start {
  /** null: every member of the workspace, as uv itself takes a root without [project]. */
  readonly project: UvPackage | null
  readonly edges: readonly UvEdge[]
  /** Groups in the spelling that uv gives them in the markers of conflicting packages. */
  readonly groups: readonly string[]
}

/** What a uv.lock packs for the project at or above `root`, without the project itself. */
export async function select(
  lockPath: string,
  root: string,
  target: PythonTarget,
  wanted: Wanted,
  system: System,
): Promise<Selection> {
  const lock = await readTomlLock(lockPath, system.disk)
  const version = countOrNull(lock, 'version')
  // Later revisions of version 1 only add keys: https://docs.astral.sh/uv/concepts/resolution/#lockfile-versioning
  if (version !== 1) fail(lock, `its version is ${version ?? 'missing'}, and lpack reads version 1`)
  checkPython(lockPath, textOrNull(lock, 'requires-python'), target)
  checkPlatform(lock, target)
  const packages = readUvPackages(lock)
  const start = await startOf(lock, packages, { root, wanted, system })
  const { reached, direct } = walk(packages, start, target, lock)
  const selected = reached.filter(item => item !== start.project && !item.isVirtual)
  const chosen = selected.map(item => ({ name: item.name, version: item.version, origin: originOf(lock, item) }))
  return makeSelection(lockPath, chosen, direct)
}

/** `supported-markers` is tool.uv.environments: nothing else is in the lock. */
function checkPlatform(lock: Node, target: PythonTarget): void {
  const supported = texts(lock, 'supported-markers')
  if (supported.length === 0 || supported.some(marker => holds(lock, 'supported-markers', marker, target.markers)))
    return
  throw new UserError('LOCK_PLATFORM', lock.file, supported, `${target.runtime} on ${target.architecture}`)
}

async function startOf(
  lock: Node,
  packages: readonly UvPackage[],
  at: { readonly root: string; readonly wanted: Wanted; readonly system: System },
): Promise<Start> {
  const manifest = await nearestManifest(lock.file, at.root, at.system.disk)
  if (manifest === null)
    throw new UserError('LOCK_MANIFEST_MISSING', lock.file, resolve(dirname(lock.file), 'pyproject.toml'))
  const path = manifest.file
  const project = packages.find(item => localFolderOf(lock, item) === dirname(path)) ?? null
  if (project === null && manifest.table['project'] !== undefined) {
    throw new UserError('LOCK_STALE', lock.file, path, 'the lock has no package for its folder', 'uv lock')
  }
  await checkFresh({ lock, packages, project, manifest, disk: at.system.disk })
  return project === null ? workspaceStart(lock, packages, path, at.wanted) : projectStart(project, path, at.wanted)
}

function projectStart(project: UvPackage, manifestPath: string, wanted: Wanted): Start {
  checkExists('extra', wanted.extras, project.extraNames, manifestPath)
  checkExists('group', wanted.groups, project.groups.keys(), manifestPath)
  const groups = wanted.groups.map(normaliseName)
  const edges = groups.flatMap(group => project.groups.get(group) ?? [])
  const own = edgeTo(project, wanted.extras.map(normaliseName))
  return { project, edges: [own, ...edges], groups: groups.map(group => encode('group', project.name, group)) }
}

function workspaceStart(lock: Node, packages: readonly UvPackage[], manifestPath: string, wanted: Wanted): Start {
  const manifest = child(lock, 'manifest')
  const groups = readEdgeLists(child(manifest, 'dependency-groups'))
  checkExists('extra', wanted.extras, [], manifestPath)
  checkExists('group', wanted.groups, groups.keys(), manifestPath)
  const members = texts(manifest, 'members').map(normaliseName)
  const memberEdges = packages.filter(item => members.includes(item.name)).map(item => edgeTo(item, []))
  return {
    project: null,
    edges: [...memberEdges, ...wanted.groups.flatMap(group => groups.get(normaliseName(group)) ?? [])],
    groups: [],
  }
}

function edgeTo(item: UvPackage, extras: readonly string[]): UvEdge {
  return { name: item.name, version: item.version, source: item.source, extras, marker: null }
}

/** uv writes the extras and groups of conflicting packages into markers as `extra == 'extra-3-app-cpu'`. */
function encode(kind: 'extra' | 'group', name: string, value: string): string {
  return `${kind}-${name.length}-${name}-${value}`
}

interface Walked {
  readonly reached: readonly UvPackage[]
  readonly direct: readonly string[]
  readonly extras: readonly string[]
}

/** Walks again until the extras that the walk activates are those that its markers were evaluated with. */
function walk(packages: readonly UvPackage[], start: Start, target: PythonTarget, lock: Node): Walked {
  const byName = groupByName(packages)
  let activated: readonly string[] = []
  for (let round = 0; round < 10; round++) {
    const walked = walkOnce(
      byName,
      start,
      edge => evaluateMarker(edge.marker, target.markers, [...start.groups, ...activated]),
      lock,
    )
    if (walked.extras.join() === activated.join()) return walked
    activated = walked.extras
  }
  return fail(lock, 'its conflicting extras depend on each other in a circle')
}

function groupByName(packages: readonly UvPackage[]): ReadonlyMap<string, readonly UvPackage[]> {
  const byName = new Map<string, UvPackage[]>()
  for (const item of packages) byName.set(item.name, [...(byName.get(item.name) ?? []), item])
  return byName
}

function walkOnce(
  byName: ReadonlyMap<string, readonly UvPackage[]>,
  start: Start,
  isActive: (edge: UvEdge) => boolean,
  lock: Node,
): Walked {
  const seen = new Map<UvPackage, Set<string>>()
  const queue = start.edges.filter(isActive)
  for (let edge = queue.shift(); edge !== undefined; edge = queue.shift()) {
    const item = packageOf(byName, edge, lock)
    const extras = seen.get(item)
    if (extras === undefined) queue.push(...item.dependencies.filter(isActive))
    const activated = extras ?? new Set()
    for (const extra of edge.extras.filter(name => !activated.has(name))) {
      activated.add(extra)
      queue.push(...(item.extras.get(extra) ?? []).filter(isActive))
    }
    seen.set(item, activated)
  }
  const extras = [...seen].flatMap(([item, names]) => [...names].map(name => encode('extra', item.name, name)))
  return { reached: [...seen.keys()], direct: directNames(byName, start, isActive, lock), extras: extras.sort() }
}

/** Projects that are never installed, the function's own among them, stand for what they depend on. */
function directNames(
  byName: ReadonlyMap<string, readonly UvPackage[]>,
  start: Start,
  isActive: (edge: UvEdge) => boolean,
  lock: Node,
): readonly string[] {
  const names = new Set<string>()
  const seen = new Set<UvEdge>()
  const queue = start.edges.filter(isActive)
  for (let edge = queue.shift(); edge !== undefined; edge = queue.shift()) {
    const item = packageOf(byName, edge, lock)
    if (item !== start.project && !item.isVirtual) names.add(item.name)
    else if (!seen.has(edge))
      queue.push(
        ...[...item.dependencies, ...edge.extras.flatMap(extra => item.extras.get(extra) ?? [])].filter(isActive),
      )
    seen.add(edge)
  }
  return [...names]
}

function packageOf(byName: ReadonlyMap<string, readonly UvPackage[]>, edge: UvEdge, lock: Node): UvPackage {
  const candidates = (byName.get(edge.name) ?? []).filter(
    item =>
      (edge.version === null || item.version === edge.version) && (edge.source === null || item.source === edge.source),
  )
  const [item] = candidates
  if (item === undefined)
    return fail(
      lock,
      `something depends on ${edge.name} ${edge.version ?? ''}`.trimEnd().concat(', which it has no package for'),
    )
  return candidates.length === 1
    ? item
    : fail(lock, `something depends on ${edge.name}, of which it has several packages`)
}
