import { UNZIPPED_BYTES } from '../aws/limits.ts'
import { UserError } from '../errors.ts'
import { isSafePath, toArchivePath } from '../formats/archive-path.ts'
import type { ZipEntry } from '../formats/zip-entries.ts'
import { isReadable, listZip, memberOfEntry, readLinkTarget, type ZipListing } from '../formats/zip-listing.ts'
import type { Artifact, FileEntry, FileSet, Plan, WrittenEntry } from '../model.ts'
import type { System } from '../system/system.ts'
import { aliasesOf } from './zip-links.ts'
import { ownPackages } from './zip-packages.ts'
import { type EntryReading, inPieces, readEntries } from './zip-reading.ts'

/** What is asked of a plan to read its zip. */
type ZipPlan = Pick<Plan, 'artifactPath' | 'language' | 'target'>

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
  readonly bytes: number
  readonly crc32: number
  /** All bytes of the zip that are the entry's: its stream, its headers with their extra fields, a data descriptor. */
  readonly zippedBytes: number
  /** Of its content, where another entry has the same CRC-32 and length; else null. */
  readonly sha256: string | null
}

/** Twice what Lambda takes: more needs no look, and would take a while to unpack. */
const MOST_UNZIPPED_BYTES = 2 * UNZIPPED_BYTES

/**
 * Reads the plan's zip, every byte of it, so that damage shows.
 * Throws UserError ZIP_TOO_LARGE, ARCHIVE_DAMAGED, and what listing it throws.
 */
export async function collectZip({ artifactPath: path, ...plan }: ZipPlan, system: System): Promise<ZipContents> {
  const listing = await listZip(path, system.disk)
  const reading = { ...system, disk: inPieces(listing.bytes, system.disk) }
  // What folders claim to hold is read, too.
  const readBytes = sum(listing.entries.map(({ bytes }) => bytes))
  if (readBytes > MOST_UNZIPPED_BYTES) {
    throw new UserError('ZIP_TOO_LARGE', path, readBytes, MOST_UNZIPPED_BYTES, UNZIPPED_BYTES)
  }
  const unzippedBytes = sum(listing.entries.filter(({ kind }) => kind !== 'folder').map(({ bytes }) => bytes))
  const readings = await readEntries(listing, reading)
  const entries = await namedEntries(listing, readings, reading)
  const found = filesOf(listing)
  const { files, packages } = await ownPackages([...found, ...aliasesOf(entries, found)], plan, reading)
  const sha256 = await system.disk.sha256(path)
  const written = writtenEntries(listing, readings, files)
  return {
    fileSet: { files: sorted(files), packages, inlined: [], beside: [], leftOut: [], findings: [], installs: [] },
    artifact: { kind: 'zip', path, bytes: listing.bytes, unzippedBytes, sha256, unchanged: true, entries: written },
    entries,
  }
}

/** The zip that stands of a function. Throws UserError ARTIFACT_MISSING, and what `collectZip` throws. */
export async function collectStanding(plan: Plan, system: System): Promise<ZipContents> {
  const { artifactPath, config } = plan
  if ((await system.disk.stat(artifactPath)) === null)
    throw new UserError('ARTIFACT_MISSING', config.name, artifactPath)
  return collectZip(plan, system)
}

type Readings = ReadonlyMap<ZipEntry, EntryReading>

async function namedEntries(listing: ZipListing, readings: Readings, { disk }: System): Promise<readonly NamedEntry[]> {
  const named: NamedEntry[] = []
  for (const entry of listing.entries) {
    const { name, nameBytes, kind, mode, method, isEncrypted, bytes, crc32 } = entry
    named.push({
      path: name,
      isUtf8: !Buffer.from(nameBytes).toString('utf8').includes('\ufffd'),
      mode: mode === null ? null : mode & 0o777,
      kind: kind === 'special' ? 'file' : kind,
      target: await readLinkTarget(listing, entry, disk),
      method,
      isEncrypted,
      bytes,
      crc32,
      zippedBytes: readings.get(entry)?.zippedBytes ?? 0,
      sha256: readings.get(entry)?.sha256 ?? null,
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

function writtenEntries(
  { entries }: ZipListing,
  readings: Readings,
  files: readonly FileEntry[],
): readonly WrittenEntry[] {
  const owners = new Map<string, string | null>(files.map(({ path, owner }) => [path, owner]))
  return entries.filter(isPlainFile).map(entry => ({
    path: toArchivePath(entry.name),
    bytes: entry.bytes,
    zippedBytes: readings.get(entry)?.zippedBytes ?? 0,
    owner: owners.get(entry.name) ?? null,
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
