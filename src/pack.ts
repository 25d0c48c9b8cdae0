import { join } from 'node:path'
import { openCache } from './cache/open.ts'
import { check } from './check/check.ts'
import { recallFindings, rememberFindings } from './check/remembered.ts'
import { makeEncoder } from './deflate/encoder.ts'
import { UserError } from './errors.ts'
import { collectFiles } from './files/collect.ts'
import { noDecisions } from './files/decisions.ts'
import { makeImages, meansOf } from './image/make-images.ts'
import { recipeOf } from './image/recipe.ts'
import type { ImageRequest } from './image/types.ts'
import type { Config, FunctionReport, ImageReport, Plan } from './model.ts'
import { makePlans } from './plan/make-plans.ts'
import { conclude } from './report/conclude.ts'
import { errorsOf, judgeImage } from './report/judge-image.ts'
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

/** Of images; without any of them, Dockerfiles and their contexts are written. */
export type ImageOptions = PackOptions & Omit<ImageRequest, 'outDir'>

/** Packs functions as zips: all of them, or on any failure none, with the artifacts that stood before as they were. */
export async function zip(config: Config, options: PackOptions, system: System): Promise<FunctionReport[]> {
  const plans = await makePlans(config, options.functions, system)
  return system.disk.withTemporaryFolder(workDir =>
    withTools(plans, options, { workDir, system }, async tools => {
      const checked = await oneByOne(plans, async plan => ({
        ...(await collectAndCheck(plan, options, { ...tools, workDir })),
        path: plan.artifactPath,
      }))
      const packed = await makeZips(checked, config.outDir, tools)
      await remember(packed)
      return oneByOne(packed, one => conclude(one, options.cacheDir, system.disk))
    }),
  )
}

/**
 * Makes images of functions: Dockerfiles with their contexts, or what `options` ask for. All contexts and layouts are written, or on any
 * failure none, with those that stood before as they were.
 */
export async function image(config: Config, options: ImageOptions, system: System): Promise<ImageReport[]> {
  const plans = await makePlans(config, options.functions, system, 'image')
  const names = plans.map(plan => plan.config.name)
  const means = await meansOf(options, names, system)
  return system.disk.withTemporaryFolder(workDir =>
    withTools(plans, options, { workDir, system }, async tools => {
      const checked = await oneByOne(plans, async plan => {
        const one = await collectAndCheck(plan, options, { ...tools, workDir })
        const { recipe, findings } = recipeOf(plan, one.fileSet)
        return { ...one, recipe, recipeFindings: findings, beside: one.fileSet.beside }
      })
      if (options.push !== null) refuseBad(checked)
      const made = await makeImages(checked, { ...options, outDir: config.outDir }, means, { ...tools, workDir })
      await remember(made)
      return made.map(({ plan, fileSet, artifact, recipeFindings, found, findings }) =>
        judgeImage(plan, fileSet, artifact, { told: [...recipeFindings, ...found], checked: findings }),
      )
    }),
  )
}

/** A tag is in use as soon as it is pushed: what would not start doesn't get that far. Throws UserError PUSH_REFUSED. */
function refuseBad(checked: readonly Awaited<ReturnType<typeof collectAndCheck>>[]): void {
  for (const { plan, fileSet, findings } of checked) {
    const errors = errorsOf(plan, fileSet, findings)
    if (errors.length > 0) throw new UserError('PUSH_REFUSED', plan.config.name, errors)
  }
}

/** A function's files, and what checking them found, now or in an earlier run; null: they are not to be checked. */
async function collectAndCheck(
  plan: Plan,
  options: Pick<PackOptions, 'check' | 'cacheDir'>,
  { cache, workDir, system }: Tools & { readonly workDir: string },
) {
  const decisions = noDecisions()
  const fileSet = await collectFiles(plan, placesOf(plan, workDir, options), system, decisions)
  const checking = { plan, fileSet, decisions, cache, system }
  const recalled = options.check ? await recallFindings(checking) : null
  const findings = recalled ?? (options.check ? await check(plan, fileSet, system) : null)
  return { ...checking, findings, isNew: recalled === null }
}

async function remember(checked: readonly Awaited<ReturnType<typeof collectAndCheck>>[]): Promise<void> {
  for (const one of checked) {
    if (one.findings !== null && one.isNew) await rememberFindings(one, one.findings)
  }
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

/** Folders for work in progress: of this run, and that may outlive it. */
export function placesOf({ config }: Plan, workDir: string, { cacheDir }: Pick<PackOptions, 'cacheDir'>) {
  return {
    workDir: join(workDir, config.name),
    storeDir: cacheDir ?? join(workDir, '.store'),
    useCache: cacheDir !== null,
  }
}

export async function oneByOne<T, R>(items: readonly T[], action: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  for (const item of items) results.push(await action(item))
  return results
}
