/** What a lock file of npm, pnpm or Yarn says, as far as all three say it. */
export interface NodeLock {
  /** The packages of the workspace by their path from the lock's folder, `/`-separated; `.` is that folder. */
  readonly members: ReadonlyMap<string, LockedMember>
  /** False if the lock doesn't tell what its members ask for, or a hook of the project changes it. */
  readonly isComparable: boolean
  /** Names whose versions a setting rewrites, so that the manifests may say something else. */
  readonly overridden: ReadonlySet<string>
  /** Archives and patches of the workspace that it refers to; paths from the lock's folder. */
  readonly localFiles: readonly string[]
  /** What a member's dependencies of these names need, each once. */
  readonly closureOf: (member: string, names: readonly string[]) => readonly LockedPackage[]
}

export interface LockedMember {
  readonly asked: ReadonlyMap<string, Ask>
  /** Paths of the members that it depends on. */
  readonly local: readonly string[]
}

export interface Ask {
  readonly specifier: string
  /** The key of package.json; null if the lock doesn't tell it. */
  readonly kind: DependencyKind | null
}

export type DependencyKind = 'dependencies' | 'devDependencies' | 'optionalDependencies' | 'peerDependencies'

export interface LockedPackage {
  /** As the lock and the manager's own record of what is installed call it. */
  readonly id: string
  readonly name: string
  /** It may be missing: its platform may be another one. */
  readonly isOptional: boolean
}

type Table = Readonly<Record<string, unknown>>

/** The table behind a key; an empty one where there is none. */
export function tableAt(value: unknown, key: string): Table {
  const inner = isTable(value) ? value[key] : undefined
  return isTable(inner) ? inner : {}
}

/** The texts behind a key, by name; others are left out. */
export function textsAt(value: unknown, key: string): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(tableAt(value, key)).flatMap(([name, text]) => (typeof text === 'string' ? [[name, text]] : [])),
  )
}

export function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A JSON document that is an object. Throws SyntaxError. */
export function parseJsonObject(text: string): Table {
  const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ''))
  if (!isTable(value)) throw new SyntaxError('it is not an object')
  return value
}

/** What a manifest asks for; a name in several keys counts where managers look last: optional before plain before dev. */
export function asksOf(manifest: unknown): ReadonlyMap<string, Ask> {
  const kinds = ['devDependencies', 'dependencies', 'optionalDependencies'] as const
  return new Map(
    kinds.flatMap(kind =>
      [...textsAt(manifest, kind)].map(([name, specifier]) => [name, { specifier, kind }] as const),
    ),
  )
}

interface Needed {
  readonly name: string
  readonly key: string
  readonly isOptional: boolean
}

/** Everything that is reached from some keys; `needsOf` is null where a key leads nowhere. */
export function walk(
  starts: readonly Needed[],
  needsOf: (key: string) => { readonly id: string; readonly needs: readonly Needed[] } | null,
): readonly LockedPackage[] {
  const reached = new Map<string, LockedPackage>()
  const visited = new Map<string, boolean>()
  const queue = [...starts]
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const { name, key, isOptional } = next
    // What is needed both ways is needed, so it is walked again.
    const before = visited.get(key)
    if (before === false || before === isOptional) continue
    visited.set(key, isOptional)
    const found = needsOf(key)
    if (found === null) continue
    reached.set(found.id, { id: found.id, name, isOptional })
    queue.push(...found.needs.map(need => ({ ...need, isOptional: isOptional || need.isOptional })))
  }
  return [...reached.values()]
}

/** Names of archives and patches in a lock's text; the lock's own folder is where relative ones start. */
export function localFilesIn(text: string): readonly string[] {
  const found = [
    ...text.matchAll(/(?:file:|path: |#)(?:~\/|\.\/)?([^\s'"#:,(){}]+\.(?:tgz|tar\.gz|tar|patch|diff))\b/g),
  ]
  // Sorted for determinism
  return [...new Set(found.map(([, path = '']) => path))].filter(path => !path.startsWith('/')).sort()
}
