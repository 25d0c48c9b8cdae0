import type { ErrorObject, ValidateFunction } from 'ajv'
import schema from '../../schema.json' with { type: 'json' }
import { nearest } from '../formats/nearest.ts'
import { type KeyPath, type Problem, quote } from './problem.ts'

const ENTRY = '`handler` names what is bundled.'
const PLACE = "The bundle stands at the handler's path."
const RESULT = 'Remove it.'

/** Options of esbuild that users know but that are not theirs to set here, and what there is instead. */
const DECIDED: Readonly<Record<string, string>> = {
  entryPoints: ENTRY,
  stdin: ENTRY,
  outfile: PLACE,
  outdir: PLACE,
  outbase: PLACE,
  outExtension: `${PLACE} \`format\` gives its extension.`,
  entryNames: PLACE,
  chunkNames: PLACE,
  assetNames: PLACE,
  publicPath: PLACE,
  bundle: '`esbuild: false` packs the files as they are.',
  packages: '`external` names packages that are not bundled.',
  splitting: 'Dynamic imports are inlined: a function is one bundle.',
  platform: 'A function runs on Node.js.',
  globalName: 'A function is a module.',
  preserveSymlinks: 'Links are followed, so that all package managers give the same bytes.',
  nodePaths: '`alias` says where a package is.',
  absWorkingDir: 'Paths start at the folder of the config.',
  write: RESULT,
  allowOverwrite: RESULT,
  metafile: 'The report tells the sizes of what is in the bundle.',
  absPaths: RESULT,
  color: RESULT,
  logLevel: '`logOverride` sets what a kind of message counts.',
  logLimit: RESULT,
  logStyle: RESULT,
  watch: RESULT,
  incremental: RESULT,
  mangleProps: 'Properties that are renamed would not fit those of the events and the SDK.',
}

/** Compares a config with schema.json; every difference is a problem, in the order of the schema's walk. */
export async function validate(config: unknown): Promise<readonly Problem[]> {
  const check = await compileSchema()
  if (check(config)) return []
  const problems: Problem[] = []
  const told = new Set<string>()
  for (const error of check.errors ?? []) {
    const problem = problemOf(config, error)
    if (problem === null) continue
    const id = JSON.stringify(problem.keys)
    // Several rules may reject one value; the key's own sentence says them all.
    if (!told.has(id)) problems.push(problem)
    told.add(id)
  }
  return problems
}

async function compileSchema(): Promise<ValidateFunction> {
  // Of a bundled CommonJS module only the default export is there.
  const { Ajv } = (await import('ajv')).default
  // A test checks the schema itself; at run time that would cost half of the start.
  const ajv = new Ajv({
    allErrors: true,
    verbose: true,
    inlineRefs: true,
    validateSchema: false,
    meta: false,
    allowUnionTypes: true,
  })
  // VS Code shows errorMessage as its own sentence, so the editor and lpack say the same.
  ajv.addVocabulary(['errorMessage'])
  return ajv.compile(schema)
}

function problemOf(config: unknown, error: ErrorObject): Problem | null {
  const keys = keysOf(config, error.instancePath)
  const parent = error.parentSchema as { readonly errorMessage?: string; readonly properties?: object } | undefined
  if (error.keyword === 'additionalProperties') return unknownKey(keys, error, Object.keys(parent?.properties ?? {}))
  if (error.keyword === 'required') {
    return { keys: [...keys, String(error.params['missingProperty'])], text: 'is missing.' }
  }
  const rule = parent?.errorMessage
  // A branch of anyOf, or the wrapper of a name's error: another error holds the sentence.
  if (rule === undefined || error.keyword === 'propertyNames') return null
  if (error.propertyName !== undefined) return { keys: [...keys, error.propertyName], text: nameText(rule) }
  return { keys, text: keys[keys.length - 1] === 'runtime' ? runtimeText(error.data, rule) : valueText(error, rule) }
}

function valueText(error: ErrorObject, rule: string): string {
  if (error.keyword === 'maxItems') return `has ${(error.data as readonly unknown[]).length} entries; it ${rule}.`
  const near =
    error.keyword === 'enum' && typeof error.data === 'string'
      ? nearest(
          error.data,
          (error.params['allowedValues'] as readonly unknown[]).filter(value => typeof value === 'string'),
        )
      : null
  return `is ${quote(error.data)}; it ${rule}.${didYouMean(near)}`
}

function nameText(rule: string): string {
  return rule.startsWith('must') ? `has a name that isn't allowed: it ${rule}.` : `${rule}.`
}

function runtimeText(value: unknown, rule: string): string {
  const quoted = quote(value)
  if (typeof value !== 'string') return `is ${quoted}; it ${rule}.`
  const near = nearRuntime(value)
  if (near === null && !/^(py|node)/i.test(value)) return `is ${quoted}. lpack packs Python and Node.js.`
  return `is ${quoted}; it ${rule}.${didYouMean(near)}`
}

function nearRuntime(value: string): string | null {
  const runtimes = schema.definitions.runtime.enum
  // node22, nodejs22 and Node.js 22 are plainly meant, though they are far away by edits.
  const major = /^node(?:[.]?js)?[\s@-]?v?(\d+)/i.exec(value)?.[1]
  const meant = runtimes.find(runtime => runtime === `nodejs${major}.x`)
  return meant ?? nearest(value, runtimes)
}

function unknownKey(keys: KeyPath, error: ErrorObject, known: readonly string[]): Problem {
  const key = String(error.params['additionalProperty'])
  const unknown = [...keys, key]
  if (keys.length === 2 && keys[0] === 'functions' && key === 'name') {
    return { keys: unknown, text: `is not allowed: the function's name is its key, ${quote(keys[1])}.` }
  }
  const decided = keys[keys.length - 1] === 'esbuild' && Object.hasOwn(DECIDED, key) ? DECIDED[key] : undefined
  if (decided !== undefined) return { keys: unknown, text: `is not allowed: lpack decides it. ${decided}` }
  const near = nearest(key, known)
  const allowed = near === null ? `; the keys here are ${known.join(', ')}.` : `.${didYouMean(near)}`
  return { keys: unknown, text: `is not a key of lpack's config${allowed}` }
}

function didYouMean(word: string | null): string {
  return word === null ? '' : ` Did you mean ${quote(word)}?`
}

/** JSON pointer to keys; positions in lists become numbers. */
function keysOf(config: unknown, pointer: string): KeyPath {
  const keys: (string | number)[] = []
  let value = config
  for (const step of pointer.split('/').slice(1)) {
    const key = step.replaceAll('~1', '/').replaceAll('~0', '~')
    keys.push(Array.isArray(value) ? Number(key) : key)
    value = (value as Readonly<Record<string, unknown>>)[key]
  }
  return keys
}
