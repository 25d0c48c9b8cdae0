import { join, resolve } from 'node:path'
import { UserError } from '../../errors.ts'
import {
  authFor,
  type DockerConfig,
  helperFor,
  parseDockerConfig,
  parseHelperAnswer,
  type RegistryAuth,
  serverName,
} from '../../formats/docker-config.ts'
import { reasonOfFault } from '../../system/fault.ts'
import type { System } from '../../system/system.ts'
import { ecrRegionOf } from './hosts.ts'

export interface Credentials {
  /** null if none are known. */
  readonly auth: RegistryAuth | null
  /** The file or the program that they are of. */
  readonly source: string | null
  /** Files and programs that know none. */
  readonly asked: readonly string[]
  /** What went wrong with a program that might know some: told if it turns out that they are needed. */
  readonly trouble: UserError | null
}

/** Knows Amazon's own registries by the AWS credentials of the machine. Used where it is installed, though nobody set it up. */
const ECR_HELPER = 'ecr-login'
/** What a helper prints that knows none. https://github.com/docker/docker-credential-helpers/blob/master/credentials/error.go */
const NOT_FOUND = 'credentials not found in native keychain'

/**
 * The credentials that Docker's or Podman's files have for a repository: of the first file that has some, a helper's before those in the
 * file. Throws UserError DOCKER_CONFIG_UNREADABLE.
 */
export async function findCredentials(registry: string, repository: string, system: System): Promise<Credentials> {
  let found: Credentials = { auth: null, source: null, asked: [], trouble: null }
  for (const path of configFiles(system)) {
    const config = await readConfig(path, system)
    if (config === null) continue
    const helper = helperFor(config, registry)
    if (helper !== null) found = await withHelper(found, helper, { registry, path, system })
    if (found.auth === null) {
      const auth = authFor(config, registry, repository)
      found = auth === null ? { ...found, asked: [...found.asked, path] } : { ...found, auth, source: path }
    }
    if (found.auth !== null) return found
  }
  const isForEcr = ecrRegionOf(registry) !== null && (await system.processes.find(nameOf(ECR_HELPER))) !== null
  return isForEcr ? withHelper(found, ECR_HELPER, { registry, path: 'PATH', system }) : found
}

/** In order. https://github.com/containers/image/blob/main/docs/containers-auth.json.5.md */
function configFiles({ env, homeDir, cwd }: System): readonly string[] {
  const dockerDir = env['DOCKER_CONFIG'] || join(homeDir, '.docker')
  const runtimeDir = env['XDG_RUNTIME_DIR'] ?? ''
  const named = env['REGISTRY_AUTH_FILE'] ?? ''
  return [
    resolve(cwd, dockerDir, 'config.json'),
    ...(named === '' ? [] : [resolve(cwd, named)]),
    ...(runtimeDir === '' ? [] : [join(runtimeDir, 'containers', 'auth.json')]),
    join(homeDir, '.config', 'containers', 'auth.json'),
  ]
}

async function readConfig(path: string, { disk }: System): Promise<DockerConfig | null> {
  try {
    return (await disk.stat(path)) === null ? null : parseDockerConfig(await disk.readText(path))
  } catch (error) {
    // The parser's own words may show a piece of the file, and so of a password.
    const why = error instanceof SyntaxError ? 'it is no JSON object' : reasonOfFault(error)
    throw why === null ? error : new UserError('DOCKER_CONFIG_UNREADABLE', path, why)
  }
}

interface Asking {
  readonly registry: string
  /** Where the helper is named. */
  readonly path: string
  readonly system: System
}

async function withHelper(found: Credentials, name: string, { registry, path, system }: Asking): Promise<Credentials> {
  const helper = nameOf(name)
  const isName = /^[\w.-]+$/.test(name)
  const program = isName ? await system.processes.find(helper) : null
  if (program === null) {
    const missing = new UserError('CREDENTIAL_HELPER_MISSING', helper, path, registry)
    return { ...found, trouble: found.trouble ?? missing }
  }
  try {
    const { stdout } = await system.processes.run(program, ['get'], { stdin: serverName(registry) })
    const auth = parseHelperAnswer(stdout)
    if (auth !== null) return { ...found, auth, source: helper }
    const why = "what it prints isn't what helpers of Docker print."
    return { ...found, trouble: found.trouble ?? new UserError('CREDENTIAL_HELPER_FAILED', helper, registry, why) }
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    if (error.message.includes(NOT_FOUND)) return { ...found, asked: [...found.asked, helper] }
    const failed = new UserError('CREDENTIAL_HELPER_FAILED', helper, registry, error.message)
    return { ...found, trouble: found.trouble ?? failed }
  }
}

function nameOf(helper: string): string {
  return `docker-credential-${helper}`
}
