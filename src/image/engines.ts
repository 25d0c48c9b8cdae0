import { join } from 'node:path'
import { UserError } from '../errors.ts'
import { nearest } from '../formats/nearest.ts'
import type { Architecture } from '../model.ts'
import type { System } from '../system/system.ts'

/** Programs that build images, in the order in which they are looked for. */
const ENGINES = ['docker', 'podman', 'buildah', 'nerdctl', 'finch'] as const
export type EngineName = (typeof ENGINES)[number]

/** The program behind a command, on which the options of a build depend. */
export type Dialect = 'buildx' | 'docker' | 'buildah' | 'nerdctl'

/** An engine of this machine that is ready to build. */
export interface Engine {
  readonly name: EngineName
  readonly command: string
  readonly dialect: Dialect
  /** Whether it knows `RUN --mount`. */
  readonly hasMounts: boolean
  readonly env: Readonly<Record<string, string>>
}

export interface Build {
  readonly contextDir: string
  readonly tag: string
  readonly architecture: Architecture
  /** Seconds since 1970 that are in the image instead of the present; null: the present is. */
  readonly epoch: string | null
  /** A file with pip's settings that is lent to the build. */
  readonly pipConf: string | null
  /** A file for the image's id. */
  readonly idFile: string | null
}

/** The named engine, or the first that is ready. Throws UserError ENGINE_UNKNOWN, ENGINE_MISSING and ENGINE_NOT_READY. */
export async function findEngine(named: string | null, system: System): Promise<Engine> {
  const wanted = ENGINES.filter(name => named === null || name === named)
  if (named !== null && wanted.length === 0)
    throw new UserError('ENGINE_UNKNOWN', named, ENGINES, nearest(named, ENGINES))
  const refusals: string[] = []
  for (const name of wanted) {
    const command = await system.processes.find(name)
    const probed = command === null ? null : await PROBES[name](command, system)
    if (typeof probed === 'string') refusals.push(`${name}: ${probed}`)
    else if (probed !== null) return { ...probed, name }
  }
  if (refusals.length === 0) throw new UserError('ENGINE_MISSING', wanted)
  throw new UserError('ENGINE_NOT_READY', refusals)
}

/** The arguments of a build: one platform, nothing attested (Lambda refuses the index that attestations make of an image). */
export function buildArguments(dialect: Dialect, build: Build): string[] {
  const { contextDir, tag, architecture, epoch, pipConf, idFile } = build
  return [
    ...WORDS[dialect],
    '--platform',
    platformOf(architecture),
    ...(epoch === null ? [] : timeArguments(dialect, epoch)),
    ...(pipConf === null ? [] : ['--secret', `id=pip.conf,src=${pipConf}`]),
    ...(idFile === null ? [] : ['--iidfile', idFile]),
    '--tag',
    tag,
    contextDir,
  ]
}

const WORDS: Readonly<Record<Dialect, readonly string[]>> = {
  buildx: ['buildx', 'build', '--load', '--provenance=false', '--sbom=false'],
  docker: ['build'],
  // Layers, so that a change of the code reuses those below; Docker's format, which Lambda took first.
  buildah: ['build', '--layers', '--format', 'docker'],
  nerdctl: ['build'],
}

/** As images name it. https://github.com/opencontainers/image-spec/blob/main/config.md#properties */
export function platformOf(architecture: Architecture): string {
  return architecture === 'arm64' ? 'linux/arm64' : 'linux/amd64'
}

/** Builds an image, and returns its id where the engine tells it. Throws UserError IMAGE_NOT_BUILT. */
export async function buildImage(
  engine: Engine,
  build: Build & { readonly idFile: string },
  onOutput: ((text: string) => void) | null,
  { processes, disk }: System,
): Promise<string | null> {
  const { name, command, dialect, env } = engine
  try {
    const options = { env, ...(onOutput === null ? {} : { onOutput }) }
    // Finch builds in a virtual machine, which mostly doesn't see this one's temporary folder.
    const idFile = name === 'finch' ? null : build.idFile
    await processes.run(command, buildArguments(dialect, { ...build, idFile }), options)
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== 'TOOL_FAILED') throw error
    throw new UserError(
      'IMAGE_NOT_BUILT',
      build.tag,
      name,
      onOutput === null ? error.message : toldBefore(error.message),
    )
  }
  const id = await disk.readText(build.idFile).catch(() => null)
  return id === null || id.trim() === '' ? null : id.trim()
}

/** Without the end of the output, which stands above already. */
function toldBefore(failure: string): string {
  return failure.replace(/:\n.*$/s, '; what it wrote stands above.')
}

/** The file with pip's settings that pip would read here, or null. https://pip.pypa.io/en/stable/topics/configuration/#location */
export async function findPipConf({ env, homeDir, platform, disk }: System): Promise<string | null> {
  const own =
    platform === 'win32'
      ? [join(env['APPDATA'] ?? homeDir, 'pip', 'pip.ini')]
      : [
          ...(platform === 'darwin' ? [join(homeDir, 'Library', 'Application Support', 'pip', 'pip.conf')] : []),
          join(env['XDG_CONFIG_HOME'] || join(homeDir, '.config'), 'pip', 'pip.conf'),
          join(homeDir, '.pip', 'pip.conf'),
        ]
  for (const path of env['PIP_CONFIG_FILE'] ? [env['PIP_CONFIG_FILE']] : own) {
    if ((await disk.stat(path))?.kind === 'file') return path
  }
  return null
}

function timeArguments(dialect: Dialect, epoch: string): readonly string[] {
  if (dialect === 'docker') return []
  // BuildKit knows it as an argument, whichever program asks. https://github.com/moby/buildkit/blob/master/docs/build-repro.md
  return dialect === 'buildah' ? ['--timestamp', epoch] : ['--build-arg', `SOURCE_DATE_EPOCH=${epoch}`]
}

/** What an engine is; a sentence why it isn't ready; null for a program of another kind. */
type Probe = (command: string, system: System) => Promise<Omit<Engine, 'name'> | string | null>

const PROBES: Readonly<Record<EngineName, Probe>> = {
  docker: probeDocker,
  podman: (command, system) => probeInfo(command, 'buildah', system),
  buildah: (command, system) => probeInfo(command, 'buildah', system),
  nerdctl: (command, system) => probeInfo(command, 'nerdctl', system),
  finch: async (command, system) => {
    // Debian has a chat client of this name.
    const version = await said(command, ['--version'], system)
    return /^finch version/i.test(version.text) ? probeInfo(command, 'nerdctl', system) : null
  },
}

/** From this version on the client has BuildKit in a part of its own, buildx. */
const SEPARATE_BUILDX = 23

async function probeDocker(command: string, system: System): ReturnType<Probe> {
  const version = await said(command, ['--version'], system)
  // It may be Podman under Docker's name.
  if (/podman/i.test(version.text)) return probeInfo(command, 'buildah', system)
  const server = await said(command, ['version', '--format', '{{.Server.Version}}'], system)
  if (!server.isFine || server.text.trim() === '') return lastLine(server.text) || 'no daemon answers'
  // No option turns attestations off in a client without buildx; this does nothing where there are none.
  const env = { BUILDX_NO_DEFAULT_ATTESTATIONS: '1' }
  const buildx = await said(command, ['buildx', 'version'], system)
  if (buildx.isFine) return { command, dialect: 'buildx', hasMounts: true, env }
  const major = Number(/(\d+)\./.exec(version.text)?.[1] ?? SEPARATE_BUILDX)
  const hasMounts = major < SEPARATE_BUILDX
  return { command, dialect: 'docker', hasMounts, env: hasMounts ? { ...env, DOCKER_BUILDKIT: '1' } : env }
}

async function probeInfo(command: string, dialect: Dialect, system: System): ReturnType<Probe> {
  const { isFine, text } = await said(command, ['info'], system)
  return isFine ? { command, dialect, hasMounts: true, env: {} } : lastLine(text)
}

async function said(command: string, args: readonly string[], { processes }: System) {
  try {
    const { stdout } = await processes.run(command, args)
    return { isFine: true, text: stdout }
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== 'TOOL_FAILED') throw error
    return { isFine: false, text: error.message }
  }
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.trim() ?? ''
}
