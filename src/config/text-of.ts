import { unreadable } from '../system/fault.ts'
import type { Disk } from '../system/system.ts'

/** The text of a file; null if there is none. Throws UserError FILE_UNREADABLE. */
export async function textOf(path: string, disk: Disk): Promise<string | null> {
  try {
    return (await disk.stat(path))?.kind === 'file' ? await disk.readText(path) : null
  } catch (error) {
    throw unreadable(path, error)
  }
}
