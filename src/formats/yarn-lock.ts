import { parseLockYaml } from './lock-yaml.ts'
import {
  type Ask,
  asksOf,
  isTable,
  type LockedMember,
  type LockedPackage,
  localFilesIn,
  type NodeLock,
  parseJsonObject,
  tableAt,
  textsAt,
  walk,
} from './node-lock.ts'

/** True for the format of Yarn 1, which is not YAML and knows no workspace. */
export function isYarn1Lock(text: string): boolean {
  return /^# yarn lockfile v1\s*$/m.test(text)
}

/** A yarn.lock of Yarn 2 or later. Throws SyntaxError. */
export function parseYarnLock(text: string): NodeLock {
  const lock = parseLockYaml(text)
  if (!isTable(lock)) throw new SyntaxError('it is not a mapping')
  const entries = Object.entries(lock).filter(([key]) => key !== '__metadata')
  const byDescriptor = new Map(entries.flatMap(([key, entry]) => key.split(', ').map(one => [one, entry] as const)))
  const workspaces = entries.flatMap(([, entry]) => {
    const [, name, path] = /^(.+)@workspace:(.+)$/.exec(textOf(entry, 'resolution')) ?? []
    return name === undefined || path === undefined ? [] : [{ name, path, entry }]
  })
  const paths = new Map(workspaces.map(({ name, path }) => [name, path]))
  return {
    members: new Map(workspaces.map(({ path, entry }) => [path, memberAt(entry, paths)])),
    isComparable: true,
    overridden: new Set(),
    localFiles: localFilesIn(text),
    closureOf: (member, names) => {
      const from = workspaces.find(({ path }) => path === member)?.entry
      return closureOf(
        needsOf(from).filter(({ name }) => names.includes(name)),
        byDescriptor,
      )
    },
  }
}

/** What Yarn says is installed, from a node_modules/.yarn-state.yml. Throws SyntaxError. */
export function yarnInstalled(text: string): ReadonlySet<string> {
  const state = parseLockYaml(text)
  return new Set(isTable(state) ? Object.keys(state).map(withoutVirtual) : [])
}

/** A manifest's asks as Yarn 2 or later writes them into its lock. */
export function yarnAsks(manifest: unknown): ReadonlyMap<string, Ask> {
  return new Map([...asksOf(manifest)].map(([name, { specifier }]) => [name, plainAsk(specifier)]))
}

/** The text of the entries of a lock of Yarn 1 by `name@specifier`: version, URL and needs. */
export function parseYarn1Lock(text: string): NodeLock {
  const entries = new Map<string, readonly string[]>()
  for (const part of text.split(/\r?\n(?=\S)/)) {
    const [head = '', ...lines] = part.split(/\r?\n/)
    if (head.startsWith('#') || !head.endsWith(':')) continue
    for (const key of head.slice(0, -1).split(', ')) entries.set(unquoted(key), lines)
  }
  return {
    members: new Map(),
    isComparable: false,
    overridden: new Set(),
    localFiles: localFilesIn(text),
    closureOf: (_, patterns) =>
      walk(
        patterns.map(key => ({ name: nameOf(key), key, isOptional: false })),
        key => {
          const lines = entries.get(key)
          return lines === undefined
            ? null
            : { id: yarn1Id(key, settingOf(lines, 'resolved')), needs: yarn1Needs(lines) }
        },
      ),
  }
}

/** What Yarn 1 says is installed, from a node_modules/.yarn-integrity. Throws SyntaxError. */
export function yarn1Installed(text: string): ReadonlySet<string> {
  const entries = textsAt(parseJsonObject(text), 'lockfileEntries')
  return new Set([...entries].map(([key, resolved]) => yarn1Id(key, resolved)))
}

function memberAt(entry: unknown, paths: ReadonlyMap<string, string>): LockedMember {
  const dependencies = [...textsAt(entry, 'dependencies')]
  return {
    asked: new Map(dependencies.map(([name, specifier]) => [name, plainAsk(specifier)])),
    local: dependencies.flatMap(([name]) => paths.get(name) ?? []),
  }
}

/** Yarn writes `npm:` before ranges, and binds files and patches to who asks for them, so of those only the presence counts. */
function plainAsk(specifier: string): Ask {
  const plain = specifier.replace(/^npm:(?!@?[a-z][^@]*@)/, '')
  return { specifier: /^(?!npm:|workspace:)[a-z+]+:|\//.test(plain) ? '' : plain, kind: null }
}

function closureOf(
  starts: readonly { readonly name: string; readonly key: string; readonly isOptional: boolean }[],
  byDescriptor: ReadonlyMap<string, unknown>,
): readonly LockedPackage[] {
  return walk(starts, key => {
    const entry = byDescriptor.get(key)
    const resolution = textOf(entry, 'resolution')
    if (entry === undefined || resolution.includes('@workspace:')) return null
    const needs = needsOf(entry)
    // Packages for one platform are there or not.
    const isPlatform = textOf(entry, 'conditions') !== ''
    return { id: isPlatform ? '' : withoutVirtual(resolution), needs: isPlatform ? [] : needs }
  }).filter(({ id }) => id !== '')
}

function needsOf(entry: unknown) {
  const meta = tableAt(entry, 'dependenciesMeta')
  return [...textsAt(entry, 'dependencies')].map(([name, range]) => ({
    name,
    key: `${name}@${range}`,
    isOptional: tableAt(meta, name)['optional'] === 'true',
  }))
}

function withoutVirtual(locator: string): string {
  return locator.replace(/@virtual:[^#]*#/, '@')
}

function textOf(entry: unknown, key: string): string {
  const value = isTable(entry) ? entry[key] : undefined
  return typeof value === 'string' ? value : ''
}

function yarn1Needs(lines: readonly string[]) {
  let isOptional = false
  return lines.flatMap(line => {
    if (/^ {2}\S/.test(line)) isOptional = line.trim() === 'optionalDependencies:'
    const [, name, range] = /^ {4}(\S+) (.+)$/.exec(line) ?? []
    return name === undefined || range === undefined
      ? []
      : [{ name: unquoted(name), key: `${unquoted(name)}@${unquoted(range)}`, isOptional }]
  })
}

function settingOf(lines: readonly string[], key: string): string {
  return unquoted(lines.find(line => line.startsWith(`  ${key} `))?.slice(key.length + 3) ?? '')
}

function yarn1Id(key: string, resolved: string): string {
  return `${key} ${resolved}`
}

function unquoted(text: string): string {
  return text.replace(/^"(.*)"$/, '$1')
}

function nameOf(pattern: string): string {
  return pattern.slice(0, pattern.indexOf('@', 1))
}
