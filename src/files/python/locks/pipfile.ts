// Pipfile.lock: one list of packages a category, pinned and hashed.
import { dirname, join, resolve } from 'node:path'
import { UserError } from '../../../errors.ts'
import { normaliseName } from '../../../formats/pep508.ts'
import type { PythonTarget } from '../../../model.ts'
import type { System } from '../../../system/system.ts'
import { PYPI } from '../pypi.ts'
import type { NamedIndexes, Origin, SelectedPackage, Selection, Wanted } from '../types.ts'
import {
  child,
  children,
  countOrNull,
  fail,
  isTable,
  type Node,
  readJsonLock,
  text,
  textOrNull,
  texts,
  within,
} from './document.ts'
import { readManifestIfThere } from './manifest.ts'
import { pythonJsonSha256 } from './python-json.ts'
import {
  checkExists,
  checkPython,
  filenameOf,
  folderOf,
  holds,
  indexUrlOf,
  locate,
  makeSelection,
  sha256Of,
  versionOf,
} from './selection.ts'

/** Sections of a Pipfile that are no categories of packages. */
const SECTIONS = ['source', 'requires', 'scripts', 'pipfile', 'pipenv']
const PYPI_SOURCE = { name: 'pypi', url: PYPI, verify_ssl: true }

/** What a Pipfile.lock packs: `default`, and the categories that `groups` names. */
export async function select(
  lockPath: string,
  _root: string,
  target: PythonTarget,
  wanted: Wanted,
  system: System,
): Promise<Selection> {
  const lock = await readJsonLock(lockPath, system.disk)
  const meta = child(lock, '_meta')
  const specification = countOrNull(meta, 'pipfile-spec')
  if (specification !== 6) fail(lock, `its pipfile-spec is ${specification ?? 'missing'}, and lpack reads 6`)
  if (lock.table['default'] === undefined) fail(lock, 'the key "default" is missing')
  const manifest = await readManifestIfThere(join(dirname(lockPath), 'Pipfile'), system.disk)
  if (manifest !== null) checkFresh(lock, manifest)
  checkRequires(lock, target)
  const categories = Object.keys(lock.table).filter(key => key !== '_meta')
  checkExists(
    'group',
    wanted.groups.filter(group => group !== 'develop'),
    categories.filter(key => key !== 'default').map(groupOf),
    lockPath,
  )
  checkExists('extra', wanted.extras, [], lockPath)
  const groups = wanted.groups.map(normaliseName)
  const chosen = categories.filter(
    key => key === 'default' || groups.includes(normaliseName(groupOf(key))) || groups.includes(normaliseName(key)),
  )
  const indexes = readIndexes(meta, system.env)
  const selected = chosen.flatMap(key => categoryPackages(lock, child(lock, key), target, indexes))
  return makeSelection(
    lockPath,
    selected,
    manifest === null ? selected.map(item => item.name) : directNames(manifest, chosen, selected),
    indexes.named,
  )
}

/** Pipfile's `dev-packages` is `develop` in the lock; users may say either. */
function groupOf(category: string): string {
  return category === 'develop' ? 'dev-packages' : category
}

function checkRequires(lock: Node, target: PythonTarget): void {
  const requires = child(child(lock, '_meta'), 'requires')
  const wanted = textOrNull(requires, 'python_full_version') ?? textOrNull(requires, 'python_version')
  // The patch level isn't the user's to choose on Lambda.
  const minor = wanted === null ? null : /^\d+(\.\d+)?/.exec(wanted)?.[0]
  checkPython(lock.file, minor === null || minor === undefined ? null : `==${minor}.*`, target)
}

interface Indexes {
  readonly named: NamedIndexes
  readonly urls: ReadonlyMap<string, string>
}

/** The first source is the default one, as for Pipenv; a URL may hold environment variables. */
function readIndexes(meta: Node, env: System['env']): Indexes {
  const sources = children(meta, 'sources').map(
    node => [textOrNull(node, 'name') ?? '', expand(text(node, 'url'), env)] as const,
  )
  const [first, ...others] = sources.map(([, url]) => url)
  const named = {
    indexUrl: first === undefined ? null : indexUrlOf(first),
    extraIndexUrls: others,
    findLinks: [],
    noIndex: null,
  }
  return { named, urls: new Map(sources) }
}

function expand(text: string, env: System['env']): string {
  return text.replace(
    /\$\{(\w+)\}|\$(\w+)/g,
    (whole: string, braced?: string, plain?: string) => env[braced ?? plain ?? ''] ?? whole,
  )
}

function categoryPackages(
  lock: Node,
  category: Node,
  target: PythonTarget,
  indexes: Indexes,
): readonly SelectedPackage[] {
  return Object.entries(category.table).flatMap(([key, value]) => {
    const item = isTable(value) ? within(lock, `package "${key}"`, value) : fail(category, `"${key}" is not an object`)
    if (!holds(item, 'markers', textOrNull(item, 'markers'), target.markers)) return []
    const version = textOrNull(item, 'version')
    return [
      {
        name: normaliseName(key),
        version: version === null ? null : versionOf(version.replace(/^==+/, '')),
        origin: originOf(lock, item, indexes),
      },
    ]
  })
}

function originOf(lock: Node, item: Node, indexes: Indexes): Origin {
  const hashes = texts(item, 'hashes').flatMap(hash => sha256Of(hash) ?? [])
  const git = textOrNull(item, 'git')
  if (git !== null)
    return {
      kind: 'git',
      url: git.replace(/^git\+/, ''),
      commit: text(item, 'ref'),
      subdirectory: textOrNull(item, 'subdirectory') ?? '',
    }
  for (const system of ['hg', 'svn', 'bzr']) {
    if (textOrNull(item, system) !== null)
      throw new UserError('LOCK_UNSUPPORTED', lock.file, item.place, `a ${system} repository`)
  }
  const path = textOrNull(item, 'path')
  const archive =
    textOrNull(item, 'file') ?? (path !== null && /\.(whl|zip|tar\.gz|tgz|tar\.bz2)$/i.test(path) ? path : null)
  if (archive !== null) {
    const location = locate(archive, folderOf(lock))
    return {
      kind: 'archive',
      file: {
        filename: filenameOf(location),
        location,
        sha256: hashes.length === 1 ? (hashes[0] ?? null) : null,
        bytes: null,
      },
    }
  }
  if (path !== null)
    return { kind: 'directory', path: resolve(folderOf(lock), path, textOrNull(item, 'subdirectory') ?? '') }
  if (textOrNull(item, 'version') === null) fail(item, 'there is no version, file, path or git')
  const name = textOrNull(item, 'index')
  const url =
    name === null ? null : (indexes.urls.get(name) ?? fail(item, `the index "${name}" is not among the sources`))
  // The default source is the one that a user's own index replaces, so it is not named here.
  const index = url === null || indexUrlOf(url) === indexes.named.indexUrl ? null : indexUrlOf(url)
  return { kind: 'index', index, files: [], hashes: [...hashes].sort() }
}

function directNames(
  manifest: Node,
  categories: readonly string[],
  selected: readonly SelectedPackage[],
): readonly string[] {
  const sections: Readonly<Record<string, string>> = { default: 'packages', develop: 'dev-packages' }
  const declared = categories
    .flatMap(key => Object.keys(child(manifest, sections[key] ?? key).table))
    .map(normaliseName)
  return selected.map(item => item.name).filter(name => declared.includes(name))
}

/** Pipenv hashes the Pipfile's sections; newer ones (2026) with normalised package names. */
function checkFresh(lock: Node, manifest: Node): void {
  const locked = textOrNull(child(child(lock, '_meta'), 'hash'), 'sha256')
  const hashes = [(name: string) => name, normaliseName].map(rename => pipfileHash(manifest, rename))
  if (locked !== null && hashes.includes(locked)) return
  throw new UserError(
    'LOCK_STALE',
    lock.file,
    manifest.file,
    'its packages, sources or Python were changed after locking',
    'pipenv lock',
  )
}

function pipfileHash(manifest: Node, rename: (name: string) => string): string {
  const section = (key: string) =>
    Object.fromEntries(Object.entries(child(manifest, key).table).map(([name, value]) => [rename(name), value]))
  const others = Object.keys(manifest.table).filter(
    key => ![...SECTIONS, 'packages', 'dev-packages', 'default', 'develop'].includes(key),
  )
  const content = {
    ...Object.fromEntries(others.map(key => [key, section(key)])),
    _meta: { sources: manifest.table['source'] ?? [PYPI_SOURCE], requires: manifest.table['requires'] ?? {} },
    default: section('packages'),
    develop: section('dev-packages'),
  }
  return pythonJsonSha256(content, 'compact')
}
