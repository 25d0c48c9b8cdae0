import { dirname, join } from 'node:path'
import { UserError } from '../errors.ts'
import { reasonOfFault } from '../system/fault.ts'
import type { Disk, FileStat, Progress } from '../system/system.ts'
import { decodeEntry, encodeEntry, HEADER_BYTES } from './entry.ts'
import { encoderFolder, occupiedBytes } from './kinds.ts'
import { noteWritten, trimIfDue } from './trim.ts'
import type { FinishedStream, StreamStore } from './types.ts'

/** Finished streams in a folder that any number of runs share: `streams/<encoder>/<2 hex>/<sha256 of the content>`. */
export interface LocalStreams extends StreamStore {
  readonly dir: string
  /** Ends a run: where what all runs wrote has passed the limit, those streams go that were used least recently. */
  readonly settle: (limitBytes: number) => Promise<void>
}

/** How old a mark of use gets before it is renewed. */
const MARK_MS = 3_600_000

/** So much is noted at once: a run that is killed leaves less unnoted, or its last entry. */
const NOTED_BYTES = 1_048_576

/** Not the entry's fault. */
const PASSING_FAULTS = ['EMFILE', 'ENFILE', 'ENOMEM', 'EBUSY']

/** `write` throws what the disk says; nothing else throws. */
export function openStreams(dir: string, encoderId: string, disk: Disk): LocalStreams {
  const streamsDir = join(dir, 'streams')
  const encoderDir = join(streamsDir, encoderFolder(encoderId))
  const pathOf = (sha256: string) => join(encoderDir, sha256.slice(0, 2), sha256)
  const made = new Set<string>()
  let unnotedBytes = 0

  const note = async () => {
    const bytes = unnotedBytes
    unnotedBytes = 0
    await noteWritten(dir, bytes, disk)
  }
  const put = async (path: string, pieces: readonly Uint8Array[]) => {
    const folder = dirname(path)
    if (!made.has(folder)) await disk.makeFolder(folder)
    made.add(folder)
    await disk.replace(path, pieces, streamsDir)
  }
  const read = async (sha256: string) => {
    const path = pathOf(sha256)
    const stat = await statOrNull(path, disk)
    if (stat === null) return null
    try {
      const finished = stat.kind === 'file' ? decodeEntry(await disk.readBytes(path), sha256, encoderId) : null
      if (finished === null) await discard(path, disk)
      else if (Math.abs(stat.ageMs) > MARK_MS) await mark(path, disk)
      return finished
    } catch (error) {
      if (!PASSING_FAULTS.includes(String((error as NodeJS.ErrnoException).code))) await discard(path, disk)
      return null
    }
  }
  return {
    dir,
    has: async sha256 => {
      const stat = await statOrNull(pathOf(sha256), disk)
      return stat?.kind === 'file' && stat.bytes >= HEADER_BYTES
    },
    read,
    write: async finished => {
      const path = pathOf(finished.sha256)
      const pieces = encodeEntry(finished, encoderId)
      try {
        await put(path, pieces)
      } catch {
        // One that stands is as good: Windows doesn't replace a file that another run reads.
        if ((await read(finished.sha256)) !== null) return
        made.clear()
        await clearWay([encoderDir, dirname(path)], disk)
        await put(path, pieces)
      }
      unnotedBytes += occupiedBytes(pieces.reduce((sum, { length }) => sum + length, 0))
      if (unnotedBytes >= NOTED_BYTES) await note()
    },
    settle: async limitBytes => {
      await note()
      await trimIfDue(dir, { limitBytes, encoderId }, disk)
    },
  }
}

/** The first store, until the disk refuses to take something for it: from then on the second takes the rest, after a warning. */
export function withFallback(first: LocalStreams, second: StreamStore, progress: Progress): StreamStore {
  let isFirstUsable = true
  return {
    has: async sha256 => (await first.has(sha256)) || (!isFirstUsable && (await second.has(sha256))),
    read: async sha256 => (await first.read(sha256)) ?? (isFirstUsable ? null : second.read(sha256)),
    write: async finished => {
      if (isFirstUsable) {
        const why = await refusalOf(first, finished)
        if (why === null) return
        // Several may have been on their way.
        if (isFirstUsable) progress.warn(new UserError('CACHE_NOT_USED', first.dir, why).message)
        isFirstUsable = false
      }
      await second.write(finished)
    },
  }
}

async function refusalOf(store: StreamStore, finished: FinishedStream): Promise<string | null> {
  try {
    await store.write(finished)
    return null
  } catch (error) {
    const why = reasonOfFault(error)
    if (why === null) throw error
    return why
  }
}

async function statOrNull(path: string, disk: Disk): Promise<FileStat | null> {
  // A folder that may not be looked into has nothing for us.
  return disk.lstat(path).catch(() => null)
}

async function discard(path: string, disk: Disk): Promise<void> {
  // Where it can't be removed, it is found damaged the next time, too.
  await disk.remove(path).catch(() => undefined)
}

async function mark(path: string, disk: Disk): Promise<void> {
  // Another user's, or of a read-only cache: it is as good unmarked.
  await disk.touch(path).catch(() => undefined)
}

/** Removes what stands where folders belong. */
async function clearWay(folders: readonly string[], disk: Disk): Promise<void> {
  for (const folder of folders) {
    const stat = await disk.stat(folder).catch(() => null)
    if (stat?.kind !== 'directory') await discard(folder, disk)
  }
}
