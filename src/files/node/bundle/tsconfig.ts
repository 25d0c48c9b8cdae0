import { dirname, join } from 'node:path'
import type { Disk } from '../../../system/system.ts'

/** What esbuild is told about tsconfig.json files. */
export interface TsconfigChoice {
  readonly tsconfig?: string
  readonly tsconfigRaw?: string
}

/**
 * esbuild reads the nearest tsconfig.json above each file, up to the root of the disk. One above the boundary is not the
 * project's, so where there is such a one the search is replaced: by the function's own tsconfig.json, or by none.
 */
export async function chooseTsconfig(entry: string, boundary: string, disk: Disk): Promise<TsconfigChoice> {
  const dirs = foldersAbove(dirname(entry))
  const border = dirs.indexOf(boundary)
  const inside = border === -1 ? dirs : dirs.slice(0, border + 1)
  const outside = border === -1 ? [] : dirs.slice(border + 1)
  if ((await nearestTsconfig(outside, disk)) === null) return {}
  const own = await nearestTsconfig(inside, disk)
  return own === null ? { tsconfigRaw: '{}' } : { tsconfig: own }
}

/** The tsconfig.json that a file is compiled with, within the boundary; null: none. */
export function findTsconfig(file: string, boundary: string, disk: Disk): Promise<string | null> {
  const dirs = foldersAbove(dirname(file))
  const border = dirs.indexOf(boundary)
  return nearestTsconfig(border === -1 ? dirs : dirs.slice(0, border + 1), disk)
}

async function nearestTsconfig(dirs: readonly string[], disk: Disk): Promise<string | null> {
  for (const dir of dirs) {
    for (const name of ['tsconfig.json', 'jsconfig.json']) {
      const path = join(dir, name)
      if ((await disk.stat(path))?.kind === 'file') return path
    }
  }
  return null
}

/** A folder and those above it, nearest first. */
function foldersAbove(dir: string): string[] {
  const parent = dirname(dir)
  return parent === dir ? [dir] : [dir, ...foldersAbove(parent)]
}
