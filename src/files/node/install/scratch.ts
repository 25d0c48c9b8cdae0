import { basename, dirname, join } from 'node:path'
import { type NodeLock, parseJsonObject, tableAt } from '../../../formats/node-lock.ts'
import { withSetting } from '../../../formats/yaml-setting.ts'
import type { NodeProject, NodeTarget } from '../../../model.ts'
import type { Disk, System } from '../../../system/system.ts'
import type { LockKind } from '../lock-kinds.ts'

/** What managers read beside the lock file. */
const SETTINGS = ['.npmrc', '.yarnrc', '.pnpmfile.cjs', '.pnpmfile.mjs', 'pnpm-workspace.yaml', '.yarnrc.yml']

/** Folders that settings refer to: the manager itself, its plugins, patches of packages. */
const FOLDERS = ['patches', '.yarn/patches', '.yarn/plugins', '.yarn/releases']

export interface Scratch {
  readonly project: NodeProject
  readonly lock: NodeLock
  /** The lock's text. */
  readonly text: string
  readonly kind: LockKind
  readonly target: NodeTarget
  /** The folder to make. */
  readonly scratch: string
}

/** A folder in which the manager installs for the target what it would install in the workspace for this machine. */
export async function makeScratch(one: Scratch, { disk }: System): Promise<void> {
  const { project, lock, text, kind, target, scratch } = one
  await disk.remove(scratch)
  await disk.makeFolder(scratch)
  for (const path of [...(await manifestsOf(one, disk)), ...SETTINGS, ...lock.localFiles]) {
    await copyFile(join(project.workspace, path), join(scratch, path), disk)
  }
  for (const path of FOLDERS) await copyFolder(join(project.workspace, path), join(scratch, path), disk)
  await disk.writeBytes(join(scratch, basename(project.lock?.path ?? '')), text)
  if (kind.id === 'pnpm') await setForPnpm(scratch, target, disk)
  if (kind.id === 'yarn') await setForYarn(scratch, target, disk)
}

async function manifestsOf({ project, lock }: Scratch, disk: Disk): Promise<readonly string[]> {
  // Locks that know no members leave the workspace to the manifests.
  const folders =
    lock.members.size > 0 ? [...lock.members.keys()] : await foldersWithManifest(project.workspace, '', disk)
  return ['.', ...folders.filter(path => !path.startsWith('..'))].map(path => join(path, 'package.json'))
}

async function foldersWithManifest(workspace: string, path: string, disk: Disk): Promise<readonly string[]> {
  const entries = await disk.list(join(workspace, path))
  const folders = entries.filter(
    ({ name, kind }) => kind === 'directory' && name !== 'node_modules' && !name.startsWith('.'),
  )
  const inner: string[] = []
  for (const { name } of folders) inner.push(...(await foldersWithManifest(workspace, join(path, name), disk)))
  return entries.some(({ name }) => name === 'package.json') ? [path, ...inner] : inner
}

async function copyFile(from: string, to: string, disk: Disk): Promise<void> {
  if ((await disk.stat(from))?.kind !== 'file') return
  await disk.makeFolder(dirname(to))
  await disk.writeBytes(to, await disk.readBytes(from))
}

async function copyFolder(from: string, to: string, disk: Disk): Promise<void> {
  if ((await disk.stat(from))?.kind !== 'directory') return
  for (const { name, kind } of await disk.list(from)) {
    if (kind === 'directory') await copyFolder(join(from, name), join(to, name), disk)
    else await copyFile(join(from, name), join(to, name), disk)
  }
}

/** pnpm before 10 read this from package.json alone, pnpm from 11 on from pnpm-workspace.yaml alone, which before 10 had to list packages. */
async function setForPnpm(scratch: string, target: NodeTarget, disk: Disk): Promise<void> {
  const platforms = { os: [target.os], cpu: [target.cpu], libc: [target.libc] }
  const manifest = join(scratch, 'package.json')
  const json = (await disk.stat(manifest)) === null ? {} : parseJsonObject(await disk.readText(manifest))
  const pnpm = { ...tableAt(json, 'pnpm'), supportedArchitectures: platforms }
  await disk.writeBytes(manifest, JSON.stringify({ ...json, pnpm }))
  const file = join(scratch, 'pnpm-workspace.yaml')
  const settings = (await disk.stat(file)) === null ? "packages:\n  - '.'\n" : await disk.readText(file)
  await disk.writeBytes(file, withSetting(settings, 'supportedArchitectures', JSON.stringify(platforms)))
}

async function setForYarn(scratch: string, target: NodeTarget, disk: Disk): Promise<void> {
  const file = join(scratch, '.yarnrc.yml')
  const platforms = { os: [target.os], cpu: [target.cpu], libc: [target.libc] }
  const settings = (await disk.stat(file)) === null ? '' : await disk.readText(file)
  const linked = withSetting(settings, 'nodeLinker', 'node-modules')
  await disk.writeBytes(file, withSetting(linked, 'supportedArchitectures', JSON.stringify(platforms)))
}
