// The graph of a poetry.lock before format 2.1, which says neither groups nor markers of its packages.
import { evaluateMarker, normaliseName } from '../../../formats/pep508.ts'
import type { PythonTarget } from '../../../model.ts'
import { child, fail, isTable, type Node, text, textOrNull, texts, within } from './document.ts'
import { dependencyGroups, projectDependencies, projectExtras } from './manifest.ts'
import { constraintAdmits } from './poetry-constraint.ts'
import { holds } from './selection.ts'

export interface PoetryChoice {
  readonly target: PythonTarget
  /** `main` and the wanted ones. */
  readonly groups: readonly string[]
  readonly extras: readonly string[]
}

/** A dependency that is active on the target. */
export interface PoetryEdge {
  readonly name: string
  readonly constraint: string
  readonly extras: readonly string[]
}

/** What the manifest itself asks for: [tool.poetry] and [project], main and wanted groups and extras. */
export function declaredEdges(manifest: Node, choice: PoetryChoice): readonly PoetryEdge[] {
  const poetry = child(child(manifest, 'tool'), 'poetry')
  const optional = listedNames(child(poetry, 'extras'), choice.extras)
  const legacyDev = choice.groups.includes('dev') ? [child(poetry, 'dev-dependencies')] : []
  const groups = child(poetry, 'group')
  const wanted = Object.keys(groups.table).filter(key => choice.groups.includes(normaliseName(key)))
  const tables = [
    child(poetry, 'dependencies'),
    ...legacyDev,
    ...wanted.map(key => child(child(groups, key), 'dependencies')),
  ]
  const standard = [
    ...projectDependencies(manifest),
    ...[...projectExtras(manifest)].flatMap(([extra, items]) => (choice.extras.includes(extra) ? items : [])),
    ...[...dependencyGroups(manifest)].flatMap(([group, items]) => (choice.groups.includes(group) ? items : [])),
  ]
  const active = standard.filter(item => evaluateMarker(item.marker, choice.target.markers, choice.extras))
  return [
    ...tables
      .flatMap(table => edgesOf(table, { target: choice.target, extras: choice.extras, optional }))
      .filter(edge => edge.name !== 'python'),
    ...active.map(item => ({
      name: item.name,
      constraint: item.specifier === '' ? '*' : item.specifier,
      extras: item.extras,
    })),
  ]
}

/** The packages that the declared dependencies lead to. */
export function walk(
  packages: readonly Node[],
  start: readonly PoetryEdge[],
  choice: PoetryChoice,
  lock: Node,
): readonly Node[] {
  const seen = new Map<Node, Set<string>>()
  const queue = [...start]
  for (let edge = queue.shift(); edge !== undefined; edge = queue.shift()) {
    const item = packageOf(packages, edge, choice.target, lock)
    const known = seen.get(item)
    const extras = new Set([...(known ?? []), ...edge.extras])
    if (known !== undefined && known.size === extras.size) continue
    seen.set(item, extras)
    const optional = listedNames(child(item, 'extras'), [...extras])
    queue.push(...edgesOf(child(item, 'dependencies'), { target: choice.target, extras: [...extras], optional }))
  }
  return [...seen.keys()]
}

/** Names of the dependencies that the active extras bring: entries are `PySocks (>=1.5.6)`. */
function listedNames(table: Node, extras: readonly string[]): ReadonlySet<string> {
  const keys = Object.keys(table.table).filter(key => extras.includes(normaliseName(key)))
  return new Set(keys.flatMap(key => texts(table, key)).map(line => normaliseName(/^[\w.-]+/.exec(line)?.[0] ?? line)))
}

interface Activation {
  readonly target: PythonTarget
  readonly extras: readonly string[]
  readonly optional: ReadonlySet<string>
}

function edgesOf(table: Node, activation: Activation): readonly PoetryEdge[] {
  return Object.keys(table.table).flatMap(key => {
    const value = table.table[key]
    const name = normaliseName(key)
    const wishes: readonly unknown[] = Array.isArray(value) ? value : [value]
    return wishes.flatMap((wish): readonly PoetryEdge[] => {
      if (typeof wish === 'string') return [{ name, constraint: wish, extras: [] }]
      if (!isTable(wish)) return fail(table, `"${key}" is neither a version nor a table`)
      const node = within(table, `the dependency "${key}"`, wish)
      if (!isActive(name, node, activation)) return []
      return [
        { name, constraint: textOrNull(node, 'version') ?? '*', extras: texts(node, 'extras').map(normaliseName) },
      ]
    })
  })
}

function isActive(name: string, node: Node, { target, extras, optional }: Activation): boolean {
  if (node.table['optional'] === true && !optional.has(name)) return false
  const python = textOrNull(node, 'python')
  if (python !== null && !constraintAdmits(target.markers.python_full_version, python)) return false
  const platform = textOrNull(node, 'platform')
  if (platform !== null && !isOnPlatform(target.markers.sys_platform, platform)) return false
  return holds(node, 'markers', textOrNull(node, 'markers'), target.markers, extras)
}

/** `linux`, `!=win32`, `linux || darwin` */
function isOnPlatform(platform: string, constraint: string): boolean {
  const clauseHolds = (clause: string) =>
    clause.startsWith('!=') ? clause.slice(2).trim() !== platform : clause.replace(/^==?/, '').trim() === platform
  return constraint.split('||').some(alternative =>
    alternative
      .split(',')
      .map(clause => clause.trim())
      .every(clauseHolds),
  )
}

function packageOf(packages: readonly Node[], edge: PoetryEdge, target: PythonTarget, lock: Node): Node {
  const named = packages.filter(item => normaliseName(text(item, 'name')) === edge.name)
  const fitting =
    named.length === 1
      ? named
      : named.filter(
          item =>
            constraintAdmits(text(item, 'version'), edge.constraint) &&
            constraintAdmits(target.markers.python_full_version, textOrNull(item, 'python-versions') ?? '*'),
        )
  const [item] = fitting
  if (item === undefined)
    return fail(lock, `something depends on ${edge.name} ${edge.constraint}, which it has no package for`)
  return fitting.length === 1
    ? item
    : fail(lock, `something depends on ${edge.name} ${edge.constraint}, of which it has several packages`)
}
