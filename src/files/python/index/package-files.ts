import { normaliseName } from '../../../formats/package-name.ts'
import { compareVersions, isVersion, satisfies } from '../../../formats/pep440.ts'
import { parseWheelName } from '../../../formats/wheel-name.ts'
import { bestWheel } from '../../../formats/wheel-tags.ts'
import type { PythonTarget } from '../../../model.ts'
import type { OfferedFile } from './access.ts'

/** True for a wheel's file name, sound or not. */
export function isWheel(filename: string): boolean {
  return filename.toLowerCase().endsWith('.whl')
}

/** True for the file names of source distributions that pip and uv build. */
export function isSdist(filename: string): boolean {
  return /\.(tar\.gz|tgz|tar\.bz2|tar\.xz|zip)$/i.test(filename)
}

/** The version in the file name of a project's wheel or sdist; null if it is none of that project. */
export function versionOf(filename: string, project: string): string | null {
  if (isWheel(filename)) {
    const wheel = parseWheelName(filename)
    return wheel?.name === project ? wheel.version : null
  }
  if (!isSdist(filename)) return null
  const stem = filename.replace(/\.(tar\.(gz|bz2|xz)|tgz|zip)$/i, '')
  // Old sdists write dashes in names, and versions have none but rarely.
  for (let dash = stem.lastIndexOf('-'); dash > 0; dash = stem.lastIndexOf('-', dash - 1)) {
    const version = stem.slice(dash + 1)
    if (normaliseName(stem.slice(0, dash)) === project && isVersion(version)) return version
  }
  return null
}

/** True if a file's version is the one that is pinned: 1.0 means 1.0.0, too, and 1.0+cpu, as PEP 440's `==` says. */
export function isPinned(version: string | null, pin: string): boolean {
  if (version === null) return false
  return isVersion(version) && isVersion(pin) ? satisfies(version, `==${pin}`) : version === pin
}

/** True if the target's Python is one that the file asks for. */
export function suitsPython(file: Pick<OfferedFile, 'requiresPython'>, fullVersion: string): boolean {
  return file.requiresPython === null || satisfies(fullVersion, file.requiresPython)
}

/** The best wheel of the highest version among a project's files; null if none loads on the target. */
export function newestWheel(
  files: readonly OfferedFile[],
  project: string,
  target: Pick<PythonTarget, 'tags'>,
): OfferedFile | null {
  // Sorted for determinism
  const versions = [...new Set(files.map(file => versionOf(file.filename, project)))]
    .filter(version => version !== null && isVersion(version))
    .sort((a, b) => compareVersions(b ?? '', a ?? '') || ((a ?? '') < (b ?? '') ? -1 : 1))
  for (const version of versions) {
    const ofVersion = files.filter(file => isWheel(file.filename) && versionOf(file.filename, project) === version)
    const best = bestWheel(ofVersion, file => file.filename, target.tags)
    if (best !== null) return best
  }
  return null
}
