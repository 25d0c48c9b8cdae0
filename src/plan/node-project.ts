import { dirname, join, relative } from 'node:path'
import { UserError } from '../errors.ts'
import { makeMatcher } from '../formats/glob.ts'
import { parseLockYaml } from '../formats/lock-yaml.ts'
import { isTable, parseJsonObject, tableAt } from '../formats/node-lock.ts'
import type { NodeProject, PackageManager } from '../model.ts'
import type { Disk, System } from '../system/system.ts'

/** Lock files in the order in which they are preferred where nothing names the manager. */
const LOCKS: readonly (readonly [string, PackageManager])[] = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['npm-shrinkwrap.json', 'npm'],
  ['package-lock.json', 'npm'],
]

/** What each manager leaves in node_modules. */
const TRACES: readonly (readonly [string, PackageManager])[] = [
  ['.modules.yaml', 'pnpm'],
  ['.yarn-state.yml', 'yarn'],
  ['.yarn-integrity', 'yarn'],
  ['.package-lock.json', 'npm'],
]

const PNP_FILES = ['.pnp.cjs', '.pnp.js', '.pnp.loader.mjs']

const DEPENDENCY_KEYS = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies']

/**
 * The project that a function's root belongs to: the nearest package.json that says more than a module's type, at the root
 * or above it up to the boundary, and the lock file beside it or of the workspace that it is a member of.
 * Throws UserError PACKAGE_JSON_DAMAGED.
 */
export async function findProject(root: string, boundary: string, system: System): Promise<NodeProject> {
  const levels = await levelsOf(root, boundary, system.disk)
  const withManifest = levels.filter(({ manifest }) => manifest !== null)
  for (const level of withManifest) {
    const workspace = await workspaceOf(level, levels, system.disk)
    if (workspace === null && !declaresDependencies(level)) continue
    return projectAt(level, workspace ?? level, system.disk)
  }
  const nearest = withManifest[0] ?? levels[0]
  return nearest === undefined
    ? { dir: root, workspace: root, lock: null, isPnp: false }
    : projectAt(nearest, nearest, system.disk)
}

interface Level {
  readonly dir: string
  readonly names: ReadonlySet<string>
  readonly manifest: Readonly<Record<string, unknown>> | null
}

async function levelsOf(root: string, boundary: string, disk: Disk): Promise<readonly Level[]> {
  const end = await disk.realPath(boundary)
  const levels: Level[] = []
  for (let dir = root; ; dir = dirname(dir)) {
    levels.push(await levelAt(dir, disk))
    if ((await disk.realPath(dir)) === end || dir === dirname(dir)) return levels
  }
}

async function levelAt(dir: string, disk: Disk): Promise<Level> {
  const names = new Set((await disk.list(dir)).map(({ name }) => name))
  if (!names.has('package.json')) return { dir, names, manifest: null }
  const path = join(dir, 'package.json')
  try {
    return { dir, names, manifest: parseJsonObject(await disk.readText(path)) }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new UserError('PACKAGE_JSON_DAMAGED', path, error.message)
  }
}

function declaresDependencies({ manifest }: Level): boolean {
  return DEPENDENCY_KEYS.some(key => Object.keys(tableAt(manifest, key)).length > 0)
}

/** The level whose lock holds for a package: its own, else the nearest above that has it as a member. */
async function workspaceOf(level: Level, levels: readonly Level[], disk: Disk): Promise<Level | null> {
  if (hasLock(level)) return level
  for (const above of levels.slice(levels.indexOf(level) + 1)) {
    if (!hasLock(above)) continue
    const member = relative(above.dir, level.dir).replaceAll('\\', '/')
    if (isMember(member, await memberGlobs(above, disk))) return above
  }
  return null
}

function hasLock({ names }: Level): boolean {
  return LOCKS.some(([name]) => names.has(name))
}

/** npm and Yarn: `workspaces` of package.json, as a list or in a table; pnpm: pnpm-workspace.yaml. */
async function memberGlobs({ dir, names, manifest }: Level, disk: Disk): Promise<readonly string[]> {
  const workspaces = manifest?.['workspaces']
  const listed = Array.isArray(workspaces) ? workspaces : isTable(workspaces) ? workspaces['packages'] : []
  const ofPnpm = names.has('pnpm-workspace.yaml')
    ? pnpmGlobs(await disk.readText(join(dir, 'pnpm-workspace.yaml')))
    : []
  return [...(Array.isArray(listed) ? listed : []), ...ofPnpm].filter(glob => typeof glob === 'string')
}

function pnpmGlobs(text: string): readonly unknown[] {
  // People write this file, so only the part that is needed is read.
  const lines = text.split(/\r?\n/)
  const start = lines.findIndex(line => /^["']?packages["']?\s*:/.test(line))
  if (start === -1) return []
  const end = lines.findIndex((line, index) => index > start && /^[^\s#-]/.test(line))
  try {
    const globs = tableAt(
      { document: parseLockYaml(lines.slice(start, end === -1 ? undefined : end).join('\n')) },
      'document',
    )
    return Array.isArray(globs['packages']) ? globs['packages'] : []
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    // pnpm itself tells what is wrong with it.
    return []
  }
}

function isMember(path: string, globs: readonly string[]): boolean {
  const plain = (glob: string): string => glob.replace(/^!/, '').replace(/^\.\//, '').replace(/\/+$/, '')
  const matches = (isNegated: boolean): boolean => {
    const chosen = globs.filter(glob => glob.startsWith('!') === isNegated).map(plain)
    return chosen.length > 0 && makeMatcher(chosen)(path)
  }
  return matches(false) && !matches(true)
}

async function projectAt(project: Level, workspace: Level, disk: Disk): Promise<NodeProject> {
  const lock = await lockOf(workspace, disk)
  return {
    dir: project.dir,
    workspace: workspace.dir,
    lock,
    isPnp: PNP_FILES.some(name => workspace.names.has(name)) && !(await linksModules(workspace, disk)),
  }
}

/** Of several locks, that of the manager which package.json names, else of the one that installed. */
async function lockOf({ dir, names, manifest }: Level, disk: Disk): Promise<NodeProject['lock']> {
  const locks = LOCKS.filter(([name]) => names.has(name)).map(([name, manager]) => ({ manager, path: join(dir, name) }))
  if (locks.length < 2) return locks[0] ?? null
  const named = /^(npm|pnpm|yarn)@/.exec(String(manifest?.['packageManager'] ?? ''))?.[1]
  const left = names.has('node_modules') ? (await disk.list(join(dir, 'node_modules'))).map(({ name }) => name) : []
  const installer = TRACES.find(([name]) => left.includes(name))?.[1]
  const wanted = [named, installer].find(manager => locks.some(lock => lock.manager === manager))
  return locks.find(({ manager }) => manager === wanted) ?? locks[0] ?? null
}

/** A .pnp.cjs may be left from before `nodeLinker` was changed. */
async function linksModules({ dir, names }: Level, disk: Disk): Promise<boolean> {
  if (!names.has('.yarnrc.yml')) return false
  return /^nodeLinker:\s*["']?(?:node-modules|pnpm)\b/m.test(await disk.readText(join(dir, '.yarnrc.yml')))
}
