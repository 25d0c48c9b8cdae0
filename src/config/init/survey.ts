import { basename, join } from 'node:path'
import { HANDLER_PATTERN } from '../../aws/limits.ts'
import { NODE_RUNTIMES, PYTHON_RUNTIMES } from '../../aws/runtimes.ts'
import type { System } from '../../system/system.ts'
import { nameFromFolder } from '../fill.ts'
import { inferHandler, inferRuntime, languageOf, languagesOfHandler } from '../infer.ts'
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
  const seen: string[] = []
  for (const { source, functions } of await declaredIn(dir, system)) {
    const usable: Surveyed[] = []
    const others: string[] = []
    for (const sketch of functions) {
      const why = await unpackable(sketch, dir, system)
      if (why === null) usable.push(await completed(sketch, source, dir, system))
      else others.push(`${sketch.name} (${why})`)
    }
    const left = others.length === 0 ? '' : `; left out: ${others.join(', ')}`
    if (usable.length === 0) {
      seen.push(`${source} is there, but declares no function that can be read from it${left}`)
      continue
    }
    const named = withOwnNames(usable)
    const doubts = await doubtsOf(named, source, dir, system)
    return { functions: named, seen: [...seen, `${source} declares ${namesOf(named)}${left}`, ...doubts] }
  }
  const hasCdk = (await system.disk.stat(join(dir, 'cdk.json'))) !== null
  if (hasCdk) seen.push('cdk.json is a program: what it declares is not read')
  for (const folder of FOLDERS) {
    const { functions, others } = await functionsIn(folder, dir, system)
    if (functions.length === 0) continue
    const left = others.length === 0 ? '' : `; left out: ${others.join(', ')}`
    return { functions, seen: [...seen, `${folder} holds ${namesOf(functions)}${left}`] }
  }
  const root: Sketch = { ...UNKNOWN, name: nameFromFolder(dir), root: '.' }
  return { functions: [await completed(root, '', dir, system)], seen }
}

const UNKNOWN = { runtime: null, architecture: null, handler: null, memorySize: null, timeout: null, unclear: [] }

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

/** Why a declared function can't be packed; null: it can. */
async function unpackable({ name, root, runtime }: Sketch, dir: string, { disk }: System): Promise<string | null> {
  if (name === '') return 'its name has no letter that Lambda takes'
  if (runtime !== null && !RUNTIMES.has(runtime)) return `lpack packs nothing for ${runtime}`
  return (await disk.stat(join(dir, root)))?.kind === 'directory' ? null : `${root} is no folder here`
}

/** One name for each function, also on a disk that ignores case. */
function withOwnNames(functions: readonly Surveyed[]): readonly Surveyed[] {
  const taken = new Set<string>()
  return functions.map(one => {
    let name = one.name
    for (let number = 2; taken.has(name.toLowerCase()); number++) name = `${one.name.slice(0, 60)}-${number}`
    taken.add(name.toLowerCase())
    return { ...one, name }
  })
}

/** What a person should compare with the file that declares the functions. */
async function doubtsOf(
  functions: readonly Surveyed[],
  source: string,
  dir: string,
  { disk }: System,
): Promise<readonly string[]> {
  const doubts: string[] = []
  for (const { name, root, handler, unclear } of functions) {
    for (const key of unclear) doubts.push(`${source} gives the ${key} of ${name} by a reference: compare it`)
    const isThere = handler === null || (await languagesOfHandler(join(dir, root), handler, disk)).length > 0
    if (!isThere) doubts.push(`${handler} of ${name} is not in ${root}: correct \`root\` or \`handler\``)
  }
  return doubts
}

async function functionsIn(
  folder: string,
  dir: string,
  system: System,
): Promise<{ readonly functions: readonly Surveyed[]; readonly others: readonly string[] }> {
  const functions: Surveyed[] = []
  const others: string[] = []
  const stat = await system.disk.stat(join(dir, folder))
  const entries = stat?.kind === 'directory' ? await system.disk.list(join(dir, folder)) : []
  for (const { name, kind } of entries) {
    if (kind !== 'directory' || name.startsWith('.') || name === 'node_modules') continue
    const found = await completed(
      { ...UNKNOWN, name: nameFromFolder(name), root: `${folder}/${name}` },
      '',
      dir,
      system,
    )
    if (found.handler !== null && found.name !== '') functions.push(found)
    else if (found.handler !== null) others.push(`${name} (Lambda takes no letter of its name)`)
    else if (/could each|both look/.test(found.why.handler)) others.push(`${name} (${found.why.handler})`)
  }
  return { functions: withOwnNames(functions), others }
}

/** With what the function's own folder says of what is still open. */
async function completed(sketch: Sketch, source: string, dir: string, system: System): Promise<Surveyed> {
  const root = join(dir, sketch.root)
  const signs = await inferHandler(root, system.disk)
  const said = sketch.runtime === null ? null : languageOf(sketch.runtime)
  const language = said ?? signs.language
  const found = language === null ? null : signs[language]
  const declared = sketch.handler?.trim() ?? null
  const handler = (declared !== null && HANDLER_PATTERN.test(declared) ? declared : null) ?? found?.handler ?? null
  const foundRuntime =
    sketch.runtime === null && language !== null ? await inferRuntime(language, root, dir, system) : null
  const inferred = foundRuntime?.kind === 'found' ? foundRuntime : null
  return {
    ...sketch,
    ...permitted(sketch),
    handler,
    runtime: sketch.runtime ?? inferred?.id ?? null,
    why: {
      runtime: sketch.unclear.includes('runtime')
        ? `${source} gives it by a reference: compare`
        : sketch.runtime === null
          ? (inferred?.why ?? foundRuntime?.why ?? signs.why)
          : `from ${source}`,
      handler: sketch.handler === null ? (found === null ? signs.why : basename(found.file)) : source,
    },
  }
}

/** Without what Lambda would refuse. https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html */
function permitted({ architecture, memorySize, timeout }: Sketch) {
  const within = (value: number | null, low: number, high: number) =>
    value !== null && value >= low && value <= high ? value : null
  return {
    architecture: architecture === 'arm64' || architecture === 'x86_64' ? architecture : null,
    memorySize: within(memorySize, 128, 10_240),
    timeout: within(timeout, 1, 900),
  }
}
