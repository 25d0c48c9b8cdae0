import { join } from 'node:path'
import { UserError } from '../../errors.ts'
import type { NodePlan, NodeProject, NodeTarget } from '../../model.ts'
import type { Disk, System } from '../../system/system.ts'
import { memberPath } from './freshness.ts'
import { installSteps, wayOut } from './install/commands.ts'
import { makeScratch } from './install/scratch.ts'
import { type LockKind, readLock } from './lock-kinds.ts'

/**
 * Installs what the lock file says for the target into a copy of the project's manifests, by the project's own package manager,
 * so that the user's node_modules and lock file stay as they are. Returns the project's folder in that copy: what it resolves
 * is for the target. `packages` names what is missing. Throws UserError NODE_PNP_EXTERNAL, NODE_TARGET_PACKAGE_MISSING,
 * NODE_MANAGER_UNFIT, NODE_FETCH_FAILED and LOCK_UNREADABLE.
 */
export async function fetchForTarget(
  plan: NodePlan,
  packages: readonly string[],
  workDir: string,
  system: System,
): Promise<string> {
  const { project, target } = plan
  const names = [...new Set(packages)].sort() // Sorted for determinism
  refusePnp(project, names)
  if (project.lock === null) {
    throw new UserError(
      'NODE_TARGET_PACKAGE_MISSING',
      names,
      describe(target),
      'no lock file tells its version',
      wayOut('npm', target),
    )
  }
  const { kind, lock, text } = await readLock(project.lock, system.disk)
  const manager = await findManager({ kind, names, target }, system)
  const scratch = join(workDir, 'target-packages')
  system.progress.show(`fetching ${names.join(', ')} for ${describe(target)} with ${project.lock.manager}`, 0, 0)
  try {
    await makeScratch({ project, lock, text, kind, target, scratch }, system)
    await install({ kind, manager, names, target, project, scratch }, system)
  } finally {
    system.progress.clear()
  }
  return join(scratch, memberPath(project))
}

/** Throws UserError NODE_PNP_EXTERNAL if packages have to be copied and are in zips. */
export function refusePnp(project: NodeProject, packages: readonly string[]): void {
  if (project.isPnp && packages.length > 0) {
    throw new UserError('NODE_PNP_EXTERNAL', packages, join(project.workspace, '.yarnrc.yml'))
  }
}

interface Wanted {
  readonly kind: LockKind
  readonly names: readonly string[]
  readonly target: NodeTarget
}

async function findManager({ kind, names, target }: Wanted, system: System): Promise<string> {
  const program = kind.id === 'yarn1' ? 'yarn' : kind.id
  const manager = await system.processes.find(program)
  if (manager !== null) return manager
  throw new UserError(
    'NODE_MANAGER_UNFIT',
    names,
    describe(target),
    `${program} is not on PATH`,
    wayOut(kind.id, target),
  )
}

interface Installation extends Wanted {
  readonly manager: string
  readonly project: NodeProject
  readonly scratch: string
}

async function install(one: Installation, system: System): Promise<void> {
  const { kind, manager, names, target, project, scratch } = one
  const version = await versionOf(one, system)
  // What is bundled stands often among the dev dependencies, and is then only found with them.
  for (const args of installSteps({ kind, version, target, member: memberPath(project) })) {
    await run(manager, args, one, system)
    const missing = await missingFrom(names, one, system.disk)
    if (missing.length === 0) return
    await system.disk.remove(join(scratch, 'node_modules'))
  }
  const why = `${project.lock?.path ?? ''} doesn't lock it for this platform`
  throw new UserError('NODE_TARGET_PACKAGE_MISSING', names, describe(target), why, wayOut(kind.id, target))
}

/** The major and minor version that runs in the scratch folder: package.json or .yarnrc.yml may name another than is on PATH. */
async function versionOf(one: Installation, system: System): Promise<readonly [number, number]> {
  const { stdout } = await run(one.manager, ['--version'], one, system)
  const [, major = '0', minor = '0'] = /(\d+)\.(\d+)/.exec(stdout) ?? []
  if ((one.kind.id === 'yarn' && major === '1') || (one.kind.id === 'yarn1' && major !== '1')) {
    const why = `${one.project.lock?.path ?? ''} is not of Yarn ${stdout.trim()}, which is on PATH`
    throw new UserError('NODE_MANAGER_UNFIT', one.names, describe(one.target), why, wayOut(one.kind.id, one.target))
  }
  return [Number(major), Number(minor)]
}

async function run(manager: string, args: readonly string[], one: Installation, system: System) {
  try {
    return await system.processes.run(manager, args, { cwd: one.scratch, env: { NO_COLOR: '1', FORCE_COLOR: '0' } })
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== 'TOOL_FAILED') throw error
    throw new UserError(
      'NODE_FETCH_FAILED',
      one.names,
      describe(one.target),
      error.message,
      wayOut(one.kind.id, one.target),
    )
  }
}

async function missingFrom(
  names: readonly string[],
  { project, scratch }: Installation,
  disk: Disk,
): Promise<readonly string[]> {
  const places = [...new Set([scratch, join(scratch, memberPath(project))])].map(dir => join(dir, 'node_modules'))
  const missing: string[] = []
  for (const name of names) {
    const found = await Promise.all(places.map(place => isIn(place, name, disk)))
    if (!found.includes(true)) missing.push(name)
  }
  return missing
}

/** Looks for a package in a node_modules folder and those in it, pnpm's store of real folders included. */
async function isIn(nodeModules: string, name: string, disk: Disk): Promise<boolean> {
  if ((await disk.stat(nodeModules)) === null) return false
  if ((await disk.stat(join(nodeModules, name, 'package.json'))) !== null) return true
  for (const entry of await disk.list(nodeModules)) {
    if (entry.kind !== 'directory') continue
    const dir = join(nodeModules, entry.name)
    const isGroup = entry.name.startsWith('@') || entry.name === '.pnpm'
    const inner = isGroup
      ? (await disk.list(dir)).filter(({ kind }) => kind === 'directory').map(one => join(dir, one.name))
      : [dir]
    for (const one of inner) if (await isIn(join(one, 'node_modules'), name, disk)) return true
  }
  return false
}

function describe({ os, cpu }: NodeTarget): string {
  return `${os}/${cpu}`
}
