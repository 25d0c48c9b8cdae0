// Whether a uv.lock still says what the manifests say. uv rewrites markers and sources when it locks, so both sides
// are compared by what they ask for on a range of platforms and Pythons, not by their text.
import { dirname, resolve } from 'node:path'
import { UserError } from '../../../errors.ts'
import { satisfies } from '../../../formats/pep440.ts'
import { normaliseName } from '../../../formats/pep508.ts'
import type { MarkerEnvironment } from '../../../model.ts'
import type { Disk } from '../../../system/system.ts'
import { child, type Node, textOrNull, texts } from './document.ts'
import { dependencyGroups, projectDependencies, projectExtras, readManifestIfThere } from './manifest.ts'
import { parseRequirementOf } from './selection.ts'
import { type Ask, askedBy, firstDifference, lockedAsks, type SourceRules } from './uv-asks.ts'
import type { UvPackage } from './uv-packages.ts'
import { localFolderOf } from './uv-packages.ts'

export interface Freshness {
  readonly lock: Node
  readonly packages: readonly UvPackage[]
  readonly project: UvPackage | null
  readonly manifest: Node
  readonly disk: Disk
}

/** Throws LOCK_STALE if uv would lock again for the function's project. */
export async function checkFresh(at: Freshness): Promise<void> {
  const top = await topManifest(at)
  const environments = await checkPythonRange(at)
  const rules: SourceRules = { manifest: at.manifest, top, lock: at.lock, localFolders: localFolders(at) }
  const compare = (what: string, asked: readonly Ask[], locked: readonly Ask[]): void => {
    const name = firstDifference(asked, locked, environments)
    if (name !== null) stale(at, `${what} ${name} differently`)
  }
  const metadata = at.project === null ? null : child(at.project.node, 'metadata')
  if (metadata !== null && !texts(child(at.manifest, 'project'), 'dynamic').includes('dependencies')) {
    compare('its dependencies ask for', declaredAsks(rules), lockedAsks(metadata, 'requires-dist', rules))
    checkExtras(at, metadata)
  }
  const lockedGroups =
    metadata === null ? child(child(at.lock, 'manifest'), 'dependency-groups') : child(metadata, 'requires-dev')
  const declaredGroups = groupAsks(rules)
  for (const group of new Set([...declaredGroups.keys(), ...Object.keys(lockedGroups.table).map(normaliseName)])) {
    const key = Object.keys(lockedGroups.table).find(name => normaliseName(name) === group)
    compare(
      `its group "${group}" asks for`,
      declaredGroups.get(group) ?? [],
      key === undefined ? [] : lockedAsks(lockedGroups, key, rules),
    )
  }
  for (const [key, setting] of [
    ['overrides', 'override-dependencies'],
    ['constraints', 'constraint-dependencies'],
  ] as const) {
    const settings = child(child(top, 'tool'), 'uv')
    const asked = askedLines(settings, setting, rules)
    compare(`\`tool.uv.${setting}\` asks for`, asked, lockedAsks(child(at.lock, 'manifest'), key, rules))
  }
}

function stale(at: Freshness, changed: string): never {
  throw new UserError('LOCK_STALE', at.lock.file, at.manifest.file, changed, 'uv lock')
}

/** The workspace root's manifest, whose settings hold for all members. */
async function topManifest(at: Freshness): Promise<Node> {
  const path = resolve(dirname(at.lock.file), 'pyproject.toml')
  return path === at.manifest.file ? at.manifest : ((await readManifestIfThere(path, at.disk)) ?? at.manifest)
}

function localFolders(at: Freshness): ReadonlyMap<string, string> {
  return new Map(
    at.packages.flatMap(item => {
      const folder = localFolderOf(at.lock, item)
      return folder === null ? [] : [[item.name, folder] as const]
    }),
  )
}

function declaredAsks(rules: SourceRules): readonly Ask[] {
  const main = projectDependencies(rules.manifest).flatMap(item => askedBy(item, rules, { extra: null, group: null }))
  const optional = [...projectExtras(rules.manifest)].flatMap(([extra, items]) =>
    items.flatMap(item => askedBy(item, rules, { extra, group: null })),
  )
  return [...main, ...optional]
}

function groupAsks(rules: SourceRules): ReadonlyMap<string, readonly Ask[]> {
  const groups = new Map(
    [...dependencyGroups(rules.manifest)].map(([group, items]) => [
      group,
      items.flatMap(item => askedBy(item, rules, { extra: null, group })),
    ]),
  )
  const legacy = askedLines(child(child(rules.manifest, 'tool'), 'uv'), 'dev-dependencies', rules)
  return legacy.length === 0 ? groups : groups.set('dev', [...(groups.get('dev') ?? []), ...legacy])
}

function askedLines(settings: Node, key: string, rules: SourceRules): readonly Ask[] {
  const lines = (Array.isArray(settings.table[key]) ? (settings.table[key] as readonly unknown[]) : []).filter(
    line => typeof line === 'string',
  )
  return lines.flatMap(line =>
    askedBy(parseRequirementOf(settings, key, line), rules, {
      extra: null,
      group: key === 'dev-dependencies' ? 'dev' : null,
    }),
  )
}

/** Extras without dependencies show nowhere else. Older revisions of the format don't list them. */
function checkExtras(at: Freshness, metadata: Node): void {
  if (metadata.table['provides-extras'] === undefined) return
  const locked = texts(metadata, 'provides-extras').map(normaliseName)
  const declared = [...projectExtras(at.manifest).keys()]
  const added = declared.find(extra => !locked.includes(extra))
  const gone = locked.find(extra => !declared.includes(extra))
  if (added !== undefined) stale(at, `the extra "${added}" is new`)
  if (gone !== undefined) stale(at, `the extra "${gone}" is gone`)
}

/** The platforms to compare on, for all Pythons that the lock admits; throws if the manifests admit others. */
async function checkPythonRange(at: Freshness): Promise<readonly MarkerEnvironment[]> {
  const locked = textOrNull(at.lock, 'requires-python') ?? ''
  const ranges = (await memberManifests(at)).flatMap(
    manifest => textOrNull(child(manifest, 'project'), 'requires-python') ?? [],
  )
  const admitted = PYTHONS.filter(version => satisfies(version, locked))
  // A project that declares no range gets one from the Python that uv ran with.
  if (ranges.length > 0) {
    const differing = [...PYTHONS, '3.0.0', '4.0.0'].find(
      version => satisfies(version, locked) !== ranges.every(range => satisfies(version, range)),
    )
    if (differing !== undefined)
      stale(at, `the lock is for Python ${locked}, the manifest for ${[...new Set(ranges)].sort().join(' and ')}`)
  }
  return admitted.flatMap(python => PLATFORMS.map(platform => ({ ...platform, ...pythonMarkers(python) })))
}

async function memberManifests(at: Freshness): Promise<readonly Node[]> {
  const members = texts(child(at.lock, 'manifest'), 'members').map(normaliseName)
  const manifests = [at.manifest]
  for (const name of members) {
    const folder = localFolders(at).get(name)
    const path = folder === undefined ? null : resolve(folder, 'pyproject.toml')
    if (path === null || path === at.manifest.file) continue
    const manifest = await readManifestIfThere(path, at.disk)
    if (manifest === null) stale(at, `the workspace member "${name}" is gone from ${folder}`)
    manifests.push(manifest)
  }
  return manifests
}

/** Minor versions with an early and a late patch level, far enough beyond those in use. */
const PYTHONS: readonly string[] = Array.from({ length: 14 }, (_, index) => index + 6).flatMap(minor => [
  `3.${minor}.0`,
  `3.${minor}.3`,
  `3.${minor}.30`,
])

function pythonMarkers(
  version: string,
): Pick<MarkerEnvironment, 'python_version' | 'python_full_version' | 'implementation_version'> {
  return {
    python_version: version.split('.').slice(0, 2).join('.'),
    python_full_version: version,
    implementation_version: version,
  }
}

type Platform = Omit<MarkerEnvironment, 'python_version' | 'python_full_version' | 'implementation_version'>
const CPYTHON = {
  platform_python_implementation: 'CPython',
  implementation_name: 'cpython',
  platform_release: '',
  platform_version: '',
}
const PLATFORMS: readonly Platform[] = [
  { ...CPYTHON, os_name: 'posix', sys_platform: 'linux', platform_system: 'Linux', platform_machine: 'x86_64' },
  { ...CPYTHON, os_name: 'posix', sys_platform: 'linux', platform_system: 'Linux', platform_machine: 'aarch64' },
  { ...CPYTHON, os_name: 'posix', sys_platform: 'darwin', platform_system: 'Darwin', platform_machine: 'arm64' },
  { ...CPYTHON, os_name: 'nt', sys_platform: 'win32', platform_system: 'Windows', platform_machine: 'AMD64' },
]
