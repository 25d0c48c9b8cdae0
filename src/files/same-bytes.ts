import { readContent } from '../formats/content.ts'
import type { FileEntry } from '../model.ts'
import type { Disk } from '../system/system.ts'

/** True if two files hold the same bytes; they are read only where their sizes don't tell. */
export async function hasSameBytes(a: FileEntry, b: FileEntry, disk: Disk): Promise<boolean> {
  if (a.bytes !== b.bytes) return false
  if (a.content.kind === 'disk' && b.content.kind === 'disk' && a.content.path === b.content.path) return true
  const [left, right] = await Promise.all([readContent(a.content, disk), readContent(b.content, disk)])
  return Buffer.compare(left, right) === 0
}
