import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { PYTHON_RUNTIMES } from '../aws/runtimes.ts'
import { UserError } from '../errors.ts'
import type { Config } from '../model.ts'
import type { System } from '../system/system.ts'
import type { RawConfig } from './define.ts'
import { type Draft, draftsOf, namingProblems } from './drafts.ts'
import { fill, isWithin, nameFromFolder } from './fill.ts'
import { type FoundConfig, findConfig } from './find.ts'
import { inferHandler } from './infer-handler.ts'
import { inferRuntime } from './infer-runtime.ts'
import { type ConfigLabel, type Problem, problemLine, quote } from './problem.ts'
import { ruleProblems } from './rules.ts'
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
  const problems = [
    ...schemaProblems,
    ...namingProblems(value, drafts),
    ...drafts.flatMap(ruleProblems),
    ...filled.flatMap(({ problems }) => problems),
  ]
  const functions = filled.flatMap(({ config }) => config ?? [])
  const { outDir = DEFAULT_OUT_DIR } = problems.length === 0 ? (value as RawConfig) : {}
  const held = functions.find(({ root }) => isWithin(root, resolve(dir, outDir)))
  if (held !== undefined)
    problems.push({
      keys: ['outDir'],
      text: `is ${quote(outDir)}, which holds the function's folder ${held.root}. Name a folder of its own.`,
    })
  if (problems.length > 0) throw new UserError('CONFIG_INVALID', linesOf(problems, label))
  const inferred = filled.flatMap(one => one.inferred)
  return { file, dir, outDir: resolve(dir, outDir), outDirs: [resolve(dir, outDir)], functions, inferred }
}

const EXAMPLE = '{ "name": "hello", "runtime": "python3.13", "handler": "lambda_function.lambda_handler" }'
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
  if (signs.python === null) {
    const nodeSign = signs.node?.file ?? (signs.hasPackageJson && !signs.hasPythonFiles ? 'package.json' : null)
    if (nodeSign !== null) throw new UserError('NODE_NOT_PACKED', join(dir, nodeSign))
    throw new UserError('NOTHING_TO_PACK', dir, signs.why, EXAMPLE)
  }
  const runtime = await inferRuntime(dir, dir, system)
  if (signs.node !== null)
    throw bothSigns(dir, runtime.kind === 'found' ? runtime.id : 'python3.13', signs.python.handler, signs.node.handler)
  if (runtime.kind === 'none')
    throw new UserError(
      'RUNTIME_NOT_INFERRED',
      runtime.why,
      PYTHON_RUNTIMES.filter(({ preview }) => !preview).map(({ id }) => id),
    )
  if (nameFromFolder(dir) === '') throw new UserError('NAME_NEEDED', dir)
  const draft: Draft = { name: null, raw: {}, broken: new Set(), keysOf: key => [key], label: '' }
  const { config, inferred } = await fill(draft, dir, system)
  if (config === null) throw new Error(`${basename(dir)} was inferred before`)
  const outDir = join(dir, DEFAULT_OUT_DIR)
  return { file: null, dir, outDir, outDirs: [outDir], functions: [config], inferred }
}

function bothSigns(dir: string, runtime: string, python: string, node: string): UserError {
  const config = (id: string, handler: string) => JSON.stringify({ runtime: id, handler })
  return new UserError('PYTHON_OR_NODE', dir, config(runtime, python), config('nodejs24.x', node))
}
