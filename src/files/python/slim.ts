import { toArchivePath } from '../../formats/archive-path.ts'
import { writeRecord } from '../../formats/record.ts'
import type { FileEntry, LeftOut, SlimLevel } from '../../model.ts'
import type { Disk } from '../../system/system.ts'
import { findTestSuites } from './slim-tests.ts'
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
export async function slim(packed: Packed, disk: Disk): Promise<Slimmed> {
  const rules = new Map<FileEntry, string>()
  if (packed.level !== 'none') {
    for (const [file, rule] of await findUnreachable(packed.distributions, disk)) rules.set(file, rule)
  }
  if (packed.level === 'strong') {
    for (const file of await findTestSuites(packed, disk)) if (!rules.has(file)) rules.set(file, 'test suites')
  }
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
