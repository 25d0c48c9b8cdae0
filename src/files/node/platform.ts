import { platformWords, wordsFit } from '../../formats/platform-words.ts'
import type { NodeTarget } from '../../model.ts'
import type { PackageManifest } from './types.ts'

/** True if the name of an optional dependency says that it is for another platform, WebAssembly included. */
export function isForeignName(name: string, target: NodeTarget): boolean {
  const words = platformWords(name)
  const tells = words.os.length > 0 || words.cpu.includes('wasm32')
  return tells && !wordsFit(words, target)
}

/**
 * True if `os`, `cpu` or `libc` of a package rule the target out, with `!` for exceptions; where it has no `libc`, its name speaks for it.
 * https://docs.npmjs.com/cli/v11/configuring-npm/package-json#os
 */
export function isForeignPackage(manifest: PackageManifest, target: NodeTarget): boolean {
  if (!isListed(manifest.os, target.os) || !isListed(manifest.cpu, target.cpu)) return true
  if (manifest.libc.length > 0) return !isListed(manifest.libc, target.libc)
  const { os, libc } = platformWords(manifest.name)
  return os.includes('linux') && libc.length > 0 && !libc.includes(target.libc)
}

function isListed(list: readonly string[], value: string): boolean {
  if (list.includes(`!${value}`)) return false
  const wanted = list.filter(one => !one.startsWith('!'))
  return wanted.length === 0 || wanted.includes('any') || wanted.includes(value)
}
