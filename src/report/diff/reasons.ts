import type { DiffSide, FileChange, HashReason, Packing } from '../diff.ts'

type Entry = Packing[number]

/** Why two zips that are not the same to the byte are not. */
export function reasonsOf(old: DiffSide, now: DiffSide, files: readonly FileChange[]): readonly HashReason[] {
  const number = (kind: FileChange['kind']) => files.filter(one => one.kind === kind).length
  const modes = files.filter(
    ({ old: before, now: after }) => before !== null && after !== null && differ(before.mode, after.mode),
  )
  const counts: readonly (readonly [HashReason['kind'], number])[] = [
    ['content', number('changed')],
    ['added', number('added')],
    ['removed', number('removed')],
    ['names', number('renamed')],
    ['modes', modes.length],
  ]
  const reasons = counts.flatMap(([kind, count]): HashReason[] => (count === 0 ? [] : [{ kind, count }]))
  const packing =
    old.packing === null || now.packing === null ? null : packingReasons(old, now, old.packing, now.packing)
  if (packing !== null)
    return reasons.length + packing.length === 0 ? [{ kind: 'headers', count: null }] : [...reasons, ...packing]
  return reasons.length === 0 ? [{ kind: 'packing', count: null }] : reasons
}

function differ(a: string | null, b: string | null): boolean {
  return a !== null && b !== null && a !== b
}

/** Of the files that both have with the same content. */
function packingReasons(old: DiffSide, now: DiffSide, before: Packing, after: Packing): HashReason[] {
  const pairs = samePairs(old, now, before, after)
  const number = (test: (a: Entry, b: Entry) => boolean) => pairs.filter(({ a, b }) => test(a, b)).length
  const counts: readonly (readonly [HashReason['kind'], number])[] = [
    ['folders', folderDifference(before, after)],
    ['times', number((a, b) => a.time !== b.time)],
    ['compression', number((a, b) => a.method !== b.method || a.compressedBytes !== b.compressedBytes)],
    ['headers', pairs.filter(({ overhead }) => overhead[0] !== overhead[1]).length],
  ]
  const order: HashReason[] = hasSameOrder(before, after) ? [] : [{ kind: 'order', count: null }]
  return [...order, ...counts.flatMap(([kind, count]): HashReason[] => (count === 0 ? [] : [{ kind, count }]))]
}

interface SamePair {
  readonly a: Entry
  readonly b: Entry
  /** Bytes of headers, extra fields and the like. */
  readonly overhead: readonly [number, number]
}

function samePairs(old: DiffSide, now: DiffSide, before: Packing, after: Packing): readonly SamePair[] {
  const [entries, others] = [before, after].map(packing => new Map(packing.map(entry => [entry.path, entry])))
  const files = new Map(old.files.map(file => [file.path, file]))
  return now.files.flatMap(file => {
    const other = files.get(file.path)
    const [a, b] = [entries?.get(file.path), others?.get(file.path)]
    if (other === undefined || a === undefined || b === undefined) return []
    if (other.crc32 !== file.crc32 || other.bytes !== file.bytes) return []
    return [{ a, b, overhead: [other.zippedBytes - a.compressedBytes, file.zippedBytes - b.compressedBytes] }]
  })
}

function folderDifference(before: Packing, after: Packing): number {
  const [a, b] = [before, after].map(packing => packing.filter(({ kind }) => kind === 'folder').map(({ path }) => path))
  const [here, there] = [new Set(a), new Set(b)]
  return [...here].filter(path => !there.has(path)).length + [...there].filter(path => !here.has(path)).length
}

function hasSameOrder(before: Packing, after: Packing): boolean {
  const [here, there] = [before, after].map(packing => new Set(packing.map(({ path }) => path)))
  const a = before.filter(({ path }) => there?.has(path)).map(({ path }) => path)
  const b = after.filter(({ path }) => here?.has(path)).map(({ path }) => path)
  return a.length === b.length && a.every((path, at) => path === b[at])
}
