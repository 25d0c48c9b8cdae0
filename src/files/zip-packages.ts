import { posix } from 'node:path'
import { readContent } from '../formats/content.ts'
import { parsePackageJson } from '../formats/package-json.ts'
import { evaluateMarker, normaliseName, type Requirement } from '../formats/pep508.ts'
import { parseRecord } from '../formats/record.ts'
import type { FileEntry, PackedPackage, Plan } from '../model.ts'
import type { Disk, System } from '../system/system.ts'
import { DIRECT } from './python/closure.ts'
import { readDistInfo } from './python/dist-info.ts'

/** A METADATA, RECORD or package.json beyond this is none, and so are all that come when they have had so much together. */
const MOST_TEXT_BYTES = 16 * 1_048_576
const MOST_TEXTS_BYTES = 64 * 1_048_576

/** Ten times what the largest distributions have. */
const MOST_REQUIREMENTS = 5000
const MOST_EXTRAS = 1000

/** Reads what files of a zip say of packages, up to a bound. */
interface Texts {
  readonly disk: Disk
  readonly signal: AbortSignal
  leftBytes: number
}

/** A package of a zip: where it says so itself, and what it wants. */
interface FoundPackage {
  readonly id: string
  readonly name: string
  readonly version: string
  /** The folder of the files that say so. */
  readonly folder: string
  /** Ids of packages that it needs and that may be there. */
  readonly needs: readonly string[]
  /** The same with its extras. */
  readonly mayNeed: readonly string[]
  readonly licence: string | null
}

/**
 * Gives each file to the package that says it is its own: Python's by the RECORD of its .dist-info, Node.js's by its folder in
 * node_modules. What no package claims is the function's own.
 */
export async function ownPackages(
  files: readonly FileEntry[],
  { language, target }: Pick<Plan, 'language' | 'target'>,
  { disk, signal }: System,
): Promise<{ readonly files: readonly FileEntry[]; readonly packages: readonly PackedPackage[] }> {
  const texts: Texts = { disk, signal, leftBytes: MOST_TEXTS_BYTES }
  const markers = language === 'python' && 'markers' in target ? target.markers : null
  const isActive = ({ marker }: Requirement, extras: readonly string[]) =>
    markers !== null && evaluateMarker(marker, markers, extras)
  const python = await distributionsOf(files, isActive, texts)
  const node = await nodePackagesOf(files, texts)
  const owned = files.map(file => {
    const owner = python.owners.get(file.path) ?? nodeOwner(file.path, node.byFolder)
    return owner === null ? file : { ...file, owner }
  })
  return { files: owned, packages: [...packed(python.found), ...packed(node.found)] }
}

async function distributionsOf(
  files: readonly FileEntry[],
  isActive: (requirement: Requirement, extras: readonly string[]) => boolean,
  texts: Texts,
): Promise<{ readonly owners: ReadonlyMap<string, string>; readonly found: readonly FoundPackage[] }> {
  const byPath = new Map<string, FileEntry>(files.map(file => [file.path, file]))
  const owners = new Map<string, string>()
  const found: FoundPackage[] = []
  const versions = new Map<string, string>()
  for (const metadata of files.filter(({ path }) => /(?:^|\/)[^/]+\.dist-info\/METADATA$/.test(path))) {
    const folder = posix.dirname(metadata.path)
    const distribution = await distributionAt(folder, metadata, isActive, texts)
    if (distribution === null) continue
    const { name, version } = distribution
    // Another version, in a folder that is not on Python's path say, is a package of its own.
    const isOther = (versions.get(name) ?? version) !== version
    const one = { ...distribution, id: isOther ? `${name}==${version}` : name }
    if (!isOther) versions.set(name, version)
    found.push(one)
    for (const path of await recordedPaths(folder, byPath.get(`${folder}/RECORD`), texts)) {
      if (byPath.has(path) && !owners.has(path)) owners.set(path, one.id)
    }
  }
  const byFolder = new Map(found.map(({ folder, id }) => [folder, id]))
  for (const { path } of files) {
    const inside = /^(?:.*\/)?[^/]+\.dist-info(?=\/)/.exec(path)?.[0]
    const id = inside === undefined ? undefined : byFolder.get(inside)
    if (id !== undefined) owners.set(path, id)
  }
  return { owners, found }
}

async function distributionAt(
  folder: string,
  metadata: FileEntry,
  isActive: (requirement: Requirement, extras: readonly string[]) => boolean,
  texts: Texts,
): Promise<FoundPackage | null> {
  const text = await textOf(metadata, texts)
  try {
    const { name, version, requires, extras, licence } = readDistInfo(text, null, MOST_REQUIREMENTS)
    const namesOf = (asked: readonly string[]) => requires.filter(one => isActive(one, asked)).map(one => one.name)
    return {
      id: name,
      name,
      version,
      folder,
      needs: namesOf([]),
      mayNeed: namesOf(extras.slice(0, MOST_EXTRAS)),
      licence,
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    // What its metadata get wrong, the folder's name mostly has right.
    const [, name, version] = /([^/-]+)-([^/]+)\.dist-info$/.exec(folder) ?? []
    if (name === undefined || version === undefined) return null
    const unknown = { needs: [], mayNeed: [], licence: null }
    return { id: normaliseName(name), name: normaliseName(name), version, folder, ...unknown }
  }
}

async function recordedPaths(folder: string, record: FileEntry | undefined, texts: Texts): Promise<readonly string[]> {
  if (record === undefined) return []
  try {
    const root = posix.dirname(folder)
    return parseRecord(await textOf(record, texts)).map(({ path }) => posix.join(root, path))
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return []
  }
}

const PACKAGE_FOLDER = /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/@.][^/]*)$/

async function nodePackagesOf(
  files: readonly FileEntry[],
  texts: Texts,
): Promise<{ readonly byFolder: ReadonlyMap<string, string>; readonly found: readonly FoundPackage[] }> {
  const manifests: {
    readonly folder: string
    readonly name: string
    readonly version: string
    readonly wants: readonly string[]
    readonly licence: string | null
  }[] = []
  for (const file of files) {
    const folder = posix.dirname(file.path)
    const named = PACKAGE_FOLDER.exec(folder)?.[1]
    if (named === undefined || posix.basename(file.path) !== 'package.json') continue
    const manifest = await manifestOf(file, texts)
    if (manifest === null || manifest.version === '') continue
    const { dependencies, optionalDependencies, peerDependencies } = manifest
    const wants = [dependencies, optionalDependencies, peerDependencies]
      .flatMap(Object.keys)
      .slice(0, MOST_REQUIREMENTS)
    const { name, version, licence } = manifest
    manifests.push({ folder, name: name || named, version, wants, licence: licence || null })
  }
  const byFolder = new Map(manifests.map(({ folder, name, version }) => [folder, `${name}@${version}`]))
  const found = manifests.map(({ folder, name, version, wants, licence }) => {
    const needs = wants.flatMap(want => resolvedFrom(folder, want, byFolder) ?? [])
    return { id: `${name}@${version}`, name, version, folder, needs, mayNeed: needs, licence }
  })
  return { byFolder, found }
}

async function manifestOf(file: FileEntry, texts: Texts): Promise<ReturnType<typeof parsePackageJson> | null> {
  try {
    return parsePackageJson(await textOf(file, texts))
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return null
  }
}

/** As require() looks: in node_modules of the folder and of each above it. */
function resolvedFrom(folder: string, name: string, byFolder: ReadonlyMap<string, string>): string | null {
  for (let dir = folder; ; dir = posix.dirname(dir)) {
    if (posix.basename(dir) !== 'node_modules') {
      const id = byFolder.get(posix.join(dir, 'node_modules', name))
      if (id !== undefined) return id
    }
    if (dir === '.') return null
  }
}

const MODULES = 'node_modules/'
const PACKAGE_NAME = /^(?:@[^/]+\/)?[^/]+(?=\/)/

/** The innermost package whose folder holds the file. */
function nodeOwner(path: string, byFolder: ReadonlyMap<string, string>): string | null {
  if (byFolder.size === 0) return null
  for (let at = path.lastIndexOf(MODULES); at >= 0; at = at === 0 ? -1 : path.lastIndexOf(MODULES, at - 1)) {
    const name = at === 0 || path[at - 1] === '/' ? PACKAGE_NAME.exec(path.slice(at + MODULES.length))?.[0] : undefined
    const id = name === undefined ? undefined : byFolder.get(path.slice(0, at + MODULES.length) + name)
    if (id !== undefined) return id
  }
  return null
}

/** Once each, with who needs it; what nobody needs is there for the function itself. */
function packed(found: readonly FoundPackage[]): readonly PackedPackage[] {
  const needing = new Map<string, Set<string>>()
  const mayNeed = new Map<string, Set<string>>()
  for (const one of found) {
    for (const id of one.needs) if (id !== one.id) add(needing, id, one.name)
    for (const id of one.mayNeed) if (id !== one.id) add(mayNeed, id, one.name)
  }
  const unique = new Map(found.map(one => [one.id, one]))
  // Sorted for determinism
  return [...unique.values()]
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map(({ id, name, version, licence }) => {
      const requiredBy = [...(needing.get(id) ?? mayNeed.get(id) ?? [DIRECT])].sort()
      return { id, name, version, requiredBy, licence }
    })
}

function add(sets: Map<string, Set<string>>, key: string, value: string): void {
  const set = sets.get(key)
  if (set === undefined) sets.set(key, new Set([value]))
  else set.add(value)
}

async function textOf({ bytes, content }: FileEntry, texts: Texts): Promise<string> {
  texts.signal.throwIfAborted()
  if (bytes > Math.min(MOST_TEXT_BYTES, texts.leftBytes)) return ''
  texts.leftBytes -= bytes
  return Buffer.from(await readContent(content, texts.disk)).toString('utf8')
}
