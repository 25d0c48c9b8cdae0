import { join } from 'node:path'
import { UserError } from '../../../errors.ts'
import type { Disk } from '../../../system/system.ts'
import { textIn } from './installed.ts'

/** A virtual environment's folders. */
export interface Environment {
  readonly path: string
  /** The site-packages folders. */
  readonly sites: readonly string[]
  /** Such as 3.13. */
  readonly version: string
  readonly seesSystemPackages: boolean
}

/** Finds the folders of a virtual environment of CPython. Throws UserError ENVIRONMENT_UNREADABLE. */
export async function readEnvironment(path: string, disk: Disk): Promise<Environment> {
  const settings = await textIn(path, 'pyvenv.cfg', disk)
  if (settings === null) throw new UserError('ENVIRONMENT_UNREADABLE', path, 'it has no pyvenv.cfg')
  const told = setting(settings, 'version_info') ?? setting(settings, 'version')
  const found = await findSites(path, disk)
  const version = /^\d+\.\d+/.exec(told ?? '')?.[0] ?? found.at(0)?.version ?? null
  // An environment that was made again over an older one holds both versions' folders.
  const sites = found.filter(site => site.version === null || site.version === version)
  if (version === null || sites.length === 0)
    throw new UserError('ENVIRONMENT_UNREADABLE', path, 'it has no site-packages folder of CPython')
  return {
    path,
    sites: sites.map(({ dir }) => dir),
    version,
    seesSystemPackages: setting(settings, 'include-system-site-packages')?.toLowerCase() === 'true',
  }
}

function setting(text: string, key: string): string | null {
  return new RegExp(`^\\s*${key}\\s*=\\s*(.*?)\\s*$`, 'm').exec(text)?.[1] ?? null
}

interface Site {
  readonly dir: string
  /** null on Windows, whose folder does not say. */
  readonly version: string | null
}

async function findSites(path: string, disk: Disk): Promise<readonly Site[]> {
  const sites: Site[] = []
  // Fedora and SUSE have native packages in lib64, which mostly is a link to lib.
  for (const lib of ['lib', 'lib64']) {
    if ((await disk.lstat(join(path, lib)))?.kind !== 'directory') continue
    for (const { name } of await disk.list(join(path, lib))) {
      const version = /^python(\d+\.\d+)t?$/.exec(name)?.[1]
      const dir = join(path, lib, name, 'site-packages')
      if (version !== undefined && (await isFolder(dir, disk))) sites.push({ dir, version })
    }
  }
  const windows = join(path, 'Lib', 'site-packages')
  return sites.length === 0 && (await isFolder(windows, disk)) ? [{ dir: windows, version: null }] : sites
}

async function isFolder(path: string, disk: Disk): Promise<boolean> {
  return (await disk.stat(path))?.kind === 'directory'
}
