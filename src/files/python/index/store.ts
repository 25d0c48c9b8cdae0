import { dirname, isAbsolute, join } from 'node:path'
import { UserError } from '../../../errors.ts'
import type { Disk } from '../../../system/system.ts'
import type { IndexAccess } from './access.ts'
import type { Located, WantedFile } from './choose.ts'

/** Where downloads are kept: `wheels/<sha256>/<file name>` in a folder, made of renames only, so many runs may share it. */
export interface Store {
  readonly dir: string
  /** False: what stands there isn't used. */
  readonly isRead: boolean
  readonly disk: Disk
}

/**
 * The path of a file that the store has; null if it hasn't. Always hashed again, which costs about a second for a
 * gigabyte: a cache on a full or failing disk must not decide what is packed. A damaged entry is thrown away.
 */
export async function findStored(file: WantedFile, { dir, isRead, disk }: Store): Promise<string | null> {
  if (!isRead) return null
  for (const sha256 of file.accepted) {
    const path = pathInStore(dir, sha256, file.filename)
    const stat = await disk.stat(path)
    if (stat === null) continue
    const hasRightSize = file.bytes === null || file.bytes === stat.bytes
    if (stat.kind === 'file' && hasRightSize && (await disk.sha256(path)) === sha256) return path
    await onDisk(dir, () => disk.remove(path))
  }
  return null
}

/** Checks a file that lies on this disk already, where it lies. */
export async function checkLocal(file: WantedFile, path: string, disk: Disk): Promise<string> {
  const stat = await disk.stat(path)
  if (stat?.kind !== 'file') throw new UserError('FILE_UNREADABLE', path, 'there is no such file')
  if (file.bytes !== null && file.bytes !== stat.bytes) throw sizeError(file, path, file.bytes, stat.bytes)
  if (file.accepted.length > 0) checkHash(file, path, await disk.sha256(path))
  return path
}

export interface Transfer {
  readonly file: WantedFile
  readonly located: Located
  readonly signal: AbortSignal
  readonly onProgress: (bytes: number) => void
}

/** Downloads a file, checks it, and puts it into the store. Returns its path there. */
export async function downloadTo(store: Store, transfer: Transfer, access: IndexAccess): Promise<string> {
  const { dir, disk } = store
  const { file, located, signal, onProgress } = transfer
  const url = located.location
  const bytes = file.bytes ?? located.bytes
  const wheels = join(dir, 'wheels')
  return onDisk(dir, async () => {
    await disk.makeFolder(wheels)
    return disk.withFolderIn(wheels, async temporary => {
      const path = join(temporary, 'download')
      const headers = access.headersFor(url)
      const got = await access.network.download({ url, path, headers, maxBytes: bytes ?? Infinity, signal, onProgress })
      if (bytes !== null && got.bytes !== bytes) throw sizeError(file, url, bytes, got.bytes)
      checkHash(file, url, got.sha256)
      return keep(path, got.sha256, file, store)
    })
  })
}

async function keep(path: string, sha256: string, file: WantedFile, { dir, disk }: Store): Promise<string> {
  const kept = pathInStore(dir, sha256, file.filename)
  await disk.makeFolder(dirname(kept))
  try {
    await disk.rename(path, kept)
  } catch (error) {
    // Windows doesn't replace a file that another run has open; that file is as good.
    const other = await disk.stat(kept)
    if (other?.kind !== 'file' || (await disk.sha256(kept)) !== sha256) throw error
  }
  return kept
}

function pathInStore(dir: string, sha256: string, filename: string): string {
  return join(dir, 'wheels', sha256, filename)
}

function checkHash(file: WantedFile, where: string, sha256: string): void {
  if (file.accepted.length === 0 || file.accepted.includes(sha256)) return
  throw new UserError('HASH_MISMATCH', file.filename, place(where), file.accepted.join(' or '), sha256)
}

function sizeError(file: WantedFile, where: string, expected: number, got: number): UserError {
  return new UserError('SIZE_MISMATCH', file.filename, place(where), expected, got)
}

function place(where: string): string {
  return isAbsolute(where) ? where : where.replace(/\/\/[^/@]*@/, '//')
}

const UNWRITABLE = ['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'ENOTDIR', 'EEXIST', 'EISDIR']

async function onDisk<T>(dir: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (!(error instanceof UserError) && code !== undefined && UNWRITABLE.includes(code)) {
      throw new UserError('CACHE_UNWRITABLE', dir, message)
    }
    throw error
  }
}
