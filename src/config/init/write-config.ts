import type { Surveyed } from './survey.ts'

/** A function of which nothing is open any more. */
export interface Settled extends Surveyed {
  readonly runtime: string
  readonly architecture: string
  readonly handler: string
}

export const NEW_CONFIG = 'lpack.config.yaml'

/** A small commented config, in YAML. `schema`: where editors find its rules; null: nowhere on this disk. */
export function configText(functions: readonly Settled[], schema: string | null): string {
  const head = [
    '# What `lpack zip` packs, one artifact a function. Paths start at this folder.',
    ...(schema === null ? [] : [`# yaml-language-server: $schema=${schema}`]),
    '',
    'outDir: lpack.out',
    '',
  ]
  const [only, second] = functions
  const body = only !== undefined && second === undefined ? oneFunction(only) : manyFunctions(functions)
  return `${[...head, ...body, '', ...HINTS].join('\n')}\n`
}

const HINTS = [
  '# More keys that are often wanted:',
  '#   include / exclude: ["**/*.py", "models/**"]   the function\'s own files, as globs',
  '#   slim: strong                                  leave out test suites of packages, too',
  '#   runtimeSdk: omit                              leave out boto3 or the AWS SDK that Lambda has',
  '#   budget: { zipped: 5 MB, unzipped: 50 MB }     fail when the artifact grows over it',
]

function oneFunction(one: Settled): string[] {
  return [...pair('name', one.name, ''), ...(one.root === '.' ? [] : pair('root', one.root, '')), ...keysOf(one)]
}

function manyFunctions(functions: readonly Settled[]): string[] {
  const shared = sharedBy(functions)
  return [
    ...(shared.size > 0 ? ['# Of all functions, unless one says otherwise.'] : []),
    ...[...shared].flatMap(([key, value]) => pair(key, value, noteOf(key, value, ''))),
    ...(shared.size > 0 ? [''] : []),
    'functions:',
    ...functions.flatMap(one => {
      const own = [...(one.root === '.' ? [] : pair('root', one.root, '')), ...keysOf(one, shared)]
      return [`  ${quoted(one.name)}:`, ...own.map(line => `    ${line}`)]
    }),
  ]
}

/** What is the same for all functions. */
function sharedBy(functions: readonly Settled[]): ReadonlyMap<string, string> {
  const shared = new Map<string, string>()
  for (const key of ['runtime', 'architecture'] as const) {
    const values = new Set(functions.map(one => one[key]))
    const [value] = values
    if (values.size === 1 && value !== undefined) shared.set(key, value)
  }
  return shared
}

function keysOf(one: Settled, shared: ReadonlyMap<string, string> = new Map()): string[] {
  const { runtime, architecture, handler, memorySize, timeout, why } = one
  return [
    ...(shared.has('runtime') ? [] : pair('runtime', runtime, why.runtime)),
    ...(shared.has('architecture') ? [] : pair('architecture', architecture, noteOf('architecture', architecture, ''))),
    ...pair('handler', handler, why.handler === '' ? '' : `from ${why.handler}`),
    ...(memorySize === null ? [] : pair('memorySize', memorySize, 'MB')),
    ...(timeout === null ? [] : pair('timeout', timeout, 'seconds')),
  ]
}

function noteOf(key: string, value: string, otherwise: string): string {
  if (key !== 'architecture') return otherwise
  return value === 'arm64' ? 'or x86_64' : 'or arm64, which costs less'
}

function pair(key: string, value: string | number, note: string): string[] {
  const comment = note === '' ? '' : ` # ${note.replaceAll(/\s+/g, ' ')}`
  return [`${key}: ${typeof value === 'number' ? value : quoted(value)}${comment}`]
}

/** As a YAML text: plain where nobody could take it for something else. */
function quoted(text: string): string {
  const isPlain = /^[A-Za-z_][\w./-]*$/.test(text) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(text)
  return isPlain ? text : JSON.stringify(text)
}
