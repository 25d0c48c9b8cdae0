import {
  type Ask,
  asksOf,
  isTable,
  type LockedMember,
  localFilesIn,
  type NodeLock,
  parseJsonObject,
  tableAt,
  textsAt,
  walk,
} from './node-lock.ts'

/**
 * A package-lock.json, npm-shrinkwrap.json or node_modules/.package-lock.json. Throws SyntaxError.
 * https://docs.npmjs.com/cli/v11/configuring-npm/package-lock-json
 */
export function parseNpmLock(text: string): NodeLock {
  const lock = parseJsonObject(text)
  // npm 6 told no specifiers, only the tree.
  const isComparable = isTable(lock['packages'])
  const packages = tableAt(lock, 'packages')
  const paths = Object.keys(packages).filter(path => !/(^|\/)node_modules\//.test(path))
  return {
    members: new Map(paths.map(path => [path === '' ? '.' : path, memberAt(path, packages)])),
    isComparable,
    overridden: new Set(),
    localFiles: localFilesIn(text),
    closureOf: (member, names) => closureOf(member === '.' ? '' : member, names, packages),
  }
}

/** What npm says is installed: `<location> <version>` of each package of a node_modules/.package-lock.json. Throws SyntaxError. */
export function npmInstalled(text: string): ReadonlySet<string> {
  const packages = tableAt(parseJsonObject(text), 'packages')
  return new Set(Object.keys(packages).map(location => idOf(location, packages)))
}

/** A manifest's asks as npm writes them into its lock. */
export function npmAsks(manifest: unknown): ReadonlyMap<string, Ask> {
  const peers = [...textsAt(manifest, 'peerDependencies')].map(
    ([name, specifier]) => [`${name} (peer)`, { specifier, kind: null }] as const,
  )
  // npm ci takes a dependency whichever key it stands in.
  return new Map([
    ...[...asksOf(manifest)].map(([name, { specifier }]) => [name, { specifier, kind: null }] as const),
    ...peers,
  ])
}

type Packages = Readonly<Record<string, unknown>>

function memberAt(path: string, packages: Packages): LockedMember {
  const asked = npmAsks(packages[path])
  const local = [...asked.keys()].flatMap(name => {
    const location = locate(name, path, packages)
    const target = location === null ? undefined : packages[location]
    return isTable(target) && target['link'] === true && typeof target['resolved'] === 'string'
      ? [target['resolved']]
      : []
  })
  return { asked, local }
}

/** As Node.js resolves it: from the innermost node_modules outwards. */
function locate(name: string, from: string, packages: Packages): string | null {
  for (let dir = from; ; dir = dir.includes('/') ? dir.slice(0, dir.lastIndexOf('/')) : '') {
    const location = `${dir === '' ? '' : `${dir}/`}node_modules/${name}`
    if (location in packages) return location
    if (dir === '') return null
  }
}

function closureOf(member: string, names: readonly string[], packages: Packages) {
  const need = (name: string, from: string, isOptional: boolean) => {
    const key = locate(name, from, packages)
    return key === null ? [] : [{ name, key, isOptional }]
  }
  const optional = textsAt(packages[member], 'optionalDependencies')
  return walk(
    names.flatMap(name => need(name, member, optional.has(name))),
    location => {
      const entry = packages[location]
      // Links lead to members, which are walked from themselves.
      if (!isTable(entry) || entry['link'] === true) return null
      const needs = [...asksOf(entry)]
        .filter(([, { kind }]) => kind !== 'devDependencies')
        .flatMap(([name, { kind }]) => need(name, location, kind === 'optionalDependencies'))
      return {
        id: idOf(location, packages),
        needs: entry['optional'] === true ? needs.map(one => ({ ...one, isOptional: true })) : needs,
      }
    },
  )
}

function idOf(location: string, packages: Packages): string {
  const entry = packages[location]
  return `${location} ${isTable(entry) ? entry['version'] : ''}`
}
