// poetry.lock: since format 2.1 every package says its groups and markers; before, they follow from walking the graph.
import { basename, resolve } from 'node:path'
import { compareVersions, isVersion } from '../../../formats/pep440.ts'
import { normaliseName } from '../../../formats/pep508.ts'
import { parseWheelName } from '../../../formats/wheel-name.ts'
import type { PythonTarget } from '../../../model.ts'
import type { System } from '../../../system/system.ts'
import type { Origin, PackageFile, SelectedPackage, Selection, Wanted } from '../types.ts'
import {
  child,
  children,
  fail,
  isTable,
  type Node,
  packagesOf,
  readTomlLock,
  text,
  textOrNull,
  texts,
  within,
} from './document.ts'
import { dependencyGroups, projectExtras, readManifestBeside } from './manifest.ts'
import { constraintAdmits } from './poetry-constraint.ts'
import { checkFresh } from './poetry-freshness.ts'
import { declaredEdges, type PoetryChoice, walk } from './poetry-walk.ts'
import {
  checkExists,
  checkPython,
  filenameOf,
  folderOf,
  holds,
  indexOrigin,
  indexUrlOf,
  locate,
  makeSelection,
  sha256Of,
  versionOf,
} from './selection.ts'

/** What a poetry.lock packs: the main group, and the wanted groups and extras. */
export async function select(
  lockPath: string,
  _root: string,
  target: PythonTarget,
  wanted: Wanted,
  system: System,
): Promise<Selection> {
  const lock = await readTomlLock(lockPath, system.disk)
  const metadata = child(lock, 'metadata')
  const version = text(metadata, 'lock-version')
  if (!/^(1|2)(\.|$)/.test(version)) fail(lock, `its lock-version is ${version}, and lpack reads 1 and 2`)
  const manifest = await readManifestBeside(lockPath, 'pyproject.toml', system.disk)
  checkFresh(lock, manifest)
  checkPython(lockPath, textOrNull(metadata, 'python-versions'), target, constraintAdmits)
  checkExists('group', wanted.groups, groupsOf(manifest), manifest.file)
  checkExists('extra', wanted.extras, extrasOf(lock, manifest), manifest.file)
  const packages = packagesOf(lock, 'package')
  const choice: PoetryChoice = {
    target,
    groups: ['main', ...wanted.groups.map(normaliseName)],
    extras: wanted.extras.map(normaliseName),
  }
  const edges = declaredEdges(manifest, choice)
  const isMarked = packages.every(item => item.table['groups'] !== undefined)
  const chosen = isMarked ? packages.filter(item => isChosen(item, choice)) : walk(packages, edges, choice, lock)
  const names = new Set(chosen.map(item => normaliseName(text(item, 'name'))))
  const direct = edges.map(edge => edge.name).filter(name => names.has(name))
  return makeSelection(
    lockPath,
    chosen.map(item => selectedOf(lock, item, packages)),
    direct,
  )
}

function groupsOf(manifest: Node): readonly string[] {
  const poetry = child(child(manifest, 'tool'), 'poetry')
  const legacy = poetry.table['dev-dependencies'] === undefined ? [] : ['dev']
  return [...legacy, ...Object.keys(child(poetry, 'group').table), ...dependencyGroups(manifest).keys()]
}

function extrasOf(lock: Node, manifest: Node): readonly string[] {
  return [...Object.keys(child(lock, 'extras').table), ...projectExtras(manifest).keys()]
}

/** `markers` is one text for all groups, or a table with one for each. */
function isChosen(item: Node, choice: PoetryChoice): boolean {
  const markers = item.table['markers']
  return texts(item, 'groups')
    .map(normaliseName)
    .some(group => {
      if (!choice.groups.includes(group)) return false
      const own = isTable(markers) ? within(item, `"markers" of ${item.place}`, markers) : null
      const key =
        own === null ? 'markers' : (Object.keys(own.table).find(name => normaliseName(name) === group) ?? group)
      return holds(item, 'markers', textOrNull(own ?? item, key), choice.target.markers, choice.extras)
    })
}

function selectedOf(lock: Node, item: Node, packages: readonly Node[]): SelectedPackage {
  const name = normaliseName(text(item, 'name'))
  const isOnly = packages.filter(other => normaliseName(text(other, 'name')) === name).length === 1
  return { name, version: versionOf(text(item, 'version')), origin: originOf(lock, item, filesOf(lock, item, isOnly)) }
}

function originOf(lock: Node, item: Node, files: readonly PackageFile[]): Origin {
  const source = child(item, 'source')
  const type = textOrNull(source, 'type')
  if (type === null || type === 'pypi') return indexOrigin(null, files)
  const url = text(source, 'url')
  const subdirectory = textOrNull(source, 'subdirectory')
  switch (type) {
    case 'legacy':
      return indexOrigin(indexUrlOf(url), files)
    case 'directory':
      return { kind: 'directory', path: resolve(folderOf(lock), url, subdirectory ?? '') }
    case 'git':
      return { kind: 'git', url, commit: text(source, 'resolved_reference'), subdirectory: subdirectory ?? '' }
    case 'file':
    case 'url': {
      const location = locate(url, folderOf(lock))
      const known = files.find(file => file.filename === filenameOf(location)) ?? files[0]
      return {
        kind: 'archive',
        file: { filename: filenameOf(location), location, sha256: known?.sha256 ?? null, bytes: null },
      }
    }
    default:
      return fail(item, `its source is of the type "${type}", which lpack does not know`)
  }
}

/** Files stand with the package, in format 1 in one table for all versions of a name. */
function filesOf(lock: Node, item: Node, isOnly: boolean): readonly PackageFile[] {
  if (item.table['files'] !== undefined) return children(item, 'files').map(fileOf)
  const table = child(child(lock, 'metadata'), 'files')
  const key = Object.keys(table.table).find(name => normaliseName(name) === normaliseName(text(item, 'name')))
  const files = key === undefined ? [] : children(table, key).map(fileOf)
  return isOnly ? files : files.filter(file => isOfVersion(file.filename, text(item, 'version')))
}

function fileOf(file: Node): PackageFile {
  return {
    filename: basename(text(file, 'file')),
    location: null,
    sha256: sha256Of(textOrNull(file, 'hash')),
    bytes: null,
  }
}

function isOfVersion(filename: string, version: string): boolean {
  const wheel = parseWheelName(filename)
  if (wheel !== null && isVersion(version)) return compareVersions(wheel.version, version) === 0
  return filename.replace(/\.(tar\.gz|zip|tar\.bz2|tgz)$/, '').endsWith(`-${version}`)
}
