import type { Artifact, Decisions, FileSet, Finding, FunctionReport, Plan } from '../model.ts'
import type { Disk } from '../system/system.ts'
import { recallBaseline, rememberBaseline } from './baseline.ts'
import { judge } from './judge.ts'
import { rememberKnown } from './known.ts'

/** What a run has packed, and what it knows of it. */
export interface Packed {
  readonly plan: Plan
  readonly fileSet: FileSet
  readonly artifact: Artifact
  readonly decisions: Decisions
  /** What the checks found; null: none were made. */
  readonly findings: readonly Finding[] | null
}

/** Judges what a run has packed, and keeps what only this run knows for reports to come. */
export async function conclude(packed: Packed, cacheDir: string | null, disk: Disk): Promise<FunctionReport> {
  const { plan, fileSet, artifact, decisions, findings } = packed
  const before = await recallBaseline(artifact.path, cacheDir, disk)
  const report = judge(plan, fileSet, artifact, { checked: findings, before })
  const owners = artifact.entries.map(({ owner }) => owner)
  const { packages, inlined, leftOut } = fileSet
  const known = { packages, inlined, owners, reasons: decisions.kept, leftOut, findings: fileSet.findings }
  await rememberKnown({ sha256: artifact.sha256, path: artifact.path, cacheDir }, known, disk)
  await rememberBaseline(report, cacheDir, disk)
  return report
}
