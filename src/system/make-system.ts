import { homedir } from 'node:os'
import { join } from 'node:path'
import { makeDisk } from './disk.ts'
import { makeNetwork } from './network.ts'
import { makeProcesses } from './processes.ts'
import type { Progress, System } from './system.ts'

/** The world of this process. */
export function makeSystem(signal: AbortSignal, progress: Progress): System {
  const { env, platform } = process
  return {
    cwd: process.cwd(),
    env,
    platform,
    today: new Date().toISOString().slice(0, 10),
    homeDir: homedir(),
    cacheDir: cacheDir(env, platform, homedir()),
    signal,
    disk: makeDisk(),
    network: makeNetwork(env, signal),
    processes: makeProcesses(env, platform, signal),
    progress,
  }
}

/** LPACK_CACHE_DIR, else lpack in the platform's place for caches. https://specifications.freedesktop.org/basedir-spec/latest/ */
function cacheDir(env: Readonly<Record<string, string | undefined>>, platform: string, home: string): string {
  if (env['LPACK_CACHE_DIR']) return env['LPACK_CACHE_DIR']
  if (platform === 'darwin') return join(home, 'Library', 'Caches', 'lpack')
  if (platform === 'win32') return join(env['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local'), 'lpack', 'Cache')
  return join(env['XDG_CACHE_HOME'] || join(home, '.cache'), 'lpack')
}
