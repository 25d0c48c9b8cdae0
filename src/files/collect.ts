import { UserError } from '../errors.ts'
import type { FileEntry, FileSet, Plan } from '../model.ts'
import type { System } from '../system/system.ts'
import { collectNodeFiles } from './node/collect.ts'
import { collectOwnFiles } from './own.ts'
import { collectDependencies, type WorkPlaces } from './python/dependencies.ts'
import { hasSameBytes } from './same-bytes.ts'

/**
 * Everything that goes into a function's artifact. Throws what reading its files and resolving its dependencies throws,
 * and UserError FILES_COLLIDE and FILE_IS_FOLDER.
 */
export async function collectFiles(plan: Plan, places: WorkPlaces, system: System): Promise<FileSet> {
  const own = await collectOwnFiles(plan, system)
  const others =
    plan.language === 'python'
      ? { ...(await collectDependencies(plan, own.files, places, system)), inlined: [], beside: [] }
      : { ...(await collectNodeFiles(plan, places, system)), installs: [] }
  const files = await unite(own.files, others.files, system)
  checkFolders(files)
  return {
    ...others,
    files: sorted(files),
    leftOut: [...own.leftOut, ...others.leftOut],
    findings: [...own.findings, ...others.findings],
  }
}

/** One file a path; the function's own comes first where both are the same. */
async function unite(own: readonly FileEntry[], others: readonly FileEntry[], system: System): Promise<FileEntry[]> {
  const files = new Map(own.map(file => [file.path, file]))
  for (const file of others) {
    const mine = files.get(file.path)
    if (mine === undefined) files.set(file.path, file)
    else if (!(await hasSameBytes(mine, file, system.disk))) {
      throw new UserError('FILES_COLLIDE', file.path, nameOf(null), nameOf(file.owner))
    }
  }
  return [...files.values()]
}

/** No file can be unpacked where another one needs a folder. */
function checkFolders(files: readonly FileEntry[]): void {
  const byPath = new Map<string, FileEntry>(files.map(file => [file.path, file]))
  for (const { path, owner } of files) {
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      const file = byPath.get(path.slice(0, end))
      if (file !== undefined) throw new UserError('FILE_IS_FOLDER', file.path, nameOf(file.owner), path, nameOf(owner))
    }
  }
}

function nameOf(owner: string | null): string {
  return owner ?? 'the function itself'
}

/** Sorted for determinism, by the bytes of the path as zip readers see it. */
function sorted(files: readonly FileEntry[]): FileEntry[] {
  const keyed = files.map(file => ({ file, key: Buffer.from(file.path) }))
  return keyed.sort((a, b) => Buffer.compare(a.key, b.key)).map(({ file }) => file)
}
