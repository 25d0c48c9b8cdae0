import { isAbsolute } from 'node:path'
import { UserError } from '../../../errors.ts'
import type { Finding, PythonTarget } from '../../../model.ts'
import { inParallel } from '../../../system/in-parallel.ts'
import type { System } from '../../../system/system.ts'
import type { LocalWheel, PackageFile, SelectedPackage, Selection } from '../types.ts'
import { type IndexAccess, openIndexes } from './access.ts'
import { type Choice, chooseFile, type Located, type WantedFile } from './choose.ts'
import { checkLocal, downloadTo, findStored, type Store } from './store.ts'

/** Polite to indexes, and enough to fill a usual line. */
const AT_ONCE = 6

export interface ObtainRequest {
  readonly selection: Selection
  readonly target: PythonTarget
  /** The config's find-links folders, absolute. */
  readonly findLinks: readonly string[]
  /** The folder of the lock or manifest; uv's settings are looked for from there upwards. */
  readonly projectDir: string
  /** Where downloads are put: the cache, or a folder of this run. */
  readonly storeDir: string
  /** False: what stands in storeDir isn't used. */
  readonly useCache: boolean
}

export interface Obtained {
  /** In the selection's order. */
  readonly wheels: readonly LocalWheel[]
  /** Packages without a wheel for the target. Their sdists are on this disk: `location` is a path. */
  readonly toBuild: readonly SelectedPackage[]
  readonly findings: readonly Finding[]
}

/** Puts a wheel of each selected package on this disk, verified: from find-links, the cache, or an index. */
export async function obtainWheels(request: ObtainRequest, system: System): Promise<Obtained> {
  const { selection, target, storeDir, useCache } = request
  const access = await openIndexes(
    { ...request, indexes: selection.indexes, lockIndexes: lockIndexesOf(selection) },
    system,
  )
  const store: Store = { dir: storeDir, isRead: useCache, disk: system.disk }
  const choosing = { access, target, disk: system.disk }
  const choices = await inParallel(selection.packages, AT_ONCE, item => chooseFile(item, choosing))
  const files = choices.flatMap(choice => (choice.kind === 'project' ? [] : [choice.file]))
  const paths = await obtainFiles(files, store, access, system)
  const pathOf = (file: WantedFile) => paths.get(file) ?? ''
  return {
    wheels: choices.flatMap(choice =>
      choice.kind === 'wheel'
        ? [{ name: choice.item.name, path: pathOf(choice.file), filename: choice.file.filename }]
        : [],
    ),
    toBuild: choices.flatMap(choice => toBuild(choice, pathOf)),
    findings: choices.flatMap(choice => (choice.kind === 'project' ? [] : choice.findings)),
  }
}

function lockIndexesOf(selection: Selection): readonly string[] {
  const indexes = selection.packages.map(({ origin }) => (origin.kind === 'index' ? origin.index : null))
  return [...new Set(indexes.filter(index => index !== null))]
}

async function obtainFiles(files: readonly WantedFile[], store: Store, access: IndexAccess, system: System) {
  const places = await inParallel(files, AT_ONCE, file => placeOf(file, store, system))
  const missing = places.filter(place => place.path === null)
  const received = new Map<WantedFile, number>()
  const sizes = missing.map(({ file, located }) => file.bytes ?? located?.bytes ?? null)
  const total = sizes.includes(null) ? 0 : sizes.reduce<number>((sum, bytes) => sum + (bytes ?? 0), 0)
  const paths = await inParallel(places, AT_ONCE, async ({ file, path, located }, signal) => {
    if (path !== null) return path
    const onProgress = (bytes: number) => {
      received.set(file, bytes)
      system.progress.show(
        'downloading',
        [...received.values()].reduce((sum, each) => sum + each, 0),
        total,
      )
    }
    return downloadTo(store, { file, located, signal, onProgress }, access)
  })
  if (missing.length > 0) system.progress.clear()
  return new Map(files.map((file, place) => [file, paths[place]]))
}

type Place =
  | { readonly file: WantedFile; readonly path: string; readonly located: null }
  | { readonly file: WantedFile; readonly path: null; readonly located: Located }

/** On this disk, or where to download it from. */
async function placeOf(file: WantedFile, store: Store, system: System): Promise<Place> {
  // The name comes from a lock or an index, and becomes one on this disk.
  if (/[/\\\0]|^\.{0,2}$/.test(file.filename)) throw new UserError('WHEEL_MISNAMED', file.filename, file.wanted)
  const stored = await findStored(file, store)
  if (stored !== null) return { file, path: stored, located: null }
  const located = await file.locate()
  if (!isAbsolute(located.location)) return { file, path: null, located }
  return { file, path: await checkLocal(file, located.location, system.disk), located: null }
}

/** What building needs to know: the sdist alone, where it is now, besides what the lock says. */
function toBuild(choice: Choice, pathOf: (file: WantedFile) => string): readonly SelectedPackage[] {
  if (choice.kind === 'wheel') return []
  const { item } = choice
  if (choice.kind === 'project') return [item]
  const location = pathOf(choice.file)
  const { filename, bytes, accepted } = choice.file
  const sha256 = (accepted.length === 1 ? accepted[0] : null) ?? null
  const sdist: PackageFile = { filename, location, sha256, bytes }
  if (item.origin.kind !== 'index') return [{ ...item, origin: { kind: 'archive', file: sdist } }]
  const others = item.origin.files.filter(file => file.filename !== filename)
  return [{ ...item, origin: { ...item.origin, files: [sdist, ...others] } }]
}
