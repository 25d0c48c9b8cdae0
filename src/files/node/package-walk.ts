import { join, relative, sep } from 'node:path'
import { UserError } from '../../errors.ts'
import type { Disk, FileKind } from '../../system/system.ts'

/** A file of a package; `path` is relative to the package's folder, with `/`. */
export interface PackageFile {
  readonly path: string
  readonly onDisk: string
  readonly bytes: number
}

/**
 * All files of a package's own folder, without the packages that are installed in it, sorted as the disk lists them.
 * Throws UserError LINK_ESCAPES for a link that leads out of the boundary, LINK_DANGLING, LINK_CYCLE and FILE_SPECIAL.
 */
export async function walkPackage(dir: string, boundary: string, disk: Disk): Promise<readonly PackageFile[]> {
  return walkFolder({ boundary, disk }, dir, '', [dir])
}

interface Walk {
  readonly boundary: string
  readonly disk: Disk
}

/** `open` are the real paths of the folders being walked, to see a link that leads back into one of them. */
async function walkFolder(
  walk: Walk,
  dir: string,
  path: string,
  open: readonly string[],
): Promise<readonly PackageFile[]> {
  const files: PackageFile[] = []
  for (const { name, kind } of await walk.disk.list(dir)) {
    const onDisk = join(dir, name)
    const inPackage = path === '' ? name : `${path}/${name}`
    if (inPackage === 'node_modules') continue
    const found =
      kind === 'link' ? await followLink(walk, onDisk, open) : { kind, realPath: join(open.at(-1) ?? dir, name) }
    if (found.kind === 'directory') {
      files.push(...(await walkFolder(walk, onDisk, inPackage, [...open, found.realPath])))
    } else {
      if (found.kind === 'other') throw new UserError('FILE_SPECIAL', onDisk)
      files.push({ path: inPackage, onDisk, bytes: (await walk.disk.stat(onDisk))?.bytes ?? 0 })
    }
  }
  return files
}

async function followLink(
  { boundary, disk }: Walk,
  onDisk: string,
  open: readonly string[],
): Promise<{ readonly kind: FileKind; readonly realPath: string }> {
  const stat = await disk.stat(onDisk)
  if (stat === null) throw new UserError('LINK_DANGLING', onDisk)
  const realPath = await disk.realPath(onDisk)
  if (!isInside(realPath, boundary)) throw new UserError('LINK_ESCAPES', onDisk, realPath, boundary)
  if (open.includes(realPath)) throw new UserError('LINK_CYCLE', onDisk)
  return { kind: stat.kind, realPath }
}

/** True if a path is a folder itself or below it. */
export function isInside(path: string, dir: string): boolean {
  const way = relative(dir, path)
  return way !== '..' && !way.startsWith(`..${sep}`) && !/^[A-Za-z]:|^[\\/]/.test(way)
}
