import { basename, isAbsolute, relative, resolve, sep } from 'node:path'
import { parseSize } from '../formats/size.ts'
import type {
  BundleConfig,
  DependenciesConfig,
  FunctionConfig,
  FunctionSettings,
  IgnoredFinding,
  LeaksConfig,
} from '../model.ts'
import type { Disk, System } from '../system/system.ts'
import type { RawEsbuild, RawFunction } from './define.ts'
import type { Draft } from './drafts.ts'
import { imageOf, imageRuntimeProblems } from './image.ts'
import {
  type HandlerSigns,
  inferHandler,
  inferRuntime,
  type Language,
  languageOf,
  languagesOfHandler,
} from './infer.ts'
import { type KeyPath, type Problem, quote } from './problem.ts'
import { languageProblems } from './rules.ts'

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
  const found = isRootSound ? [nameOf(draft, dir), ...(await entryOf(draft, root, dir, system))] : []
  const [name, runtime, handler] = found
  problems.push(...found.flatMap(({ problem }) => problem ?? []))
  if (runtime !== undefined && runtime.value !== '')
    problems.push(...languageProblems(draft, runtime.value), ...imageRuntimeProblems(draft, runtime.value))
  const inferred = found.flatMap(({ inferred }) => (inferred === '' ? [] : [draft.label + inferred]))
  if (problems.length > 0 || name === undefined || runtime === undefined || handler === undefined)
    return { config: null, problems, inferred }
  const architecture = draft.raw.architecture ?? 'x86_64'
  const identity = { name: name.value, runtime: runtime.value, architecture, root }
  return {
    config: {
      ...settled(draft, languageOf(runtime.value), dir),
      ...identity,
      image: imageOf(draft, identity),
      handler: handler.value,
    },
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

const UNSAID: Found = { value: '', problem: null, inferred: '' }

/** The runtime and the handler; what the config leaves out of them is inferred from what it says and from the folder. */
async function entryOf(draft: Draft, root: string, dir: string, system: System): Promise<readonly [Found, Found]> {
  const { runtime, handler } = draft.raw
  const said = { runtime: { ...UNSAID, value: runtime ?? '' }, handler: { ...UNSAID, value: handler ?? '' } }
  const isRuntimeSaid = runtime !== undefined || draft.broken.has('runtime')
  const isHandlerSaid = handler !== undefined || draft.broken.has('handler')
  if (isRuntimeSaid && isHandlerSaid) return [said.runtime, said.handler]
  const signs = await inferHandler(root, system.disk)
  if (isRuntimeSaid) {
    const language = runtime === undefined ? signs.language : languageOf(runtime)
    return [said.runtime, handlerOf(draft, signs, language)]
  }
  const spoken = handler === undefined ? [] : await languagesOfHandler(root, handler, system.disk)
  if (handler !== undefined && spoken.length > 1) {
    const why = `${quote(handler)} is there as Python and as Node.js`
    return [unknown(draft, 'runtime', why), said.handler]
  }
  // Nothing speaks for a language: Python, as long as no one calls for Node.js.
  const language = spoken[0] ?? signs.language ?? (isHandlerSaid || signs.node === null ? 'python' : null)
  const foundRuntime = language === null ? UNSAID : await runtimeOf(draft, language, root, dir, system)
  return [foundRuntime, isHandlerSaid ? said.handler : handlerOf(draft, signs, spoken[0] ?? signs.language)]
}

async function runtimeOf(draft: Draft, language: Language, root: string, dir: string, system: System): Promise<Found> {
  const runtime = await inferRuntime(language, root, dir, system)
  if (runtime.kind === 'none') return unknown(draft, 'runtime', runtime.why)
  return { value: runtime.id, problem: null, inferred: `runtime ${runtime.id} (${runtime.why})` }
}

function handlerOf(draft: Draft, signs: HandlerSigns, language: Language | null): Found {
  const found = language === null ? null : signs[language]
  if (found === null) return unknown(draft, 'handler', language === null ? signs.why : signs.whyNot[language])
  return { value: found.handler, problem: null, inferred: `handler ${found.handler} (from ${found.file})` }
}

function unknown(draft: Draft, key: 'runtime' | 'handler', why: string): Found {
  const text = `is missing, and can't be inferred: ${why}. Add it.`
  return { value: '', problem: { keys: draft.keysOf(key), text }, inferred: '' }
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
  const esbuild = raw.esbuild === false ? {} : (raw.esbuild ?? {})
  if (esbuild.tsconfig !== undefined) await look([...keysOf('esbuild'), 'tsconfig'], esbuild.tsconfig, false)
  for (const [position, path] of (esbuild.inject ?? []).entries())
    await look([...keysOf('esbuild'), 'inject', position], path, false)
  return problems
}

/** A default of all functions that is of the other language is as if it weren't there. */
function settled(
  draft: Draft,
  language: Language,
  dir: string,
): Omit<FunctionConfig, 'name' | 'runtime' | 'architecture' | 'handler' | 'root' | 'image'> {
  const { raw } = draft
  const python = language === 'python' ? raw : {}
  return {
    include: raw.include ?? [],
    exclude: raw.exclude ?? [],
    executable: raw.executable ?? [],
    dependencies: dependenciesOf(python.dependencies, dir),
    groups: python.groups ?? [],
    extras: python.extras ?? [],
    findLinks: (python.findLinks ?? []).map(path => resolve(dir, path)),
    runtimeSdk: raw.runtimeSdk ?? 'bundle',
    slim: raw.slim ?? 'safe',
    bundle: bundleOf(language === 'node' ? raw.esbuild : undefined, dir),
    layers: (raw.layers ?? []).map(({ arn, unzippedBytes }) => ({ arn, unzippedBytes: unzippedBytes ?? null })),
    settings: settingsOf(raw),
    budget: { zippedBytes: bytesOf(raw.budget?.zipped), unzippedBytes: bytesOf(raw.budget?.unzipped) },
    leaks: leaksOf(raw.leaks),
    ignore: ignoredOf(draft),
  }
}

function settingsOf(raw: RawFunction): FunctionSettings {
  return {
    memorySize: raw.memorySize ?? null,
    timeout: raw.timeout ?? null,
    ephemeralStorage: raw.ephemeralStorage ?? null,
    environment: { ...raw.environment },
    description: raw.description ?? '',
  }
}

function leaksOf(leaks: RawFunction['leaks'] = {}): LeaksConfig {
  return typeof leaks === 'string'
    ? { severity: leaks, allow: [] }
    : { severity: leaks.severity ?? 'warning', allow: leaks.allow ?? [] }
}

function ignoredOf({ raw, keysOf, label }: Draft): readonly IgnoredFinding[] {
  // What stands under a function's own name has a longer way.
  const isShared = label !== '' && keysOf('ignore').length === 1
  return (raw.ignore ?? []).map(({ code, path, reason }) => ({ code, path: path ?? null, reason, isShared }))
}

/** Paths start at the config's folder, as all in a config; esbuild's own start elsewhere. */
function bundleOf(esbuild: RawEsbuild | false | undefined, dir: string): BundleConfig {
  if (esbuild === false) return { kind: 'files' }
  const { tsconfig, inject, alias, external, ...options } = esbuild ?? {}
  const place = (path: string) => (/^\.\.?(\/|$)/.test(path) ? resolve(dir, path) : path)
  const placed = {
    tsconfig: tsconfig === undefined ? undefined : resolve(dir, tsconfig),
    inject: inject?.map(path => resolve(dir, path)),
    alias:
      alias === undefined
        ? undefined
        : Object.fromEntries(Object.entries(alias).map(([from, to]) => [from, place(to)])),
    external: external?.map(place),
  }
  // undefined is as good as absent: a TypeScript config may compute it.
  const told = Object.entries({ ...options, ...placed }).filter(([, value]) => value !== undefined)
  return { kind: 'bundle', options: Object.fromEntries(told) }
}

function dependenciesOf(dependencies: string | false | undefined, dir: string): DependenciesConfig {
  if (dependencies === undefined) return { kind: 'found' }
  return dependencies === false ? { kind: 'none' } : { kind: 'named', path: resolve(dir, dependencies) }
}

function bytesOf(size: number | string | undefined): number | null {
  return size === undefined ? null : parseSize(size)
}
