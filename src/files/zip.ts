import { setImmediate } from 'node:timers/promises'
import { UNZIPPED_BYTES } from '../aws/limits.ts'
import { UserError } from '../errors.ts'
import { isSafePath, toArchivePath } from '../formats/archive-path.ts'
import { readMember } from '../formats/zip-directory.ts'
import type { ZipEntry } from '../formats/zip-entries.ts'
import { isReadable, listZip, memberOfEntry, readLinkTarget, type ZipListing } from '../formats/zip-listing.ts'
import type { Artifact, FileEntry, FileSet, Plan, WrittenEntry } from '../model.ts'
import type { Disk, System } from '../system/system.ts'
import { aliasesOf } from './zip-links.ts'
import { ownPackages } from './zip-packages.ts'

/** A zip that is there, whoever made it. */
export interface ZipContents {
  /** Its files that can be unpacked and read; of several of one name the last, which unzip leaves. Links to files are files. */
  readonly fileSet: FileSet
  readonly artifact: Artifact
  /** All that it holds. */
  readonly entries: readonly NamedEntry[]
}

/** An entry as the zip has it, safe or not. */
export interface NamedEntry {
  readonly path: string
  readonly isUtf8: boolean
  /** Unix permissions; null: the zip doesn't tell. */
  readonly mode: number | null
  readonly kind: 'file' | 'folder' | 'link'
  /** Where a link leads; null: no link, or one that can't be read. */
  readonly target: string | null
  readonly method: number
  readonly isEncrypted: boolean
}

/** Twice what Lambda takes: more needs no look, and would take a while to unpack. */
const MOST_UNZIPPED_BYTES = 2 * UNZIPPED_BYTES

/**
 * Reads the plan's zip, every byte of it, so that damage shows.
 * Throws UserError ZIP_TOO_LARGE, ARCHIVE_DAMAGED, and what listing it throws.
 */
export async function collectZip({ artifactPath: path, ...plan }: Plan, system: System): Promise<ZipContents> {
  const listing = await listZip(path, system.disk)
  const unzippedBytes = sum(listing.entries.filter(({ kind }) => kind !== 'folder').map(({ bytes }) => bytes))
  if (unzippedBytes > MOST_UNZIPPED_BYTES) {
    throw new UserError('ZIP_TOO_LARGE', path, unzippedBytes, MOST_UNZIPPED_BYTES, UNZIPPED_BYTES)
  }
  await verify(listing, system)
  const entries = await namedEntries(listing, system)
  const found = filesOf(listing)
  const { files, packages } = await ownPackages([...found, ...aliasesOf(entries, found)], plan, system)
  const sha256 = await system.disk.sha256(path)
  const written = writtenEntries(listing, files)
  return {
    fileSet: { files: sorted(files), packages, inlined: [], beside: [], leftOut: [], findings: [], installs: [] },
    artifact: { kind: 'zip', path, bytes: listing.bytes, unzippedBytes, sha256, unchanged: true, entries: written },
    entries,
  }
}

async function verify({ path, bytes, entries }: ZipListing, system: System): Promise<void> {
  const { progress, signal } = system
  const disk = inPieces(bytes, system.disk)
  const total = sum(entries.map(one => one.bytes))
  let done = 0
  for (const entry of [...entries].sort((a, b) => a.headerOffset - b.headerOffset)) {
    progress.show('reading', done, total)
    // Unpacking holds the thread: between two files an interruption gets its turn.
    if (done > 0 && entry.bytes > 0) await setImmediate()
    signal.throwIfAborted()
    if (isReadable(entry)) await readMember(path, memberOfEntry(entry), disk)
    done += entry.bytes
  }
}

const PIECE_BYTES = 1 << 20

/** Reads a file of `size` bytes from front to back with few calls, however small the parts are that are asked for. */
function inPieces(size: number, disk: Disk): Disk {
  let piece: Uint8Array = new Uint8Array(0)
  let start = 0
  const readRange = async (path: string, offset: number, length: number): Promise<Uint8Array> => {
    const end = Math.min(offset + length, size)
    if (offset < start || end > start + piece.length) {
      piece = await disk.readRange(path, offset, Math.max(0, Math.min(Math.max(length, PIECE_BYTES), size - offset)))
      start = offset
    }
    return piece.subarray(offset - start, offset - start + length)
  }
  return { ...disk, readRange }
}

async function namedEntries(listing: ZipListing, { disk }: System): Promise<readonly NamedEntry[]> {
  const named: NamedEntry[] = []
  for (const entry of listing.entries) {
    const { name, nameBytes, kind, mode, method, isEncrypted } = entry
    named.push({
      path: name,
      isUtf8: !Buffer.from(nameBytes).toString('utf8').includes('\ufffd'),
      mode: mode === null ? null : mode & 0o777,
      kind: kind === 'special' ? 'file' : kind,
      target: await readLinkTarget(listing, entry, disk),
      method,
      isEncrypted,
    })
  }
  return named
}

function filesOf({ path: archive, entries }: ZipListing): FileEntry[] {
  const files = new Map<string, FileEntry>()
  for (const entry of entries) {
    if (!isPlainFile(entry) || !isReadable(entry)) continue
    const member = memberOfEntry(entry)
    files.set(entry.name, {
      path: toArchivePath(entry.name),
      bytes: entry.bytes,
      executable: member.executable,
      content: { kind: 'member', archive, member },
      owner: null,
    })
  }
  return [...files.values()]
}

function isPlainFile({ kind, name }: ZipEntry): boolean {
  return kind === 'file' && isSafePath(name)
}

/** As APPNOTE.TXT has the headers: 30 and 46 bytes, and the name in each. */
const HEADER_BYTES = 76

function writtenEntries({ entries }: ZipListing, files: readonly FileEntry[]): WrittenEntry[] {
  const owners = new Map<string, string | null>(files.map(({ path, owner }) => [path, owner]))
  return entries.filter(isPlainFile).map(({ name, nameBytes, bytes, compressedBytes }) => ({
    path: toArchivePath(name),
    bytes,
    zippedBytes: compressedBytes + HEADER_BYTES + 2 * nameBytes.length,
    owner: owners.get(name) ?? null,
  }))
}

/** Sorted for determinism, by the bytes of the path, as all file sets are. */
function sorted(files: readonly FileEntry[]): FileEntry[] {
  const keyed = files.map(file => ({ file, key: Buffer.from(file.path) }))
  return keyed.sort((a, b) => Buffer.compare(a.key, b.key)).map(({ file }) => file)
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
