// What all lock readers share: markers, files, and the one list of packages that they make.
import { basename, dirname, resolve } from 'node:path'
import { UserError } from '../../../errors.ts'
import { isVersion, normaliseVersion, satisfies } from '../../../formats/pep440.ts'
import {
  evaluateMarker,
  type Marker,
  normaliseName,
  parseMarker,
  parseRequirement,
  type Requirement,
} from '../../../formats/pep508.ts'
import { percentDecoded, withoutFileScheme } from '../../../formats/url-text.ts'
import type { MarkerEnvironment, PythonTarget } from '../../../model.ts'
import { isPyPI } from '../pypi.ts'
import type { NamedIndexes, Origin, PackageFile, SelectedPackage, Selection, Wanted } from '../types.ts'
import { fail, type Node, reasonOf } from './document.ts'

export const NO_INDEXES: NamedIndexes = { indexUrl: null, extraIndexUrls: [], findLinks: [], noIndex: null }

/** The index as an origin names it: null for PyPI, which the user's own index may replace. */
export function indexUrlOf(url: string): string | null {
  return isPyPI(url) ? null : url
}

/** One list of what was selected: sorted, each name once. Two versions of a name are an error. */
export function makeSelection(
  lock: string,
  packages: readonly SelectedPackage[],
  direct: Iterable<string>,
  indexes: NamedIndexes = NO_INDEXES,
): Selection {
  const byName = new Map<string, SelectedPackage>()
  for (const item of packages) {
    const other = byName.get(item.name)
    if (other !== undefined && !isSamePackage(other, item)) {
      throw new UserError('LOCK_TWO_VERSIONS', lock, item.name, [describeVersion(other), describeVersion(item)])
    }
    byName.set(item.name, other ?? item)
  }
  // Sorted for determinism
  const sorted = [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  return { packages: sorted, direct: [...new Set(direct)].sort(), indexes, findings: [] }
}

function isSamePackage(a: SelectedPackage, b: SelectedPackage): boolean {
  return a.version === b.version && JSON.stringify(a.origin) === JSON.stringify(b.origin)
}

function describeVersion(item: SelectedPackage): string {
  const { origin } = item
  if (origin.kind === 'index')
    return `${item.version ?? 'any version'}${origin.index === null ? '' : ` of ${origin.index}`}`
  if (origin.kind === 'archive') return origin.file.location ?? origin.file.filename
  return origin.kind === 'directory' ? origin.path : `${origin.url}@${origin.commit}`
}

export function parseMarkerOf(node: Node, key: string, marker: string): Marker {
  try {
    return parseMarker(marker)
  } catch (error) {
    return fail(node, `"${key}" holds the marker \`${marker}\`, which can't be read: ${reasonOf(error)}`)
  }
}

/** Whether a marker's text holds; none holds always. */
export function holds(
  node: Node,
  key: string,
  marker: string | null,
  environment: MarkerEnvironment,
  extras: readonly string[] = [],
  groups: readonly string[] = [],
): boolean {
  return (
    marker === null ||
    marker.trim() === '' ||
    evaluateMarker(parseMarkerOf(node, key, marker), environment, extras, groups)
  )
}

export function parseRequirementOf(node: Node, key: string, line: string): Requirement {
  try {
    return parseRequirement(line)
  } catch (error) {
    return fail(node, `"${key}" holds \`${line}\`, which is not a requirement: ${reasonOf(error)}`)
  }
}

/** Throws unless the lock's Python range admits the target's. */
export function checkPython(
  lock: string,
  requires: string | null,
  target: PythonTarget,
  admits: (version: string, range: string) => boolean = satisfies,
): void {
  if (requires === null || requires.trim() === '' || requires.trim() === '*') return
  if (!admits(target.markers.python_full_version, requires)) {
    throw new UserError('LOCK_PYTHON', lock, requires, target.markers.python_full_version, target.runtime)
  }
}

/** Throws for a group or extra that the project doesn't have, and names those it has. */
export function checkExists(
  kind: 'group' | 'extra',
  names: readonly string[],
  existing: Iterable<string>,
  file: string,
): void {
  // Sorted for determinism
  const known = [...new Set([...existing].map(normaliseName))].sort()
  for (const name of names) {
    if (!known.includes(normaliseName(name))) throw new UserError('LOCK_NAME_UNKNOWN', kind, name, file, known)
  }
}

/** For a source that has neither groups nor extras. Throws UserError LOCK_NAME_UNKNOWN. */
export function checkAsksForNone({ groups, extras }: Wanted, file: string): void {
  checkExists('group', groups, [], file)
  checkExists('extra', extras, [], file)
}

/** Lower-case hex of a `sha256:…` text; null for other algorithms and none. */
export function sha256Of(hash: string | null): string | null {
  const match = hash === null ? null : /^sha256[:=]([0-9a-fA-F]{64})$/.exec(hash.trim())
  return match?.[1]?.toLowerCase() ?? null
}

/** The last part of a URL's or file's path, decoded. */
export function filenameOf(location: string): string {
  if (!isUrl(location)) return basename(location)
  const path = location.replace(/[?#].*$/s, '')
  const last = path.slice(path.lastIndexOf('/') + 1)
  return percentDecoded(last)
}

export function isUrl(location: string): boolean {
  // One letter before the colon is a Windows drive.
  return /^[a-z][a-z0-9+.-]+:\/\//i.test(location)
}

/** An http(s) URL as it is without its fragment; a file URL or path as an absolute path. */
export function locate(location: string, dir: string): string {
  if (/^file:\/\//i.test(location)) return withoutFileScheme(location.replace(/[?#].*$/s, ''))
  return isUrl(location) ? location.replace(/#.*$/s, '') : resolve(dir, location)
}

export function packageFile(location: string, dir: string, hash: string | null, bytes: number | null): PackageFile {
  return { filename: filenameOf(location), location: locate(location, dir), sha256: sha256Of(hash), bytes }
}

export function indexOrigin(index: string | null, files: readonly PackageFile[]): Origin {
  // Sorted for determinism
  const hashes = [...new Set(files.flatMap(file => (file.sha256 === null ? [] : [file.sha256])))].sort()
  return { kind: 'index', index, files, hashes }
}

/** The folder that relative paths of a lock start from. */
export function folderOf(lock: Node): string {
  return dirname(lock.file)
}

/** Versions as PEP 440 writes them; others as they are. */
export function versionOf(version: string): string {
  return isVersion(version) ? normaliseVersion(version) : version
}
