import { join } from 'node:path'
import type { Disk, FileKind } from '../system/system.ts'
import { occupiedBytes } from './kinds.ts'

export interface CacheFile {
  readonly path: string
  /** On disk. */
  readonly bytes: number
  readonly ageMs: number
}

type Named = Awaited<ReturnType<Disk['list']>>[number]

/** The names in a folder; none if it can't be read. */
export async function namesIn(dir: string, disk: Disk): Promise<readonly Named[]> {
  return disk.list(dir).catch(() => [])
}

/** A file, or all files in a folder and its folders. Links are not followed; what can't be read or goes meanwhile is not there. */
export async function filesAt(path: string, kind: FileKind, disk: Disk): Promise<readonly CacheFile[]> {
  if (kind === 'directory') {
    const found: (readonly CacheFile[])[] = []
    for (const inside of await namesIn(path, disk))
      found.push(await filesAt(join(path, inside.name), inside.kind, disk))
    return found.flat()
  }
  const stat = await disk.lstat(path).catch(() => null)
  return stat === null ? [] : [{ path, bytes: occupiedBytes(stat.bytes), ageMs: stat.ageMs }]
}
