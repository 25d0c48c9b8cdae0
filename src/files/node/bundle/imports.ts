import { hasBuiltin } from '../../../aws/node-modules.ts'
import { finding } from '../../../findings.ts'
import type { Finding } from '../../../model.ts'
import type { InstalledPackage } from '../types.ts'
import type { Metafile } from './esbuild.ts'

interface Imports {
  readonly output: Metafile['outputs'][string]
  readonly externals: readonly { readonly name: string; readonly package: InstalledPackage | null }[]
  readonly format: 'esm' | 'cjs'
  /** Of the target's Node.js. */
  readonly major: number
}

/** Imports of the bundle that can't work: built-in modules that there are not, and ES modules that it requires. */
export function tellImports({ output, externals, format, major }: Imports): Finding[] {
  const names = output.imports.map(({ path }) => path).filter(path => path.startsWith('node:'))
  const unknown = names.filter(path => hasBuiltin(path, major) === 'no')
  const required = format === 'cjs' ? externals.filter(({ package: one }) => one !== null && isModuleOnly(one)) : []
  return [
    ...[...new Set(unknown)].sort().map(path => finding('NODE_BUILTIN_UNKNOWN', '', path, major)),
    ...required.map(({ name }) => finding('NODE_EXTERNAL_MODULE', '', name)),
  ]
}

function isModuleOnly({ manifest }: InstalledPackage): boolean {
  const hasRequire = JSON.stringify(manifest.exports ?? null).includes('"require"')
  return manifest.type === 'module' && !hasRequire && !manifest.main.endsWith('.cjs')
}
