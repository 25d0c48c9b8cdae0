import { resolve } from 'node:path'
import { UserError } from '../../../errors.ts'
import { type Marker, normaliseName } from '../../../formats/pep508.ts'
import type { Origin, PackageFile } from '../types.ts'
import {
  child,
  children,
  countOrNull,
  fail,
  isTable,
  type Node,
  packagesOf,
  text,
  textOrNull,
  texts,
} from './document.ts'
import { folderOf, indexOrigin, indexUrlOf, isUrl, locate, packageFile, parseMarkerOf } from './selection.ts'

export interface UvEdge {
  readonly name: string
  /** Version and source tell packages of one name apart; null where the name is enough. */
  readonly version: string | null
  readonly source: string | null
  readonly extras: readonly string[]
  readonly marker: Marker | null
}

export interface UvPackage {
  readonly name: string
  /** null for a project whose version is dynamic. */
  readonly version: string | null
  /** The source in one comparable text. */
  readonly source: string
  /** True for projects that are never installed themselves (`tool.uv.package = false`). */
  readonly isVirtual: boolean
  readonly dependencies: readonly UvEdge[]
  readonly extras: ReadonlyMap<string, readonly UvEdge[]>
  readonly extraNames: readonly string[]
  readonly groups: ReadonlyMap<string, readonly UvEdge[]>
  readonly node: Node
}

export function readUvPackages(lock: Node): readonly UvPackage[] {
  return packagesOf(lock, 'package').map(node => {
    const extras = readEdgeLists(child(node, 'optional-dependencies'))
    const metadata = child(node, 'metadata')
    const emptyGroups = Object.keys(child(metadata, 'requires-dev').table).map(
      name => [normaliseName(name), []] as const,
    )
    const source = node.table['source']
    if (!isTable(source)) return fail(node, 'the key "source" is missing')
    return {
      name: normaliseName(text(node, 'name')),
      version: textOrNull(node, 'version'),
      source: sourceKey(source),
      isVirtual: source['virtual'] !== undefined,
      dependencies: readEdges(node, 'dependencies'),
      extras,
      // An extra without dependencies on any platform is named only here.
      extraNames: [...extras.keys(), ...texts(metadata, 'provides-extras'), ...texts(metadata, 'provides-extra')],
      groups: new Map([...emptyGroups, ...readEdgeLists(child(node, 'dev-dependencies'))]),
      node,
    }
  })
}

/** Lists of dependencies by normalised name, as optional-dependencies and dev-dependencies are. */
export function readEdgeLists(node: Node): ReadonlyMap<string, readonly UvEdge[]> {
  return new Map(Object.keys(node.table).map(key => [normaliseName(key), readEdges(node, key)]))
}

function readEdges(node: Node, key: string): readonly UvEdge[] {
  return children(node, key).map(edge => {
    const source = edge.table['source']
    const marker = textOrNull(edge, 'marker')
    return {
      name: normaliseName(text(edge, 'name')),
      version: textOrNull(edge, 'version'),
      source: isTable(source) ? sourceKey(source) : null,
      extras: texts(edge, 'extra').map(normaliseName),
      marker: marker === null ? null : parseMarkerOf(node, key, marker),
    }
  })
}

function sourceKey(source: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(Object.entries(source).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** The folder of a package that is a project on disk; null for all others. */
export function localFolderOf(lock: Node, item: UvPackage): string | null {
  const source = child(item.node, 'source')
  const path = textOrNull(source, 'editable') ?? textOrNull(source, 'virtual') ?? textOrNull(source, 'directory')
  return path === null ? null : resolve(folderOf(lock), path)
}

export function originOf(lock: Node, item: UvPackage): Origin {
  const source = child(item.node, 'source')
  const folder = localFolderOf(lock, item)
  if (folder !== null) return { kind: 'directory', path: folder }
  const git = textOrNull(source, 'git')
  if (git !== null) return gitOrigin(item, git)
  const archive = textOrNull(source, 'url') ?? textOrNull(source, 'path')
  if (archive !== null) return archiveOrigin(lock, item, archive)
  const registry =
    textOrNull(source, 'registry') ??
    fail(item.node, `the source has none of the kinds that lpack knows: ${Object.keys(source.table).join(', ')}`)
  // A registry that is a path is a flat folder of wheels (find-links); its files are relative to it.
  const dir = isUrl(registry) && !/^file:/i.test(registry) ? folderOf(lock) : locate(registry, folderOf(lock))
  return indexOrigin(isUrl(registry) ? indexUrlOf(registry) : dir, filesOf(item, dir))
}

/** `https://host/x?subdirectory=a&rev=main#<commit>` */
function gitOrigin(item: UvPackage, git: string): Origin {
  const [, url = '', query = '', commit = ''] = /^([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s.exec(git) ?? []
  if (commit === '') return fail(item.node, 'the git source names no commit')
  return { kind: 'git', url, commit, subdirectory: new URLSearchParams(query).get('subdirectory') ?? '' }
}

function archiveOrigin(lock: Node, item: UvPackage, location: string): Origin {
  const source = child(item.node, 'source')
  if (textOrNull(source, 'subdirectory') !== null)
    throw new UserError('LOCK_UNSUPPORTED', lock.file, item.name, 'a folder within an archive')
  const [entry] = entriesOf(item)
  const hash = entry === undefined ? null : textOrNull(entry, 'hash')
  return {
    kind: 'archive',
    file: packageFile(location, folderOf(lock), hash, entry === undefined ? null : countOrNull(entry, 'size')),
  }
}

function filesOf(item: UvPackage, dir: string): readonly PackageFile[] {
  return entriesOf(item).map(entry => {
    const location =
      textOrNull(entry, 'url') ??
      textOrNull(entry, 'path') ??
      textOrNull(entry, 'filename') ??
      fail(entry, 'a file has neither url nor path')
    const file = packageFile(location, dir, textOrNull(entry, 'hash'), countOrNull(entry, 'size'))
    return { ...file, filename: textOrNull(entry, 'filename') ?? file.filename }
  })
}

function entriesOf(item: UvPackage): readonly Node[] {
  const sdist = child(item.node, 'sdist')
  const wheels = children(item.node, 'wheels')
  return Object.keys(sdist.table).length === 0 ? wheels : [...wheels, sdist]
}
