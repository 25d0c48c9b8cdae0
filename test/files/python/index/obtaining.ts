import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Obtained, obtainWheels } from '../../../../src/files/python/index/obtain.ts'
import type { NamedIndexes, Origin, SelectedPackage, Selection } from '../../../../src/files/python/types.ts'
import type { PythonTarget } from '../../../../src/model.ts'
import type { Network, System } from '../../../../src/system/system.ts'
import { inTemporaryFolder } from '../../../helpers.ts'
import { type Loopback, quickNetwork, serving } from '../../../loopback.ts'
import { type IndexedFile, indexedWheel, packageIndex, sealedSystem } from '../../../package-index.ts'
import { testTarget } from '../../../worlds.ts'

export type IndexOrigin = Extract<Origin, { kind: 'index' }>

export interface World {
  readonly dir: string
  readonly env?: Readonly<Record<string, string>>
  readonly indexes?: Partial<NamedIndexes>
  readonly findLinks?: readonly string[]
  readonly target?: PythonTarget
  readonly useCache?: boolean
  readonly system?: Partial<System>
}

export async function obtain(packages: readonly SelectedPackage[], world: World): Promise<Obtained> {
  const { dir, env = {}, findLinks = [], useCache = true, target = testTarget('python3.13') } = world
  const indexes = { indexUrl: null, extraIndexUrls: [], findLinks: [], noIndex: null, ...world.indexes }
  const selection: Selection = { packages, direct: [], indexes, findings: [] }
  const request = { selection, target, findLinks, projectDir: dir, storeDir: join(dir, 'store'), useCache }
  return obtainWheels(request, sealedSystem(dir, env, world.system))
}

export function listed(
  name: string,
  version: string,
  url: string | null,
  files: readonly IndexedFile[],
): SelectedPackage {
  const known = files.map(({ filename, sha256, bytes }) => ({
    filename,
    location: url === null ? null : `${url}/files/${filename}`,
    sha256,
    bytes: bytes.length,
  }))
  return { name, version, origin: { kind: 'index', index: null, files: known, hashes: [] } }
}

export function pinned(name: string, version: string, changes: Partial<IndexOrigin> = {}): SelectedPackage {
  return { name, version, origin: { kind: 'index', index: null, files: [], hashes: [], ...changes } }
}

export const builtFrom = ({ toBuild: [item] }: Obtained) =>
  item?.origin.kind === 'index' ? item.origin.files[0] : undefined
export const filenames = ({ wheels }: Obtained) => wheels.map(({ filename }) => filename)
export const codes = ({ findings }: Obtained) => findings.map(({ code }) => code)
export const pathsOf = (server: Loopback) => server.requests.map(({ path }) => path)
export const simpleOf = (server: Loopback) => `${server.url}/simple`
/** All files below a folder. */
export const below = async (dir: string) =>
  (await readdir(dir, { recursive: true, withFileTypes: true })).filter(entry => entry.isFile()).map(({ name }) => name)

export const ACME = indexedWheel('acme', '1.0')
export const BETA = indexedWheel('beta', '2.0')

/** Runs with a server that is an index of the files, and a temporary folder. */
export async function withIndex(
  files: readonly IndexedFile[],
  action: (server: Loopback, dir: string) => Promise<unknown>,
  manners: Parameters<typeof packageIndex>[1] = {},
): Promise<void> {
  await serving(packageIndex(files, manners), server => inTemporaryFolder(dir => action(server, dir)))
}

/** A network that takes PyPI's addresses to a server of the test. */
export function networkWithPyPI(url: string): Network {
  const network = quickNetwork()
  const moved = (address: string) => address.replace('https://pypi.org/simple', `${url}/simple`)
  return {
    get: (address, headers) => network.get(moved(address), headers),
    download: network.download,
    exchange: network.exchange,
    send: network.send,
    patience: network.patience,
    configured: () => networkWithPyPI(url),
  }
}
