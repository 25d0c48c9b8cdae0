import { execFileSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { builtLpack, output, ran } from '../programs.ts'
import { containerTools } from './environment.ts'
import type { ImageFunction } from './functions.ts'

export type EngineName = 'buildah' | 'podman' | 'docker'

/** What a test reads of lpack's report of an image. */
export interface ImageReport {
  readonly name: string
  readonly artifact: {
    readonly path: string | null
    readonly reference: string | null
    readonly digest: string | null
    readonly unchanged: boolean
    readonly uploadedBytes: number | null
    readonly layers: readonly {
      readonly kind: string
      readonly name: string
      readonly digest: string | null
      readonly bytes: number | null
    }[]
    readonly built: { readonly engine: string; readonly imageId: string | null } | null
  }
  readonly findings: readonly { readonly code: string; readonly severity: string; readonly message: string }[]
}

export interface Told {
  readonly code: number
  readonly err: string
  readonly reports: readonly ImageReport[]
}

export interface Running {
  readonly node?: string
  readonly env?: NodeJS.ProcessEnv
  readonly umask?: string
}

/** Runs the published program's `image` in a folder, with the tools at hand. */
export async function lpackImage(
  dir: string,
  args: readonly string[],
  { node = process.execPath, env = {}, umask = '022' }: Running = {},
): Promise<Told> {
  const tools = await containerTools()
  const all = [await builtLpack(), 'image', '--json', ...args]
  const shell = ['-c', `umask ${umask}; exec "$0" "$@"`, node, ...all]
  const { code, out, err } = await ran('sh', shell, { cwd: dir, env: { ...tools.env, ...env } })
  const reports = out === '' ? [] : (JSON.parse(out) as { functions: ImageReport[] }).functions
  return { code, err, reports }
}

/** Makes what must be made without an error. */
export async function imageFine(dir: string, args: readonly string[], running: Running = {}): Promise<ImageReport> {
  const { code, err, reports } = await lpackImage(dir, args, running)
  const [report] = reports
  if (code !== 0 || report === undefined)
    throw new Error(`lpack ended with ${code}: ${err}${JSON.stringify(report?.findings)}`)
  return report
}

/** The programs that drive an engine; what Buildah makes, Podman runs. */
export async function engineEnv(engine: EngineName): Promise<NodeJS.ProcessEnv> {
  const { env, dir } = await containerTools()
  return { ...env, CONTAINERS_STORAGE_CONF: join(dir, engine === 'podman' ? 'storage-podman.conf' : 'storage.conf') }
}

/** As Lambda runs it: nobody's user, nothing to write but /tmp, and here no network at all. */
const SANDBOX = ['--network', 'none', '--read-only', '--tmpfs', '/tmp', '--user', '993:990', '--cap-drop', 'ALL']

/** Asks AWS's emulator, which the container runs, as soon as it listens: then it knows nothing but this one path. */
const ASK = `until wget -qO- http://127.0.0.1:8080/ 2>&1 | grep -q 404; do sleep 0.05; done
exec wget -qO- --post-data "$0" http://127.0.0.1:8080/2015-03-31/functions/function/invocations`

/** What a function answers whose image an engine has. */
export async function invoke(engine: EngineName, image: string, event: unknown): Promise<unknown> {
  const env = await engineEnv(engine)
  const program = engine === 'docker' ? 'docker' : 'podman'
  const id = (await output(program, ['run', '--detach', ...SANDBOX, image], { env })).split('\n').at(-1) ?? ''
  try {
    const { code, out, err } = await ran(
      program,
      ['exec', id, 'timeout', '15', 'sh', '-c', ASK, JSON.stringify(event)],
      { env },
    )
    if (code === 0) return JSON.parse(out)
    const logs = await ran(program, ['logs', id], { env })
    throw new Error(`${program} exec ended with ${code}: ${err}${logs.out}${logs.err}`)
  } finally {
    execFileSync(program, ['rm', '--force', id], { env, stdio: 'ignore' })
  }
}

/** Invokes a function as it is first written. */
export async function answers(engine: EngineName, image: string, { event, answer }: ImageFunction): Promise<void> {
  assert.equal(await invoke(engine, image, event), answer)
}

/** Changes the function's code, and nothing else. */
export async function changeCode(root: string, { change }: ImageFunction): Promise<void> {
  const path = join(root, change.file)
  const text = await readFile(path, 'utf8')
  assert.ok(text.includes(change.from))
  await writeFile(path, text.replace(change.from, change.to))
}

/** The digests of an image's layers, unpacked, bottom first. */
export async function layersOf(engine: EngineName, image: string): Promise<readonly string[]> {
  const program = engine === 'docker' ? 'docker' : 'podman'
  const args = ['image', 'inspect', '--format', '{{json .RootFS.Layers}}', image]
  return JSON.parse(await output(program, args, { env: await engineEnv(engine) })) as readonly string[]
}
