import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { makeSystem } from '../../src/system/make-system.ts'
import type { System } from '../../src/system/system.ts'

const UV_VERSION = '0.13.9'

/** The programs of a machine that a test is to see. */
export type Tools = 'uv' | 'pip' | 'none'

let folder: Promise<string> | null = null

/** A virtual environment with uv and pip from PyPI, made once for the run and removed at its end. */
function toolFolder(): Promise<string> {
  folder ??= mkdtemp(join(tmpdir(), 'lpack-tools-')).then(dir => {
    process.once('exit', () => rmSync(dir, { recursive: true, force: true }))
    execFileSync('python3', ['-m', 'venv', dir])
    execFileSync(join(dir, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', `uv==${UV_VERSION}`, 'pip>=25.1'], {
      stdio: 'pipe',
    })
    return dir
  })
  return folder
}

/** A Python that has the pip of that environment. */
export async function pipProgram(): Promise<string> {
  return join(await toolFolder(), 'bin', 'python')
}

/** This machine with uv, with pip and no uv, or with neither; git stays. */
export async function systemWith(tools: Tools): Promise<System> {
  const progress = { show: () => undefined, clear: () => undefined, warn: () => undefined }
  const system = makeSystem(new AbortController().signal, progress)
  const bin = join(await toolFolder(), 'bin')
  const env = { ...system.env, PATH: `${bin}${delimiter}${system.env['PATH'] ?? ''}`, VIRTUAL_ENV: undefined }
  const known = { uv: tools === 'uv', python3: tools === 'pip', python: false, git: true }
  const paths: Readonly<Record<string, string>> = { uv: join(bin, 'uv'), python3: join(bin, 'python') }
  const find = async (name: string) =>
    known[name as keyof typeof known] === true ? (paths[name] ?? (await system.processes.find(name))) : null
  return { ...system, env, processes: { ...system.processes, find } }
}
