import { builtinModules } from 'node:module'
import { finding } from '../../../findings.ts'
import type { Finding } from '../../../model.ts'
import type { InstalledPackage } from '../types.ts'
import type { Metafile } from './esbuild.ts'

/** Modules that only newer versions than the oldest one that lpack runs on have. https://nodejs.org/api/module.html */
const NEWER_BUILTINS = [
  'node:ffi',
  'node:quic',
  'node:sea',
  'node:sqlite',
  'node:test',
  'node:test/reporters',
  'node:zlib/iter',
]

interface Imports {
  readonly output: Metafile['outputs'][string]
  readonly externals: readonly { readonly name: string; readonly package: InstalledPackage | null }[]
  readonly format: 'esm' | 'cjs'
}

/** Imports of the bundle that can't work: built-in modules that there are not, and ES modules that it requires. */
export function tellImports({ output, externals, format }: Imports): Finding[] {
  const known = new Set([...builtinModules.map(name => `node:${name.replace(/^node:/, '')}`), ...NEWER_BUILTINS])
  const unknown = output.imports.map(({ path }) => path).filter(path => path.startsWith('node:') && !known.has(path))
  const required = format === 'cjs' ? externals.filter(({ package: one }) => one !== null && isModuleOnly(one)) : []
  return [
    ...[...new Set(unknown)].sort().map(path => finding('NODE_BUILTIN_UNKNOWN', '', path)),
    ...required.map(({ name }) => finding('NODE_EXTERNAL_MODULE', '', name)),
  ]
}

function isModuleOnly({ manifest }: InstalledPackage): boolean {
  const hasRequire = JSON.stringify(manifest.exports ?? null).includes('"require"')
  return manifest.type === 'module' && !hasRequire && !manifest.main.endsWith('.cjs')
}
