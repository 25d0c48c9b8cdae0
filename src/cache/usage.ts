import { join } from 'node:path'
import { UserError } from '../errors.ts'
import { DRAFT } from '../system/drafts.ts'
import { reasonOfFault } from '../system/fault.ts'
import type { Disk } from '../system/system.ts'
import { KINDS, type Kind, type KindName, LOG } from './kinds.ts'
import { filesAt, namesIn } from './walk.ts'

/** Bytes are on disk. */
export interface CacheUsage {
  readonly dir: string
  readonly kinds: readonly KindUsage[]
  readonly files: number
  readonly bytes: number
}

export interface KindUsage {
  readonly kind: KindName
  readonly files: number
  readonly bytes: number
  /** Whether these bytes count for the limit of LPACK_CACHE_SIZE. */
  readonly isTrimmed: boolean
}

/** What the cache holds. A folder that is missing is an empty cache. */
export async function readUsage(cacheDir: string, disk: Disk): Promise<CacheUsage> {
  const kinds: KindUsage[] = []
  for (const kind of KINDS) {
    let files = 0
    let bytes = 0
    for (const { name, kind: fileKind } of await ownNames(cacheDir, kind, disk)) {
      const found = await filesAt(join(cacheDir, kind.name, name), fileKind, disk)
      files += found.length
      bytes = found.reduce((sum, file) => sum + file.bytes, bytes)
    }
    kinds.push({ kind: kind.name, files, bytes, isTrimmed: kind.isTrimmed })
  }
  const sumOf = (of: 'files' | 'bytes') => kinds.reduce((sum, one) => sum + one[of], 0)
  return { dir: cacheDir, kinds, files: sumOf('files'), bytes: sumOf('bytes') }
}

/**
 * Removes all that is lpack's in the cache's folder, and nothing else, so that a folder which LPACK_CACHE_DIR names by mistake keeps what
 * it has. Returns what there was. Throws UserError CACHE_NOT_CLEARED.
 */
export async function clearCache(cacheDir: string, disk: Disk): Promise<CacheUsage> {
  const usage = await readUsage(cacheDir, disk)
  for (const kind of KINDS) {
    const folder = join(cacheDir, kind.name)
    for (const { name } of await ownNames(cacheDir, kind, disk)) await remove(join(folder, name), disk)
    if (await isEmptyFolder(folder, disk)) await remove(folder, disk)
  }
  await remove(join(cacheDir, LOG), disk)
  return usage
}

async function ownNames(cacheDir: string, { name, entry }: Kind, disk: Disk) {
  const names = await namesIn(join(cacheDir, name), disk)
  return names.filter(one => entry.test(one.name) || DRAFT.test(one.name))
}

async function isEmptyFolder(dir: string, disk: Disk): Promise<boolean> {
  const stat = await disk.lstat(dir).catch(() => null)
  return stat?.kind === 'directory' && (await disk.list(dir).catch(() => null))?.length === 0
}

async function remove(path: string, disk: Disk): Promise<void> {
  try {
    await disk.remove(path)
  } catch (error) {
    throw new UserError('CACHE_NOT_CLEARED', path, reasonOfFault(error) ?? String(error))
  }
}
