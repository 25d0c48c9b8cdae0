// pdm.lock: with the strategy inherit_metadata every package says its groups and marker; else they follow from the graph.
import { resolve } from 'node:path'
import { UserError } from '../../../errors.ts'
import { satisfies } from '../../../formats/pep440.ts'
import { evaluateMarker, normaliseName } from '../../../formats/pep508.ts'
import type { PythonTarget } from '../../../model.ts'
import type { System } from '../../../system/system.ts'
import type { NamedIndexes, Origin, PackageFile, SelectedPackage, Selection, Wanted } from '../types.ts'
import { child, children, fail, type Node, packagesOf, readTomlLock, text, textOrNull, texts } from './document.ts'
import { projectExtras, readManifestBeside } from './manifest.ts'
import { checkFresh, declaredIn, pdmGroups } from './pdm-freshness.ts'
import { walk } from './pdm-walk.ts'
import {
  checkExists,
  checkPython,
  filenameOf,
  folderOf,
  holds,
  indexOrigin,
  indexUrlOf,
  isUrl,
  locate,
  makeSelection,
  packageFile,
  sha256Of,
  versionOf,
} from './selection.ts'

/** What a pdm.lock packs: the group `default`, and the wanted groups and extras. */
export async function select(
  lockPath: string,
  _root: string,
  target: PythonTarget,
  wanted: Wanted,
  system: System,
): Promise<Selection> {
  const lock = await readTomlLock(lockPath, system.disk)
  const metadata = child(lock, 'metadata')
  const version = text(metadata, 'lock_version')
  if (!/^4(\.|$)/.test(version)) fail(lock, `its lock_version is ${version}, and lpack reads 4`)
  const manifest = await readManifestBeside(lockPath, 'pyproject.toml', system.disk)
  const packages = packagesOf(lock, 'package')
  const groups = ['default', ...wanted.groups.map(normaliseName), ...wanted.extras.map(normaliseName)]
  checkExists('group', wanted.groups, [...pdmGroups(manifest).keys()], manifest.file)
  checkExists('extra', wanted.extras, projectExtras(manifest).keys(), manifest.file)
  checkLocked(metadata, groups)
  checkFresh(lock, manifest, packages)
  checkPython(lockPath, textOrNull(child(manifest, 'project'), 'requires-python'), target)
  checkTargets(lock, target)
  const asked = declaredIn(manifest, groups).filter(item => evaluateMarker(item.marker, target.markers, wanted.extras))
  const isMarked = packages.every(item => item.table['groups'] !== undefined)
  const chosen = isMarked
    ? packages.filter(item => isChosen(item, groups, target))
    : walk({ lock, manifest, packages, target }, asked)
  // An entry with extras repeats the package's own entry with more dependencies.
  const selected = chosen.map(item => selectedOf(lock, item, system.env))
  const names = new Set(selected.map(item => item.name))
  return makeSelection(
    lockPath,
    selected,
    asked.map(item => item.name).filter(name => names.has(name)),
    readIndexes(manifest, system.env),
  )
}

/** Groups can be left out of a lock (`pdm lock --prod`). */
function checkLocked(metadata: Node, groups: readonly string[]): void {
  const locked = texts(metadata, 'groups').map(normaliseName)
  const missing = locked.length === 0 ? undefined : groups.find(group => !locked.includes(group))
  if (missing !== undefined)
    throw new UserError(
      'LOCK_STALE',
      metadata.file,
      'the config',
      `the group "${missing}" is not locked`,
      'pdm lock --group :all',
    )
}

/** Each target is a Python range with an optional platform, such as manylinux_2_17_x86_64; `linux` means x86_64. */
function checkTargets(lock: Node, target: PythonTarget): void {
  const targets = children(child(lock, 'metadata'), 'targets')
  if (targets.length === 0 || targets.some(item => isTarget(item, target))) return
  const described = targets.map(item =>
    [textOrNull(item, 'requires_python'), textOrNull(item, 'platform')].filter(part => part !== null).join(' on '),
  )
  throw new UserError('LOCK_PLATFORM', lock.file, described, `${target.runtime} on ${target.architecture}`)
}

function isTarget(item: Node, target: PythonTarget): boolean {
  const platform = textOrNull(item, 'platform')
  const implementation = textOrNull(item, 'implementation')
  const machine = target.markers.platform_machine
  const isPlatform =
    platform === null ||
    (platform === 'linux' ? machine === 'x86_64' : platform.startsWith('manylinux') && platform.endsWith(`_${machine}`))
  return (
    isPlatform &&
    (implementation === null || implementation === 'cpython') &&
    satisfies(target.markers.python_full_version, textOrNull(item, 'requires_python') ?? '')
  )
}

function isChosen(item: Node, groups: readonly string[], target: PythonTarget): boolean {
  const isIn = texts(item, 'groups').some(group => groups.includes(normaliseName(group)))
  return isIn && holds(item, 'marker', textOrNull(item, 'marker'), target.markers)
}

function selectedOf(lock: Node, item: Node, env: System['env']): SelectedPackage {
  const version = textOrNull(item, 'version')
  return {
    name: normaliseName(text(item, 'name')),
    version: version === null ? null : versionOf(version),
    origin: originOf(lock, item, env),
  }
}

function originOf(lock: Node, item: Node, env: System['env']): Origin {
  const dir = folderOf(lock)
  const git = textOrNull(item, 'git')
  const subdirectory = textOrNull(item, 'subdirectory')
  if (git !== null) return { kind: 'git', url: git, commit: text(item, 'revision'), subdirectory: subdirectory ?? '' }
  for (const kind of ['hg', 'svn', 'bzr']) {
    if (textOrNull(item, kind) !== null)
      throw new UserError('LOCK_UNSUPPORTED', lock.file, text(item, 'name'), `a ${kind} repository`)
  }
  const files = filesOf(lock, item, env)
  const place = textOrNull(item, 'path') ?? textOrNull(item, 'url')
  if (place === null) return indexOrigin(null, files)
  const location = locate(expand(place, dir, env), dir)
  if (!isUrl(location) && !/\.(whl|zip|tar\.gz|tgz|tar\.bz2)$/i.test(location))
    return { kind: 'directory', path: resolve(location, subdirectory ?? '') }
  if (subdirectory !== null)
    throw new UserError('LOCK_UNSUPPORTED', lock.file, text(item, 'name'), 'a folder within an archive')
  const known = files.find(file => file.filename === filenameOf(location)) ?? files[0]
  return {
    kind: 'archive',
    file: { filename: filenameOf(location), location, sha256: known?.sha256 ?? null, bytes: null },
  }
}

/** Files stand with the package; before format 4.3 in one table, by `name version`. */
function filesOf(lock: Node, item: Node, env: System['env']): readonly PackageFile[] {
  const table = child(child(lock, 'metadata'), 'files')
  const files =
    item.table['files'] === undefined
      ? children(table, `${text(item, 'name')} ${textOrNull(item, 'version') ?? ''}`)
      : children(item, 'files')
  return files.map(file => {
    const url = textOrNull(file, 'url')
    const hash = textOrNull(file, 'hash')
    if (url !== null) return packageFile(expand(url, folderOf(lock), env), folderOf(lock), hash, null)
    return { filename: filenameOf(text(file, 'file')), location: null, sha256: sha256Of(hash), bytes: null }
  })
}

function expand(location: string, dir: string, env: System['env']): string {
  return location
    .replace(/^file:\/\/\/\$\{PROJECT_ROOT\}\/?/, `${dir}/`)
    .replace(/\$\{(\w+)\}/g, (whole: string, name: string) => (name === 'PROJECT_ROOT' ? dir : (env[name] ?? whole)))
}

/** `[[tool.pdm.source]]`: the one named pypi stands in PyPI's place, others are added. */
function readIndexes(manifest: Node, env: System['env']): NamedIndexes {
  const dir = folderOf(manifest)
  const sources = children(child(child(manifest, 'tool'), 'pdm'), 'source').map(node => ({
    name: textOrNull(node, 'name'),
    type: textOrNull(node, 'type') ?? 'index',
    url: expand(text(node, 'url'), dir, env),
  }))
  const indexes = sources.filter(source => source.type === 'index')
  const main = indexes.find(source => source.name === 'pypi')
  return {
    indexUrl: main === undefined ? null : indexUrlOf(main.url),
    extraIndexUrls: indexes.filter(source => source !== main).map(source => source.url),
    findLinks: sources.filter(source => source.type === 'find_links').map(source => locate(source.url, dir)),
    noIndex: null,
  }
}
