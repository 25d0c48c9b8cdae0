import { basename } from 'node:path'
import { checkContents } from './check/check.ts'
import { hashPackages } from './files/package-hashes.ts'
import { collectStanding, collectZip } from './files/zip.ts'
import { packingOf } from './files/zip-packing.ts'
import type { Config, MeasuredReport, Plan } from './model.ts'
import { oneByOne, type PackOptions } from './pack.ts'
import { makePlans } from './plan/make-plans.ts'
import { planAnyZip, planZip, type ZipTarget } from './plan/zip-plan.ts'
import { recallBaseline } from './report/baseline.ts'
import { findOld } from './report/diff/old.ts'
import { type DiffSide, diffOf, type ReportDiff } from './report/diff.ts'
import type { ReportDocument } from './report/json.ts'
import { recallKnown } from './report/known.ts'
import { judgeTotal, NO_BUDGET } from './report/limits.ts'
import { measure, withKnown } from './report/measure.ts'
import type { System } from './system/system.ts'

// What is done with zips that stand: one line of stages for each, as in pack.ts.

export interface MeasureOptions extends Omit<PackOptions, 'jobs'> {
  /** Zips besides, whoever made them, and what they are to run on. */
  readonly zips: readonly string[]
  readonly target: ZipTarget
  /** Bytes of the zips that functions may have grown from, by name; of others the last run within budget knows. */
  readonly before: ReadonlyMap<string, number>
}

/** Measures zips that stand, down to their files: of functions, if there is a config, and others. Writes none. */
export async function measureAll(config: Config | null, options: MeasureOptions, system: System) {
  const plans = config === null ? [] : await makePlans(config, options.functions, system)
  const reports = [
    ...(await oneByOne(plans, plan => measureFunction(plan, options, system))),
    ...(await oneByOne(options.zips, path => measureZip(path, options, system))),
  ]
  const isAll = config !== null && reports.length === config.functions.length && options.zips.length === 0
  const sizes = reports.map(({ artifact }) => artifact)
  return { reports, total: judgeTotal(isAll ? config.totalBudget : NO_BUDGET, sizes) }
}

async function measureFunction(plan: Plan, options: MeasureOptions, system: System): Promise<MeasuredReport> {
  const { cacheDir, before } = options
  const standing = await collectStanding(plan, system)
  const place = { sha256: standing.artifact.sha256, path: plan.artifactPath, cacheDir }
  const own = await recallKnown(place, system.disk)
  const known = own ?? (await recallKnown({ ...place, path: null }, system.disk))
  const zip = withKnown(standing, known)
  const checked = options.check ? await checkContents(plan, zip, system) : null
  const baseline = await recallBaseline(plan.artifactPath, cacheDir, system.disk)
  return measure(plan, zip, {
    known,
    checked,
    before: before.get(plan.config.name) ?? baseline,
    isComplete: checked !== null && own !== null,
  })
}

/** One that somebody else made is checked if it is told what it is to run on. */
async function measureZip(path: string, options: MeasureOptions, system: System): Promise<MeasuredReport> {
  const { runtime, handler } = options.target
  const plan = runtime === null ? planAnyZip(path) : planZip(path, options.target)
  const found = await collectZip(plan, system)
  const place = { sha256: found.artifact.sha256, path: null, cacheDir: options.cacheDir }
  const known = await recallKnown(place, system.disk)
  const zip = withKnown(found, known)
  const checked = options.check && runtime !== null ? await checkContents(plan, zip, system) : null
  const report = measure(plan, zip, { known, checked, before: null })
  return { ...report, runtime, architecture: runtime === null ? null : report.architecture, handler }
}

/** What the reports of these are called. */
export function namesOf(
  config: Config | null,
  functions: readonly string[],
  zips: readonly string[],
): readonly string[] {
  const known = config?.functions.map(({ name }) => name) ?? []
  return [...(functions.length > 0 ? functions : known), ...zips.map(path => basename(path))]
}

/** What `--diff` names, by the name of the function or zip that is compared with it. */
export type Olds = ReadonlyMap<string, DiffSide>

/**
 * Reads what reports of these names are to be compared with: a zip, a folder of zips, or the JSON of an earlier report. What it doesn't
 * have is missing in the map. Throws UserError DIFF_MISSING, DIFF_UNREADABLE, DIFF_WITHOUT_FILES, DIFF_OF_SEVERAL, DIFF_OTHER_FUNCTIONS,
 * and what reading a zip throws.
 */
export async function readOlds(
  path: string,
  names: readonly string[],
  cacheDir: string | null,
  system: System,
): Promise<Olds> {
  const source = await findOld(path, names, system.disk)
  if (source.kind === 'document') return source.sides
  const sides = new Map<string, DiffSide>()
  for (const [name, zip] of source.zips) {
    const options = {
      zips: [],
      target: NO_TARGET,
      functions: [],
      check: false,
      cacheDir,
      before: new Map<string, number>(),
    }
    const report = await measureZip(zip, options, system)
    sides.set(name, { ...report, path: zip, packing: await packingOf(zip, system.disk) })
  }
  return sides
}

const NO_TARGET: ZipTarget = { runtime: null, architecture: 'x86_64', handler: null }

/** What has changed since, function by function. */
export async function compare(
  { functions }: ReportDocument,
  olds: Olds,
  system: System,
): Promise<readonly ReportDiff[]> {
  return oneByOne(functions, async report => {
    const { name, artifact } = report
    const old = olds.get(name) ?? null
    // How the zip is made says nothing without the other one's.
    const isZip = old !== null && old.packing !== null
    const packing = isZip ? await packingOf(artifact.path, system.disk) : null
    return diffOf(old, { ...report, path: artifact.path, packing }, name)
  })
}

/** The bill of materials of what the artifacts hold, as CycloneDX. */
export async function billOfMaterials(document: ReportDocument, system: System): Promise<string> {
  const hashes = new Map<string, ReadonlyMap<string, string>>()
  for (const { artifact, files } of document.functions) {
    hashes.set(artifact.sha256, await hashPackages(artifact.path, files, system))
  }
  const { sbomOf } = await import('./report/sbom.ts')
  return sbomOf(document, hashes, document.version)
}
