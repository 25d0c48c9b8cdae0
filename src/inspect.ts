import { check, checkContents } from './check/check.ts'
import { collectFiles } from './files/collect.ts'
import { noDecisions } from './files/decisions.ts'
import { collectZip } from './files/zip.ts'
import type { CheckReport, Config } from './model.ts'
import { oneByOne, type PackOptions, placesOf } from './pack.ts'
import { makePlans } from './plan/make-plans.ts'
import { planZip, type ZipTarget } from './plan/zip-plan.ts'
import { judge, judgeFiles } from './report/judge.ts'
import { answersTo, type WhyAnswer } from './report/why.ts'
import type { System } from './system/system.ts'

export type CheckOptions = Pick<PackOptions, 'functions' | 'cacheDir'>

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
