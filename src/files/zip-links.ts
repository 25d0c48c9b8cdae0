import { posix } from 'node:path'
import { isSafePath, toArchivePath } from '../formats/archive-path.ts'
import type { FileEntry } from '../model.ts'

interface Link {
  readonly path: string
  readonly target: string | null
}

/** As Linux counts before it says ELOOP. */
const MOST_HOPS = 40

/** No tree of packages has more files behind links. */
const MOST_ALIASES = 100_000

/** Characters that all links together may have looked at: thousands of times what any tree of packages needs, and a second of work. */
const MOST_LOOKED_AT = 400_000_000

/** The files that links lead to, at the links' own paths: one for a link to a file, all of a folder for a link to a folder. */
export function aliasesOf(entries: readonly Link[], files: readonly FileEntry[]): FileEntry[] {
  const links = new Map(entries.flatMap(({ path, target }) => (target === null ? [] : [[path, target] as const])))
  if (links.size === 0) return []
  const byPath = new Map<string, FileEntry>(files.map(file => [file.path, file]))
  const filesIn = makeFolders(files)
  const aliases = new Map<string, FileEntry>()
  const effort = { left: MOST_LOOKED_AT }
  for (const path of links.keys()) {
    const place = isSafePath(path) ? placeOf(path, links, effort) : null
    if (place === null || place === path || aliases.size > MOST_ALIASES) continue
    const file = byPath.get(place)
    const found = file === undefined ? filesIn(place) : [file]
    for (const one of found) {
      const alias = path + one.path.slice(place.length)
      if (!byPath.has(alias)) aliases.set(alias, { ...one, path: toArchivePath(alias) })
    }
  }
  return [...aliases.values()]
}

/** Files by the folder that they are in, at whatever depth. */
function makeFolders(files: readonly FileEntry[]): (folder: string) => readonly FileEntry[] {
  // What is in one folder stands together.
  const placed = [...files].sort((a, b) => (a.path < b.path ? -1 : 1))
  return folder => {
    const start = placeOfFirst(placed, `${folder}/`)
    // The character behind the slash.
    return placed.slice(start, placeOfFirst(placed, `${folder}0`))
  }
}

/** Where the first path stands that is not below the given one. */
function placeOfFirst(placed: readonly FileEntry[], path: string): number {
  let low = 0
  let high = placed.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((placed[middle]?.path ?? '') < path) low = middle + 1
    else high = middle
  }
  return low
}

/** Where a path leads when every link on the way is followed; null: out of the zip, round and round, or beyond all effort. */
function placeOf(path: string, links: ReadonlyMap<string, string>, effort: { left: number }): string | null {
  let place = path
  for (let hops = 0; hops < MOST_HOPS; hops++) {
    // Each folder on the way is looked up by its whole path.
    effort.left -= (place.length * place.split('/').length) / 2
    if (effort.left < 0) return null
    const link = firstLink(place, links)
    if (link === null) return place
    const target = posix.join(posix.dirname(link.path), link.target)
    if (posix.isAbsolute(link.target) || target === '..' || target.startsWith('../')) return null
    place = posix.join(target, place.slice(link.path.length)).replace(/\/$/, '')
  }
  return null
}

/** The first part of a path that is a link. */
function firstLink(path: string, links: ReadonlyMap<string, string>): { path: string; target: string } | null {
  for (let end = path.indexOf('/'); ; end = path.indexOf('/', end + 1)) {
    const part = end === -1 ? path : path.slice(0, end)
    const target = links.get(part)
    if (target !== undefined) return { path: part, target }
    if (end === -1) return null
  }
}
