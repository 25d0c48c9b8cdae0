import { loadConfig } from './config/load.ts'
import * as pack from './pack.ts'
import { type PublicReport, publicReport } from './report/json.ts'
import { makeSystem } from './system/make-system.ts'

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

/**
 * Packs functions as zips, as `lpack zip` does, and returns the reports that `--json` prints.
 * Throws an Error named UserError, with a stable `code`, for what the user can mend; nothing is written then.
 */
export async function zip(options: ZipOptions = {}): Promise<readonly PublicReport[]> {
  const silent = { show: () => undefined, clear: () => undefined, warn: () => undefined }
  const system = makeSystem(options.signal ?? new AbortController().signal, silent)
  const config = await loadConfig(system, { configFile: options.config ?? null, outDir: options.outDir ?? null })
  const cacheDir = options.cache === false ? null : system.cacheDir
  const { functions = [], check = true, jobs = null } = options
  return (await pack.zip(config, { functions, check, jobs, cacheDir }, system)).map(publicReport)
}
