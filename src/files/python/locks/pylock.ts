// pylock.toml: a flat list of packages with markers. https://packaging.python.org/en/latest/specifications/pylock-toml/
import { dirname, resolve } from 'node:path'
import { UserError } from '../../../errors.ts'
import { evaluateMarker, normaliseName } from '../../../formats/pep508.ts'
import type { PythonTarget } from '../../../model.ts'
import type { System } from '../../../system/system.ts'
import type { Origin, PackageFile, SelectedPackage, Selection, Wanted } from '../types.ts'
import {
  child,
  children,
  countOrNull,
  fail,
  type Node,
  packagesOf,
  readTomlLock,
  text,
  textOrNull,
  texts,
} from './document.ts'
import { nearestManifest, projectDependencies } from './manifest.ts'
import {
  checkExists,
  checkPython,
  folderOf,
  holds,
  indexOrigin,
  indexUrlOf,
  makeSelection,
  packageFile,
  versionOf,
} from './selection.ts'

/** What a pylock.toml (or pylock.<name>.toml) packs: its default groups, and the wanted groups and extras. */
export async function select(
  lockPath: string,
  root: string,
  target: PythonTarget,
  wanted: Wanted,
  system: System,
): Promise<Selection> {
  const lock = await readTomlLock(lockPath, system.disk)
  const version = text(lock, 'lock-version')
  if (!/^1(\.|$)/.test(version)) fail(lock, `its lock-version is ${version}, and lpack reads 1`)
  checkPython(lockPath, textOrNull(lock, 'requires-python'), target)
  checkEnvironments(lock, target)
  checkExists('group', wanted.groups, texts(lock, 'dependency-groups'), lockPath)
  checkExists('extra', wanted.extras, texts(lock, 'extras'), lockPath)
  const groups = [...texts(lock, 'default-groups'), ...wanted.groups]
  const active = packagesOf(lock, 'packages').filter(item =>
    holds(item, 'marker', textOrNull(item, 'marker'), target.markers, wanted.extras, groups),
  )
  const manifest = await nearestManifest(lockPath, root, system.disk)
  const own = dirname(manifest === null ? lockPath : manifest.file)
  const selected = active
    .map(item => selectedOf(lock, item, target))
    .filter(item => item.origin.kind !== 'directory' || item.origin.path !== own)
  return makeSelection(lockPath, selected, directNames(active, selected, manifest, { target, wanted }))
}

function checkEnvironments(lock: Node, target: PythonTarget): void {
  const environments = texts(lock, 'environments')
  if (environments.length === 0 || environments.some(marker => holds(lock, 'environments', marker, target.markers)))
    return
  throw new UserError('LOCK_PLATFORM', lock.file, environments, `${target.runtime} on ${target.architecture}`)
}

function selectedOf(lock: Node, item: Node, target: PythonTarget): SelectedPackage {
  const version = textOrNull(item, 'version')
  checkPython(`${lock.file}'s ${text(item, 'name')}`, textOrNull(item, 'requires-python'), target)
  return {
    name: normaliseName(text(item, 'name')),
    version: version === null ? null : versionOf(version),
    origin: originOf(lock, item),
  }
}

function originOf(lock: Node, item: Node): Origin {
  const dir = folderOf(lock)
  const [vcs, directory, archive] = [child(item, 'vcs'), child(item, 'directory'), child(item, 'archive')]
  if (item.table['directory'] !== undefined)
    return {
      kind: 'directory',
      path: resolve(dir, text(directory, 'path'), textOrNull(directory, 'subdirectory') ?? ''),
    }
  if (item.table['vcs'] !== undefined) {
    const type = text(vcs, 'type')
    if (type !== 'git') throw new UserError('LOCK_UNSUPPORTED', lock.file, text(item, 'name'), `a ${type} repository`)
    const path = textOrNull(vcs, 'path')
    const url =
      textOrNull(vcs, 'url') ?? (path === null ? fail(vcs, 'both "url" and "path" are missing') : resolve(dir, path))
    return { kind: 'git', url, commit: text(vcs, 'commit-id'), subdirectory: textOrNull(vcs, 'subdirectory') ?? '' }
  }
  if (item.table['archive'] !== undefined) {
    if (textOrNull(archive, 'subdirectory') !== null)
      throw new UserError('LOCK_UNSUPPORTED', lock.file, text(item, 'name'), 'a folder within an archive')
    return { kind: 'archive', file: fileOf(archive, dir) }
  }
  const sdist = item.table['sdist'] === undefined ? [] : [child(item, 'sdist')]
  const files = [...children(item, 'wheels'), ...sdist].map(file => fileOf(file, dir))
  if (files.length === 0) fail(item, 'there is neither wheels, sdist, archive, vcs nor directory')
  const index = textOrNull(item, 'index')
  return indexOrigin(index === null ? null : indexUrlOf(index), files)
}

/** `url` or `path` says where a file is; `name` is its file name where neither ends in it. Some tools write a name alone. */
function fileOf(file: Node, dir: string): PackageFile {
  const name = textOrNull(file, 'name')
  const hash = textOrNull(child(file, 'hashes'), 'sha256')
  const location =
    textOrNull(file, 'url') ??
    textOrNull(file, 'path') ??
    name ??
    fail(file, 'none of "url", "path" and "name" is there')
  const known = packageFile(location, dir, hash === null ? null : `sha256:${hash}`, countOrNull(file, 'size'))
  const isNamedOnly = textOrNull(file, 'url') === null && textOrNull(file, 'path') === null
  return { ...known, filename: name ?? known.filename, location: isNamedOnly ? null : known.location }
}

interface Asker {
  readonly target: PythonTarget
  readonly wanted: Wanted
}

/** The format doesn't say what the project asks for; the manifest does, else what nothing else in the lock depends on. */
function directNames(
  active: readonly Node[],
  selected: readonly SelectedPackage[],
  manifest: Node | null,
  { target, wanted }: Asker,
): readonly string[] {
  const names = selected.map(item => item.name)
  const declared =
    manifest === null
      ? []
      : projectDependencies(manifest).filter(item => evaluateMarker(item.marker, target.markers, wanted.extras))
  if (declared.length > 0) return declared.map(item => item.name).filter(name => names.includes(name))
  const needed = new Set(
    active
      .flatMap(item => children(item, 'dependencies').flatMap(other => textOrNull(other, 'name') ?? []))
      .map(normaliseName),
  )
  return names.filter(name => !needed.has(name))
}
