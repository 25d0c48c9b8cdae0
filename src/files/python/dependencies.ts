import { dirname, join } from 'node:path'
import { UserError, unreachable } from '../../errors.ts'
import { finding } from '../../findings.ts'
import type {
  FileEntry,
  Finding,
  InstalledInImage,
  LeftOut,
  LockFormat,
  PackedPackage,
  PythonPlan,
} from '../../model.ts'
import type { System } from '../../system/system.ts'
import type { Asking } from './build/workshop.ts'
import { buildWheels } from './build.ts'
import { checkComplete, requiredBy } from './closure.ts'
import { layOutEnvironment } from './environment.ts'
import { buildOrInstall, type ToInstall, takeInstalls } from './image-installs.ts'
import { obtainWheels } from './index/obtain.ts'
import { select as selectFromPdm } from './locks/pdm.ts'
import { select as selectFromPipfile } from './locks/pipfile.ts'
import { select as selectFromPoetry } from './locks/poetry.ts'
import { select as selectFromPylock } from './locks/pylock.ts'
import { checkAsksForNone, NO_INDEXES } from './locks/selection.ts'
import { select as selectFromUv } from './locks/uv.ts'
import { merge } from './merge.ts'
import { readRequirements } from './requirements.ts'
import { resolve } from './resolve.ts'
import { omitRuntimeSdk, RUNTIME_SDK } from './runtime-sdk.ts'
import { slim } from './slim.ts'
import type { LaidOutDistribution, LocalWheel, SelectedPackage, Selection } from './types.ts'
import { layOutWheel } from './wheel.ts'
import { wheelsOfFolder } from './wheel-folder.ts'

/** Folders for work in progress: one for this function and run, one that may outlive it. */
export interface WorkPlaces {
  readonly workDir: string
  readonly storeDir: string
  /** False: what stands in storeDir is not used. */
  readonly useCache: boolean
}

export interface CollectedDependencies {
  readonly files: readonly FileEntry[]
  readonly packages: readonly PackedPackage[]
  readonly leftOut: readonly LeftOut[]
  readonly findings: readonly Finding[]
  /** What pip is to install in an image; of a zip none. Sorted by name. */
  readonly installs: readonly InstalledInImage[]
}

/**
 * The runtime dependencies of a function, as files; `ownFiles` are the function's, whose imports slimming respects.
 * Throws the UserErrors of locks, indexes, wheels and tools.
 */
export async function collectDependencies(
  plan: PythonPlan,
  ownFiles: readonly FileEntry[],
  places: WorkPlaces,
  system: System,
): Promise<CollectedDependencies> {
  const { config, target } = plan
  const all = await layOut({ plan, places, system })
  const kept =
    config.runtimeSdk === 'omit' ? omitRuntimeSdk(all.distributions, target) : { ...all, findings: [], leftOut: [] }
  const installs = all.installs.filter(({ name }) => config.runtimeSdk !== 'omit' || !RUNTIME_SDK.includes(name))
  const slimmed = await slim({ distributions: kept.distributions, level: config.slim, ownFiles }, system.disk)
  return {
    files: await merge(slimmed.files, system.disk),
    packages: requiredBy(kept.distributions, all.direct, target, installs),
    leftOut: [...kept.leftOut, ...slimmed.leftOut],
    findings: [
      ...all.findings,
      ...kept.findings,
      ...kept.distributions.flatMap(({ findings }) => findings),
      ...(installs.length === 0 ? [] : [finding('INSTALLED_IN_IMAGE', '', installs.map(describeInstall))]),
    ],
    installs: installs.map(({ name, version, hashes }) => ({ name, version, hashes })),
  }
}

function describeInstall({ name, version }: InstalledInImage): string {
  return `${name} ${version}`
}

interface LaidOut {
  readonly distributions: readonly LaidOutDistribution[]
  /** Sorted by name; of a zip none. */
  readonly installs: readonly ToInstall[]
  /** Normalised names that the function itself asks for. */
  readonly direct: readonly string[]
  readonly findings: readonly Finding[]
}

/** What all ways to the dependencies work with. */
interface Context {
  readonly plan: PythonPlan
  readonly places: WorkPlaces
  readonly system: System
}

function layOut(context: Context): Promise<LaidOut> {
  const { source } = context.plan
  switch (source.kind) {
    case 'none':
      return Promise.resolve({ distributions: [], installs: [], direct: [], findings: [] })
    case 'lock':
      return fromLock(source.format, source.path, context)
    case 'requirements':
      return fromRequirements(source.path, source.environment, context)
    case 'environment':
      return fromEnvironment(source.path, source.declaredIn, context)
    case 'pyproject':
      return fromResolution(source, context)
    case 'wheels':
      return fromWheelFolder(source.path, context)
    default:
      return unreachable(source)
  }
}

const SELECT = {
  uv: selectFromUv,
  pylock: selectFromPylock,
  poetry: selectFromPoetry,
  pdm: selectFromPdm,
  pipfile: selectFromPipfile,
} satisfies Record<LockFormat, unknown>

async function fromLock(format: LockFormat, path: string, context: Context): Promise<LaidOut> {
  const { config, target } = context.plan
  return fromSelection(await SELECT[format](path, config.root, target, config, context.system), context)
}

/** A requirements file is as good as a lock if it is exact and complete; hashes promise that it is. */
async function fromRequirements(path: string, environment: string | null, context: Context): Promise<LaidOut> {
  const { config, target } = context.plan
  checkAsksForNone(config, path)
  const { selection, declared, hashed } = await readRequirements(path, target, context.system)
  if (selection !== null) {
    // What only pins versions may leave some out, which the wheels tell.
    const isWhole = hashed || !isInstalledInImage(context)
    const laidOut = await fromSelection(selection, isWhole ? context : asCopied(context))
    try {
      checkComplete([...laidOut.distributions, ...laidOut.installs], target, { file: path, declared })
      return isWhole ? laidOut : await fromSelection(selection, context)
    } catch (error) {
      if (hashed || !(error instanceof UserError) || error.code !== 'LOCK_INCOMPLETE') throw error
    }
  }
  if (environment !== null) return fromEnvironment(environment, path, context)
  return fromResolution({ kind: 'requirements', path }, context)
}

async function fromResolution(
  declaredIn: { readonly kind: 'requirements' | 'pyproject'; readonly path: string },
  context: Context,
): Promise<LaidOut> {
  const { config, target } = context.plan
  return fromSelection(await resolve(declaredIn, target, config, config.findLinks, context.system), context)
}

async function fromSelection(selection: Selection, context: Context): Promise<LaidOut> {
  const { plan, places, system } = context
  const projectDir = plan.source.kind === 'none' ? plan.config.root : dirname(plan.source.path)
  const whole = { selection, target: plan.target, findLinks: plan.config.findLinks, projectDir, ...places }
  const taken = isInstalledInImage(context) ? await takeInstalls(whole, system) : { selection, ...NOTHING }
  const obtained = await obtainWheels({ ...whole, selection: taken.selection }, system)
  const built = await build(obtained.toBuild, { indexes: selection.indexes, projectDir }, context)
  const wheels = [...obtained.wheels, ...built.wheels].sort(byName)
  return {
    distributions: await layOutAll(wheels, system),
    installs: [...taken.installs, ...built.installs].sort(byName),
    direct: selection.direct,
    findings: [...selection.findings, ...taken.findings, ...obtained.findings, ...built.findings],
  }
}

const NOTHING = { installs: [], findings: [] }

/** Sorted for determinism */
function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : 1
}

function isInstalledInImage({ plan }: Context): boolean {
  return plan.purpose === 'image' && plan.config.image.install === 'in-image'
}

function asCopied(context: Context): Context {
  const { plan } = context
  return { ...context, plan: { ...plan, config: { ...plan.config, image: { ...plan.config.image, install: 'copy' } } } }
}

async function fromEnvironment(path: string, declaredIn: string | null, context: Context): Promise<LaidOut> {
  const { plan, system } = context
  const { config, target } = plan
  const request = {
    path,
    declaredIn,
    root: config.root,
    target,
    wanted: config,
    isLaidOut: !isInstalledInImage(context),
  }
  const installed = await layOutEnvironment(request, system)
  const built = await build(installed.toBuild, { indexes: NO_INDEXES, projectDir: config.root }, context)
  return {
    distributions: [...installed.distributions, ...(await layOutAll(built.wheels, system))],
    installs: installed.ofIndex.map(one => ({ ...one, hashes: [] })),
    direct: installed.direct,
    findings: [...installed.findings, ...built.findings],
  }
}

async function fromWheelFolder(path: string, { plan, system }: Context): Promise<LaidOut> {
  checkAsksForNone(plan.config, path)
  const wheels = await wheelsOfFolder(path, plan.target, system.disk)
  return { distributions: await layOutAll(wheels, system), installs: [], direct: [], findings: [] }
}

function layOutAll(wheels: readonly LocalWheel[], system: System): Promise<LaidOutDistribution[]> {
  return Promise.all(wheels.map(wheel => layOutWheel(wheel, system.disk)))
}

function build(packages: readonly SelectedPackage[], asking: Asking, { plan, places, system }: Context) {
  const cacheDir = places.useCache ? places.storeDir : null
  const buildThese = (these: readonly SelectedPackage[]) =>
    buildWheels(these, plan.target, cacheDir, join(places.workDir, 'built'), system, asking)
  return plan.purpose === 'image'
    ? buildOrInstall(packages, buildThese, system)
    : buildThese(packages).then(built => ({ ...built, installs: [] }))
}
