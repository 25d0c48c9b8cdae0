import { normaliseName } from './package-name.ts'
import { isVersion } from './pep440.ts'

/** The parts of a wheel's file name: https://packaging.python.org/en/latest/specifications/binary-distribution-format/#file-name-convention */
export interface WheelName {
  /** Normalised (PEP 503). */
  readonly name: string
  /** As written. */
  readonly version: string
  readonly build: readonly [number, string] | null
  /** One tag each, such as py3-none-any. */
  readonly tags: readonly string[]
}

/** The parts of a wheel's file name, or null if it is none. */
export function parseWheelName(filename: string): WheelName | null {
  if (!filename.endsWith('.whl')) return null
  const parts = filename.slice(0, -'.whl'.length).split('-')
  if (parts.length !== 5 && parts.length !== 6) return null
  const [name = '', version = ''] = parts
  const tags = expandTags(parts.slice(-3).join('-'))
  const build = parts.length === 6 ? parseBuild(parts[2] ?? '') : null
  if (!/^[\p{L}\p{N}_.]+$/u.test(name) || !isVersion(version) || tags === null) return null
  if (parts.length === 6 && build === null) return null
  return { name: normaliseName(name), version, build, tags }
}

/** More than any real wheel has; keeps a hostile name from filling the memory. */
const MAX_TAGS = 10_000

/** The single tags of a compressed set: py2.py3-none-any means py2-none-any and py3-none-any. Null if it is no tag. */
export function expandTags(tag: string): readonly string[] | null {
  const sets = tag.split('-').map(set => set.split('.'))
  const [pythons = [], abis = [], platforms = []] = sets
  if (sets.length !== 3 || sets.some(set => set.includes(''))) return null
  if (pythons.length * abis.length * platforms.length > MAX_TAGS) return null
  return pythons.flatMap(python => abis.flatMap(abi => platforms.map(platform => `${python}-${abi}-${platform}`)))
}

function parseBuild(build: string): readonly [number, string] | null {
  const match = /^([0-9]+)(.*)$/s.exec(build)
  return match === null ? null : [Number(match[1]), match[2] ?? '']
}
