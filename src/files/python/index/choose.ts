import { UserError, unreachable } from '../../../errors.ts'
import { finding } from '../../../findings.ts'
import { parseWheelName } from '../../../formats/wheel-name.ts'
import { bestWheel } from '../../../formats/wheel-tags.ts'
import type { Finding, PythonTarget } from '../../../model.ts'
import type { Disk } from '../../../system/system.ts'
import { describeTarget } from '../target.ts'
import type { Origin, PackageFile, SelectedPackage } from '../types.ts'
import type { IndexAccess, OfferedFile } from './access.ts'
import { explainNoWheelWith } from './explain.ts'
import { findFile, findPinned, hasAcceptedHash, indexesFor } from './find.ts'
import { isPinned, isSdist, isWheel, newestWheel, versionOf } from './package-files.ts'

/** A file that is to be on this disk, and what it must be. */
export interface WantedFile {
  readonly filename: string
  /** Such as `numpy 2.1.0`, for messages. */
  readonly wanted: string
  /** sha256 in lower-case hex, one of which it must have; empty: any. */
  readonly accepted: readonly string[]
  readonly bytes: number | null
  /** Finds out where it is; asked only when the cache hasn't got it. */
  readonly locate: () => Promise<Located>
}

export interface Located {
  /** http(s) URL, or an absolute path on disk. */
  readonly location: string
  readonly bytes: number | null
}

export type Choice =
  | {
      readonly kind: 'wheel' | 'sdist'
      readonly item: SelectedPackage
      readonly file: WantedFile
      readonly findings: readonly Finding[]
    }
  | { /** A project on disk or in git. */ readonly kind: 'project'; readonly item: SelectedPackage }

export interface Choosing {
  readonly access: IndexAccess
  readonly target: PythonTarget
  readonly disk: Disk
}

type IndexOrigin = Extract<Origin, { kind: 'index' }>

/** The file of a selected package that the target loads, or what a wheel of it can be built from. Throws NO_WHEEL. */
export async function chooseFile(item: SelectedPackage, choosing: Choosing): Promise<Choice> {
  const { origin } = item
  switch (origin.kind) {
    case 'archive':
      return chooseArchive(item, origin.file, choosing.target)
    case 'directory':
    case 'git':
      return { kind: 'project', item }
    case 'index':
      return origin.files.length > 0 ? chooseListed(item, origin, choosing) : chooseOffered(item, origin, choosing)
    default:
      return unreachable(origin)
  }
}

function chooseArchive(item: SelectedPackage, file: PackageFile, target: PythonTarget): Choice {
  const { location } = file
  if (location === null) throw new Error(`The archive ${file.filename} has no location`)
  const locate = async () => ({ location, bytes: file.bytes })
  const accepted = file.sha256 === null ? [] : [file.sha256]
  const wanted = { filename: file.filename, wanted: describe(item), accepted, bytes: file.bytes, locate }
  if (!isWheel(file.filename)) return { kind: 'sdist', item, file: wanted, findings: [] }
  checkName(file.filename, item)
  if (bestWheel([file], each => each.filename, target.tags) === null) {
    throw new UserError('WHEEL_NOT_FOR_TARGET', withoutCredentials(location), describe(item), describeTarget(target))
  }
  return { kind: 'wheel', item, file: wanted, findings: [] }
}

/** From the files that the lock lists. */
async function chooseListed(item: SelectedPackage, origin: IndexOrigin, choosing: Choosing): Promise<Choice> {
  const wheels = origin.files.filter(file => isWheel(file.filename))
  const best = bestWheel(wheels, file => file.filename, choosing.target.tags)
  const sdist = origin.files.find(file => isSdist(file.filename))
  const chosen = best ?? sdist
  if (best !== null) checkName(best.filename, item)
  const own = best === null ? await chooseUnlocked(item, choosing) : null
  if (own !== null) return own
  if (chosen === undefined) throw await explainNoWheelWith(item, choosing.target, choosing.access)
  const accepted = chosen.sha256 === null ? origin.hashes : [chosen.sha256]
  const file: WantedFile = {
    filename: chosen.filename,
    wanted: describe(item),
    accepted,
    bytes: chosen.bytes,
    locate: () => locateListed(item, origin, chosen, choosing),
  }
  return { kind: best === null ? 'sdist' : 'wheel', item, file, findings: [] }
}

/**
 * The lock's URL as it is, unless the user has set another index in PyPI's place: then a file that the lock takes from
 * PyPI must be there. A find-links file of that name and hash comes before all.
 */
async function locateListed(
  item: SelectedPackage,
  origin: IndexOrigin,
  file: PackageFile,
  { access, disk }: Choosing,
): Promise<Located> {
  const accepted = file.sha256 === null ? origin.hashes : [file.sha256]
  for (const linked of await access.linked()) {
    if (linked.filename === file.filename && (await hasAcceptedHash(linked, accepted, disk))) return linked
  }
  const { location } = file
  if (location !== null && !/^https?:/i.test(location)) return { location, bytes: file.bytes }
  const { noIndex } = access.settings
  if (noIndex !== null) throw new UserError('NO_INDEX_ALLOWED', file.filename, noIndex)
  const isReplaced = origin.index === null && access.settings.default !== null
  if (location !== null && !isReplaced) return { location, bytes: file.bytes }
  return findFile({ project: item.name, filename: file.filename, accepted, index: origin.index }, access)
}

/** From the find-links places, else from the pages of the indexes, where the lock lists no files. */
async function chooseOffered(item: SelectedPackage, origin: IndexOrigin, choosing: Choosing): Promise<Choice> {
  const { access, target } = choosing
  const pinned = await findPinned(item, origin, choosing)
  const wheel = newestWheel(pinned, item.name, target)
  if (wheel === null) await refuseUnlocked(item, origin, choosing)
  const chosen = wheel ?? pinned.find(file => isSdist(file.filename))
  const { noIndex } = access.settings
  if (chosen === undefined && noIndex !== null) throw new UserError('NO_INDEX_ALLOWED', describe(item), noIndex)
  if (chosen === undefined) {
    await refuseUnknown(item, origin, access)
    throw await explainNoWheelWith(item, target, access)
  }
  const file: WantedFile = {
    filename: chosen.filename,
    wanted: describe(item),
    accepted: chosen.sha256 === null ? origin.hashes : [chosen.sha256],
    bytes: chosen.bytes,
    locate: async () => chosen,
  }
  const findings = chosen.yanked ? [finding('YANKED', '', describe(item))] : []
  return { kind: wheel === null ? 'sdist' : 'wheel', item, file, findings }
}

/**
 * A wheel of the config's find-links that the lock doesn't know, for a package without any that loads on the target: the
 * user built it for this. What the lock says of hashes can't hold for it, hence the finding.
 */
async function chooseUnlocked(item: SelectedPackage, choosing: Choosing): Promise<Choice | null> {
  const wheel = await configuredWheel(item, choosing)
  if (wheel === null) return null
  const { filename } = wheel
  const file: WantedFile = { filename, wanted: describe(item), accepted: [], bytes: null, locate: async () => wheel }
  return { kind: 'wheel', item, file, findings: [finding('WHEEL_NOT_LOCKED', wheel.location, filename)] }
}

/** A project that no index knows is a matter of its name or of the index, not of wheels. */
async function refuseUnknown(item: SelectedPackage, { index }: IndexOrigin, access: IndexAccess): Promise<void> {
  const urls = indexesFor(index, access)
  // In turn: an index behind one that has the project isn't to hear of it.
  for (const url of urls) {
    if ((await access.page(url, item.name)) !== null) return
  }
  throw new UserError('INDEX_LACKS_FILE', describe(item), urls.join(' and '), `${item.name} isn't there at all`)
}

/** Where hashes are pinned by hand, as in a requirements file, a wheel of the user's own has to be pinned, too. */
async function refuseUnlocked(item: SelectedPackage, origin: IndexOrigin, choosing: Choosing): Promise<void> {
  const wheel = await configuredWheel(item, choosing)
  if (wheel === null || /^https?:/i.test(wheel.location)) return
  const got = await choosing.disk.sha256(wheel.location)
  throw new UserError('HASH_MISMATCH', wheel.filename, wheel.location, origin.hashes.join(' or '), got)
}

async function configuredWheel(item: SelectedPackage, { access, target }: Choosing): Promise<OfferedFile | null> {
  const files = (await access.configured()).filter(file => isOf(file, item))
  return newestWheel(files, item.name, target)
}

function checkName(filename: string, item: SelectedPackage): void {
  const wheel = parseWheelName(filename)
  const isRight = wheel?.name === item.name && (item.version === null || isPinned(wheel.version, item.version))
  if (!isRight) throw new UserError('WHEEL_MISNAMED', filename, describe(item))
}

function isOf(file: OfferedFile, item: SelectedPackage): boolean {
  return item.version === null || isPinned(versionOf(file.filename, item.name), item.version)
}

function describe({ name, version }: SelectedPackage): string {
  return version === null ? name : `${name} ${version}`
}

function withoutCredentials(location: string): string {
  return location.replace(/\/\/[^/@]*@/, '//')
}
