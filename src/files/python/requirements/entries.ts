import { basename, join, resolve } from 'node:path'
import { UserError } from '../../../errors.ts'
import { evaluateMarker, normaliseName, type Requirement } from '../../../formats/pep508.ts'
import { parseRequirementsText, type RequirementLine } from '../../../formats/requirements-file.ts'
import { parseWheelName } from '../../../formats/wheel-name.ts'
import type { PythonTarget } from '../../../model.ts'
import type { Disk } from '../../../system/system.ts'
import { child, type Node, reasonOf, textOrNull, texts } from '../locks/document.ts'
import { projectDependencies, projectExtras, readManifestIfThere } from '../locks/manifest.ts'
import { filenameOf, locate, versionOf } from '../locks/selection.ts'
import type { Origin, PackageFile } from '../types.ts'
import type { FileLine } from './lines.ts'

/** What one active line asks for. */
export interface Entry {
  /** null where only building would tell. */
  readonly name: string | null
  readonly version: string | null
  /** null: the line isn't exact. */
  readonly origin: Origin | null
  /** Why it isn't exact; '' if it is. */
  readonly why: string
  readonly requirements: readonly Requirement[]
  readonly hashes: readonly string[]
  /** True for what a hash can be given for: files of an index or URL. */
  readonly isHashable: boolean
  /** True for the project whose own files the function's are. */
  readonly isOwn: boolean
  readonly described: string
  readonly line: FileLine
}

interface Reading {
  readonly line: FileLine
  readonly target: PythonTarget
  /** The folder that paths start from: that of the file which the user named. */
  readonly dir: string
  readonly disk: Disk
}

type ArchiveLine = Extract<RequirementLine, { kind: 'path' | 'url-archive' }>
type NamedLine = Extract<RequirementLine, { kind: 'requirement' }>

/** The entry of a line that is active on the target; null for options and inactive lines. */
export async function readEntry(reading: Reading): Promise<Entry | null> {
  const { line, target } = reading
  if (line.kind === 'editable' && !evaluateMarker(line.marker, target.markers, [])) return null
  const asked = line.kind === 'editable' ? editableLine(line) : line
  if (asked.kind === 'requirement') {
    if (!evaluateMarker(asked.requirement.marker, target.markers, [])) return null
    return asked.requirement.url === null ? indexEntry(asked, line) : urlEntry(asked, reading)
  }
  if (asked.kind !== 'path' && asked.kind !== 'url-archive') return null
  return evaluateMarker(asked.marker, target.markers, []) ? placeEntry(asked, reading) : null
}

/** What stands behind `-e` is a line of its own. */
function editableLine(line: FileLine & { readonly kind: 'editable' }): RequirementLine {
  const written = /^[\w.-]+$/.test(line.target) && !line.target.startsWith('.') ? `./${line.target}` : line.target
  try {
    return parseRequirementsText(written)[0] ?? line
  } catch (error) {
    throw new UserError('REQUIREMENTS_UNREADABLE', line.file, line.line, reasonOf(error).replace(/^line \d+: /, ''))
  }
}

function indexEntry({ requirement, hashes, otherHashes }: NamedLine, line: FileLine): Entry {
  const { name, specifier, extras } = requirement
  const described = `${name}${extras.length === 0 ? '' : `[${extras.join()}]`}${specifier}`
  if (hashes.length === 0 && otherHashes.length > 0) {
    throw new UserError(
      'REQUIREMENTS_UNREADABLE',
      line.file,
      line.line,
      `${described} has no sha256, the one hash that lpack checks. Add \`--hash=sha256:…\``,
    )
  }
  const version = exactVersion(specifier)
  const origin: Origin | null =
    version === null ? null : { kind: 'index', index: null, files: [], hashes: [...hashes].sort() }
  return {
    name,
    version,
    origin,
    why: version === null ? `${described} is not pinned with ==` : '',
    requirements: [requirement],
    hashes,
    isHashable: true,
    isOwn: false,
    described,
    line,
  }
}

/** The version that a specifier pins, or null. */
export function exactVersion(specifier: string): string | null {
  for (const clause of specifier.split(',')) {
    const [, arbitrary, equal] = /^(?:===(.+)|==([^=*]+))$/.exec(clause.trim()) ?? []
    if (arbitrary !== undefined) return arbitrary.trim()
    if (equal !== undefined) return versionOf(equal.trim())
  }
  return null
}

/** `name @ https://…`, `name @ git+https://…@commit`, `name @ file:///…` */
async function urlEntry({ requirement, hashes, otherHashes }: NamedLine, reading: Reading): Promise<Entry> {
  const url = requirement.url ?? ''
  const [address = '', fragment = ''] = url.split('#', 2)
  const facts = new URLSearchParams(fragment)
  const isOnDisk = !/^[a-z][a-z0-9+.-]+:/i.test(address) || /^file:/i.test(address)
  const place: ArchiveLine = {
    kind: isOnDisk ? 'path' : 'url-archive',
    target: address,
    name: requirement.name,
    extras: requirement.extras,
    marker: requirement.marker,
    subdirectory: facts.get('subdirectory') ?? '',
    hashes,
    otherHashes,
    line: reading.line.line,
  }
  return placeEntry(place, reading)
}

async function placeEntry(place: ArchiveLine, reading: Reading): Promise<Entry> {
  const { origin, why } = originOf(place, reading.dir)
  const manifest =
    origin?.kind === 'directory' ? await readManifestIfThere(join(origin.path, 'pyproject.toml'), reading.disk) : null
  const isOwn = origin?.kind === 'directory' && origin.path === resolve(reading.dir)
  const file = origin?.kind === 'archive' ? nameOfFile(origin.file.filename) : null
  const name = place.name ?? file?.name ?? nameInManifest(manifest)
  const described = place.target
  const common = {
    name,
    version: file?.version ?? null,
    hashes: place.hashes,
    isHashable: origin?.kind === 'archive',
    isOwn,
    described,
    line: reading.line,
  }
  if (isOwn) return { ...common, ...ownProject(place, manifest) }
  const unnamed = name === null ? `${described} doesn't tell its package's name: write it as \`name @ …\`` : ''
  const requirement =
    name === null ? [] : [{ name, extras: place.extras, specifier: '', url: place.target, marker: place.marker }]
  return {
    ...common,
    origin: name === null ? null : origin,
    why: why === '' ? unnamed : why,
    requirements: requirement,
  }
}

/** The function's own project stands for what it depends on. */
function ownProject(place: ArchiveLine, manifest: Node | null): Pick<Entry, 'origin' | 'why' | 'requirements'> {
  const project = manifest === null ? null : child(manifest, 'project')
  if (
    manifest === null ||
    project === null ||
    Object.keys(project.table).length === 0 ||
    texts(project, 'dynamic').includes('dependencies')
  ) {
    return {
      origin: null,
      why: `${place.target} is the project itself, and no [project] table says what it depends on`,
      requirements: [],
    }
  }
  const extras = projectExtras(manifest)
  return {
    origin: null,
    why: '',
    requirements: [...projectDependencies(manifest), ...place.extras.flatMap(extra => extras.get(extra) ?? [])],
  }
}

function originOf(place: ArchiveLine, dir: string): { readonly origin: Origin | null; readonly why: string } {
  const version = /^git\+/i.test(place.target) ? gitOrigin(place) : null
  if (version !== null) return version
  if (/^(hg|svn|bzr)\+/i.test(place.target)) return { origin: null, why: `${place.target} is no git repository` }
  const location = locate(place.target, dir)
  if (!/\.(whl|zip|tar|tar\.gz|tgz|tar\.bz2|tbz|tar\.xz|txz)$/i.test(filenameOf(location))) {
    if (place.kind === 'url-archive') return { origin: null, why: `${place.target} is neither a wheel nor an sdist` }
    return { origin: { kind: 'directory', path: resolve(location, place.subdirectory) }, why: '' }
  }
  if (place.subdirectory !== '') return { origin: null, why: `${place.target} names a folder within an archive` }
  const file: PackageFile = {
    filename: filenameOf(location),
    location,
    sha256: place.hashes.length === 1 ? (place.hashes[0] ?? null) : null,
    bytes: null,
  }
  return { origin: { kind: 'archive', file }, why: '' }
}

function gitOrigin(place: ArchiveLine): { readonly origin: Origin | null; readonly why: string } {
  const [, url = '', commit = ''] = /^git\+([a-z]+:\/\/[^/]*\/.*?)(?:@([^@]*))?$/is.exec(place.target) ?? []
  if (!/^([0-9a-f]{40}|[0-9a-f]{64})$/i.test(commit))
    return { origin: null, why: `${place.target} names no commit by its full hash` }
  return { origin: { kind: 'git', url, commit: commit.toLowerCase(), subdirectory: place.subdirectory }, why: '' }
}

function nameOfFile(filename: string): { readonly name: string; readonly version: string } | null {
  const wheel = parseWheelName(filename)
  if (wheel !== null) return { name: wheel.name, version: versionOf(wheel.version) }
  const [, name, version] = /^(.+)-(\d[^-]*?)\.(?:tar\.gz|tgz|zip|tar\.bz2|tar\.xz)$/i.exec(basename(filename)) ?? []
  return name === undefined || version === undefined ? null : { name: normaliseName(name), version: versionOf(version) }
}

function nameInManifest(manifest: Node | null): string | null {
  if (manifest === null) return null
  const name =
    textOrNull(child(manifest, 'project'), 'name') ?? textOrNull(child(child(manifest, 'tool'), 'poetry'), 'name')
  return name === null ? null : normaliseName(name)
}
