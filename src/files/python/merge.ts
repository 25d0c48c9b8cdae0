import { UserError } from '../../errors.ts'
import { readContent } from '../../formats/content.ts'
import type { FileEntry } from '../../model.ts'
import type { Disk } from '../../system/system.ts'
import { hasSameBytes } from '../same-bytes.ts'

/** All that the older kinds of namespace packages hold: https://packaging.python.org/en/latest/guides/packaging-namespace-packages/ */
const NAMESPACE_CODE =
  /extend_path|declare_namespace|^(?:import|from) (?:pkgutil|pkg_resources)\b|^try:$|^except ImportError:$|^pass$/

/**
 * One file a path, with the alphabetically first of its owners: distributions may share a file if their bytes are the same,
 * and the `__init__.py` of a namespace. Throws UserError DISTRIBUTIONS_COLLIDE.
 */
export async function merge(files: readonly FileEntry[], disk: Disk): Promise<readonly FileEntry[]> {
  const byPath = new Map<string, FileEntry>()
  for (const file of files) {
    const other = byPath.get(file.path)
    if (other === undefined) {
      byPath.set(file.path, file)
      continue
    }
    const [first, second] = ownerOf(other) <= ownerOf(file) ? [other, file] : [file, other]
    if (!(await isShared(first, second, disk))) {
      throw new UserError('DISTRIBUTIONS_COLLIDE', file.path, ownerOf(first), ownerOf(second))
    }
    byPath.set(file.path, { ...first, executable: first.executable || second.executable })
  }
  return [...byPath.values()]
}

function ownerOf(file: FileEntry): string {
  return file.owner ?? ''
}

async function isShared(a: FileEntry, b: FileEntry, disk: Disk): Promise<boolean> {
  if (await hasSameBytes(a, b, disk)) return true
  return a.path.endsWith('/__init__.py') && (await isNamespace(a, disk)) && (await isNamespace(b, disk))
}

async function isNamespace(file: FileEntry, disk: Disk): Promise<boolean> {
  const text = new TextDecoder().decode(await readContent(file.content, disk))
  return text
    .split(/\r?\n/)
    .map(line => line.replace(/#.*$/, '').trim())
    .every(line => line === '' || NAMESPACE_CODE.test(line))
}
