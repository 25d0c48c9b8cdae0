import { join } from 'node:path'
import { UserError } from '../errors.ts'
import { parseSize } from '../formats/size.ts'
import type { Disk } from '../system/system.ts'
import { encoderFolder, KINDS, LOG } from './kinds.ts'
import { type CacheFile, filesAt, namesIn } from './walk.ts'

/** What is trimmed may take so much of the disk, unless LPACK_CACHE_SIZE says otherwise. */
const LIMIT_BYTES = 2 * 1024 ** 3

/** What a trim leaves of the limit, so that the next one is far away. */
const LEFT_SHARE = 0.8

/** Another encoder's stream that was not used for so long goes before anything else. */
const UNUSED_MS = 24 * 3_600_000

/** A layer that was used so recently may be on its way into an image: it counts, but stays. */
const IN_USE_MS = 600_000

// The log saves counting: what there was when it was last counted, and what each run has written since. Runs only append to it; what one
// appends while another counts is lost, and the limit is passed by as much.
const COUNTED = /^= (\d+)\n/
const WRITTEN = /^\+ (\d+)$/gm
const WELL_FORMED = /^= \d+\n(\+ \d+\n)*$/
const LONGEST_LOG = 65_536

/** The limit from LPACK_CACHE_SIZE, such as "500 MB". Throws UserError CACHE_SIZE_UNREADABLE. */
export function cacheLimit(env: Readonly<Record<string, string | undefined>>): number {
  const text = env['LPACK_CACHE_SIZE']?.trim() ?? ''
  if (text === '') return LIMIT_BYTES
  const bytes = parseSize(/^\d+$/.test(text) ? Number(text) : text)
  if (bytes === null) throw new UserError('CACHE_SIZE_UNREADABLE', text)
  return bytes
}

/** Notes how many bytes of the disk were taken. What the disk refuses is not noted. */
export async function noteWritten(cacheDir: string, bytes: number, disk: Disk): Promise<void> {
  if (bytes === 0) return
  try {
    const log = await disk.openForWriting(join(cacheDir, LOG), { append: true })
    await log.write(Buffer.from(`+ ${bytes}\n`)).finally(log.close)
  } catch {
    // On a full disk, say. The next count finds it.
  }
}

export interface TrimOptions {
  readonly limitBytes: number
  /** The present one. */
  readonly encoderId: string
}

/** Counts unless the log says that all is below the limit, and then trims what is above. Never throws for the disk. */
export async function trimIfDue(cacheDir: string, options: TrimOptions, disk: Disk): Promise<void> {
  try {
    const noted = await notedBytes(cacheDir, disk)
    if (noted !== null && noted <= options.limitBytes) return
    const left = await trim(cacheDir, options, disk)
    const draftsDir = join(cacheDir, 'streams')
    await disk.makeFolder(draftsDir)
    await disk.replace(join(cacheDir, LOG), [Buffer.from(`= ${left}\n`)], draftsDir)
  } catch {
    // What can't be written doesn't grow.
  }
}

/** Null if the log can't tell, or has become long. */
async function notedBytes(cacheDir: string, disk: Disk): Promise<number | null> {
  const log = await disk.readText(join(cacheDir, LOG)).catch(() => '')
  if (log.length > LONGEST_LOG || !WELL_FORMED.test(log)) return null
  return [...log.matchAll(WRITTEN)].reduce((sum, [, bytes]) => sum + Number(bytes), Number(COUNTED.exec(log)?.[1]))
}

/** Returns what is left. */
async function trim(cacheDir: string, { limitBytes, encoderId }: TrimOptions, disk: Disk): Promise<number> {
  const present = encoderFolder(encoderId)
  const files: (CacheFile & { readonly goesFirst: boolean })[] = []
  let usedBytes = 0
  for (const { name, entry, isTrimmed } of KINDS) {
    for (const top of isTrimmed ? await namesIn(join(cacheDir, name), disk) : []) {
      if (!entry.test(top.name)) continue
      const isForeign = name === 'streams' && top.name !== present
      for (const file of await filesAt(join(cacheDir, name, top.name), top.kind, disk)) {
        if (name === 'layers' && file.ageMs < IN_USE_MS) usedBytes += file.bytes
        else files.push({ ...file, goesFirst: isForeign && file.ageMs > UNUSED_MS })
      }
    }
  }
  let left = files.reduce((sum, { bytes }) => sum + bytes, 0)
  // Beside a layer as large as the limit the rest has a share of it, too.
  const room = Math.max(limitBytes - usedBytes, limitBytes / 2)
  if (left <= room) return left + usedBytes
  files.sort((a, b) => Number(b.goesFirst) - Number(a.goesFirst) || b.ageMs - a.ageMs)
  for (const { path, bytes } of files) {
    if (left <= room * LEFT_SHARE) break
    const isRemoved = await disk.remove(path).then(
      () => true,
      () => false,
    )
    if (isRemoved) left -= bytes
  }
  return left + usedBytes
}
