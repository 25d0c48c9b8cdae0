import { parseArgs } from 'node:util'
import { HANDLER_PATTERN } from '../aws/limits.ts'
import { UserError } from '../errors.ts'
import { nearest } from '../formats/nearest.ts'
import type { Architecture } from '../model.ts'

const OPTIONS = {
  config: { type: 'string' },
  'out-dir': { type: 'string' },
  json: { type: 'boolean' },
  jobs: { type: 'string' },
  quiet: { type: 'boolean' },
  verbose: { type: 'boolean' },
  runtime: { type: 'string' },
  architecture: { type: 'string' },
  handler: { type: 'string' },
  list: { type: 'boolean' },
  build: { type: 'boolean' },
  engine: { type: 'string' },
  oci: { type: 'boolean' },
  push: { type: 'string' },
  offline: { type: 'boolean' },
  'no-cache': { type: 'boolean' },
  'no-check': { type: 'boolean' },
  yes: { type: 'boolean', short: 'y' },
  version: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const

const COMMANDS = ['zip', 'image', 'check', 'init', 'cache'] as const

const ARCHITECTURES = ['x86_64', 'arm64'] as const
/** Options that only one command has. */
const OF_CHECK = ['runtime', 'architecture', 'handler', 'list'] as const
const OF_INIT = ['yes'] as const
const OF_IMAGE = ['build', 'engine', 'oci', 'push', 'offline'] as const

const CACHE_COMMANDS = ['cache', 'cache clear'] as const
const CACHE_OPTIONS: readonly string[] = ['json', 'quiet']

type Values = ReturnType<typeof parse>['values']

interface Packing {
  readonly functions: readonly string[]
  readonly configFile: string | null
  readonly outDir: string | null
  readonly output: 'json' | 'quiet' | 'text' | 'verbose'
  readonly useCache: boolean
  readonly check: boolean
  /** How many threads compress; null: the machine decides. */
  readonly jobs: number | null
}

export interface ZipInvocation extends Packing {
  readonly kind: 'zip'
}

export interface ImageInvocation extends Packing {
  readonly kind: 'image'
  /** Have an engine build it: the named one, or the first that is found; null: don't. */
  readonly build: { readonly engine: string | null } | null
  readonly oci: boolean
  readonly push: string | null
  readonly offline: boolean
}

/** What the user asked for, decided. */
export type Invocation =
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | ZipInvocation
  | ImageInvocation
  | {
      readonly kind: 'init'
      /** Whether a person may be asked. */
      readonly asks: boolean
      readonly output: 'quiet' | 'text'
    }
  | {
      readonly kind: 'cache'
      readonly action: 'show' | 'clear'
      readonly output: 'json' | 'quiet' | 'text'
    }
  | {
      readonly kind: 'check'
      /** Functions and zips. */
      readonly names: readonly string[]
      readonly configFile: string | null
      readonly outDir: string | null
      readonly output: 'json' | 'quiet' | 'text' | 'verbose'
      readonly useCache: boolean
      /** What zips are to run on. */
      readonly target: {
        readonly runtime: string | null
        readonly architecture: Architecture
        readonly handler: string | null
      }
      /** Whether the command line says anything of that. */
      readonly isZipSaid: boolean
    }
  | { readonly kind: 'list'; readonly codes: readonly string[]; readonly output: 'json' | 'quiet' | 'text' | 'verbose' }

export const USAGE = `lpack packages AWS Lambda functions.

  lpack zip [function…]   write <outDir>/<name>.zip and report its size against Lambda's limits
                          no function named: all of the config; no config: what this folder holds
  lpack image [function…] write <outDir>/<name>/: a Dockerfile and what it copies, and tell how to build, try and push it
                          --build [--engine NAME]  build it, too: with docker, podman, buildah, nerdctl or finch
                          --oci                    instead make the image without an engine: <outDir>/<name>.oci
                          --push REF               make it without an engine and push it; {name} stands for the function's name
                          --offline                take base images from the cache, and ask no registry for them
  lpack check [function… | zip…]
                          tell what would go wrong on Lambda, and write nothing; of a zip, whoever made it, with
                          --runtime ID [--architecture arm64] [--handler module.function]
  lpack check --list [code…]
                          tell what the codes of findings mean
  lpack init [--yes]      write a small config from what is in this folder; asks for what can't be seen, --yes asks nothing
  lpack cache [clear]     show what is kept between runs, and where; or remove it

  --config FILE           this config instead of the one that is found
  --out-dir DIR           where artifacts go (default: outDir of the config, else lpack.out)
  --json                  one JSON document on stdout and nothing else
  --quiet                 nothing on stdout
  --verbose               the whole report, also of what is unchanged, and what was left out
  --jobs N                compress in N threads (default: as many as the machine has cores and memory for)
  --no-cache              keep nothing for later runs, use nothing of earlier ones
  --no-check              don't check whether the function would start
  --version, --help

LPACK_CACHE_DIR says where what is kept between runs is; LPACK_CACHE_SIZE how large it may get, wheels aside (default: 2 GB).
Exit codes: 0 fine; 1 written (or checked), but over a limit or with an error found; 2 nothing written; 130 interrupted.
`

/** Throws UserError COMMAND_UNKNOWN, OPTION_UNKNOWN, OPTION_MISUSED and OPTIONS_CONFLICT. */
export function readArguments(args: readonly string[]): Invocation {
  const { values, positionals } = parse(args)
  for (const [option, value] of Object.entries(values)) {
    if (value === '') throw new UserError('OPTION_MISUSED', `--${option} needs a value`)
  }
  if (values.version) return { kind: 'version' }
  const [command, ...functions] = positionals
  if (values.help || command === undefined || command === 'help') return { kind: 'help' }
  if (command === 'check') return checkInvocation(values, functions)
  if (command === 'init') return initInvocation(values, functions)
  if (command === 'cache') return cacheInvocation(values, positionals)
  if (command !== 'zip' && command !== 'image') {
    throw new UserError('COMMAND_UNKNOWN', command, nearest(command, COMMANDS))
  }
  refuseOptions(values, OF_INIT, 'init')
  refuseOptions(values, OF_CHECK, 'check')
  if (command === 'image') return imageInvocation(values, functions)
  refuseOptions(values, OF_IMAGE, 'image')
  return { kind: 'zip', ...packing(values, functions) }
}

/** Options of a command that is not the given one. */
function refuseOptions(values: Values, options: readonly (keyof Values)[], command: string): void {
  const foreign = options.find(option => values[option] !== undefined)
  if (foreign !== undefined) throw new UserError('OPTION_MISUSED', `--${foreign} is an option of \`lpack ${command}\``)
}

function packing(values: Values, functions: readonly string[]): Packing {
  return {
    functions,
    configFile: values.config ?? null,
    outDir: values['out-dir'] ?? null,
    output: outputOf(values),
    useCache: !values['no-cache'],
    check: !values['no-check'],
    jobs: jobsOf(values.jobs),
  }
}

function imageInvocation(values: Values, functions: readonly string[]): ImageInvocation {
  const { engine, push = null, oci = false, offline = false } = values
  const without = (['oci', 'push'] as const).filter(option => values[option] !== undefined)
  if (values.build && without.length > 0) throw new UserError('OPTIONS_CONFLICT', ['build', ...without])
  if (engine !== undefined && !values.build) throw new UserError('OPTION_MISUSED', '--engine is of --build')
  return {
    kind: 'image',
    ...packing(values, functions),
    build: values.build ? { engine: engine ?? null } : null,
    oci,
    push,
    offline,
  }
}

function checkInvocation(values: Values, names: readonly string[]): Invocation {
  refuseOptions(values, OF_IMAGE, 'image')
  const output = outputOf(values)
  if (values['no-check']) throw new UserError('OPTION_MISUSED', '--no-check leaves `lpack check` nothing to do')
  refuseOptions(values, OF_INIT, 'init')
  if (values.jobs !== undefined)
    throw new UserError('OPTION_MISUSED', '--jobs is an option of `lpack zip` and `lpack image`')
  const { runtime = null, architecture = 'x86_64', handler = null } = values
  const isZipSaid = [values.runtime, values.architecture, values.handler].some(value => value !== undefined)
  if (values.list) {
    if (isZipSaid) throw new UserError('OPTION_MISUSED', '--list tells what codes mean and checks nothing')
    return { kind: 'list', codes: names, output }
  }
  const known = ARCHITECTURES.find(one => one === architecture)
  if (known === undefined) {
    throw new UserError('OPTION_MISUSED', `--architecture is x86_64 or arm64, not "${architecture}"`)
  }
  if (handler !== null && !HANDLER_PATTERN.test(handler)) {
    throw new UserError('OPTION_MISUSED', '--handler is of at most 128 characters without spaces, such as app.handler')
  }
  return {
    kind: 'check',
    names,
    configFile: values.config ?? null,
    outDir: values['out-dir'] ?? null,
    output,
    useCache: !values['no-cache'],
    target: { runtime, architecture: known, handler },
    isZipSaid,
  }
}

function cacheInvocation(values: Values, positionals: readonly string[]): Invocation {
  const command = positionals.join(' ')
  const known = CACHE_COMMANDS.find(one => one === command)
  if (known === undefined) throw new UserError('COMMAND_UNKNOWN', command, nearest(command, CACHE_COMMANDS))
  const foreign = Object.keys(values).find(option => !CACHE_OPTIONS.includes(option))
  if (foreign !== undefined) throw new UserError('OPTION_MISUSED', `\`lpack ${known}\` has no --${foreign}`)
  if (values.json && values.quiet) throw new UserError('OPTIONS_CONFLICT', CACHE_OPTIONS)
  const output = values.json ? 'json' : values.quiet ? 'quiet' : 'text'
  return { kind: 'cache', action: known === 'cache' ? 'show' : 'clear', output }
}

const INIT_OPTIONS: readonly string[] = ['yes', 'quiet']

function initInvocation(values: Values, names: readonly string[]): Invocation {
  if (names.length > 0) throw new UserError('OPTION_MISUSED', '`lpack init` takes no names: run it in the folder')
  const foreign = Object.keys(values).find(option => !INIT_OPTIONS.includes(option))
  if (foreign !== undefined) throw new UserError('OPTION_MISUSED', `\`lpack init\` has no --${foreign}`)
  return { kind: 'init', asks: !values.yes, output: values.quiet ? 'quiet' : 'text' }
}

function jobsOf(text: string | undefined): number | null {
  if (text === undefined) return null
  if (!/^\d+$/.test(text)) throw new UserError('OPTION_MISUSED', `--jobs needs a number, not "${text}"`)
  return Number(text)
}

function outputOf(values: { readonly json?: boolean; readonly quiet?: boolean; readonly verbose?: boolean }) {
  const given = (['json', 'quiet', 'verbose'] as const).filter(name => values[name])
  if (given.length > 1) throw new UserError('OPTIONS_CONFLICT', given)
  return given[0] ?? 'text'
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') {
      const option = /'(-[^']*)'/.exec(message)?.[1] ?? message
      const meant = nearest(option.replace(/^-+/, ''), Object.keys(OPTIONS))
      throw new UserError('OPTION_UNKNOWN', option, meant)
    }
    if (code === 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE') throw new UserError('OPTION_MISUSED', message)
    throw error
  }
}
