import { join } from 'node:path'
import { parsePackageJson } from '../../../formats/package-json.ts'
import type { Disk } from '../../../system/system.ts'
import { makePackages } from '../packages.ts'
import type { InstalledPackage } from '../types.ts'
import { makeZipReader, zipPath } from './yarn-zip.ts'

/** What one bundle knows of packages, on disk and in the zips of Yarn Plug'n'Play; each is looked at once. */
export interface Owners {
  /** The package that a file belongs to; null if none. */
  readonly of: (file: string) => Promise<InstalledPackage | null>
  /** As Node.js resolves it: nothing is found in a zip. */
  readonly resolve: (name: string, fromDir: string) => Promise<InstalledPackage | null>
  readonly isExternal: (pkg: InstalledPackage) => Promise<boolean>
  /** The package.json of a very folder, as it is written; null: none, or it isn't an object. */
  readonly manifest: (dir: string) => Promise<Readonly<Record<string, unknown>> | null>
  /** A file's text; null if there is no such file. */
  readonly read: (file: string) => Promise<string | null>
}

export function makeOwners(isExternal: (pkg: InstalledPackage) => boolean | Promise<boolean>, disk: Disk): Owners {
  const packages = makePackages(disk)
  const readZip = makeZipReader(disk)
  const read = async (file: string): Promise<string | null> => {
    const inZip = zipPath(file)
    if (inZip !== null) return readZip(inZip)
    return (await disk.stat(file))?.kind === 'file' ? disk.readText(file) : null
  }
  return {
    of: async file => (zipPath(file) === null ? packages.of(file) : ownerInZip(file, read)),
    resolve: packages.resolve,
    isExternal: remembered(
      pkg => pkg.dir,
      async pkg => isExternal(pkg),
    ),
    manifest: remembered(
      dir => dir,
      async dir => parseObject(await read(join(dir, 'package.json'))),
    ),
    read,
  }
}

/** True if a path is of a package that was installed, not of the project or its workspace. */
export function isInstalled(file: string): boolean {
  return /[\\/]node_modules[\\/]/.test(file)
}

function remembered<Subject, Value>(keyOf: (subject: Subject) => string, find: (subject: Subject) => Promise<Value>) {
  const known = new Map<string, Promise<Value>>()
  return (subject: Subject): Promise<Value> => {
    const value = known.get(keyOf(subject)) ?? find(subject)
    known.set(keyOf(subject), value)
    return value
  }
}

function parseObject(text: string | null): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = text === null ? null : JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : null
  } catch {
    // esbuild tells of a broken package.json where it matters.
    return null
  }
}

async function ownerInZip(
  file: string,
  read: (file: string) => Promise<string | null>,
): Promise<InstalledPackage | null> {
  const dir = /^.*\.zip[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(file)?.[0]
  const text = dir === undefined ? null : await read(join(dir, 'package.json'))
  if (dir === undefined || text === null) return null
  const manifest = parsePackageJson(text)
  return { name: manifest.name, version: manifest.version, dir, manifest }
}
