import type { Content, FileEntry, FileSet } from '../model.ts'

/** Files that are fetched or compressed at once, and their content's bytes. */
export interface FileBatch {
  readonly files: readonly FileEntry[]
  readonly bytes: number
}

/** From here on a file is a batch of its own. */
const ALONE_BYTES = 256 * 1024
const BATCH_BYTES = 1024 * 1024
const BATCH_FILES = 256

/**
 * The files of all sets, each content's source once. A package's files stay together and in order, so that a batch is the same one wherever
 * the package is the same.
 */
export function batchesOf(fileSets: readonly FileSet[]): FileBatch[] {
  const seen = new Set<unknown>()
  const isNew = ({ content }: FileEntry) => seen.size < seen.add(sourceOf(content)).size
  return fileSets.flatMap(({ files }) => [...byOwner(files.filter(isNew)).values()].flatMap(split))
}

function sourceOf(content: Content): unknown {
  switch (content.kind) {
    case 'bytes':
      return content.bytes
    case 'disk':
      return content.path
    case 'member':
      return `${content.archive}\0${content.member.headerOffset}`
  }
}

function byOwner(files: readonly FileEntry[]): ReadonlyMap<string | null, readonly FileEntry[]> {
  const groups = new Map<string | null, FileEntry[]>()
  for (const file of files) {
    const group = groups.get(file.owner)
    if (group === undefined) groups.set(file.owner, [file])
    else group.push(file)
  }
  return groups
}

function split(files: readonly FileEntry[]): FileBatch[] {
  const batches: FileBatch[] = []
  let small: FileEntry[] = []
  let bytes = 0
  const finish = () => {
    if (small.length > 0) batches.push({ files: small, bytes })
    small = []
    bytes = 0
  }
  for (const file of files) {
    if (file.bytes >= ALONE_BYTES) {
      batches.push({ files: [file], bytes: file.bytes })
      continue
    }
    if (bytes + file.bytes > BATCH_BYTES || small.length === BATCH_FILES) finish()
    small.push(file)
    bytes += file.bytes
  }
  finish()
  return batches
}

export interface Room {
  readonly atOnce: number
  /** A batch that is larger runs alone. */
  readonly bytesAtOnce: number
}

/**
 * Runs an action for each batch, large ones first so that the end is short, as many at once as there is room for. After a failure no
 * other is started, and all have ended before it is thrown.
 */
export async function largestFirst(
  batches: readonly FileBatch[],
  { atOnce, bytesAtOnce }: Room,
  action: (batch: FileBatch) => Promise<void>,
): Promise<void> {
  const waiting = [...batches].sort((a, b) => b.bytes - a.bytes)
  const running = new Set<Promise<void>>()
  const failures: unknown[] = []
  let bytes = 0
  const start = (batch: FileBatch) => {
    bytes += batch.bytes
    const run: Promise<void> = action(batch)
      .catch((error: unknown) => void failures.push(error))
      .finally(() => {
        bytes -= batch.bytes
        running.delete(run)
      })
    running.add(run)
  }
  const fits = (batch: FileBatch) => running.size === 0 || bytes + batch.bytes <= bytesAtOnce
  while (failures.length === 0 && waiting.length > 0) {
    const next = running.size < atOnce ? waiting.findIndex(fits) : -1
    const [batch] = next === -1 ? [] : waiting.splice(next, 1)
    if (batch === undefined) await Promise.race(running)
    else start(batch)
  }
  await Promise.all(running)
  if (failures.length > 0) throw failures[0]
}
