import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { loadConfig } from '../../src/config/load.ts'
import type { Config } from '../../src/model.ts'
import { makeDisk } from '../../src/system/disk.ts'
import { PATIENCE } from '../../src/system/network.ts'
import type { System } from '../../src/system/system.ts'
import { inTemporaryFolder, rejects, writeTree } from '../helpers.ts'

/** Loads the config as if started in `cwd`; only the disk of the system is real. */
export function loadIn(
  cwd: string,
  options: { configFile?: string; outDir?: string; env?: System['env'] } = {},
): Promise<Config> {
  const refuse = (): never => {
    throw new Error('loading a config needs no network and no programs')
  }
  const system: System = {
    version: '0.0.0',
    cwd,
    env: options.env ?? {},
    platform: 'linux',
    today: '2026-11-23',
    machine: { jobs: 2, memoryBytes: 8 * 1024 ** 3 },
    homeDir: join(cwd, 'home'),
    cacheDir: join(cwd, 'cache'),
    signal: new AbortController().signal,
    disk: makeDisk(),
    network: {
      get: refuse,
      download: refuse,
      exchange: refuse,
      send: refuse,
      patience: PATIENCE,
      configured: refuse,
    },
    processes: { find: refuse, run: refuse },
    progress: { show: () => {}, clear: () => {}, warn: () => {} },
  }
  return loadConfig(system, { configFile: options.configFile ?? null, outDir: options.outDir ?? null })
}

export const PYTHON_HANDLER = 'def lambda_handler(event, context):\n    return event\n'

/** Runs the action in a new folder named `project` that holds the files. */
export function inProject<T>(files: Readonly<Record<string, string>>, action: (dir: string) => Promise<T>): Promise<T> {
  return inTemporaryFolder(async outer => {
    const dir = join(outer, 'project')
    await writeTree(dir, files)
    // Without one, an empty project would be no folder.
    await writeFile(join(dir, 'NOTES.txt'), '').catch(() => writeTree(dir, { 'NOTES.txt': '' }))
    return action(dir)
  })
}

/** The lines that loading a config file with this text is refused with. */
export async function problemsOf(
  name: string,
  text: string,
  files: Readonly<Record<string, string>> = {},
): Promise<readonly string[]> {
  return inProject({ 'lambda_function.py': PYTHON_HANDLER, ...files, [name]: text }, async dir => {
    const error = await rejects(() => loadIn(dir), 'CONFIG_INVALID')
    return error.message.replaceAll(dir, '<dir>').split('\n')
  })
}
