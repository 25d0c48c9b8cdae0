import { resolve } from 'node:path'
import { loadConfig } from './config/load.ts'
import { UserError } from './errors.ts'
import * as inspect from './inspect.ts'
import type { Architecture, CheckReport } from './model.ts'
import * as pack from './pack.ts'
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
import { measureAll } from './standing.ts'
import { makeSystem } from './system/make-system.ts'

/** Programs are told by what is returned and thrown. */
const SILENT = { show: () => undefined, clear: () => undefined, warn: () => undefined }

export interface ZipOptions {
  /** Names of the functions to pack. Default: all of the config. */
  readonly functions?: readonly string[]
  /** The config file. Default: the one that is found from the current folder upwards, else what the folder holds decides. */
  readonly config?: string
  /** Where artifacts go. Default: outDir of the config. */
  readonly outDir?: string
  /** Look whether the function would start. Default: true. */
  readonly check?: boolean
  /** How many threads compress. Default: as many as the machine has cores and memory for. */
  readonly jobs?: number
  /** Keep downloads and finished streams between runs. Default: true. */
  readonly cache?: boolean
  /** Stops the work; nothing is written then. */
  readonly signal?: AbortSignal
}

export interface CheckOptions extends Omit<ZipOptions, 'check'> {
  /** Zips to check, whoever made them, besides the functions that are named; paths from the current folder. */
  readonly zips?: readonly string[]
  /** What the zips are to run on, such as python3.12. Needed if there are zips. */
  readonly runtime?: string
  /** Default: x86_64. */
  readonly architecture?: Architecture
  /** The zips' handler. Default: handlers are not looked for. */
  readonly handler?: string
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

/**
 * Looks what would go wrong on Lambda, as `lpack check` does, and returns what `--json` prints; no artifact is written.
 * Without `functions` and `zips`: all functions of the config. Throws as `zip` does.
 */
export async function check(options: CheckOptions = {}): Promise<readonly PublicCheck[]> {
  const system = makeSystem(options.signal ?? new AbortController().signal, SILENT)
  const { functions = [], zips = [], runtime = null, architecture = 'x86_64', handler = null } = options
  const reports: CheckReport[] = []
  if (functions.length > 0 || zips.length === 0) {
    const config = await loadConfig(system, { configFile: options.config ?? null, outDir: options.outDir ?? null })
    const cacheDir = options.cache === false ? null : system.cacheDir
    reports.push(...(await inspect.checkFunctions(config, { functions, cacheDir }, system)))
  }
  for (const path of zips) {
    reports.push(await inspect.checkZip(resolve(system.cwd, path), { runtime, architecture, handler }, system))
  }
  return reports.map(publicCheck)
}

export interface ReportOptions extends CheckOptions {
  /** Look for what would go wrong on Lambda; of zips where `runtime` is told. Default: true. */
  readonly check?: boolean
  /** Bytes of the zips that functions may have grown from, by name, for `budget.growth`. Default: those of the last run within budget. */
  readonly before?: Readonly<Record<string, number>>
}

/**
 * Measures the zips that stand, down to their files, as `lpack report` does, and returns what `--json` prints.
 * Without `functions` and `zips`: all functions of the config. Throws as `zip` does.
 */
export async function report(options: ReportOptions = {}): Promise<ReportDocument> {
  const system = makeSystem(options.signal ?? new AbortController().signal, SILENT)
  const { functions = [], zips = [], runtime = null, architecture = 'x86_64', handler = null, check = true } = options
  const isOfConfig = functions.length > 0 || zips.length === 0
  const config = isOfConfig
    ? await loadConfig(system, { configFile: options.config ?? null, outDir: options.outDir ?? null })
    : null
  const measured = {
    functions,
    zips: zips.map(path => resolve(system.cwd, path)),
    target: { runtime, architecture, handler },
    check,
    cacheDir: options.cache === false ? null : system.cacheDir,
    before: new Map(Object.entries(options.before ?? {})),
  }
  const { reports, total } = await measureAll(config, measured, system)
  return documentOf(reports, total, system.version)
}

/**
 * Makes images of functions, as `lpack image` does, and returns what `--json` prints. Throws as `zip` does; contexts and layouts are as they
 * were then.
 */
export async function image(options: ImageOptions = {}): Promise<readonly PublicImage[]> {
  const { functions = [], check = true, jobs = null } = options
  const { build = false, oci = false, push = null, offline = false } = options
  if (build !== false && (oci || push !== null)) {
    throw new UserError('OPTIONS_CONFLICT', ['build', ...(oci ? ['oci'] : []), ...(push === null ? [] : ['push'])])
  }
  const system = makeSystem(options.signal ?? new AbortController().signal, SILENT)
  const config = await loadConfig(system, { configFile: options.config ?? null, outDir: options.outDir ?? null })
  const request = { build: build === false ? null : { engine: build === true ? null : build }, oci, push, offline }
  const cacheDir = options.cache === false ? null : system.cacheDir
  const reports = await pack.image(config, { functions, check, jobs, cacheDir, ...request, onOutput: null }, system)
  return reports.map(publicImage)
}

/**
 * Packs functions as zips, as `lpack zip` does, and returns the reports that `--json` prints.
 * Throws an Error named UserError, with a stable `code`, for what the user can mend; nothing is written then.
 */
export async function zip(options: ZipOptions = {}): Promise<readonly PublicZip[]> {
  const system = makeSystem(options.signal ?? new AbortController().signal, SILENT)
  const config = await loadConfig(system, { configFile: options.config ?? null, outDir: options.outDir ?? null })
  const cacheDir = options.cache === false ? null : system.cacheDir
  const { functions = [], check = true, jobs = null } = options
  return (await pack.zip(config, { functions, check, jobs, cacheDir }, system)).map(publicZip)
}
