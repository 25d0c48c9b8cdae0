import { join, relative } from 'node:path'
import { UserError } from '../../errors.ts'
import { type Ask, asksOf, type NodeLock, parseJsonObject, textsAt } from '../../formats/node-lock.ts'
import type { NodeProject } from '../../model.ts'
import type { Disk, System } from '../../system/system.ts'
import { type LockKind, readLock } from './lock-kinds.ts'

/**
 * Throws UserError LOCK_STALE if package.json asks for something else than the lock file says, for the function's project and
 * the workspace packages that it depends on, and NODE_INSTALL_STALE if node_modules is of another state of the lock.
 */
export async function checkLock(project: NodeProject, system: System): Promise<void> {
  if (project.lock === null) return
  const { lock, kind } = await readLock(project.lock, system.disk)
  const at: Checking = { project, path: project.lock.path, lock, kind, disk: system.disk }
  const members = await checkMembers(at)
  if (!project.isPnp) await checkInstalled(at, members)
}

/** A member's path from the lock's folder. */
export function memberPath({ dir, workspace }: NodeProject): string {
  return relative(workspace, dir).replaceAll('\\', '/') || '.'
}

interface Checking {
  readonly project: NodeProject
  readonly path: string
  readonly lock: NodeLock
  readonly kind: LockKind
  readonly disk: Disk
}

interface Member {
  readonly path: string
  readonly manifest: Readonly<Record<string, unknown>>
}

/** The project and the members that it depends on, each compared with its manifest. */
async function checkMembers(at: Checking): Promise<readonly Member[]> {
  const queue = [memberPath(at.project)]
  const members: Member[] = []
  for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
    if (members.some(member => member.path === path)) continue
    const manifest = await manifestOf(path, at)
    if (manifest === null) continue
    members.push({ path, manifest })
    await checkMember({ path, manifest }, at)
    queue.push(...(await localOf({ path, manifest }, at)))
  }
  return members
}

/** The paths of the members that one depends on; Yarn 1 tells them by its links alone. */
async function localOf({ path, manifest }: Member, at: Checking): Promise<readonly string[]> {
  if (at.kind.id !== 'yarn1') return at.lock.members.get(path)?.local ?? []
  const { workspace } = at.project
  const local: string[] = []
  for (const name of asksOf(manifest).keys()) {
    const place = join(workspace, 'node_modules', name)
    if (!(await isLink(place, at.disk)) || (await at.disk.stat(place)) === null) continue
    const way = relative(await at.disk.realPath(workspace), await at.disk.realPath(place))
    if (!way.startsWith('..')) local.push(way.replaceAll('\\', '/'))
  }
  return local
}

async function isLink(path: string, disk: Disk): Promise<boolean> {
  return (await disk.lstat(path))?.kind === 'link'
}

async function manifestOf(path: string, at: Checking): Promise<Member['manifest'] | null> {
  const file = join(at.project.workspace, path, 'package.json')
  if ((await at.disk.stat(file))?.kind !== 'file') return null
  try {
    return parseJsonObject(await at.disk.readText(file))
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new UserError('PACKAGE_JSON_DAMAGED', file, error.message)
  }
}

async function checkMember({ path, manifest }: Member, at: Checking): Promise<void> {
  const stale = (changed: string): never => {
    const file = join(at.project.workspace, path, 'package.json')
    throw new UserError('LOCK_STALE', at.path, file, changed, at.kind.lockCommand)
  }
  if (at.kind.id === 'yarn1') {
    const missing = await missingPattern({ path, manifest }, at)
    if (missing !== null) stale(`${missing} is not in the lock`)
  }
  if (!at.lock.isComparable) return
  const locked = at.lock.members.get(path)
  if (locked === undefined) return stale(`the package ${path} is not in the lock`)
  const changed = differenceBetween(at.kind.asks(manifest), locked.asked, { manifest, lock: at.lock })
  if (changed !== null) stale(changed)
}

function differenceBetween(
  declared: ReadonlyMap<string, Ask>,
  locked: ReadonlyMap<string, Ask>,
  { manifest, lock }: { readonly manifest: unknown; readonly lock: NodeLock },
): string | null {
  const rewritten = new Set([...lock.overridden, ...textsAt(manifest, 'resolutions').keys()])
  for (const [name, ask] of declared) {
    if (rewritten.has(name) || ask.specifier.startsWith('link:')) continue
    const there = locked.get(name)
    if (there === undefined) return `${name} ${ask.specifier} is not in the lock`
    if (!isSame(ask.specifier, there.specifier))
      return `${name} is ${ask.specifier} there, and ${there.specifier} in the lock`
    if (ask.kind !== there.kind) return `${name} is in ${ask.kind} there, and in ${there.kind} in the lock`
  }
  const peers = textsAt(manifest, 'peerDependencies')
  // Managers that install peers by themselves lock them, too.
  const gone = [...locked.keys()].find(name => !declared.has(name) && !peers.has(name) && !rewritten.has(name))
  return gone === undefined ? null : `${gone} is in the lock, and not there`
}

/** What a catalog stands for is written by some versions of the managers, the word by others. */
function isSame(declared: string, locked: string): boolean {
  return declared.trim() === locked.trim() || declared.startsWith('catalog:')
}

/** Yarn 1 locks what is asked for, word by word, but for what lies in the workspace. */
async function missingPattern({ path, manifest }: Member, at: Checking): Promise<string | null> {
  for (const [name, { specifier }] of asksOf(manifest)) {
    if (/^(?:link|file|workspace):/.test(specifier) || textsAt(manifest, 'resolutions').has(name)) continue
    if (at.lock.closureOf(path, [`${name}@${specifier}`]).length > 0) continue
    if (!(await isLink(join(at.project.workspace, 'node_modules', name), at.disk))) return `${name} ${specifier}`
  }
  return null
}

/** Without the manager's own record nothing is known; what is missing altogether is told where it is needed. */
async function checkInstalled(at: Checking, members: readonly Member[]): Promise<void> {
  const installed = await at.kind.installed(join(at.project.workspace, 'node_modules'), at.disk)
  if (installed === null) return
  for (const member of members) {
    const names = await wantedNames(member, at)
    const other = at.lock.closureOf(member.path, names).find(({ id, isOptional }) => !isOptional && !installed.has(id))
    if (other === undefined) continue
    const { workspace } = at.project
    throw new UserError(
      'NODE_INSTALL_STALE',
      join(workspace, 'node_modules'),
      at.path,
      other.name,
      at.kind.installCommand,
    )
  }
}

/** What only development needs may be left out of an installation; where it is there, a bundle can take it in. */
async function wantedNames({ path, manifest }: Member, at: Checking): Promise<readonly string[]> {
  const names: string[] = []
  for (const [name, { specifier, kind }] of asksOf(manifest)) {
    const isDev = kind === 'devDependencies'
    if (isDev && (path !== memberPath(at.project) || !(await isThere(name, at)))) continue
    names.push(at.kind.id === 'yarn1' ? `${name}@${specifier}` : name)
  }
  return names
}

async function isThere(name: string, { project, disk }: Checking): Promise<boolean> {
  const places = [project.dir, project.workspace].map(dir => join(dir, 'node_modules', name))
  return (await Promise.all(places.map(place => disk.stat(place)))).some(stat => stat !== null)
}
