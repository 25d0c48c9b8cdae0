import { finding } from '../findings.ts'
import type { Artifact, CheckReport, FileSet, Finding, FunctionReport, JudgedLimit, Plan } from '../model.ts'
import { isWithin, limitsOf, unzippedLimits } from './limits.ts'
import { weigh } from './packages.ts'
import { type Silence, silence } from './silence.ts'

/** What judging an artifact takes beside the artifact. */
export interface Told {
  /** What the checks found; null: none were made. */
  readonly checked: readonly Finding[] | null
  /** The zip's bytes that it may have grown from; null: nobody knows them. */
  readonly before: number | null
  /** Whether all was looked for that `ignore` may name. Default: if checks were made. */
  readonly isComplete?: boolean
}

/** Measures an artifact and judges it against Lambda's limits and the user's budget. */
export function judge(plan: Plan, fileSet: FileSet, artifact: Artifact, told: Told): FunctionReport {
  return { ...judgeWhole(plan, fileSet, artifact, told), packages: weigh(fileSet, artifact.entries).packages }
}

/** The same without a look at its packages. */
export function judgeWhole(
  plan: Plan,
  fileSet: FileSet,
  artifact: Artifact,
  { checked, before, isComplete = checked !== null }: Told,
): Omit<FunctionReport, 'packages'> {
  const { config } = plan
  const limits = limitsOf(config, artifact, before)
  const { findings, silenced } = tell(plan, [...fileSet.findings, ...(checked ?? [])], isComplete)
  return {
    name: config.name,
    runtime: config.runtime,
    architecture: config.architecture,
    handler: config.handler,
    artifact,
    limits,
    findings,
    silenced,
    leftOut: fileSet.leftOut,
    ok: isFine(limits, findings),
  }
}

/** Judges what is known of a function before its artifact is written. */
export function judgeFiles(plan: Plan, fileSet: FileSet, checked: readonly Finding[]): CheckReport {
  const { config } = plan
  const bytes = fileSet.files.reduce((sum, file) => sum + file.bytes, 0)
  const limits = unzippedLimits(config, bytes)
  const { findings, silenced } = tell(plan, [...fileSet.findings, ...checked], true)
  const { name, runtime, architecture, handler } = config
  const ok = isFine(limits, findings)
  return { name, runtime, architecture, handler, artifact: null, packages: null, limits, findings, silenced, ok }
}

function tell(plan: Plan, ofFiles: readonly Finding[], isComplete: boolean): Silence {
  const uncounted = plan.config.layers
    .filter(({ unzippedBytes }) => unzippedBytes === null)
    .map(({ arn }) => finding('LAYER_NOT_COUNTED', '', arn))
  return silence([...plan.findings, ...ofFiles, ...uncounted], plan.config, isComplete)
}

/** Whether nothing that was found or measured decides the exit code. */
export function isFine(limits: readonly JudgedLimit[], findings: readonly Finding[]): boolean {
  return isWithin(limits) && findings.every(({ severity }) => severity !== 'error')
}
