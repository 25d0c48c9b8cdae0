import { isAbsolute, relative } from 'node:path'
import { parseImageReference } from '../formats/image-reference.ts'
import type { ImageCommands } from '../model.ts'
import { shellWord, unsayable } from './dockerfile.ts'
import { buildArguments, type Engine, type EngineName, platformOf } from './engines.ts'
import type { Recipe } from './types.ts'

/** What commands are about. */
export interface Commanded {
  readonly recipe: Recipe
  readonly kind: 'dockerfile' | 'image'
  /** The folder of the Dockerfile or of the layout; null: the image was only pushed. */
  readonly dir: string | null
  /** What it was pushed as. */
  readonly pushed: string | null
}

/** Where Lambda's emulator in AWS's base images listens, behind the port that is published for it. */
const INVOKE_URL = 'http://localhost:9000/2015-03-31/functions/function/invocations'
const PUBLISHED_PORT = '9000:8080'

/** Passed on by name, so that nobody's key is in a command. */
const AWS_VARIABLES = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_REGION']

/** Where Lambda takes images from; a person fills in account and region. */
const ECR = 'ACCOUNT.dkr.ecr.REGION.amazonaws.com'

/** What a person would type next, in `cwd`. `engine` null: none was used. */
export function commandsOf(of: Commanded, engine: Pick<Engine, 'name' | 'dialect'> | null, cwd: string): ImageCommands {
  const { name = 'docker', dialect = 'buildx' } = engine ?? {}
  const { recipe, kind, pushed } = of
  const { architecture, config } = recipe
  const dir = of.dir === null ? null : fromHere(of.dir, cwd)
  const build = { tag: config.image.tag, architecture, contextDir: dir ?? '', epoch: null, pipConf: null, idFile: null }
  return {
    build: kind === 'dockerfile' ? [line([name, ...buildArguments(dialect, build)])] : [],
    load:
      kind === 'image' && dir !== null
        ? [line(['skopeo', 'copy', `oci:${dir}`, `docker-daemon:${config.image.tag}`])]
        : [],
    run: [runLine(of, name)],
    invoke: [line(['curl', INVOKE_URL, '-d', '{}'])],
    push: pushed === null ? pushLines(of, name) : [],
  }
}

function runLine({ recipe, kind, pushed }: Commanded, engine: EngineName): string {
  const { architecture, config } = recipe
  const variables = [...AWS_VARIABLES, ...leftOut(recipe, kind)].flatMap(variable => ['-e', variable])
  // buildah runs no images; it shares them with Podman.
  const program = engine === 'buildah' ? 'podman' : engine
  const platform = ['--platform', platformOf(architecture)]
  return line([program, 'run', '--rm', '-p', PUBLISHED_PORT, ...platform, ...variables, pushed ?? config.image.tag])
}

/** Variables of the config that are not in the image. Sorted for determinism */
function leftOut(recipe: Recipe, kind: Commanded['kind']): string[] {
  const unsaid = kind === 'dockerfile' ? unsayable(recipe) : []
  const there = recipe.environment.map(([name]) => name).filter(name => !unsaid.includes(name))
  return Object.keys(recipe.config.settings.environment)
    .filter(name => !there.includes(name))
    .sort()
}

function pushLines({ recipe, kind }: Commanded, engine: EngineName): string[] {
  const { name, image } = recipe.config
  const reference = parseImageReference(image.tag)
  // A tag without a registry is of this machine.
  const isLocal = reference === null || (reference.registry === 'docker.io' && !image.tag.startsWith('docker.io/'))
  const registry = isLocal ? ECR : reference.registry
  const target = isLocal ? `${ECR}/${image.tag}` : image.tag
  const login = loginLines(registry, engine)
  if (kind === 'image') return [...login, line(['lpack', 'image', name, '--push', target])]
  return [...login, ...(isLocal ? [line([engine, 'tag', image.tag, target])] : []), line([engine, 'push', target])]
}

/** ECR's passwords last for 12 hours. */
function loginLines(registry: string, engine: EngineName): string[] {
  const region = /\.dkr\.ecr\.([^.]+)\./.exec(registry)?.[1]
  if (region === undefined) return []
  const password = line(['aws', 'ecr', 'get-login-password', '--region', region])
  return [`${password} | ${line([engine, 'login', '--username', 'AWS', '--password-stdin', registry])}`]
}

function fromHere(path: string, cwd: string): string {
  const way = relative(cwd, path)
  if (way === '') return '.'
  return way.startsWith('..') || isAbsolute(way) ? path : way
}

function line(words: readonly string[]): string {
  return words.map(shellWord).join(' ')
}
