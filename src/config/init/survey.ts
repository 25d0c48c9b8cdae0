import { basename, join } from 'node:path'
import { NODE_RUNTIMES, PYTHON_RUNTIMES } from '../../aws/runtimes.ts'
import type { System } from '../../system/system.ts'
import { nameFromFolder } from '../fill.ts'
import { inferHandler, inferRuntime, languageOf } from '../infer.ts'
import { textOf } from '../text-of.ts'
import { samFunctions } from './sam.ts'
import { serverlessFunctions } from './serverless.ts'
import type { Declared, Sketch } from './sketch.ts'
import { terraformFunctions } from './terraform.ts'

/** A function as the folder shows it, with where each value comes from; empty: nowhere. */
export interface Surveyed extends Sketch {
  readonly why: { readonly runtime: string; readonly handler: string }
}

export interface Survey {
  readonly functions: readonly Surveyed[]
  /** Sentences on what was seen, for people. */
  readonly seen: readonly string[]
}

/** Where projects of many functions keep them. */
const FOLDERS = ['functions', 'lambdas', 'lambda', 'src/functions', 'src/lambdas', 'services'] as const

/** What a folder holds that could be packed: what another tool's file declares, else folders of functions, else the folder itself. */
export async function survey(dir: string, system: System): Promise<Survey> {
  const declared = await declaredIn(dir, system)
  for (const { source, functions } of declared) {
    const usable = []
    const others = []
    for (const sketch of functions) {
      if (await isPackable(sketch, dir, system)) usable.push(await completed(sketch, source, dir, system))
      else others.push(sketch.name)
    }
    if (usable.length === 0) continue
    const left = others.length === 0 ? '' : `; left out, for they are not Python or Node.js here: ${others.join(', ')}`
    return { functions: usable, seen: [`${source} declares ${namesOf(usable)}${left}`] }
  }
  const hasCdk = (await system.disk.stat(join(dir, 'cdk.json'))) !== null
  const seen = hasCdk ? ['cdk.json is a program: what it declares is not read'] : []
  for (const folder of FOLDERS) {
    const functions = await functionsIn(folder, dir, system)
    if (functions.length > 0) return { functions, seen: [...seen, `${folder} holds ${namesOf(functions)}`] }
  }
  const root: Sketch = { ...UNKNOWN, name: nameFromFolder(dir), root: '.' }
  return { functions: [await completed(root, '', dir, system)], seen }
}

const UNKNOWN = { runtime: null, architecture: null, handler: null, memorySize: null, timeout: null }

function namesOf(functions: readonly Sketch[]): string {
  return functions.map(({ name }) => name).join(', ')
}

async function declaredIn(dir: string, { disk }: System): Promise<readonly Declared[]> {
  const declared: Declared[] = []
  const look = async (names: readonly string[], read: (text: string) => readonly Sketch[]) => {
    for (const name of names) {
      const text = await textOf(join(dir, name), disk)
      if (text !== null) declared.push({ source: name, functions: read(text) })
    }
  }
  await look(['serverless.yml', 'serverless.yaml'], serverlessFunctions)
  await look(['template.yaml', 'template.yml', 'sam.yaml'], samFunctions)
  const terraform = (await disk.list(dir)).map(({ name }) => name).filter(name => name.endsWith('.tf'))
  const texts = await Promise.all(terraform.map(async name => (await textOf(join(dir, name), disk)) ?? ''))
  if (terraform.length > 0) declared.push({ source: terraform.join(', '), functions: terraformFunctions(texts) })
  return declared
}

const RUNTIMES = new Set([...PYTHON_RUNTIMES, ...NODE_RUNTIMES].map(({ id }) => id))

async function isPackable({ name, root, runtime }: Sketch, dir: string, { disk }: System): Promise<boolean> {
  const isKnown = runtime === null || RUNTIMES.has(runtime)
  return name !== '' && isKnown && (await disk.stat(join(dir, root)))?.kind === 'directory'
}

async function functionsIn(folder: string, dir: string, system: System): Promise<readonly Surveyed[]> {
  const stat = await system.disk.stat(join(dir, folder))
  if (stat?.kind !== 'directory') return []
  const functions: Surveyed[] = []
  for (const { name, kind } of await system.disk.list(join(dir, folder))) {
    if (kind !== 'directory' || name.startsWith('.') || name === 'node_modules') continue
    const root = `${folder}/${name}`
    const found = await completed({ ...UNKNOWN, name: nameFromFolder(name), root }, '', dir, system)
    if (found.handler !== null && found.name !== '') functions.push(found)
  }
  return functions
}

/** With what the function's own folder says of what is still open. */
async function completed(sketch: Sketch, source: string, dir: string, system: System): Promise<Surveyed> {
  const root = join(dir, sketch.root)
  const signs = await inferHandler(root, system.disk)
  const said = sketch.runtime === null ? null : languageOf(sketch.runtime)
  const language = said ?? signs.language
  const found = language === null ? null : signs[language]
  const handler = sketch.handler ?? found?.handler ?? null
  const foundRuntime =
    sketch.runtime === null && language !== null ? await inferRuntime(language, root, dir, system) : null
  const inferred = foundRuntime?.kind === 'found' ? foundRuntime : null
  return {
    ...sketch,
    handler,
    runtime: sketch.runtime ?? inferred?.id ?? null,
    why: {
      runtime: sketch.runtime === null ? (inferred?.why ?? foundRuntime?.why ?? signs.why) : `from ${source}`,
      handler: sketch.handler === null ? (found === null ? signs.why : basename(found.file)) : source,
    },
  }
}
