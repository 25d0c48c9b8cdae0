import { createHash } from 'node:crypto'
import { dirname, join } from 'node:path'
import { keep, readKept } from '../cache/kept.ts'
import type { Artifact, FileSet } from '../model.ts'
import { hashOf, type Tools } from './compress.ts'
import { ZIP_FORMAT } from './reproducible.ts'

/** A file set, and where its zip belongs. */
export interface WantedZip {
  readonly fileSet: FileSet
  readonly path: string
}

/** What an earlier run made of a file set. */
interface Made {
  readonly digest: string
  readonly bytes: number
  readonly unzippedBytes: number
  readonly sha256: string
  /** Bytes, and bytes in the zip, of each entry in the file set's order. */
  readonly sizes: readonly (readonly [bytes: number, zippedBytes: number])[]
}

/** The artifact that stands, if it is what these files would make, and all that belongs beside it stands, too. */
export async function standingArtifact({ fileSet, path }: WantedZip, tools: Tools): Promise<Artifact | null> {
  const { disk } = tools.system
  const made = (await readKept(placeOf(path, tools), disk)) as Made | null
  const standing = made === null ? null : await disk.stat(path)
  if (made === null || standing?.kind !== 'file' || standing.bytes !== made.bytes) return null
  if ((await digestOf(fileSet, tools)) !== made.digest) return null
  const { bytes, unzippedBytes, sha256, sizes } = made
  // One that can't be read is replaced like any other.
  if ((await disk.sha256(path).catch(() => null)) !== sha256) return null
  for (const { name, bytes: wanted } of fileSet.beside) {
    const there = await disk.readBytes(join(dirname(path), name)).catch(() => null)
    if (there === null || Buffer.compare(there, wanted) !== 0) return null
  }
  const entries = fileSet.files.map(({ path: entryPath, owner }, place) => {
    const [entryBytes, zippedBytes] = sizes[place] ?? [0, 0]
    return { path: entryPath, bytes: entryBytes, zippedBytes, owner }
  })
  return { kind: 'zip', path, bytes, unzippedBytes, sha256, unchanged: true, entries }
}

/** Lets the next run see that this artifact is what these files make. */
export async function rememberArtifact({ fileSet, path }: WantedZip, artifact: Artifact, tools: Tools): Promise<void> {
  const { bytes, unzippedBytes, sha256, entries } = artifact
  const sizes = entries.map(entry => [entry.bytes, entry.zippedBytes] as const)
  const made: Made = { digest: await digestOf(fileSet, tools), bytes, unzippedBytes, sha256, sizes }
  await keep(placeOf(path, tools), made, tools.system.disk)
}

function placeOf(path: string, { cache }: Tools) {
  return { dir: cache.dir, kind: 'artifacts', key: path }
}

/** Of everything that decides a zip's bytes. */
async function digestOf({ files }: FileSet, tools: Tools): Promise<string> {
  const digest = createHash('sha256').update(`${ZIP_FORMAT}\0${tools.encoder.id}\0`)
  for (const file of files) {
    digest.update(`${await hashOf(file, tools)} ${file.executable ? 'x' : '-'} ${file.path}\0`)
  }
  return digest.digest('hex')
}
