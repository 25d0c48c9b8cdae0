import { join } from 'node:path'
import { check, checkContents } from './check/check.ts'
import { makeEncoder } from './deflate/encoder.ts'
import { collectFiles } from './files/collect.ts'
import { collectZip } from './files/zip.ts'
import type { CheckReport, Config, FunctionReport, Plan } from './model.ts'
import { makePlans } from './plan/make-plans.ts'
import { planZip, type ZipTarget } from './plan/zip-plan.ts'
import { judge, judgeFiles } from './report/judge.ts'
import type { System } from './system/system.ts'
import { publish } from './zip/publish.ts'
import { writeZip } from './zip/write.ts'

export interface PackOptions {
  /** Names of the functions to pack; none: all. */
  readonly functions: readonly string[]
  /** Whether to look for what would go wrong on Lambda. */
  readonly check: boolean
  /** Where downloads are kept; null: nowhere beyond this run. */
  readonly cacheDir: string | null
}

export type CheckOptions = Pick<PackOptions, 'functions' | 'cacheDir'>

/** Packs functions as zips: all of them, or on any failure none, with the artifacts that stood before as they were. */
export async function zip(config: Config, options: PackOptions, system: System): Promise<FunctionReport[]> {
  const plans = await makePlans(config, options.functions, system)
  const encoder = await makeEncoder(system.signal)
  const packed = await system.disk.withTemporaryFolder(workDir =>
    publish(config.outDir, system.disk, draftDir =>
      oneByOne(plans, async plan => {
        const fileSet = await collectFiles(plan, placesOf(plan, workDir, options), system)
        const findings = options.check ? await check(plan, fileSet, system) : null
        const draft = await writeZip(fileSet, join(draftDir, `${plan.config.name}.zip`), encoder, system)
        return { plan, fileSet, findings, draft, path: plan.artifactPath, beside: fileSet.beside }
      }),
    ),
  )
  return packed.map(({ plan, fileSet, findings, artifact }) => judge(plan, fileSet, artifact, findings))
}

/** Checks functions as they would be packed, and writes no artifact. */
export async function checkFunctions(config: Config, options: CheckOptions, system: System): Promise<CheckReport[]> {
  const plans = await makePlans(config, options.functions, system)
  return system.disk.withTemporaryFolder(workDir =>
    oneByOne(plans, async plan => {
      const fileSet = await collectFiles(plan, placesOf(plan, workDir, options), system)
      return judgeFiles(plan, fileSet, await check(plan, fileSet, system))
    }),
  )
}

/** Checks a zip, whoever made it. */
export async function checkZip(path: string, target: ZipTarget, system: System): Promise<CheckReport> {
  const plan = planZip(path, target)
  const zip = await collectZip(plan, system)
  const findings = await checkContents(plan, zip, system)
  return { ...judge(plan, zip.fileSet, zip.artifact, findings), handler: target.handler }
}

function placesOf({ config }: Plan, workDir: string, { cacheDir }: Pick<PackOptions, 'cacheDir'>) {
  return {
    workDir: join(workDir, config.name),
    storeDir: cacheDir ?? join(workDir, '.store'),
    useCache: cacheDir !== null,
  }
}

async function oneByOne<T, R>(items: readonly T[], action: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  for (const item of items) results.push(await action(item))
  return results
}
