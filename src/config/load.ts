import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { NODE_RUNTIMES, PYTHON_RUNTIMES } from '../aws/runtimes.ts'
import { UserError } from '../errors.ts'
import type { Config } from '../model.ts'
import type { System } from '../system/system.ts'
import type { RawConfig } from './define.ts'
import { type Draft, draftsOf, namingProblems } from './drafts.ts'
import { fill, isWithin, nameFromFolder, totalBudgetOf } from './fill.ts'
import { type FoundConfig, findConfig } from './find.ts'
import { inferHandler, inferRuntime, type Language } from './infer.ts'
import { type ConfigLabel, type Problem, problemLine, quote } from './problem.ts'
import { ruleProblems, totalBudgetProblems } from './rules.ts'
import { validate } from './validate.ts'

/** What the command line says about the config; paths from the current folder. */
export interface ConfigOptions {
  readonly configFile: string | null
  readonly outDir: string | null
}

/** The config that is found or named, checked and filled; without one, what the current folder tells. */
export async function loadConfig(system: System, { configFile, outDir }: ConfigOptions): Promise<Config> {
  const found = await findConfig(system, configFile === null ? null : resolve(system.cwd, configFile))
  const config = found === null ? await inferConfig(system) : await readConfig(found, system)
  if (outDir === null) return config
  const dir = resolve(system.cwd, outDir)
  const held = config.functions.find(({ root }) => isWithin(root, dir))
  if (held !== undefined) throw new UserError('OUT_DIR_HOLDS_FUNCTION', outDir, held.root)
  return { ...config, outDir: dir, outDirs: [dir, ...config.outDirs] }
}

const DEFAULT_OUT_DIR = 'lpack.out'

async function readConfig({ file, prefix, value }: FoundConfig, system: System): Promise<Config> {
  const dir = dirname(file)
  const label: ConfigLabel = { file: displayed(file, system.cwd), prefix }
  if (value === undefined)
    throw new UserError('CONFIG_INVALID', [`${label.file}: the config is empty. ${EXAMPLE_TEXT}`])
  const schemaProblems = await validate(value)
  const drafts = draftsOf(value, schemaProblems)
  const filled = await Promise.all(drafts.map(draft => fill(draft, dir, system)))
  const isBudgetSound = schemaProblems.every(({ keys }) => keys.length > 0 && keys[0] !== 'totalBudget')
  const problems = [
    ...schemaProblems,
    ...namingProblems(value, drafts),
    ...drafts.flatMap(ruleProblems),
    ...(isBudgetSound ? totalBudgetProblems(value) : []),
    ...filled.flatMap(({ problems }) => problems),
  ]
  const functions = filled.flatMap(({ config }) => config ?? [])
  const { outDir = DEFAULT_OUT_DIR, totalBudget } = problems.length === 0 ? (value as RawConfig) : {}
  const held = functions.find(({ root }) => isWithin(root, resolve(dir, outDir)))
  if (held !== undefined)
    problems.push({
      keys: ['outDir'],
      text: `is ${quote(outDir)}, which holds the function's folder ${held.root}. Name a folder of its own.`,
    })
  if (problems.length > 0) throw new UserError('CONFIG_INVALID', linesOf(problems, label))
  const inferred = filled.flatMap(one => one.inferred)
  const folders = { outDir: resolve(dir, outDir), outDirs: [resolve(dir, outDir)] }
  return { file, dir, ...folders, functions, totalBudget: totalBudgetOf(totalBudget), inferred }
}

const EXAMPLE = '{ "name": "hello", "runtime": "python3.13", "handler": "lambda_function.lambda_handler" }'
const NODE_EXAMPLE = '{ "name": "hello", "runtime": "nodejs24.x", "handler": "src/index.handler" }'
const EXAMPLE_TEXT = `A small one: ${EXAMPLE}`

/** One line a problem; a default that several functions share is told once. */
function linesOf(problems: readonly Problem[], label: ConfigLabel): readonly string[] {
  return [...new Set(problems.map(problem => problemLine(label, problem)))]
}

function displayed(file: string, cwd: string): string {
  const way = relative(cwd, file)
  return way.startsWith('..') || isAbsolute(way) ? file : way
}

async function inferConfig(system: System): Promise<Config> {
  const dir = system.cwd
  const signs = await inferHandler(dir, system.disk)
  if (signs.python !== null && signs.node !== null)
    throw await bothSigns(dir, signs.python.handler, signs.node.handler, system)
  if (signs.why !== '' || signs.language === null)
    throw new UserError('NOTHING_TO_PACK', dir, signs.why, signs.language === 'node' ? NODE_EXAMPLE : EXAMPLE)
  const runtime = await inferRuntime(signs.language, dir, dir, system)
  if (runtime.kind === 'none') {
    const runtimes = signs.language === 'node' ? NODE_RUNTIMES : PYTHON_RUNTIMES
    throw new UserError(
      'RUNTIME_NOT_INFERRED',
      runtime.why,
      runtimes.filter(({ preview }) => !preview).map(({ id }) => id),
    )
  }
  if (nameFromFolder(dir) === '') throw new UserError('NAME_NEEDED', dir)
  const draft: Draft = { name: null, raw: {}, broken: new Set(), keysOf: key => [key], label: '' }
  const { config, inferred } = await fill(draft, dir, system)
  if (config === null) throw new Error(`${basename(dir)} was inferred before`)
  const outDir = join(dir, DEFAULT_OUT_DIR)
  return { file: null, dir, outDir, outDirs: [outDir], functions: [config], totalBudget: totalBudgetOf(), inferred }
}

async function bothSigns(dir: string, python: string, node: string, system: System): Promise<UserError> {
  const config = async (language: Language, handler: string) => {
    const runtime = await inferRuntime(language, dir, dir, system)
    const id = runtime.kind === 'found' ? runtime.id : language === 'node' ? 'nodejs24.x' : 'python3.13'
    return JSON.stringify({ runtime: id, handler })
  }
  return new UserError('PYTHON_OR_NODE', dir, await config('python', python), await config('node', node))
}
