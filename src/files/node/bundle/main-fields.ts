import { dirname, extname, join } from 'node:path'
import type { Owners } from './owners.ts'

/** A module that package.json offers twice: as an ES module by `module`, and as Node.js loads it by `main`. */
export interface TwofoldModule {
  readonly dir: string
  /** The value of `main`, as a relative path. */
  readonly main: string
}

/**
 * The twofold module that a bare import led to by `module`; null: it has one shape, or was found otherwise.
 * Who requires such a module wants `main`: the ES module gives an object with a default export instead.
 */
export async function twofoldModule(specifier: string, found: string, owners: Owners): Promise<TwofoldModule | null> {
  const owner = await owners.of(found)
  const { name, subpath } = splitSpecifier(specifier)
  if (owner === null || owner.name !== name) return null
  const dir = join(owner.dir, subpath)
  const manifest = await owners.manifest(dir)
  const { module, main } = manifest ?? {}
  if (typeof module !== 'string' || 'exports' in (manifest ?? {})) return null
  const stem = join(dir, module)
  const isByModule = [stem, `${stem}.js`, `${stem}.mjs`, join(stem, 'index.js')].includes(found)
  const relative = typeof main === 'string' && main !== '' ? main : 'index.js'
  return isByModule && join(dir, relative) !== found ? { dir, main: `./${relative.replace(/^\.?\//, '')}` } : null
}

/** `@scope/name/sub/path` → its package's name, and what follows. */
export function splitSpecifier(specifier: string): { readonly name: string; readonly subpath: string } {
  const parts = specifier.split('/')
  const length = specifier.startsWith('@') ? 2 : 1
  return { name: parts.slice(0, length).join('/'), subpath: parts.slice(length).join('/') }
}

/** True if Node.js gives a file to who requires it, on every version: it isn't an ES module. https://nodejs.org/api/packages.html#determining-module-system */
export async function isRequirable(file: string, owners: Owners): Promise<boolean> {
  const extension = extname(file)
  if (extension !== '.js') return extension === '.cjs' || extension === '.node' || extension === '.json'
  for (let dir = dirname(file); dirname(dir) !== dir; dir = dirname(dir)) {
    const manifest = await owners.manifest(dir)
    if (manifest !== null) return manifest['type'] !== 'module'
  }
  return true
}
