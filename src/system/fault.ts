import { UserError } from '../errors.ts'

/** What the operating system's words mean to a person. https://nodejs.org/api/errors.html#common-system-errors */
const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EEXIST: 'a file is in the way',
  EBUSY: 'another program holds it',
  EDQUOT: 'the quota is used up',
  EIO: 'the disk reports a fault',
  EISDIR: 'a folder is there',
  EMFILE: 'too many files are open',
  ENAMETOOLONG: 'the name is too long',
  ENFILE: 'too many files are open',
  ENOENT: 'nothing is there',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a part of the path is no folder',
  ENOTEMPTY: 'a folder with files is there',
  ENXIO: 'it is a socket or a device',
  EPERM: 'permission denied',
  ERR_STRING_TOO_LONG: 'it is too large',
  EROFS: 'the file system is read-only',
}

/** The reason of a fault of the disk, such as `the disk is full (ENOSPC)`; null for any other error. */
export function reasonOfFault(error: unknown): string | null {
  const code = (error as { readonly code?: unknown } | null)?.code
  const reason = typeof code === 'string' ? REASONS[code] : undefined
  return reason === undefined ? null : `${reason} (${String(code)})`
}

/** What to throw where a file can't be read: a sentence for a fault of the disk, any other error as it is. */
export function unreadable(path: string, error: unknown): unknown {
  const reason = reasonOfFault(error)
  return reason === null ? error : new UserError('FILE_UNREADABLE', path, reason)
}
