import { dirname, join, relative } from 'node:path'
import type { Disk } from '../system/system.ts'

const CHECKOUT_MARKERS = ['.git', '.hg', '.svn']

/** The folder that belongs together with a function's root: its checkout, else its uv workspace, else the config's folder. */
export async function findBoundary(root: string, configDir: string, disk: Disk): Promise<string> {
  // Links are compared by their real targets, so the boundary is real, too.
  const real = await disk.realPath(root)
  return (
    (await above(real, dir => isCheckout(dir, disk))) ??
    (await above(real, dir => isWorkspace(dir, disk))) ??
    (await around(real, configDir, disk))
  )
}

async function above(start: string, test: (dir: string) => Promise<boolean>): Promise<string | null> {
  for (let dir = start; ; dir = dirname(dir)) {
    if (await test(dir)) return dir
    if (dir === dirname(dir)) return null
  }
}

async function isCheckout(dir: string, disk: Disk): Promise<boolean> {
  const found = await Promise.all(CHECKOUT_MARKERS.map(name => disk.stat(join(dir, name))))
  return found.some(stat => stat !== null)
}

async function isWorkspace(dir: string, disk: Disk): Promise<boolean> {
  const path = join(dir, 'pyproject.toml')
  return (await disk.stat(path))?.kind === 'file' && /^\[tool\.uv\.workspace\]/m.test(await disk.readText(path))
}

async function around(root: string, configDir: string, disk: Disk): Promise<string> {
  const dir = await disk.realPath(configDir)
  return relative(dir, root).startsWith('..') ? root : dir
}
