import { UserError } from '../errors.ts'
import type { ArchivePath } from '../model.ts'

/** The only maker of archive paths. Throws UserError UNSAFE_PATH for a name that would leave the artifact or mean another file elsewhere. */
export function toArchivePath(name: string): ArchivePath {
  if (!isSafePath(name)) throw new UserError('UNSAFE_PATH', name)
  return name as ArchivePath
}

/** True if a name is relative, `/`-separated, and without empty, `.` or `..` parts, NUL, backslash or drive letter. */
export function isSafePath(name: string): boolean {
  if (name.includes('\0') || name.includes('\\') || /^[A-Za-z]:/.test(name)) return false
  return !/(?:^|\/)(?:\.{0,2})(?:\/|$)/.test(name)
}
