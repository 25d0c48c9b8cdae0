import { resolve } from 'node:path'
import { loadConfig } from './config/load.ts'
import { UserError } from './errors.ts'
import { nearest } from './formats/nearest.ts'
import * as inspect from './inspect.ts'
import type { Architecture, CheckReport } from './model.ts'
import * as pack from './pack.ts'
import type { ReportDiff } from './report/diff.ts'
import {
  documentOf,
  type PublicCheck,
  type PublicImage,
  type PublicZip,
  publicCheck,
  publicImage,
  publicZip,
  type ReportDocument,
} from './report/json.ts'
import { compare, measureAll, namesOf, readOlds } from './standing.ts'
import { makeSystem } from './system/make-system.ts'
import type { System } from './system/system.ts'

// The commands as functions. Relative paths are from the process's current folder when the call is made; environment variables (PIP_*,
// LPACK_*, proxies) count as they do for the commands. Calls share nothing but the cache, and may run at once. Nothing is printed.

export interface ZipOptions {
  /** Names of the functions to pack. Default: all of the config. */
  readonly functions?: readonly string[]
  /** The config file. Default: the one that is found from the current folder upwards, else what the folder holds decides. */
  readonly config?: string
  /** Where artifacts go. Default: outDir of the config. */
  readonly outDir?: string
  /** Look whether the function would start. Default: true. */
  readonly check?: boolean
  /** How many threads compress, from 1 to 256. Default: as many as the machine has cores and memory for. */
  readonly jobs?: number
  /** Keep downloads and finished streams between runs. Default: true. */
  readonly cache?: boolean
  /** Stops downloads, compression and pushes. The call throws the signal's reason, and what stood before stands. */
  readonly signal?: AbortSignal
}

export interface CheckOptions extends Omit<ZipOptions, 'check' | 'jobs'> {
  /** Zips to look at, whoever made them, besides the functions that are named. */
  readonly zips?: readonly string[]
  /** What the zips are to run on, such as python3.12. `check` needs it if there are zips. */
  readonly runtime?: string
  /** The zips' CPU. Default: x86_64. */
  readonly architecture?: Architecture
  /** The zips' handler. Default: handlers are not looked for. */
  readonly handler?: string
}

export interface ReportOptions extends CheckOptions {
  /** Look for what would go wrong on Lambda; of zips where `runtime` is told. Default: true. */
  readonly check?: boolean
  /** What to compare with: an earlier zip, a folder of zips, or what `lpack report --json` printed. */
  readonly diff?: string
  /** Bytes of the zips that functions may have grown from, by name, for `budget.growth`. Default: those of `diff`, else of the last run within budget. */
  readonly before?: Readonly<Record<string, number>>
}

export interface ImageOptions extends ZipOptions {
  /** Have an engine build the Dockerfile: true for the first that is found. Default: false. */
  readonly build?: boolean | 'docker' | 'podman' | 'buildah' | 'nerdctl' | 'finch'
  /** Make the image without an engine, as an OCI layout. Default: false. */
  readonly oci?: boolean
  /** Make the image without an engine and push it by this reference, in which {name} stands for the function's name. */
  readonly push?: string
  /** Take base images from the cache, and ask no registry for them. Default: false. */
  readonly offline?: boolean
}

/** What `report --diff --json` prints. */
export interface ComparedDocument extends ReportDocument {
  /** What has changed, one a function, in their order. */
  readonly diffs: readonly ReportDiff[]
}

/**
 * Packs functions as zips, as `lpack zip` does, and returns `functions` of what `--json` prints. Sizes are bytes. All zips are written, or
 * none. A function over its limits is packed and returned with `ok: false`; a budget of all functions together is judged by `report`.
 *
 * Throws an Error named UserError, with a stable `code`, for what the user can mend; the signal's reason if it fires.
 */
export async function zip(options: ZipOptions = {}): Promise<readonly PublicZip[]> {
  return call('zip', options, async system => {
    const { functions = [], check = true, jobs = null } = options
    const config = await loadConfig(system, filesOf(options))
    const reports = await pack.zip(config, { functions, check, jobs, cacheDir: cacheOf(options, system) }, system)
    return reports.map(publicZip)
  })
}

/**
 * Makes images of functions, as `lpack image` does, and returns `functions` of what `--json` prints. Sizes are bytes. Throws as `zip` does;
 * contexts and layouts are as they were then.
 */
export async function image(options: ImageOptions = {}): Promise<readonly PublicImage[]> {
  return call('image', options, async system => {
    const { functions = [], check = true, jobs = null } = options
    const { build = false, oci = false, push = null, offline = false } = options
    if (build !== false && (oci || push !== null)) {
      throw new UserError('OPTIONS_CONFLICT', ['build', ...(oci ? ['oci'] : []), ...(push === null ? [] : ['push'])])
    }
    const config = await loadConfig(system, filesOf(options))
    const request = { build: build === false ? null : { engine: build === true ? null : build }, oci, push, offline }
    const cacheDir = cacheOf(options, system)
    const reports = await pack.image(config, { functions, check, jobs, cacheDir, ...request, onOutput: null }, system)
    return reports.map(publicImage)
  })
}

/**
 * Looks what would go wrong on Lambda, as `lpack check` does, and returns `functions` of what `--json` prints; no artifact is written.
 * Without `functions` and `zips`: all functions of the config. Throws as `zip` does.
 */
export async function check(options: CheckOptions = {}): Promise<readonly PublicCheck[]> {
  return call('check', options, async system => {
    const { functions = [], zips = [], runtime = null, architecture = 'x86_64', handler = null } = options
    const reports: CheckReport[] = []
    if (functions.length > 0 || zips.length === 0) {
      const config = await loadConfig(system, filesOf(options))
      const cacheDir = cacheOf(options, system)
      reports.push(...(await inspect.checkFunctions(config, { functions, cacheDir }, system)))
    }
    for (const path of zips) {
      reports.push(await inspect.checkZip(resolve(system.cwd, path), { runtime, architecture, handler }, system))
    }
    return reports.map(publicCheck)
  })
}

/**
 * Measures the zips that stand, down to their files, as `lpack report` does, and returns what `--json` prints. Sizes are bytes.
 * Without `functions` and `zips`: all functions of the config. Throws as `zip` does, and if a zip is missing.
 */
export function report(options: ReportOptions & { readonly diff: string }): Promise<ComparedDocument>
export function report(options?: ReportOptions): Promise<ReportDocument>
export async function report(options: ReportOptions = {}): Promise<ReportDocument | ComparedDocument> {
  return call('report', options, async system => {
    const { functions = [], runtime = null, architecture = 'x86_64', handler = null, check = true } = options
    const zips = (options.zips ?? []).map(path => resolve(system.cwd, path))
    const config = functions.length > 0 || zips.length === 0 ? await loadConfig(system, filesOf(options)) : null
    const cacheDir = cacheOf(options, system)
    const { diff } = options
    const olds =
      diff === undefined
        ? null
        : await readOlds(resolve(system.cwd, diff), namesOf(config, functions, zips), cacheDir, system)
    const former = [...(olds ?? [])].map(([name, { artifact }]) => [name, artifact.bytes] as const)
    const before = new Map([...former, ...Object.entries(options.before ?? {})])
    const target = { runtime, architecture, handler }
    const { reports, total } = await measureAll(config, { functions, zips, target, check, cacheDir, before }, system)
    const document = documentOf(reports, total, system.version)
    return olds === null ? document : { ...document, diffs: await compare(document, olds, system) }
  })
}

/** Of every call. */
const COMMON = ['functions', 'config', 'outDir', 'check', 'cache', 'signal']
const OF_ZIPS = [...COMMON, 'zips', 'runtime', 'architecture', 'handler']
const KNOWN = {
  zip: [...COMMON, 'jobs'],
  image: [...COMMON, 'jobs', 'build', 'oci', 'push', 'offline'],
  check: OF_ZIPS.filter(option => option !== 'check'),
  report: [...OF_ZIPS, 'diff', 'before'],
}

/** Programs are told by what is returned and thrown. */
const SILENT = { show: () => undefined, clear: () => undefined, warn: () => undefined }

/** Does the work of a call in the world of this process. */
async function call<T>(
  name: keyof typeof KNOWN,
  options: { readonly signal?: AbortSignal },
  action: (system: System) => Promise<T>,
): Promise<T> {
  // JavaScript's programs have no other way to learn that a name is mistyped.
  const unknown = Object.keys(options).find(option => !KNOWN[name].includes(option))
  if (unknown !== undefined) {
    throw new UserError('CALL_OPTION_UNKNOWN', name, unknown, nearest(unknown, KNOWN[name]), KNOWN[name])
  }
  const { signal = new AbortController().signal } = options
  signal.throwIfAborted()
  try {
    return await action(makeSystem(signal, SILENT))
  } catch (error) {
    // What breaks when the work stops is no news.
    signal.throwIfAborted()
    throw error
  }
}

function filesOf({ config, outDir }: Pick<ZipOptions, 'config' | 'outDir'>) {
  return { configFile: config ?? null, outDir: outDir ?? null }
}

function cacheOf({ cache }: Pick<ZipOptions, 'cache'>, { cacheDir }: System): string | null {
  return cache === false ? null : cacheDir
}
