import { dirname, join, sep } from 'node:path'
import { UserError } from '../../errors.ts'
import { isSafePath } from '../../formats/archive-path.ts'
import { parsePackageJson } from '../../formats/package-json.ts'
import type { Disk } from '../../system/system.ts'
import type { InstalledPackage } from './types.ts'

const FOLDER = 'node_modules'

/** What is installed, as Node.js would find it. Each package.json is read once. */
export interface Packages {
  readonly disk: Disk
  /** The package in a folder; null if it has no package.json. Throws UserError PACKAGE_JSON_DAMAGED. */
  readonly read: (dir: string) => Promise<InstalledPackage | null>
  /**
   * The package that an import of this name finds from a folder, by Node's walk up the node_modules folders over real paths;
   * null if there is none. https://nodejs.org/api/modules.html#loading-from-node_modules-folders
   */
  readonly resolve: (name: string, fromDir: string) => Promise<InstalledPackage | null>
  /** The package that a file belongs to; null if none. A package.json without a name, which only tells a module type, is passed over. */
  readonly of: (file: string) => Promise<InstalledPackage | null>
}

/** Knows the packages on a disk, and remembers what it has read for as long as it is used. */
export function makePackages(disk: Disk): Packages {
  const read = remembered((dir: string) => readPackage(dir, disk))
  const reach = remembered(async (path: string) => {
    const stat = await disk.stat(path)
    return stat?.kind === 'directory' ? read(await disk.realPath(path)) : null
  })
  const realFolder = remembered((dir: string) => disk.realPath(dir))
  return {
    disk,
    read: async dir => read(await realFolder(dir)),
    resolve: async (name, fromDir) => {
      if (!isSafePath(name)) return null
      for (const dir of upwards(await realFolder(fromDir))) {
        const found = dir.endsWith(sep + FOLDER) ? null : await reach(join(dir, FOLDER, name))
        if (found !== null) return found
      }
      return null
    },
    of: async file => packageOf(join(await realFolder(dirname(file)), 'file'), read),
  }
}

/** Below node_modules the folder decides, for packages hold package.json files of their own for their parts, some with names. */
async function packageOf(
  file: string,
  read: (dir: string) => Promise<InstalledPackage | null>,
): Promise<InstalledPackage | null> {
  const root = rootByPath(file)
  const byPath = root === null ? null : await read(root)
  if (byPath !== null) return byPath
  for (const dir of upwards(dirname(file))) {
    if (dir.endsWith(sep + FOLDER)) return null
    const found = await read(dir)
    if (found !== null && found.manifest.name !== '') return found
  }
  return null
}

/** The folder right below the last node_modules on a path, or below the scope in it. */
function rootByPath(file: string): string | null {
  const parts = file.split(sep)
  const at = parts.lastIndexOf(FOLDER)
  if (at === -1) return null
  const length = parts[at + 1]?.startsWith('@') ? 3 : 2
  return parts.length > at + length ? parts.slice(0, at + length).join(sep) : null
}

async function readPackage(dir: string, disk: Disk): Promise<InstalledPackage | null> {
  const path = join(dir, 'package.json')
  if ((await disk.stat(path))?.kind !== 'file') return null
  const text = await disk.readText(path)
  try {
    const manifest = parsePackageJson(text)
    return { name: manifest.name || nameByPath(dir), version: manifest.version || '0.0.0', dir, manifest }
  } catch (error) {
    if (error instanceof SyntaxError) throw new UserError('PACKAGE_JSON_DAMAGED', path, error.message)
    throw error
  }
}

function nameByPath(dir: string): string {
  const parts = dir.split(sep)
  const at = parts.lastIndexOf(FOLDER)
  return (at === -1 ? parts.slice(-1) : parts.slice(at + 1)).join('/')
}

/** A folder and all above it, nearest first. */
function upwards(dir: string): readonly string[] {
  const parent = dirname(dir)
  return parent === dir ? [dir] : [dir, ...upwards(parent)]
}

function remembered<T>(find: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const known = new Map<string, Promise<T>>()
  return key => {
    const before = known.get(key)
    if (before !== undefined) return before
    const found = find(key)
    known.set(key, found)
    return found
  }
}
