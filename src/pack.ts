import { join } from 'node:path'
import { openCache } from './cache/open.ts'
import { check, checkContents } from './check/check.ts'
import { recallFindings, rememberFindings } from './check/remembered.ts'
import { makeEncoder } from './deflate/encoder.ts'
import { collectFiles } from './files/collect.ts'
import { noDecisions } from './files/decisions.ts'
import { collectZip } from './files/zip.ts'
import type { CheckReport, Config, FunctionReport, Plan } from './model.ts'
import { makePlans } from './plan/make-plans.ts'
import { planZip, type ZipTarget } from './plan/zip-plan.ts'
import { conclude } from './report/conclude.ts'
import { judge, judgeFiles } from './report/judge.ts'
import { answersTo, type WhyAnswer } from './report/why.ts'
import type { System } from './system/system.ts'
import type { Tools } from './zip/compress.ts'
import { makeZips } from './zip/make-zips.ts'

export interface PackOptions {
  /** Names of the functions to pack; none: all. */
  readonly functions: readonly string[]
  /** Whether to look for what would go wrong on Lambda. */
  readonly check: boolean
  /** What is kept between runs is there; null: nothing beyond this run. */
  readonly cacheDir: string | null
  /** How many threads compress; null: as many as the machine has cores and memory for. */
  readonly jobs: number | null
}

export type CheckOptions = Pick<PackOptions, 'functions' | 'cacheDir'>

/** Packs functions as zips: all of them, or on any failure none, with the artifacts that stood before as they were. */
export async function zip(config: Config, options: PackOptions, system: System): Promise<FunctionReport[]> {
  const plans = await makePlans(config, options.functions, system)
  return system.disk.withTemporaryFolder(workDir =>
    withTools(plans, options, { workDir, system }, async tools => {
      const checked = await oneByOne(plans, async plan => {
        const decisions = noDecisions()
        const fileSet = await collectFiles(plan, placesOf(plan, workDir, options), system, decisions)
        const checking = { plan, fileSet, decisions, cache: tools.cache, system }
        const recalled = options.check ? await recallFindings(checking) : null
        const findings = recalled ?? (options.check ? await check(plan, fileSet, system) : null)
        return { ...checking, findings, isNew: recalled === null, path: plan.artifactPath }
      })
      const packed = await makeZips(checked, config.outDir, tools)
      return oneByOne(packed, async one => {
        if (one.findings !== null && one.isNew) await rememberFindings(one, one.findings)
        return conclude(one, options.cacheDir, system.disk)
      })
    }),
  )
}

/** Runs an action with the encoder's threads and the cache, and puts both away. */
async function withTools<T>(
  plans: readonly Plan[],
  { cacheDir, jobs }: PackOptions,
  { workDir, system }: { readonly workDir: string; readonly system: System },
  action: (tools: Tools) => Promise<T>,
): Promise<T> {
  const encoder = makeEncoder(jobs ?? system.machine.jobs, system.signal)
  const scope = plans.map(plan => plan.artifactPath).join('\0')
  const cache = await openCache({ dir: cacheDir, workDir, scope, encoderId: encoder.id }, system)
  try {
    const result = await action({ encoder, cache, system })
    await cache.close()
    return result
  } finally {
    cache.abandon()
    await encoder.close()
  }
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
  return { ...judge(plan, zip.fileSet, zip.artifact, { checked: findings, before: null }), handler: target.handler }
}

export interface WhyOptions extends Pick<PackOptions, 'cacheDir'> {
  readonly name: string
  /** A path, folder or glob, or the name of a package. */
  readonly asked: string
}

/** Tells why a file or package is in a function's artifact, or why not, and writes none. */
export async function why(config: Config, options: WhyOptions, system: System): Promise<readonly WhyAnswer[]> {
  const plans = await makePlans(config, [options.name], system)
  return system.disk.withTemporaryFolder(async workDir => {
    const answers = await oneByOne(plans, async plan => {
      const decisions = noDecisions()
      const fileSet = await collectFiles(plan, placesOf(plan, workDir, options), system, decisions)
      return answersTo(options.asked, { plan, fileSet, decisions }, system)
    })
    return answers.flat()
  })
}

function placesOf({ config }: Plan, workDir: string, { cacheDir }: Pick<PackOptions, 'cacheDir'>) {
  return {
    workDir: join(workDir, config.name),
    storeDir: cacheDir ?? join(workDir, '.store'),
    useCache: cacheDir !== null,
  }
}

/** The results of an action for each item, in their order, one after another. */
export async function oneByOne<T, R>(items: readonly T[], action: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  for (const item of items) results.push(await action(item))
  return results
}
