import { parseArgs } from 'node:util'
import { HANDLER_PATTERN } from '../aws/limits.ts'
import { UserError } from '../errors.ts'
import { nearest } from '../formats/nearest.ts'
import type { Architecture } from '../model.ts'

const OPTIONS = {
  config: { type: 'string' },
  'out-dir': { type: 'string' },
  json: { type: 'boolean' },
  quiet: { type: 'boolean' },
  verbose: { type: 'boolean' },
  'no-cache': { type: 'boolean' },
  'no-check': { type: 'boolean' },
  jobs: { type: 'string' },
  build: { type: 'boolean' },
  engine: { type: 'string' },
  oci: { type: 'boolean' },
  push: { type: 'string' },
  offline: { type: 'boolean' },
  runtime: { type: 'string' },
  architecture: { type: 'string' },
  handler: { type: 'string' },
  list: { type: 'boolean' },
  markdown: { type: 'boolean' },
  html: { type: 'string' },
  diff: { type: 'string' },
  sbom: { type: 'string' },
  yes: { type: 'boolean', short: 'y' },
  version: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const

type OptionName = keyof typeof OPTIONS

const COMMON = ['config', 'out-dir', 'json', 'quiet', 'verbose', 'no-cache'] as const
const PACKING = [...COMMON, 'no-check', 'jobs'] as const
const OF_ZIPS = ['runtime', 'architecture', 'handler'] as const

/** The commands, and the options that each has. */
const COMMANDS = {
  zip: PACKING,
  image: [...PACKING, 'build', 'engine', 'oci', 'push', 'offline'],
  check: [...COMMON, ...OF_ZIPS, 'list'],
  report: [...COMMON, ...OF_ZIPS, 'no-check', 'markdown', 'html', 'diff', 'sbom'],
  why: COMMON,
  init: ['yes', 'quiet'],
  cache: ['json', 'quiet'],
} as const satisfies Readonly<Record<string, readonly OptionName[]>>

export type CommandName = keyof typeof COMMANDS

export const COMMAND_NAMES = Object.keys(COMMANDS) as readonly CommandName[]

type Values = ReturnType<typeof parse>['values']

export type Output = 'json' | 'quiet' | 'text' | 'verbose'

/** What nearly all commands take. */
interface Common {
  readonly configFile: string | null
  readonly outDir: string | null
  readonly output: Output
  readonly useCache: boolean
}

interface Packing extends Common {
  readonly functions: readonly string[]
  readonly check: boolean
  /** How many threads compress; null: the machine decides. */
  readonly jobs: number | null
}

/** What the command line says that zips are to run on. */
export interface SaidTarget {
  readonly runtime: string | null
  readonly architecture: Architecture
  readonly handler: string | null
  /** Whether it says anything of these. */
  readonly isSaid: boolean
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

export interface CheckInvocation extends Common {
  readonly kind: 'check'
  /** Functions and zips. */
  readonly names: readonly string[]
  readonly target: SaidTarget
}

export interface ListInvocation {
  readonly kind: 'list'
  readonly codes: readonly string[]
  readonly output: Output
}

export interface ReportInvocation extends Common {
  readonly kind: 'report'
  /** Functions and zips. */
  readonly names: readonly string[]
  readonly check: boolean
  /** On stdout unless that is quiet, and where CI gathers summaries. */
  readonly markdown: boolean
  /** Files to write; null: none. */
  readonly html: string | null
  readonly sbom: string | null
  /** What the report is compared with: a zip, a folder of zips, or the JSON of an earlier report; null: nothing. */
  readonly diff: string | null
  readonly target: SaidTarget
}

export interface WhyInvocation extends Common {
  readonly kind: 'why'
  /** The function's. */
  readonly name: string
  readonly asked: string
}

export interface InitInvocation {
  readonly kind: 'init'
  /** Whether a person may be asked. */
  readonly asks: boolean
  readonly output: Output
}

export interface CacheInvocation {
  readonly kind: 'cache'
  readonly action: 'show' | 'clear'
  readonly output: Output
}

/** What the user asked for, decided. */
export type Invocation =
  | { readonly kind: 'help'; readonly command: CommandName | null }
  | { readonly kind: 'version'; readonly isVerbose: boolean }
  | ZipInvocation
  | ImageInvocation
  | CheckInvocation
  | ListInvocation
  | ReportInvocation
  | WhyInvocation
  | InitInvocation
  | CacheInvocation

/** Throws UserError COMMAND_UNKNOWN, OPTION_UNKNOWN, OPTION_MISUSED and OPTIONS_CONFLICT. */
export function readArguments(args: readonly string[]): Invocation {
  const { values, positionals } = parse(args)
  for (const [option, value] of Object.entries(values)) {
    if (value === '') throw new UserError('OPTION_MISUSED', `--${option} needs a value`)
  }
  const [first, ...names] = positionals[0] === 'help' ? positionals.slice(1) : positionals
  if (values.version) return { kind: 'version', isVerbose: values.verbose ?? false }
  if (first === undefined) return { kind: 'help', command: null }
  const command = COMMAND_NAMES.find(name => name === first)
  if (command === undefined) throw new UserError('COMMAND_UNKNOWN', first, nearest(first, COMMAND_NAMES))
  if (values.help || positionals[0] === 'help') return { kind: 'help', command }
  refuseForeign(command, values)
  return READERS[command](values, names)
}

type Reader = (values: Values, names: readonly string[]) => Invocation

const READERS: Readonly<Record<CommandName, Reader>> = {
  zip: (values, functions) => ({ kind: 'zip', ...packing(values, functions) }),
  image: imageInvocation,
  check: checkInvocation,
  report: reportInvocation,
  why: whyInvocation,
  init: initInvocation,
  cache: cacheInvocation,
}

function refuseForeign(command: CommandName, values: Values): void {
  const own: readonly string[] = COMMANDS[command]
  const foreign = Object.keys(values).find(option => !own.includes(option))
  if (foreign === undefined) return
  const others = COMMAND_NAMES.filter(name => (COMMANDS[name] as readonly string[]).includes(foreign))
  const list = others.map(name => `\`lpack ${name}\``).join(', ')
  throw new UserError(
    'OPTION_MISUSED',
    `\`lpack ${command}\` has no --${foreign}: --${foreign} is an option of ${list}`,
  )
}

function common(values: Values): Common {
  return {
    configFile: values.config ?? null,
    outDir: values['out-dir'] ?? null,
    output: outputOf(values),
    useCache: !values['no-cache'],
  }
}

function packing(values: Values, functions: readonly string[]): Packing {
  return { ...common(values), functions, check: !values['no-check'], jobs: jobsOf(values.jobs) }
}

function imageInvocation(values: Values, functions: readonly string[]): ImageInvocation {
  const { engine, push = null, oci = false, offline = false } = values
  const without = (['oci', 'push'] as const).filter(option => values[option] !== undefined)
  if (values.build && without.length > 0) throw new UserError('OPTIONS_CONFLICT', ['build', ...without])
  if (engine !== undefined && !values.build) throw new UserError('OPTION_MISUSED', '--engine needs --build')
  const build = values.build ? { engine: engine ?? null } : null
  return { kind: 'image', ...packing(values, functions), build, oci, push, offline }
}

function checkInvocation(values: Values, names: readonly string[]): CheckInvocation | ListInvocation {
  const target = targetOf(values)
  if (values.list && target.isSaid) {
    throw new UserError('OPTION_MISUSED', '--list tells what codes mean and checks nothing')
  }
  return values.list
    ? { kind: 'list', codes: names, output: outputOf(values) }
    : { kind: 'check', ...common(values), names, target }
}

function reportInvocation(values: Values, names: readonly string[]): ReportInvocation {
  const output = outputOf(values)
  const { markdown = false, html = null, sbom = null, diff = null } = values
  if (markdown && (output === 'json' || output === 'verbose')) {
    throw new UserError('OPTIONS_CONFLICT', [output, 'markdown'])
  }
  if (html !== null && html === sbom) throw new UserError('OPTION_MISUSED', '--html and --sbom name the same file')
  const check = !values['no-check']
  return { kind: 'report', ...common(values), names, check, markdown, html, sbom, diff, target: targetOf(values) }
}

function whyInvocation(values: Values, [name, asked, ...more]: readonly string[]): WhyInvocation {
  if (name === undefined || asked === undefined || more.length > 0) {
    throw new UserError('OPTION_MISUSED', '`lpack why` takes a function, and a path or the name of a package')
  }
  return { kind: 'why', ...common(values), name, asked }
}

function initInvocation(values: Values, names: readonly string[]): InitInvocation {
  if (names.length > 0) throw new UserError('OPTION_MISUSED', '`lpack init` takes no names: run it in the folder')
  return { kind: 'init', asks: !values.yes, output: outputOf(values) }
}

function cacheInvocation(values: Values, names: readonly string[]): CacheInvocation {
  const command = ['cache', ...names].join(' ')
  const known = (['cache', 'cache clear'] as const).find(one => one === command)
  if (known === undefined) throw new UserError('COMMAND_UNKNOWN', command, nearest(command, ['cache', 'cache clear']))
  return { kind: 'cache', action: known === 'cache' ? 'show' : 'clear', output: outputOf(values) }
}

const ARCHITECTURES = ['x86_64', 'arm64'] as const

function targetOf(values: Values): SaidTarget {
  const { runtime = null, architecture = 'x86_64', handler = null } = values
  const known = ARCHITECTURES.find(one => one === architecture)
  if (known === undefined) {
    throw new UserError('OPTION_MISUSED', `--architecture is x86_64 or arm64, not "${architecture}"`)
  }
  if (handler !== null && !HANDLER_PATTERN.test(handler)) {
    throw new UserError('OPTION_MISUSED', '--handler is of at most 128 characters without spaces, such as app.handler')
  }
  const isSaid = OF_ZIPS.some(option => values[option] !== undefined)
  return { runtime, architecture: known, handler, isSaid }
}

function jobsOf(text: string | undefined): number | null {
  if (text === undefined) return null
  if (!/^\d+$/.test(text)) throw new UserError('OPTION_MISUSED', `--jobs needs a number, not "${text}"`)
  return Number(text)
}

function outputOf(values: Values): Output {
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
