import { parse } from 'node:path'
import { walkPackage } from './package-walk.ts'
import type { Packages } from './packages.ts'
import type { InstalledPackage } from './types.ts'

/** Peers that packages name for their types or their command line, and never load. */
const NEVER_LOADED_PEERS = /^(?:prisma|@types\/.*)$/

/** Peers that only compilers load; packed where the project's own dependencies name them. */
const COMPILERS = ['typescript']

/** What only the installation of a native add-on needs, unless the code names it. */
const INSTALLERS = [
  '@mapbox/node-pre-gyp',
  'cmake-js',
  'cross-env',
  'nan',
  'node-addon-api',
  'node-api-headers',
  'node-gyp',
  'node-pre-gyp',
  'prebuild-install',
  'prebuildify',
]

/** What packages import without saying so. `prisma generate` writes its client beside the package. */
const UNDECLARED: Readonly<Record<string, readonly string[]>> = { '@prisma/client': ['.prisma/client'] }

export type EdgeKind = 'required' | 'optional' | 'peer' | 'optional peer'

/** The names that a package imports at run time, sorted for determinism. */
export async function edgesOf(
  installed: InstalledPackage,
  packages: Packages,
): Promise<readonly (readonly [string, EdgeKind])[]> {
  const { manifest } = installed
  const kinds = new Map<string, EdgeKind>()
  for (const name of Object.keys(manifest.peerDependencies)) {
    const isSoft = manifest.optionalPeers.includes(name) || COMPILERS.includes(name)
    if (!NEVER_LOADED_PEERS.test(name)) kinds.set(name, isSoft ? 'optional peer' : 'peer')
  }
  for (const name of Object.keys(manifest.dependencies)) kinds.set(name, 'required')
  for (const name of Object.keys(manifest.optionalDependencies)) kinds.set(name, 'optional')
  for (const name of UNDECLARED[installed.name] ?? []) kinds.set(name, 'optional')
  for (const name of INSTALLERS) {
    if (kinds.has(name) && !(await namesInCode(installed, name, packages))) kinds.delete(name)
  }
  return [...kinds].sort(([a], [b]) => (a < b ? -1 : 1))
}

async function namesInCode(installed: InstalledPackage, name: string, packages: Packages): Promise<boolean> {
  const { disk } = packages
  // Where its links lead matters when it is packed.
  const boundary = parse(installed.dir).root
  for (const { path, onDisk } of await walkPackage(installed.dir, boundary, disk)) {
    if (!/\.[cm]?js$/.test(path)) continue
    const text = await disk.readText(onDisk)
    if (['"', "'", '`'].some(quote => text.includes(`${quote}${name}${quote}`) || text.includes(`${quote}${name}/`)))
      return true
  }
  return false
}
