import { listZip } from '../formats/zip-listing.ts'
import type { Disk } from '../system/system.ts'

/** How an entry of a zip is made, beyond what its file is. */
export interface EntryPacking {
  readonly path: string
  readonly kind: 'file' | 'folder' | 'link' | 'special'
  readonly method: number
  /** As MS-DOS has it. */
  readonly time: number
  readonly compressedBytes: number
}

/** How a zip is made, in its directory's order. Throws what listing it throws. */
export async function packingOf(path: string, disk: Disk): Promise<readonly EntryPacking[]> {
  const { entries } = await listZip(path, disk)
  return entries.map(({ name, kind, method, time, compressedBytes }) => ({
    path: name,
    kind,
    method,
    time,
    compressedBytes,
  }))
}
