import { join } from 'node:path'
import { check } from './check/check.ts'
import { makeEncoder } from './deflate/encoder.ts'
import { collectFiles } from './files/collect.ts'
import type { Config, FunctionReport, Plan } from './model.ts'
import { makePlans } from './plan/make-plans.ts'
import { judge } from './report/judge.ts'
import type { System } from './system/system.ts'
import { publish } from './zip/publish.ts'
import { writeZip } from './zip/write.ts'

export interface PackOptions {
  /** Names of the functions to pack; none: all. */
  readonly functions: readonly string[]
  readonly check: boolean
  /** Where downloads are kept; null: nowhere beyond this run. */
  readonly cacheDir: string | null
}

/** Packs functions as zips: all of them, or on any failure none, with the artifacts that stood before as they were. */
export async function zip(config: Config, options: PackOptions, system: System): Promise<FunctionReport[]> {
  const plans = await makePlans(config, options.functions, system)
  const encoder = await makeEncoder()
  const packed = await system.disk.withTemporaryFolder(workDir =>
    publish(config.outDir, system.disk, async draftDir => {
      const drafts = []
      for (const plan of plans) drafts.push(await draft(plan, workDir, draftDir))
      return drafts
    }),
  )
  return packed.map(({ plan, fileSet, findings, artifact }) => judge(plan, fileSet, artifact, findings))

  async function draft(plan: Plan, workDir: string, draftDir: string) {
    const places = {
      workDir: join(workDir, plan.config.name),
      storeDir: options.cacheDir ?? join(workDir, 'store'),
      useCache: options.cacheDir !== null,
    }
    const fileSet = await collectFiles(plan, places, system)
    const findings = options.check ? await check(plan, fileSet, system) : []
    const zip = await writeZip(fileSet, join(draftDir, `${plan.config.name}.zip`), encoder, system)
    return { plan, fileSet, findings, zip, path: plan.artifactPath }
  }
}
