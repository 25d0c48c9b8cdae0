import type { ReportDiff } from '../../diff.ts'
import type { ReportDocument } from '../../json.ts'

export type { ReportDiff } from '../../diff.ts'
export type { PublicReport, ReportDocument } from '../../json.ts'

/** What the page carries: what `--json` prints, and what has changed since. */
export interface PageData {
  readonly document: ReportDocument
  readonly diffs: readonly ReportDiff[]
}

/** Which of its two sizes a thing is shown with. */
export type Mode = 'zipped' | 'unzipped'
