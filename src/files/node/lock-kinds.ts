import { join } from 'node:path'
import { UserError } from '../../errors.ts'
import type { Ask, NodeLock } from '../../formats/node-lock.ts'
import { npmAsks, npmInstalled, parseNpmLock } from '../../formats/npm-lock.ts'
import { parsePnpmLock, pnpmAsks, pnpmInstalled } from '../../formats/pnpm-lock.ts'
import {
  isYarn1Lock,
  parseYarn1Lock,
  parseYarnLock,
  yarn1Installed,
  yarnAsks,
  yarnInstalled,
} from '../../formats/yarn-lock.ts'
import type { NodeProject } from '../../model.ts'
import type { Disk } from '../../system/system.ts'

/** How a package manager locks and installs. */
export interface LockKind {
  readonly id: 'npm' | 'pnpm' | 'yarn' | 'yarn1'
  /** Brings the lock up to date. */
  readonly lockCommand: string
  /** Brings node_modules up to date. */
  readonly installCommand: string
  readonly parse: (text: string) => NodeLock
  readonly asks: (manifest: unknown) => ReadonlyMap<string, Ask>
  /** The ids of what is installed, by the manager's own record; null if there is none. */
  readonly installed: (nodeModules: string, disk: Disk) => Promise<ReadonlySet<string> | null>
}

/** A project's lock. Throws UserError LOCK_UNREADABLE. */
export async function readLock(
  { manager, path }: NonNullable<NodeProject['lock']>,
  disk: Disk,
): Promise<{ readonly lock: NodeLock; readonly kind: LockKind; readonly text: string }> {
  const text = await disk.readText(path)
  const kind = manager === 'npm' ? NPM : manager === 'pnpm' ? PNPM : isYarn1Lock(text) ? YARN_1 : YARN
  try {
    return { lock: kind.parse(text), kind, text }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new UserError('LOCK_UNREADABLE', path, error.message)
  }
}

const NPM: LockKind = {
  id: 'npm',
  lockCommand: 'npm install',
  installCommand: 'npm ci',
  parse: parseNpmLock,
  asks: npmAsks,
  installed: async (nodeModules, disk) =>
    // With install-strategy=linked the packages are elsewhere than the lock says.
    (await disk.stat(join(nodeModules, '.store'))) === null
      ? record(join(nodeModules, '.package-lock.json'), npmInstalled, disk)
      : null,
}

const PNPM: LockKind = {
  id: 'pnpm',
  lockCommand: 'pnpm install',
  installCommand: 'pnpm install --frozen-lockfile',
  parse: parsePnpmLock,
  asks: pnpmAsks,
  installed: (nodeModules, disk) => record(join(nodeModules, '.pnpm', 'lock.yaml'), pnpmInstalled, disk),
}

const YARN: LockKind = {
  id: 'yarn',
  lockCommand: 'yarn install',
  installCommand: 'yarn install --immutable',
  parse: parseYarnLock,
  asks: yarnAsks,
  installed: (nodeModules, disk) => record(join(nodeModules, '.yarn-state.yml'), yarnInstalled, disk),
}

const YARN_1: LockKind = {
  id: 'yarn1',
  lockCommand: 'yarn install',
  installCommand: 'yarn install --frozen-lockfile',
  parse: parseYarn1Lock,
  asks: yarnAsks,
  installed: (nodeModules, disk) => record(join(nodeModules, '.yarn-integrity'), yarn1Installed, disk),
}

async function record(
  path: string,
  parse: (text: string) => ReadonlySet<string>,
  disk: Disk,
): Promise<ReadonlySet<string> | null> {
  if ((await disk.stat(path))?.kind !== 'file') return null
  try {
    return parse(await disk.readText(path))
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    // The record is the manager's affair: unreadable, it says as much as none.
    return null
  }
}
