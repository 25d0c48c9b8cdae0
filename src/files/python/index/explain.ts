import { PYTHON_RUNTIMES, type PythonRuntime } from '../../../aws/runtimes.ts'
import { UserError } from '../../../errors.ts'
import { isPrerelease } from '../../../formats/pep440.ts'
import { parseWheelName } from '../../../formats/wheel-name.ts'
import { bestWheel, compatibleTags } from '../../../formats/wheel-tags.ts'
import type { Architecture, PythonTarget } from '../../../model.ts'
import type { System } from '../../../system/system.ts'
import { describeTarget } from '../target.ts'
import type { SelectedPackage } from '../types.ts'
import { type IndexAccess, type IndexRequest, type OfferedFile, openIndexes } from './access.ts'
import { indexesFor } from './find.ts'
import { isPinned, isSdist, isWheel, newestWheel, suitsPython, versionOf } from './package-files.ts'

const MOST_TAGS = 6

/** The error that says why a package can't be had for a target, and what helps: found out by asking the indexes. */
export async function explainNoWheel(
  item: SelectedPackage,
  target: PythonTarget,
  request: Omit<IndexRequest, 'findLinks' | 'lockIndexes'>,
  system: System,
): Promise<UserError> {
  const lockIndexes = item.origin.kind === 'index' && item.origin.index !== null ? [item.origin.index] : []
  return explainNoWheelWith(item, target, await openIndexes({ ...request, findLinks: [], lockIndexes }, system))
}

/** As explainNoWheel, with the indexes opened already. */
export async function explainNoWheelWith(
  item: SelectedPackage,
  target: PythonTarget,
  access: IndexAccess,
): Promise<UserError> {
  const offered = await filesOnIndexes(item, access)
  const wheels = wheelsOf(item, offered)
  const existing = describeWheels(item, wheels, offered, target)
  const again = otherLock(item, target, offered)
  const waysOut = [
    ...(again.length > 0 ? again : newestVersion(item, target, offered)),
    ...otherRuntime(wheels, target),
    ...otherArchitecture(wheels, target),
    `Build a wheel of it for this target and name its folder in \`findLinks\`.`,
    ...(hasSources(item, offered) ? [`Make a container image: \`lpack image\` has pip build it there.`] : []),
  ]
  return new UserError('NO_WHEEL', describe(item), describeTarget(target), existing, waysOut)
}

async function filesOnIndexes(item: SelectedPackage, access: IndexAccess): Promise<readonly OfferedFile[]> {
  if (access.settings.noIndex !== null) return []
  const index = item.origin.kind === 'index' ? item.origin.index : null
  for (const url of indexesFor(index, access)) {
    // The explanation is worth telling without what an unreachable index would add.
    const page = await access.page(url, item.name).catch(error => {
      if (error instanceof UserError) return null
      throw error
    })
    if (page !== null) return page
  }
  return []
}

interface NamedFile {
  readonly filename: string
  readonly requiresPython: string | null
}

/** Of the version, as far as the lock accepts them; as the index has them where the lock lists none. */
function wheelsOf(item: SelectedPackage, offered: readonly OfferedFile[]): readonly NamedFile[] {
  const { origin } = item
  const listed = origin.kind === 'index' ? origin.files.filter(({ filename }) => isWheel(filename)) : []
  if (listed.length > 0) return listed.map(({ filename }) => ({ filename, requiresPython: null }))
  // A lock that lists the sources alone, as uv does where no wheel loads, says nothing of the wheels that there are.
  const hashes = origin.kind === 'index' && origin.files.length === 0 ? origin.hashes : []
  const isLocked = ({ sha256 }: OfferedFile) => hashes.length === 0 || sha256 === null || hashes.includes(sha256)
  return offeredWheels(item, offered).filter(isLocked)
}

function offeredWheels({ name, version }: SelectedPackage, offered: readonly OfferedFile[]): readonly OfferedFile[] {
  const wheels = offered.filter(({ filename }) => isWheel(filename))
  return wheels.filter(({ filename }) => version !== null && isPinned(versionOf(filename, name), version))
}

function hasSources({ name, version, origin }: SelectedPackage, offered: readonly OfferedFile[]): boolean {
  if (origin.kind !== 'index' || version === null) return false
  if (origin.files.length > 0) return origin.files.some(({ filename }) => isSdist(filename))
  return offered.some(
    ({ filename, sha256 }) =>
      isSdist(filename) &&
      isPinned(versionOf(filename, name), version) &&
      (origin.hashes.length === 0 || sha256 === null || origin.hashes.includes(sha256)),
  )
}

/** The lock may leave out what the index has. */
function otherLock(item: SelectedPackage, target: PythonTarget, offered: readonly OfferedFile[]): readonly string[] {
  const suited = offeredWheels(item, offered).filter(file => suitsPython(file, target.markers.python_full_version))
  const wheel = newestWheel(suited, item.name, target)
  return wheel === null ? [] : [`Lock again: the index has ${wheel.filename}, which the lock leaves out.`]
}

function newestVersion(
  item: SelectedPackage,
  target: PythonTarget,
  offered: readonly OfferedFile[],
): readonly string[] {
  const arePrereleasesFine = item.version !== null && isPrerelease(item.version)
  const usable = offered.filter(file => {
    const version = versionOf(file.filename, item.name)
    const isFine = version !== null && (arePrereleasesFine || !isPrerelease(version))
    return isFine && !file.yanked && suitsPython(file, target.markers.python_full_version)
  })
  const newest = newestWheel(usable, item.name, target)
  if (newest === null) {
    return offered.length === 0 ? [] : [`No version of ${item.name} on the index has a wheel for this target.`]
  }
  return [
    `Pin ${item.name} ${versionOf(newest.filename, item.name)}, the newest version that has a wheel for this target.`,
  ]
}

/** A newer runtime if this version has a wheel for one, else the newest of the older ones. */
function otherRuntime(wheels: readonly NamedFile[], target: PythonTarget): readonly string[] {
  const usable = PYTHON_RUNTIMES.filter(runtime => !runtime.preview && loads(wheels, runtime, target.architecture))
  const newer = usable.filter(({ version }) => minorOf(version) > minorOf(target.version))
  const chosen = newer[0] ?? usable.at(-1)
  if (chosen === undefined) return []
  return [`Use the runtime ${chosen.id}${newer.length > 1 ? ' or a newer one' : ''}: this version has a wheel for it.`]
}

function otherArchitecture(wheels: readonly NamedFile[], target: PythonTarget): readonly string[] {
  const architecture = target.architecture === 'arm64' ? 'x86_64' : 'arm64'
  const runtime = PYTHON_RUNTIMES.find(({ id }) => id === target.runtime)
  if (runtime === undefined || !loads(wheels, runtime, architecture)) return []
  return [`Use the architecture ${architecture}: this version has a wheel for it.`]
}

function loads(wheels: readonly NamedFile[], runtime: PythonRuntime, architecture: Architecture): boolean {
  const suited = wheels.filter(file => suitsPython(file, runtime.fullVersion))
  return bestWheel(suited, file => file.filename, compatibleTags(runtime.version, runtime.glibc, architecture)) !== null
}

function minorOf(version: string): number {
  return Number(version.split('.')[1])
}

function describeWheels(
  item: SelectedPackage,
  wheels: readonly NamedFile[],
  offered: readonly OfferedFile[],
  target: PythonTarget,
): string {
  if (wheels.length === 0) {
    const isThere = offered.some(({ filename }) => isPinned(versionOf(filename, item.name), item.version ?? ''))
    return offered.length > 0 && !isThere ? "That version isn't on the index." : 'It has no wheels at all.'
  }
  const machine = target.architecture === 'arm64' ? 'aarch64' : 'x86_64'
  const near = wheels.flatMap(file => nearTags(file, machine))
  // Sorted for determinism
  const tags = [...new Set(near)].sort((a, b) => (sortKey(a) < sortKey(b) ? 1 : -1))
  const rest = wheels.length - near.length
  const elsewhere = rest === 0 ? '' : ` ${tags.length === 0 ? 'All' : 'The other'} ${rest} are for other systems.`
  const more = tags.length > MOST_TAGS ? ` and ${tags.length - MOST_TAGS} more` : ''
  return tags.length === 0
    ? `It has ${wheels.length === 1 ? '1 wheel' : `${wheels.length} wheels`}, none for Linux (glibc) on ${target.architecture}.`
    : `Its wheels for Linux on ${target.architecture}: ${tags.slice(0, MOST_TAGS).join(', ')}${more}.${elsewhere}`
}

/** cp39 comes before cp310. */
function sortKey(tag: string): string {
  return tag.replace(/\d+/g, digits => digits.padStart(6, '0'))
}

/** What a wheel asks for, such as `cp312-cp312-manylinux_2_27`, if it is one for Linux on that machine or any. */
function nearTags({ filename, requiresPython }: NamedFile, machine: string): readonly string[] {
  const tags = parseWheelName(filename)?.tags ?? []
  // PyPy and free-threaded Python aren't on Lambda.
  const near = tags.filter(each => /^(cp|py)\d+-(?!cp\d+t-)/.test(each))
  const tag = near.find(each => /-any$/.test(each) || new RegExp(`-(many)?linux.*_${machine}$`).test(each))
  if (tag === undefined) return []
  const python = tag.endsWith('-any') && requiresPython !== null ? ` (for Python ${requiresPython})` : ''
  return [tag.replace(`_${machine}`, '') + python]
}

function describe({ name, version }: SelectedPackage): string {
  return version === null ? name : `${name} ${version}`
}
