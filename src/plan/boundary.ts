import { dirname, join, relative } from 'node:path'
import type { Disk } from '../system/system.ts'

const CHECKOUT_MARKERS = ['.git', '.hg', '.svn']

/** The folder that belongs together with a function's root: its checkout, else its workspace, else the config's folder. */
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

/** The root of a workspace of uv, npm, Yarn or pnpm. */
async function isWorkspace(dir: string, disk: Disk): Promise<boolean> {
  if ((await disk.stat(join(dir, 'pnpm-workspace.yaml')))?.kind === 'file') return true
  return (
    (await holds(join(dir, 'pyproject.toml'), /^\[tool\.uv\.workspace\]/m)) ||
    holds(join(dir, 'package.json'), /"workspaces"\s*:/)
  )

  async function holds(path: string, sign: RegExp): Promise<boolean> {
    return (await disk.stat(path))?.kind === 'file' && sign.test(await disk.readText(path))
  }
}

async function around(root: string, configDir: string, disk: Disk): Promise<string> {
  const dir = await disk.realPath(configDir)
  return relative(dir, root).startsWith('..') ? root : dir
}
