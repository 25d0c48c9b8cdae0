import { dirname, relative } from 'node:path'
import type { Disk } from '../system/system.ts'
import { foldersUp } from './find.ts'

/** The folders whose files may say which runtime is meant, nearest first: the function's own and those above it. */
export async function signFolders(root: string, configDir: string, disk: Disk): Promise<readonly string[]> {
  const folders = await foldersUp(root, disk)
  if (folders.length > 1) return folders
  // No checkout: the config's folder is as far as the project is known to reach.
  const up: string[] = []
  for (let dir = root; ; dir = dirname(dir)) {
    up.push(dir)
    if (dir === configDir) return up
    if (dirname(dir) === dir) return folders
  }
}

/** A sign of a folder, as sentences of a function call it. */
export function placed(source: string, root: string, dir: string): string {
  const way = relative(root, dir).replaceAll('\\', '/')
  return way === '' ? source : `${source} in ${way}`
}
