import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { Disk } from '../system/system.ts'
import { occupiedBytes } from './kinds.ts'
import { noteWritten } from './trim.ts'

/** Part of what is hashed, so that another version's values are as none. */
const FORMAT = 'lpack kept 1\n'

/** Where a value is kept: `<dir>/<kind>/<hash of the key>`. */
export interface KeptPlace {
  /** The cache's folder; null: nothing is kept. */
  readonly dir: string | null
  readonly kind: string
  readonly key: string
}

/** A value that an earlier run kept; null if there is none, or if it is damaged. */
export async function readKept({ dir, kind, key }: KeptPlace, disk: Disk): Promise<unknown> {
  if (dir === null) return null
  try {
    const text = await disk.readText(join(dir, kind, sha256(key)))
    const json = text.slice(64)
    return text.slice(0, 64) === sha256(FORMAT + json) ? JSON.parse(json) : null
  } catch {
    // Whatever is wrong with it, the work is done again.
    return null
  }
}

/** Keeps a value for the next run. What the disk refuses is not kept, and nothing else follows from that. */
export async function keep({ dir, kind, key }: KeptPlace, value: unknown, disk: Disk): Promise<void> {
  if (dir === null) return
  const folder = join(dir, kind)
  const json = JSON.stringify(value)
  try {
    await disk.makeFolder(folder)
    const file = Buffer.from(sha256(FORMAT + json) + json)
    await disk.replace(join(folder, sha256(key)), [file], folder)
    await noteWritten(dir, occupiedBytes(file.length), disk)
  } catch {
    // A full disk, a folder that can't be written: the next run does the work again.
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
