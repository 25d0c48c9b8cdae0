import { toArchivePath } from '../../formats/archive-path.ts'
import { writeRecord } from '../../formats/record.ts'
import type { Decisions, FileEntry, LeftOut, SlimLevel } from '../../model.ts'
import type { Disk } from '../../system/system.ts'
import { findTestSuites, suiteOf } from './slim-tests.ts'
import { findUnreachable } from './slim-unreachable.ts'
import type { LaidOutDistribution } from './types.ts'

export interface Packed {
  readonly distributions: readonly LaidOutDistribution[]
  readonly level: SlimLevel
  /** The function's own files; what they import stays. */
  readonly ownFiles: readonly FileEntry[]
}

export interface Slimmed {
  readonly files: readonly FileEntry[]
  readonly leftOut: readonly LeftOut[]
}

/**
 * The files of the distributions without what the level leaves out, each with a RECORD of what is left.
 * `safe`: what no import can reach. `strong`: also test suites that nothing packed imports.
 */
export async function slim(packed: Packed, disk: Disk, decisions: Decisions | null = null): Promise<Slimmed> {
  const rules = new Map<FileEntry, string>()
  if (packed.level !== 'none') {
    for (const [file, rule] of await findUnreachable(packed.distributions, disk, decisions?.kept)) rules.set(file, rule)
  }
  if (packed.level === 'strong') {
    const suites = await findTestSuites(packed, disk)
    for (const file of suites) if (!rules.has(file)) rules.set(file, 'test suites')
    if (decisions !== null) keepImported(decisions, packed.distributions, suites)
  }
  for (const [{ path, owner }, rule] of rules) decisions?.leftOut.push({ path, isFolder: false, rule, owner })
  return {
    files: packed.distributions.flatMap(distribution =>
      withRecord(
        distribution,
        distribution.files.filter(file => !rules.has(file)),
      ),
    ),
    leftOut: countRules(rules),
  }
}

function keepImported(
  { kept }: Decisions,
  distributions: readonly LaidOutDistribution[],
  unused: ReadonlySet<FileEntry>,
): void {
  for (const file of distributions.flatMap(({ files }) => files)) {
    if (suiteOf(file.path) === null || unused.has(file)) continue
    kept.push({ path: file.path, reason: 'code that is packed imports this test suite' })
  }
}

/** RECORD is what tells importlib.metadata which files are there; one with hashes would cost five times as much. */
function withRecord(distribution: LaidOutDistribution, files: readonly FileEntry[]): readonly FileEntry[] {
  const path = toArchivePath(`${distribution.distInfo}/RECORD`)
  const others = files.filter(file => file.path !== path)
  const bytes = new TextEncoder().encode(writeRecord([path, ...others.map(file => file.path)]))
  const record: FileEntry = {
    path,
    bytes: bytes.length,
    executable: false,
    content: { kind: 'bytes', bytes },
    owner: distribution.name,
  }
  return [...others, record]
}

function countRules(rules: ReadonlyMap<FileEntry, string>): readonly LeftOut[] {
  const counts = new Map<string, LeftOut>()
  for (const [file, rule] of rules) {
    const { files, bytes } = counts.get(rule) ?? { files: 0, bytes: 0 }
    counts.set(rule, { rule, files: files + 1, bytes: bytes + file.bytes })
  }
  return [...counts.values()].sort((a, b) => (a.rule < b.rule ? -1 : 1)) // Sorted for determinism
}
