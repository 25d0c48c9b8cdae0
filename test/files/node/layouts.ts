import { mkdir, symlink } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { writeTree } from '../../helpers.ts'

/** Packages by id (`name@version`), each with what it requires: name → id. */
export type Graph = Readonly<Record<string, Readonly<Record<string, string>>>>

export const nameOf = (id: string): string => id.slice(0, id.lastIndexOf('@'))
export const versionOf = (id: string): string => id.slice(id.lastIndexOf('@') + 1)

/** More keys of package.json, by id. */
export type Extras = Readonly<Record<string, Readonly<Record<string, unknown>>>>

function filesOf(id: string, dependencies: Readonly<Record<string, string>>, extras: Extras): Record<string, string> {
  const own = extras[id] ?? {}
  const listed = Object.keys(dependencies).filter(
    name => !Object.hasOwn({ ...Object(own['optionalDependencies']), ...Object(own['peerDependencies']) }, name),
  )
  const ranges = Object.fromEntries(listed.map(name => [name, '*']))
  const manifest = { name: nameOf(id), version: versionOf(id), dependencies: ranges, ...own }
  return { 'package.json': JSON.stringify(manifest), 'index.js': `module.exports = ${JSON.stringify(id)}\n` }
}

/** Every package beside links to what it requires, as pnpm installs. */
export async function writeLikePnpm(
  dir: string,
  roots: Readonly<Record<string, string>>,
  graph: Graph,
  extras: Extras = {},
): Promise<void> {
  const home = (id: string) => join(dir, 'node_modules/.pnpm', id.replaceAll('/', '+'), 'node_modules')
  const link = async (to: string, from: string) => {
    await mkdir(dirname(from), { recursive: true })
    await symlink(relative(dirname(from), to), from)
  }
  for (const [id, dependencies] of Object.entries(graph)) {
    await writeTree(join(home(id), nameOf(id)), filesOf(id, dependencies, extras))
    for (const [name, to] of Object.entries(dependencies)) {
      if (name !== nameOf(id)) await link(join(home(to), nameOf(to)), join(home(id), name))
      else await link(join(home(to), nameOf(to)), join(home(id), nameOf(id), 'node_modules', name))
    }
  }
  for (const [name, to] of Object.entries(roots))
    await link(join(home(to), nameOf(to)), join(dir, 'node_modules', name))
}

/** What fits at the top there, in the order of `hoisted`, and the rest below each that requires it, as npm installs. */
export async function writeNested(
  dir: string,
  roots: Readonly<Record<string, string>>,
  graph: Graph,
  hoisted: readonly string[],
  extras: Extras = {},
): Promise<void> {
  const top = new Map(Object.entries(roots))
  for (const id of hoisted) if (!top.has(nameOf(id))) top.set(nameOf(id), id)
  const write = async (
    at: string,
    name: string,
    id: string,
    above: readonly ReadonlyMap<string, string>[],
  ): Promise<void> => {
    const found = (wanted: string) => above.map(level => level.get(wanted)).find(one => one !== undefined)
    const nested = new Map(Object.entries(graph[id] ?? {}).filter(([wanted, to]) => found(wanted) !== to))
    await writeTree(join(at, 'node_modules', name), filesOf(id, graph[id] ?? {}, extras))
    for (const [wanted, to] of nested) await write(join(at, 'node_modules', name), wanted, to, [nested, ...above])
  }
  for (const [name, id] of top) await write(dir, name, id, [top])
}
