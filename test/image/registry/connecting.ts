import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openRepository } from '../../../src/image/registry/open.ts'
import type { Repository } from '../../../src/image/types.ts'
import type { System } from '../../../src/system/system.ts'
import { inTemporaryFolder } from '../../helpers.ts'
import { quickNetwork } from '../../loopback.ts'
import { digestOf, type FakeRegistry, PASSWORD, USER } from '../../registry.ts'
import { testSystem } from '../../worlds.ts'

export interface Connecting {
  readonly actions?: 'pull' | 'push'
  readonly repository?: string
  readonly from?: readonly string[]
  /** Of the config.json; by default the right password. */
  readonly auths?: Readonly<Record<string, unknown>>
  /** The config.json's other keys. */
  readonly docker?: Readonly<Record<string, unknown>>
  readonly system?: Partial<System>
}

export const RIGHT = { auth: Buffer.from(`${USER}:${PASSWORD}`).toString('base64') }
export const WRONG = { auth: Buffer.from(`${USER}:wrong`).toString('base64') }

/** A system whose Docker knows credentials, with little patience. */
export async function systemWith(
  docker: Readonly<Record<string, unknown>>,
  dir: string,
  changes: Partial<System> = {},
): Promise<System> {
  await writeFile(join(dir, 'config.json'), JSON.stringify(docker))
  const env = { DOCKER_CONFIG: dir }
  return testSystem({ env, network: quickNetwork({}, changes.signal ?? new AbortController().signal), ...changes })
}

/** Runs an action with a repository of a registry. */
export async function connected<T>(
  registry: FakeRegistry,
  { actions = 'pull', repository = 'team/fn', from = [], auths, docker = {}, system = {} }: Connecting,
  action: (repository: Repository, dir: string) => Promise<T>,
): Promise<T> {
  return inTemporaryFolder(async dir => {
    const own = await systemWith({ auths: auths ?? { [registry.host]: RIGHT }, ...docker }, dir, system)
    const reference = { registry: registry.host, repository, tag: null, digest: null }
    return action(await openRepository(reference, actions, from, own), dir)
  })
}

export function descriptorOf(bytes: Uint8Array) {
  return { mediaType: 'application/octet-stream', digest: digestOf(bytes), size: bytes.length }
}
