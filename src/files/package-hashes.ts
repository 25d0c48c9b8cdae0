import { createHash } from 'node:crypto'
import { readMember } from '../formats/zip-directory.ts'
import { isReadable, listZip, memberOfEntry } from '../formats/zip-listing.ts'
import type { System } from '../system/system.ts'
import { inPieces } from './zip-reading.ts'

/** A file of a zip and whose it is. */
export interface OwnedPath {
  readonly path: string
  /** The id of its package. */
  readonly package: string
}

/**
 * By package the sha256 of what `sha256sum` would print of its files, sorted by the bytes of their paths: a line with the sha256 in
 * lower-case hex, two spaces and the path each. Throws what reading the zip throws.
 */
export async function hashPackages(
  zip: string,
  files: readonly OwnedPath[],
  { disk, progress, signal }: System,
): Promise<ReadonlyMap<string, string>> {
  const { bytes, entries } = await listZip(zip, disk)
  const pieces = inPieces(bytes, disk)
  // Of several of one name the last, as unzip leaves them.
  const byName = new Map(entries.map(entry => [entry.name, entry]))
  const wanted = new Map(files.map(file => [file.path, file.package]))
  const placed = [...byName.values()]
    .filter(({ name }) => wanted.has(name))
    .sort((a, b) => a.headerOffset - b.headerOffset)
  const total = placed.reduce((sum, entry) => sum + entry.bytes, 0)
  const digests = new Map<string, string>()
  let done = 0
  for (const entry of placed) {
    signal.throwIfAborted()
    progress.show('hashing', done, total)
    done += entry.bytes
    if (!isReadable(entry)) continue
    const content = await readMember(zip, memberOfEntry(entry), pieces)
    digests.set(entry.name, createHash('sha256').update(content).digest('hex'))
  }
  return digestsByPackage(wanted, digests)
}

function digestsByPackage(
  wanted: ReadonlyMap<string, string>,
  digests: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const lines = new Map<string, string[]>()
  // Sorted for determinism
  const paths = [...wanted.keys()]
    .map(path => ({ path, key: Buffer.from(path) }))
    .sort((a, b) => Buffer.compare(a.key, b.key))
  for (const { path } of paths) {
    const digest = digests.get(path)
    const id = wanted.get(path)
    if (digest === undefined || id === undefined) continue
    const of = lines.get(id) ?? []
    of.push(`${digest}  ${path}\n`)
    lines.set(id, of)
  }
  return new Map([...lines].map(([id, of]) => [id, createHash('sha256').update(of.join('')).digest('hex')]))
}
