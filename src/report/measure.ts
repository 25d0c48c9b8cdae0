import type { Artifact, FileSet, MeasuredFile, MeasuredReport, Plan } from '../model.ts'
import { duplicatesOf } from './duplicates.ts'
import { judgeWhole, type Told } from './judge.ts'
import type { Known } from './known.ts'
import { OWN, type Weighed, weigh } from './packages.ts'
import { reasonOf } from './reasons.ts'

/** An entry of a zip, read. */
export interface MeasurableEntry {
  readonly path: string
  readonly kind: 'file' | 'folder' | 'link' | 'special'
  readonly target: string | null
  readonly mode: number | null
  readonly bytes: number
  readonly zippedBytes: number
  readonly crc32: number
  readonly sha256: string | null
}

/** A zip that was read, whoever made it. */
export interface MeasurableZip {
  readonly fileSet: FileSet
  readonly artifact: Artifact
  readonly entries: readonly MeasurableEntry[]
}

/** Adds to a zip what was known of it when it was packed. */
export function withKnown<Zip extends MeasurableZip>(zip: Zip, known: Known | null): Zip {
  const { fileSet, artifact } = zip
  if (known === null || known.owners.length !== artifact.entries.length) return zip
  const { packages, inlined, leftOut, findings } = known
  const entries = artifact.entries.map((entry, at) => ({ ...entry, owner: known.owners[at] ?? null }))
  const owners = new Map(entries.map(({ path, owner }) => [path, owner]))
  const files = fileSet.files.map(file => ({ ...file, owner: owners.get(file.path) ?? null }))
  return {
    ...zip,
    fileSet: { ...fileSet, files, packages, inlined, leftOut, findings },
    artifact: { ...artifact, entries },
  }
}

/** Measures a zip down to its files, and judges it. `known` has been added to the zip. */
export function measure(plan: Plan, zip: MeasurableZip, told: Told & { readonly known: Known | null }): MeasuredReport {
  const { fileSet, artifact } = zip
  const owners = new Map<string, string | null>(fileSet.files.map(({ path, owner }) => [path, owner]))
  const entries = lastOfEachName(zip.entries).map(entry => ({ ...entry, owner: owners.get(entry.path) ?? null }))
  const { packages, inlined } = weigh(fileSet, entries)
  return {
    ...judgeWhole(plan, fileSet, artifact, told),
    packages,
    inlined,
    files: filesOf(entries, { packages, inlined }, told.known),
    otherBytes: artifact.bytes - entries.reduce((sum, { zippedBytes }) => sum + zippedBytes, 0),
    duplicates: duplicatesOf(entries, packages),
    checked: told.checked !== null,
  }
}

/** As unzip leaves them. Sorted for determinism, by the bytes of the path, as all files are. */
function lastOfEachName(entries: readonly MeasurableEntry[]): readonly MeasurableEntry[] {
  const byPath = new Map(entries.filter(({ kind }) => kind !== 'folder').map(entry => [entry.path, entry]))
  const keyed = [...byPath.values()].map(entry => ({ entry, key: Buffer.from(entry.path) }))
  return keyed.sort((a, b) => Buffer.compare(a.key, b.key)).map(({ entry }) => entry)
}

function filesOf(
  entries: readonly (MeasurableEntry & { readonly owner: string | null })[],
  { packages, inlined }: Weighed,
  known: Known | null,
): readonly MeasuredFile[] {
  const names = new Map(packages.map(({ id, name }) => [id, name]))
  const bundles = new Set([...inlined, ...(known?.inlined ?? [])].map(({ path }) => path as string))
  const said = new Map((known?.reasons ?? []).map(({ path, reason }) => [path, reason]))
  return entries.map(({ path, owner, target, mode, bytes, zippedBytes, crc32 }) => {
    const id = owner !== null && names.has(owner) ? owner : OWN
    const name = names.get(id) ?? OWN
    const subject = { path, name, isBundle: bundles.has(path), target, said: said.get(path) ?? null }
    return {
      path,
      bytes,
      zippedBytes,
      crc32: crc32.toString(16).padStart(8, '0'),
      mode: mode === null ? null : mode.toString(8),
      package: id,
      reason: reasonOf(subject),
    }
  })
}
