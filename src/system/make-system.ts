import { createRequire } from 'node:module'
import { availableParallelism, homedir, totalmem } from 'node:os'
import { join, resolve } from 'node:path'
import { makeDisk } from './disk.ts'
import { makeNetwork } from './network.ts'
import { makeProcesses } from './processes.ts'
import type { Machine, Progress, System } from './system.ts'

/** The world of this process. */
export function makeSystem(signal: AbortSignal, progress: Progress): System {
  const { env, platform } = process
  return {
    version: ownVersion(),
    cwd: process.cwd(),
    env,
    platform,
    today: new Date().toISOString().slice(0, 10),
    machine: machine(),
    homeDir: homedir(),
    cacheDir: resolve(cacheDir(env, platform, homedir())),
    signal,
    disk: makeDisk(),
    network: makeNetwork(env, signal),
    processes: makeProcesses(env, platform, signal),
    progress,
  }
}

export function ownVersion(): string {
  return ownManifest().version
}

/** Of esbuild, which is the one package that is installed beside lpack, at an exact version. */
export function bundlerVersion(): string {
  return ownManifest().dependencies.esbuild
}

/** Found by its own name. */
function ownManifest() {
  return createRequire(import.meta.url)('lpack/package.json') as {
    readonly version: string
    readonly dependencies: { readonly esbuild: string }
  }
}

/** A thread that compresses large files takes so many bytes. */
const JOB_BYTES = 256 * 1_048_576

function machine(): Machine {
  // Of a container; 0 or beyond counting where there is no limit. https://nodejs.org/api/process.html#processconstrainedmemory
  const allowed = process.constrainedMemory()
  const memoryBytes = allowed > 0 && allowed < totalmem() ? allowed : totalmem()
  return { jobs: Math.max(1, Math.min(availableParallelism(), Math.floor(memoryBytes / JOB_BYTES))), memoryBytes }
}

/** LPACK_CACHE_DIR, else lpack in the platform's place for caches. https://specifications.freedesktop.org/basedir-spec/latest/ */
function cacheDir(env: Readonly<Record<string, string | undefined>>, platform: string, home: string): string {
  if (env['LPACK_CACHE_DIR']) return env['LPACK_CACHE_DIR']
  if (platform === 'darwin') return join(home, 'Library', 'Caches', 'lpack')
  if (platform === 'win32') return join(env['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local'), 'lpack', 'Cache')
  return join(env['XDG_CACHE_HOME'] || join(home, '.cache'), 'lpack')
}
