import { parseLockYaml } from './lock-yaml.ts'
import {
  type Ask,
  asksOf,
  type DependencyKind,
  isTable,
  type LockedMember,
  type LockedPackage,
  localFilesIn,
  type NodeLock,
  tableAt,
  textsAt,
  walk,
} from './node-lock.ts'

const KINDS = ['devDependencies', 'dependencies', 'optionalDependencies'] as const

/** A pnpm-lock.yaml, of pnpm 7 or later. Throws SyntaxError. https://github.com/pnpm/spec/tree/master/lockfile */
export function parsePnpmLock(text: string): NodeLock {
  const lock = parseLockYaml(text)
  if (!isTable(lock)) throw new SyntaxError('it is not a mapping')
  // Until format 6 a project alone stood at the top.
  const importers = isTable(lock['importers']) ? lock['importers'] : { '.': lock }
  const ignored = Array.isArray(lock['ignoredOptionalDependencies']) ? lock['ignoredOptionalDependencies'] : []
  return {
    members: new Map(Object.entries(importers).map(([path, importer]) => [path, memberAt(path, importer)])),
    isComparable: lock['pnpmfileChecksum'] === undefined,
    overridden: new Set([...Object.keys(tableAt(lock, 'overrides')).map(overriddenName), ...ignored.map(String)]),
    localFiles: localFilesIn(text),
    closureOf: (member, names) => [
      ...directIn(member, tableAt(importers, member)).filter(({ name }) => names.includes(name)),
      ...closureOf(tableAt(importers, member), names, tableAt(lock, 'snapshots')),
    ],
  }
}

/** What pnpm says is installed, from a node_modules/.pnpm/lock.yaml. Throws SyntaxError. */
export function pnpmInstalled(text: string): ReadonlySet<string> {
  const lock = parseLockYaml(text)
  const direct = Object.entries(tableAt(lock, 'importers')).flatMap(([path, importer]) => directIn(path, importer))
  return new Set([...direct.map(({ id }) => id), ...Object.keys(tableAt(lock, 'snapshots'))])
}

/** A manifest's asks as pnpm writes them into its lock. */
export function pnpmAsks(manifest: unknown): ReadonlyMap<string, Ask> {
  return asksOf(manifest)
}

function memberAt(path: string, importer: unknown): LockedMember {
  const dependencies = KINDS.flatMap(kind =>
    Object.entries(tableAt(importer, kind)).map(([name, value]) => ({
      name,
      kind,
      ...described(name, value, importer),
    })),
  )
  const local = dependencies.flatMap(({ version }) =>
    version.startsWith('link:') ? [joined(path, version.slice(5))] : [],
  )
  return {
    asked: new Map(
      dependencies.map(({ name, kind, specifier }) => [name, { specifier, kind: kind as DependencyKind }]),
    ),
    local,
  }
}

/** Which version a member itself sees, for several may be installed. */
function directIn(path: string, importer: unknown): readonly LockedPackage[] {
  return KINDS.flatMap(kind =>
    Object.entries(tableAt(importer, kind)).map(([name, value]) => ({
      id: `${path} sees ${name} ${described(name, value, importer).version}`,
      name,
      isOptional: kind === 'optionalDependencies',
    })),
  )
}

/** Until format 5 the specifiers stood in a table of their own. */
function described(name: string, value: unknown, importer: unknown): { specifier: string; version: string } {
  if (isTable(value)) return { specifier: String(value['specifier'] ?? ''), version: String(value['version'] ?? '') }
  return { specifier: textsAt(importer, 'specifiers').get(name) ?? '', version: String(value) }
}

function closureOf(
  importer: Readonly<Record<string, unknown>>,
  names: readonly string[],
  snapshots: Readonly<Record<string, unknown>>,
): readonly LockedPackage[] {
  const need = (name: string, version: string, isOptional: boolean) =>
    version.startsWith('link:') ? [] : [{ name, key: keyOf(name, version, snapshots), isOptional }]
  const starts = KINDS.flatMap(kind =>
    Object.entries(tableAt(importer, kind))
      .filter(([name]) => names.includes(name))
      .flatMap(([name, value]) =>
        need(name, described(name, value, importer).version, kind === 'optionalDependencies'),
      ),
  )
  return walk(starts, key => {
    const snapshot = snapshots[key]
    if (snapshot === undefined) return null
    const plain = [...textsAt(snapshot, 'dependencies')].flatMap(([name, version]) => need(name, version, false))
    const optional = [...textsAt(snapshot, 'optionalDependencies')].flatMap(([name, version]) =>
      need(name, version, true),
    )
    return { id: key, needs: [...plain, ...optional] }
  })
}

/** A version, or for an alias, an archive or git the whole key. */
function keyOf(name: string, version: string, snapshots: Readonly<Record<string, unknown>>): string {
  return `${name}@${version}` in snapshots ? `${name}@${version}` : version
}

/** `sharp` of the overrides `a>sharp@1` and `sharp`. */
function overriddenName(selector: string): string {
  const last = selector.split('>').at(-1) ?? selector
  const at = last.indexOf('@', 1)
  return at === -1 ? last : last.slice(0, at)
}

function joined(from: string, way: string): string {
  const parts = from === '.' ? [] : from.split('/')
  for (const part of way.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '.') parts.push(part)
  }
  return parts.join('/') || '.'
}
