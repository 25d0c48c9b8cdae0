import { createHash } from 'node:crypto'
import { readContent } from '../formats/content.ts'
import type { Content } from '../model.ts'
import type { Disk, FileStat } from '../system/system.ts'
import { type KeptPlace, keep, readKept } from './kept.ts'

/** The hashes of contents that were read before, so that what is unchanged needs no reading, as git's index has them. */
export interface ContentIndex {
  /** The sha256 of a content in memory, or of one whose file looks as it did when it was read; null if it must be read. */
  readonly known: (content: Content) => Promise<string | null>
  /** Notes the hash of a content that was read after `known` was asked. */
  readonly learn: (content: Content, sha256: string) => void
  /** Keeps it for the next run. */
  readonly save: () => Promise<void>
}

/** What is known of a file: its own hash, or those of an archive's members. */
interface Entry {
  readonly identity: string
  /** False: the file may change unseen, so this is for the present run only. */
  readonly isSettled: boolean
  /** By the offset of a member's header; that of the file itself by WHOLE. */
  readonly hashes: Map<number, string>
}

type KeptEntries = Readonly<Record<string, readonly [identity: string, ...hashes: (readonly [number, string])[]]>>

const WHOLE = -1

/** The index of one config's functions: `scope` names them. */
export async function openContentIndex(dir: string | null, scope: string, disk: Disk): Promise<ContentIndex> {
  const place: KeptPlace = { dir, kind: 'index', key: scope }
  const kept = ((await readKept(place, disk)) ?? {}) as KeptEntries
  const entries = new Map<string, Entry>()
  const ofBytes = new WeakMap<Content, string>()
  let isChanged = false
  const entryOf = async (path: string): Promise<Entry> => {
    const entry = entries.get(path) ?? newEntry(kept[path], await disk.stat(path))
    entries.set(path, entry)
    return entry
  }
  return {
    known: async content => {
      if (content.kind === 'bytes') return hashOfBytes(content, ofBytes)
      const { path, part } = sourceOf(content)
      return (await entryOf(path)).hashes.get(part) ?? null
    },
    learn: (content, sha256) => {
      if (content.kind === 'bytes') return
      isChanged = true
      const { path, part } = sourceOf(content)
      entries.get(path)?.hashes.set(part, sha256)
    },
    save: async () => {
      if (isChanged) await keep(place, toKeep(entries), disk)
    },
  }
}

/** Reads a content and notes its hash. Throws what reading it throws. */
export async function readHashed(content: Content, index: ContentIndex, disk: Disk) {
  // The index notes what the file looks like before it is read.
  await index.known(content)
  const bytes = await readContent(content, disk)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  index.learn(content, sha256)
  return { bytes, sha256 }
}

/** The hash of a content, from the index or by reading it; a file of the disk is never in memory as a whole. Throws what reading it throws. */
export async function contentHash(content: Content, index: ContentIndex, disk: Disk): Promise<string> {
  const known = await index.known(content)
  if (known !== null) return known
  if (content.kind !== 'disk') return (await readHashed(content, index, disk)).sha256
  const sha256 = await disk.sha256(content.path)
  index.learn(content, sha256)
  return sha256
}

function hashOfBytes(content: Content & { kind: 'bytes' }, known: WeakMap<Content, string>): string {
  const sha256 = known.get(content) ?? createHash('sha256').update(content.bytes).digest('hex')
  known.set(content, sha256)
  return sha256
}

function newEntry(kept: KeptEntries[string] | undefined, stat: FileStat | null): Entry {
  if (stat === null) return { identity: '', isSettled: false, hashes: new Map() }
  const [identity, ...hashes] = kept ?? []
  if (identity === stat.identity) return { identity, isSettled: true, hashes: new Map(hashes) }
  return { identity: stat.identity, isSettled: stat.isSettled, hashes: new Map() }
}

function toKeep(entries: ReadonlyMap<string, Entry>): KeptEntries {
  const settled = [...entries].filter(([, { isSettled, hashes }]) => isSettled && hashes.size > 0)
  return Object.fromEntries(settled.map(([path, { identity, hashes }]) => [path, [identity, ...hashes] as const]))
}

function sourceOf(content: Exclude<Content, { kind: 'bytes' }>): { readonly path: string; readonly part: number } {
  return content.kind === 'disk'
    ? { path: content.path, part: WHOLE }
    : { path: content.archive, part: content.member.headerOffset }
}
