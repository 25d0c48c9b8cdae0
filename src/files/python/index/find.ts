import { isAbsolute } from 'node:path'
import { UserError } from '../../../errors.ts'
import type { PythonTarget } from '../../../model.ts'
import type { Disk } from '../../../system/system.ts'
import { isPyPI } from '../pypi.ts'
import type { SelectedPackage } from '../types.ts'
import type { IndexAccess, OfferedFile } from './access.ts'
import { indexOf } from './layer.ts'
import { isPinned, newestWheel, suitsPython, versionOf } from './package-files.ts'

interface Sought {
  readonly project: string
  readonly filename: string
  /** sha256 in lower-case hex; empty: any. */
  readonly accepted: readonly string[]
  /** The only index to ask; null: the default one and the extra ones. */
  readonly index: string | null
}

/**
 * A file on the indexes by its name and hash. With a hash, any index may have it. Without one, the first index that has
 * the project decides, extra ones before the default one (uv's first-index), so that no stranger's package of the same
 * name on a later index can take its place.
 */
export async function findFile(sought: Sought, access: IndexAccess): Promise<OfferedFile> {
  const urls = indexesFor(sought.index, access)
  const reasons: string[] = []
  for (const url of urls) {
    const page = await access.page(url, sought.project)
    const named = page?.filter(file => file.filename === sought.filename) ?? []
    const file = named.find(({ sha256 }) => isAccepted(sha256, sought.accepted))
    if (file !== undefined) return file
    if (named.length > 0) reasons.push(`the file of that name there has the sha256 ${named[0]?.sha256}`)
    else if (page === null) reasons.push(`${sought.project} isn't there at all`)
    if (page !== null && sought.accepted.length === 0) break
  }
  throw new UserError('INDEX_LACKS_FILE', sought.filename, urls.join(' and '), [...new Set(reasons)].join('; '))
}

interface Seeking {
  readonly access: IndexAccess
  readonly target: PythonTarget
  readonly disk: Disk
}

interface Pinned {
  readonly index: string | null
  readonly hashes: readonly string[]
}

/**
 * All files of the pinned version, with one of the hashes if there are any: of the find-links places if these have a
 * wheel for the target, else of the indexes: all of them if hashes say what is meant, else the first that has the project.
 */
export async function findPinned(
  item: SelectedPackage,
  { index, hashes }: Pinned,
  seeking: Seeking,
): Promise<readonly OfferedFile[]> {
  const { access, target, disk } = seeking
  const isWanted = (file: OfferedFile) =>
    (item.version === null || isPinned(versionOf(file.filename, item.name), item.version)) &&
    versionOf(file.filename, item.name) !== null &&
    suitsPython(file, target.markers.python_full_version)
  const linked: OfferedFile[] = []
  for (const file of (await access.linked()).filter(isWanted)) {
    if (await hasAcceptedHash(file, hashes, disk)) linked.push(file)
  }
  if (newestWheel(linked, item.name, target) !== null) return linked
  if (access.settings.noIndex !== null) return linked
  const files = [...linked]
  for (const url of indexesFor(index, access)) {
    const page = await access.page(url, item.name)
    files.push(...(page ?? []).filter(file => isWanted(file) && isAccepted(file.sha256, hashes)))
    if (page !== null && hashes.length === 0) break
  }
  return files
}

/** True if nothing is known against the file: its hash is accepted, or unknown until it is here. */
export async function hasAcceptedHash(file: OfferedFile, accepted: readonly string[], disk: Disk): Promise<boolean> {
  if (accepted.length === 0) return true
  if (file.sha256 === null && isAbsolute(file.location)) return accepted.includes(await disk.sha256(file.location))
  return isAccepted(file.sha256, accepted)
}

function isAccepted(sha256: string | null, accepted: readonly string[]): boolean {
  return sha256 === null || accepted.length === 0 || accepted.includes(sha256)
}

/** The URLs to ask, without credentials. PyPI named in a lock means the default index. */
export function indexesFor(index: string | null, access: IndexAccess): readonly string[] {
  return index === null || isPyPI(index) ? access.indexes : [indexOf(index).url]
}
