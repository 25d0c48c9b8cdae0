import { basename, isAbsolute, relative, resolve, sep } from 'node:path'
import type { DependenciesConfig, FunctionConfig } from '../model.ts'
import type { Disk, System } from '../system/system.ts'
import type { RawFunction } from './define.ts'
import type { Draft } from './drafts.ts'
import { inferHandler, isNodeHandler } from './infer-handler.ts'
import { inferRuntime } from './infer-runtime.ts'
import { type KeyPath, type Problem, quote } from './problem.ts'
import { parseSize } from './size.ts'

/** A function with every default filled, or what keeps it from being that. */
export interface Filled {
  /** null if there are problems. */
  readonly config: FunctionConfig | null
  readonly problems: readonly Problem[]
  /** Sentences on what was inferred. */
  readonly inferred: readonly string[]
}

interface Found {
  readonly value: string
  readonly problem: Problem | null
  /** Empty if the config says it. */
  readonly inferred: string
}

/** Resolves a function's paths from the config's folder and fills in what the config leaves out. */
export async function fill(draft: Draft, dir: string, system: System): Promise<Filled> {
  const root = resolve(dir, draft.raw.root ?? '.')
  const problems = [...(await pathProblems(draft, dir, system.disk))]
  const isRootSound = !draft.broken.has('root') && !problems.some(({ keys }) => keys[keys.length - 1] === 'root')
  const found = isRootSound
    ? [nameOf(draft, dir), await runtimeOf(draft, root, dir, system), await handlerOf(draft, root, system.disk)]
    : []
  const [name, runtime, handler] = found
  problems.push(...found.flatMap(({ problem }) => problem ?? []))
  const inferred = found.flatMap(({ inferred }) => (inferred === '' ? [] : [draft.label + inferred]))
  if (problems.length > 0 || name === undefined || runtime === undefined || handler === undefined)
    return { config: null, problems, inferred }
  return {
    config: { ...settled(draft.raw, dir), name: name.value, runtime: runtime.value, handler: handler.value, root },
    problems,
    inferred,
  }
}

/** A function's name from a folder's: Lambda's letters only. Empty if nothing is left. */
export function nameFromFolder(dir: string): string {
  const letters = basename(dir).normalize('NFKD').replaceAll(/\p{M}/gu, '')
  return letters
    .replaceAll(/[^a-zA-Z0-9_-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 64)
}

/** Whether a path is a folder or in it. */
export function isWithin(path: string, dir: string): boolean {
  const way = relative(dir, path)
  return !(way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way))
}

function nameOf(draft: Draft, dir: string): Found {
  if (draft.name !== null || draft.broken.has('name')) return { value: draft.name ?? '', problem: null, inferred: '' }
  const value = nameFromFolder(dir)
  const text = `is missing, and the folder's name, ${quote(basename(dir))}, can't become a function's. Add it.`
  return { value, problem: value === '' ? { keys: ['name'], text } : null, inferred: `name ${value} (from the folder)` }
}

async function runtimeOf(draft: Draft, root: string, dir: string, system: System): Promise<Found> {
  if (draft.raw.runtime !== undefined || draft.broken.has('runtime'))
    return { value: draft.raw.runtime ?? '', problem: null, inferred: '' }
  const runtime = await inferRuntime(root, dir, system)
  if (runtime.kind === 'found')
    return { value: runtime.id, problem: null, inferred: `runtime ${runtime.id} (${runtime.why})` }
  return {
    value: '',
    problem: { keys: draft.keysOf('runtime'), text: `is missing, and can't be inferred: ${runtime.why}. Add it.` },
    inferred: '',
  }
}

async function handlerOf(draft: Draft, root: string, disk: Disk): Promise<Found> {
  const { handler, runtime } = draft.raw
  const keys = draft.keysOf('handler')
  if (handler !== undefined) {
    const isNode = runtime === undefined && (await isNodeHandler(root, handler, disk))
    const text = `is ${quote(handler)}, which is of a Node.js function. lpack packs Python functions; Node.js functions are not packed yet.`
    return { value: handler, problem: isNode ? { keys, text } : null, inferred: '' }
  }
  if (draft.broken.has('handler')) return { value: '', problem: null, inferred: '' }
  const found = await inferHandler(root, disk)
  if (found.python !== null && (found.node === null || runtime !== undefined)) {
    return {
      value: found.python.handler,
      problem: null,
      inferred: `handler ${found.python.handler} (from ${found.python.file})`,
    }
  }
  return {
    value: '',
    problem: { keys, text: `is missing, and can't be inferred: ${found.why}. Add it.` },
    inferred: '',
  }
}

async function pathProblems({ raw, keysOf }: Draft, dir: string, disk: Disk): Promise<readonly Problem[]> {
  const problems: Problem[] = []
  const look = async (keys: KeyPath, path: string, isFolderWanted: boolean): Promise<void> => {
    const stat = await disk.stat(resolve(dir, path))
    if (stat !== null && (!isFolderWanted || stat.kind === 'directory')) return
    const what = stat !== null ? 'which is not a folder' : `but ${resolve(dir, path)} does not exist`
    const hint = stat === null && path.includes('\\') ? ' Write folders with /.' : ''
    problems.push({ keys, text: `is ${quote(path)}, ${what}.${hint}` })
  }
  if (raw.root !== undefined) await look(keysOf('root'), raw.root, true)
  if (typeof raw.dependencies === 'string') await look(keysOf('dependencies'), raw.dependencies, false)
  for (const [position, path] of (raw.findLinks ?? []).entries())
    await look([...keysOf('findLinks'), position], path, true)
  return problems
}

function settled(raw: RawFunction, dir: string): Omit<FunctionConfig, 'name' | 'runtime' | 'handler' | 'root'> {
  return {
    architecture: raw.architecture ?? 'x86_64',
    include: raw.include ?? [],
    exclude: raw.exclude ?? [],
    executable: raw.executable ?? [],
    dependencies: dependenciesOf(raw.dependencies, dir),
    groups: raw.groups ?? [],
    extras: raw.extras ?? [],
    findLinks: (raw.findLinks ?? []).map(path => resolve(dir, path)),
    runtimeSdk: raw.runtimeSdk ?? 'bundle',
    slim: raw.slim ?? 'safe',
    bundle: { kind: 'bundle', options: {} },
    layers: (raw.layers ?? []).map(({ arn, unzippedBytes }) => ({ arn, unzippedBytes: unzippedBytes ?? null })),
    budget: { zippedBytes: bytesOf(raw.budget?.zipped), unzippedBytes: bytesOf(raw.budget?.unzipped) },
  }
}

function dependenciesOf(dependencies: string | false | undefined, dir: string): DependenciesConfig {
  if (dependencies === undefined) return { kind: 'found' }
  return dependencies === false ? { kind: 'none' } : { kind: 'named', path: resolve(dir, dependencies) }
}

function bytesOf(size: number | string | undefined): number | null {
  return size === undefined ? null : parseSize(size)
}
