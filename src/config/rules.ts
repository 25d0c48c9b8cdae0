import { FINDING_CODES } from '../findings.ts'
import { nearest } from '../formats/nearest.ts'
import { parseGrowth, parseSize } from '../formats/size.ts'
import type { RawConfig, RawFunction, RawLayer, RawSize } from './define.ts'
import type { Draft } from './drafts.ts'
import { imageProblems } from './image.ts'
import { languageOf } from './infer.ts'
import { type Problem, quote } from './problem.ts'

/** Lambda counts the compact JSON of all variables. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const ENVIRONMENT_BYTES = 4096

/** Lambda's rules that a JSON schema can't say. */
export function ruleProblems({ raw, keysOf }: Draft): readonly Problem[] {
  const rules: readonly [keyof RawFunction, string | null][] = [
    ['environment', environmentProblem(raw.environment ?? {})],
    ['layers', layersProblem(raw.layers ?? [])],
  ]
  const broken = rules.flatMap(([key, text]) => (text === null ? [] : [{ keys: keysOf(key), text }]))
  const below = (key: keyof RawFunction, problems: readonly Problem[]) =>
    problems.map(({ keys, text }) => ({ keys: [...keysOf(key), ...keys], text }))
  return [
    ...broken,
    ...below('budget', budgetProblems(raw)),
    ...below('ignore', ignoredProblems(raw)),
    ...below('image', imageProblems(raw)),
  ]
}

const KEYS_OF_PYTHON = ['dependencies', 'groups', 'extras', 'findLinks'] as const
const KEYS_OF_NODE = ['esbuild'] as const

/** Keys that mean nothing for the language of a function. A default of all functions may be for others. */
export function languageProblems({ raw, keysOf, label }: Draft, runtime: string): readonly Problem[] {
  const isNode = languageOf(runtime) === 'node'
  const foreign = isNode ? KEYS_OF_PYTHON : KEYS_OF_NODE
  return foreign
    .filter(key => raw[key] !== undefined && (label === '' || keysOf(key).length > 1))
    .map(key => ({
      keys: keysOf(key),
      text: `is for ${isNode ? 'Python' : 'Node.js'} functions, and this one runs on ${runtime}. Remove it.`,
    }))
}

function environmentProblem(environment: Readonly<Record<string, string>>): string | null {
  const bytes = Buffer.byteLength(JSON.stringify(environment))
  if (bytes <= ENVIRONMENT_BYTES) return null
  return `is ${bytes} bytes as compact JSON; Lambda allows ${ENVIRONMENT_BYTES}. Keep long values in SSM, Secrets Manager or a file.`
}

function layersProblem(layers: readonly RawLayer[]): string | null {
  const arns = layers.map(({ arn }) => arn)
  const unversioned = arns.map(arn => arn.slice(0, arn.lastIndexOf(':')))
  const twice = arns.find((_, position) => unversioned.indexOf(unversioned[position] ?? '') !== position)
  if (twice !== undefined)
    return `names ${quote(twice.slice(0, twice.lastIndexOf(':')))} twice; a function uses one version of a layer.`
  // Sorted for determinism
  const regions = [...new Set(arns.map(arn => arn.split(':')[3] ?? ''))].sort()
  return regions.length > 1
    ? `are of the regions ${regions.join(' and ')}; a function's layers are all of its own region.`
    : null
}

/** Of a budget of sizes, whose shape the schema has found right. */
function sizeProblems<Key extends string>(
  budget: { readonly [key in Key]?: RawSize },
  keys: readonly Key[],
): readonly Problem[] {
  return keys.flatMap(key => {
    const value = budget[key]
    if (value === undefined || parseSize(value) !== null) return []
    return [{ keys: [key], text: `is ${quote(value)}; it must be at least one byte and at most 9007199254740991.` }]
  })
}

function budgetProblems({ budget = {} }: RawFunction): readonly Problem[] {
  const { growth } = budget
  const isOff = growth !== undefined && parseGrowth(growth) === null
  const text = `is ${quote(growth)}; it must be more than nothing and at most 9007199254740991 bytes.`
  return [...sizeProblems(budget, ['zipped', 'unzipped', 'image']), ...(isOff ? [{ keys: ['growth'], text }] : [])]
}

/** Of the budget for all functions, whose shape the schema has found right. */
export function totalBudgetProblems(config: unknown): readonly Problem[] {
  const { totalBudget = {} } = config as RawConfig
  const problems = sizeProblems(totalBudget, ['zipped', 'unzipped'])
  return problems.map(({ keys, text }) => ({ keys: ['totalBudget', ...keys], text }))
}

function ignoredProblems({ ignore = [] }: RawFunction): readonly Problem[] {
  return ignore.flatMap(({ code }, position) => {
    if (FINDING_CODES.some(known => known === code)) return []
    const meant = nearest(code, FINDING_CODES)
    const remedy = meant === null ? 'Run `lpack check --list` for all codes.' : `Did you mean ${quote(meant)}?`
    return [{ keys: [position, 'code'], text: `is ${quote(code)}, which is no finding of lpack. ${remedy}` }]
  })
}
