import { UserError } from '../errors.ts'
import type { Disk } from '../system/system.ts'

/** The text of a file; null if there is none. Throws UserError FILE_UNREADABLE. */
export async function textOf(path: string, disk: Disk): Promise<string | null> {
  try {
    return (await disk.stat(path))?.kind === 'file' ? await disk.readText(path) : null
  } catch (error) {
    throw unreadable(path, error)
  }
}

/** The error of the operating system in the user's terms. */
export function unreadable(path: string, error: unknown): UserError {
  const { code, message } = error as NodeJS.ErrnoException
  return new UserError('FILE_UNREADABLE', path, code ?? message)
}
