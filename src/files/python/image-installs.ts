import { UserError } from '../../errors.ts'
import { finding } from '../../findings.ts'
import { isVersion } from '../../formats/pep440.ts'
import type { Finding, InstalledInImage, PythonTarget } from '../../model.ts'
import { inParallel } from '../../system/in-parallel.ts'
import type { Disk, System } from '../../system/system.ts'
import { isNativeSdist } from './build/native-sdist.ts'
import type { ClosureNode } from './closure.ts'
import { type IndexAccess, openIndexes } from './index/access.ts'
import { findPinned, hasAcceptedHash } from './index/find.ts'
import { indexOf } from './index/layer.ts'
import type { ObtainRequest } from './index/obtain.ts'
import { isPinned, newestWheel, versionOf } from './index/package-files.ts'
import type { LocalWheel, Origin, SelectedPackage, Selection } from './types.ts'

/** A distribution that pip installs while an image is built; what it requires is mostly not known here. */
export interface ToInstall extends InstalledInImage, ClosureNode {}

/** Polite to indexes. */
const AT_ONCE = 6

interface Taken {
  readonly installs: readonly ToInstall[]
  /** What is laid out as files after all: projects, archives, and wheels of find-links places. */
  readonly selection: Selection
  readonly findings: readonly Finding[]
}

/** Takes what pip can install from an index out of a selection, without downloading it; an index is asked only where no hash is known. */
export async function takeInstalls(request: ObtainRequest, system: System): Promise<Taken> {
  const { selection, target } = request
  const lockIndexes = selection.packages.flatMap(({ origin }) =>
    origin.kind === 'index' && origin.index !== null ? [origin.index] : [],
  )
  const opening = { ...request, indexes: selection.indexes, lockIndexes: [...new Set(lockIndexes)] }
  const taking: Taking = { access: await openIndexes(opening, system), target, disk: system.disk }
  const installs = await inParallel(selection.packages, AT_ONCE, item => installOf(item, taking))
  const taken = selection.packages.filter((_, place) => installs[place] !== null)
  return {
    installs: installs.filter(install => install !== null),
    selection: { ...selection, packages: selection.packages.filter(item => !taken.includes(item)) },
    findings: indexFindings(taken, taking.access),
  }
}

interface Taking {
  readonly access: IndexAccess
  readonly target: PythonTarget
  readonly disk: Disk
}

async function installOf(item: SelectedPackage, taking: Taking): Promise<ToInstall | null> {
  const { origin } = item
  if (origin.kind !== 'index' || item.version === null || !isVersion(item.version)) return null
  if (taking.access.settings.noIndex !== null) return null
  if (await isLinked(item, origin, taking)) return null
  const known = hashesOf(origin)
  if (known.length > 0) return toInstall(item, known)
  const offered = await findPinned(item, origin, taking)
  // An unknown version, of which choosing a file tells more.
  return offered.length === 0 ? null : toInstall(item, hashesOf({ hashes: [], files: offered }))
}

/** A wheel of the user's own isn't on the index. */
async function isLinked(
  { name, version }: SelectedPackage,
  origin: Pick<IndexOrigin, 'hashes' | 'files'>,
  { access, target, disk }: Taking,
): Promise<boolean> {
  const accepted = hashesOf(origin)
  const linked = (await access.linked()).filter(({ filename }) => isPinned(versionOf(filename, name), version ?? ''))
  const configured = await access.configured()
  const own: typeof linked = []
  for (const file of linked)
    if (configured.includes(file) || (await hasAcceptedHash(file, accepted, disk))) own.push(file)
  return newestWheel(own, name, target) !== null
}

type IndexOrigin = Extract<Origin, { kind: 'index' }>

function hashesOf({
  hashes,
  files,
}: {
  readonly hashes: readonly string[]
  readonly files: readonly { readonly sha256: string | null }[]
}): readonly string[] {
  // Sorted for determinism
  return [...new Set([...hashes, ...files.flatMap(({ sha256 }) => sha256 ?? [])])].sort()
}

function toInstall({ name, version }: SelectedPackage, hashes: readonly string[]): ToInstall {
  return { name, version: version ?? '', hashes, requires: [], extras: [] }
}

/** pip in the image knows PyPI alone. */
function indexFindings(taken: readonly SelectedPackage[], { settings }: IndexAccess): readonly Finding[] {
  const namesByIndex = new Map<string, string[]>()
  for (const { name, origin } of taken) {
    const own = origin.kind === 'index' ? origin.index : null
    const url = own === null ? settings.default?.url : indexOf(own).url
    if (url !== undefined) namesByIndex.set(url, [...(namesByIndex.get(url) ?? []), name])
  }
  return [...namesByIndex].map(([url, names]) => finding('IMAGE_INDEX_NEEDED', '', url, names))
}

interface Built {
  readonly wheels: readonly LocalWheel[]
  readonly findings: readonly Finding[]
}

/**
 * What `build` makes of packages, but what it refuses is left to the image: native code of an index's source distribution, and
 * what this machine can't build. Throws what `build` throws of projects, archives and checkouts.
 */
export async function buildOrInstall(
  packages: readonly SelectedPackage[],
  build: (packages: readonly SelectedPackage[]) => Promise<Built>,
  system: System,
): Promise<Built & { readonly installs: readonly ToInstall[] }> {
  const wheels: LocalWheel[] = []
  const installs: ToInstall[] = []
  const findings: Finding[] = []
  for (const item of packages) {
    const install = await installInstead(item, system.disk)
    const built = await buildUnless(install, () => build([item]))
    if (built === null && install !== null) installs.push(install.install)
    wheels.push(...(built?.wheels ?? []))
    findings.push(...(built?.findings ?? []))
  }
  system.progress.clear()
  return { wheels, installs, findings }
}

interface Instead {
  readonly install: ToInstall
  readonly isNative: boolean
}

/** What pip can do in the place of a build here; null: it needs an index, a version, and the sources there. */
async function installInstead(item: SelectedPackage, disk: Disk): Promise<Instead | null> {
  const { origin, version } = item
  if (origin.kind !== 'index' || version === null || !isVersion(version)) return null
  const [sdist] = origin.files
  if (sdist === undefined || sdist.location === null) return null
  const isNative = await isNativeSdist(sdist.location, sdist.filename, disk)
  const known = hashesOf(origin)
  // pip takes hashes of all or of none.
  const hashes = known.length > 0 ? known : [await disk.sha256(sdist.location)]
  return { install: toInstall(item, hashes), isNative }
}

/** null: it is to be built in the image. */
async function buildUnless(instead: Instead | null, build: () => Promise<Built>): Promise<Built | null> {
  if (instead?.isNative) return null
  try {
    return await build()
  } catch (error) {
    const isRefused = error instanceof UserError && (error.code === 'NO_WHEEL' || error.code === 'BUILD_FAILED')
    if (instead === null || !isRefused) throw error
    return null
  }
}
