import type { ComparedFile, FileChange, FileFacts } from '../diff.ts'

/** What became of the files. Sorted by path. */
export function fileChanges(old: readonly ComparedFile[], now: readonly ComparedFile[]): readonly FileChange[] {
  const before = new Map(old.map(file => [file.path, file]))
  const after = new Map(now.map(file => [file.path, file]))
  const removed = [...before.values()].filter(({ path }) => !after.has(path))
  const added = [...after.values()].filter(({ path }) => !before.has(path))
  const renamed = renames(removed, added)
  const gone = new Set([...renamed.values()])
  const changes = [
    ...[...after.values()].flatMap(file => {
      const other = before.get(file.path)
      return other === undefined ? [] : changeOf(other, file)
    }),
    ...added.map(file => {
      const from = renamed.get(file)
      return change(from === undefined ? 'added' : 'renamed', from ?? null, file)
    }),
    ...removed.filter(file => !gone.has(file)).map(file => change('removed', file, null)),
  ]
  // Sorted for determinism
  return changes.sort((a, b) => (a.path < b.path ? -1 : 1))
}

function changeOf(old: ComparedFile, now: ComparedFile): readonly FileChange[] {
  if (!isSame(old, now)) return [change('changed', old, now)]
  const isModeKnown = old.mode !== null && now.mode !== null
  return isModeKnown && old.mode !== now.mode ? [change('mode', old, now)] : []
}

function isSame(a: ComparedFile, b: ComparedFile): boolean {
  return a.crc32 === b.crc32 && a.bytes === b.bytes
}

/** By the new file its old one. Empty files and those of which several are alike on a side tell nothing. */
function renames(
  removed: readonly ComparedFile[],
  added: readonly ComparedFile[],
): ReadonlyMap<ComparedFile, ComparedFile> {
  const from = byContent(removed)
  const to = byContent(added)
  const found = new Map<ComparedFile, ComparedFile>()
  for (const [content, file] of to) {
    const other = from.get(content) ?? null
    if (file !== null && other !== null) found.set(file, other)
  }
  return found
}

/** null where several files have a content. */
function byContent(files: readonly ComparedFile[]): ReadonlyMap<string, ComparedFile | null> {
  const found = new Map<string, ComparedFile | null>()
  for (const file of files) {
    if (file.bytes === 0) continue
    const key = `${file.crc32} ${file.bytes}`
    found.set(key, found.has(key) ? null : file)
  }
  return found
}

function change(kind: FileChange['kind'], old: ComparedFile | null, now: ComparedFile | null): FileChange {
  return {
    kind,
    path: now?.path ?? old?.path ?? '',
    oldPath: kind === 'renamed' ? (old?.path ?? null) : null,
    package: now?.package ?? old?.package ?? '',
    old: factsOf(old),
    now: factsOf(now),
  }
}

function factsOf(file: ComparedFile | null): FileFacts | null {
  return file === null ? null : { bytes: file.bytes, zippedBytes: file.zippedBytes, mode: file.mode }
}
