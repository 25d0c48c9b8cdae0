import { isLoadedEarly, type RuntimeModule, runtimeModule } from '../../aws/python-modules.ts'
import { bindingOffsets, type ModuleImport, mandatoryImports } from '../../formats/python-source.ts'
import type { FileEntry, PythonPlan } from '../../model.ts'
import type { Subject } from '../subject.ts'
import { findModule, isForeignModule, moduleSuffixes, type PythonModule, type SearchPath, sourceOf } from './modules.ts'

/** A module of the artifact that the handler's import loads. */
export interface LoadedModule extends PythonModule {
  /** Dotted. */
  readonly name: string
  /** null: it is compiled, has no file, or is neither the function's own nor a package. */
  readonly source: string | null
  readonly isOwn: boolean
  /** Which of its statements is being run; Infinity once all are. */
  at: number
}

/** An import that must work and doesn't. */
export type Problem =
  | {
      readonly kind: 'module'
      readonly by: Importer
      readonly wanted: string
      readonly missing: string
      readonly parent: LoadedModule | null
    }
  | {
      readonly kind: 'name'
      readonly by: Importer
      readonly name: string
      readonly target: LoadedModule
      readonly at: number
    }
  | { readonly kind: 'relative'; readonly by: Importer; readonly words: string }

export interface Importer {
  /** What the statement takes from the module that it names. */
  readonly names: readonly string[]
  readonly file: FileEntry
  readonly line: number
  readonly isOwn: boolean
}

export interface Trick {
  readonly file: FileEntry
  readonly isOwn: boolean
  readonly source: string
}

/** What importing the handler's module does, as far as its sources tell. */
export interface Walk {
  readonly subject: Subject
  readonly plan: PythonPlan
  readonly path: SearchPath
  readonly suffixes: readonly string[]
  /** The package of the handler's module, which counts as the function's own. */
  readonly owner: string | null
  /** By dotted name, in the order in which Python starts to load them. */
  readonly loaded: Map<string, LoadedModule>
  /** Names of topmost modules that are imported, and a file that does. */
  readonly wanted: Map<string, Importer[]>
  /** By module: sources that touch Python's own list of modules or its path. */
  readonly tricks: Map<string, Trick>
  readonly problems: Problem[]
  /** By module, as far as they were needed: where names are bound first, and all names (null: nobody can tell). */
  readonly bindings: Map<string, ReadonlyMap<string, number>>
  readonly names: Map<string, ReadonlySet<string> | null>
}

const TRICKS = /sys\.(?:modules|path)|meta_path|path_hooks|addsitedir|\b__path__/
const SPECIAL_NAME = /^__\w+__$/
/** Anything else is no Python, which other words of Lambda tell. */
const IDENTIFIERS = /^[\p{L}\p{M}_][\p{L}\p{M}\p{N}_.]*$/u

/** Loads a module and all that it imports without a condition, in Python's order. */
export async function walkImports(name: string, path: SearchPath, subject: Subject, plan: PythonPlan): Promise<Walk> {
  const suffixes = moduleSuffixes(plan.target)
  const walk: Walk = {
    subject,
    plan,
    path,
    suffixes,
    owner: locate(name, path, subject, suffixes)?.file?.owner ?? null,
    loaded: new Map(),
    wanted: new Map(),
    tricks: new Map(),
    problems: [],
    bindings: new Map(),
    names: new Map(),
  }
  await load(name, null, walk)
  return walk
}

/** A module of the artifact by its dotted name, whatever Python has of the name itself. */
export function locate(
  name: string,
  path: SearchPath,
  subject: Subject,
  suffixes: readonly string[],
): PythonModule | null {
  let found: PythonModule | null = null
  for (const part of name.split('.')) {
    found = findModule(part, found === null ? path.folders : found.folders, subject, suffixes)
    if (found === null) return null
  }
  return found
}

/** A module of the artifact, or where else it comes from; null: nowhere. */
export type Topmost = PythonModule | Exclude<RuntimeModule, null> | null

/** Where Python takes a topmost module from. */
function locateTopmost(name: string, { path, subject, suffixes, plan }: Walk): Topmost {
  if (isLoadedEarly(name)) return 'standard'
  const found = findModule(name, path.folders, subject, suffixes)
  if (found?.file) return found
  // A folder without __init__ is taken only where nothing further down the path has a real module.
  return runtimeModule(name, plan.target.version) ?? found
}

/** Loads a module, its packages first. null: it is there, but not in the artifact, or can't be had, which is noted. */
async function load(name: string, by: Importer | null, walk: Walk): Promise<LoadedModule | null> {
  const parts = name.split('.')
  let parent: LoadedModule | null = null
  for (let count = 1; count <= parts.length; count++) {
    const own = parts.slice(0, count).join('.')
    const known = walk.loaded.get(own)
    if (known !== undefined) {
      parent = known
      continue
    }
    const found: Topmost =
      parent === null
        ? locateTopmost(own, walk)
        : findModule(parts[count - 1] ?? '', parent.folders, walk.subject, walk.suffixes)
    if (typeof found === 'string') return null
    if (found === null) {
      const folders: readonly string[] = parent === null ? walk.path.folders : parent.folders
      if (by !== null && !isForeignModule(parts[count - 1] ?? '', folders, walk.subject)) {
        walk.problems.push({ kind: 'module', by, wanted: name, missing: own, parent })
      }
      return null
    }
    parent = await run(own, found, walk)
  }
  return parent
}

async function run(name: string, found: PythonModule, walk: Walk): Promise<LoadedModule> {
  const { file } = found
  const text = file === null ? null : await sourceOf(file, walk.subject)
  const isOwn = file === null || file.owner === null || file.owner === walk.owner
  const isKept = isOwn || found.folders.length > 0
  const module: LoadedModule = { ...found, name, source: isKept ? text : null, isOwn, at: 0 }
  walk.loaded.set(name, module)
  if (file === null || text === null) {
    module.at = Number.POSITIVE_INFINITY
    return module
  }
  if (TRICKS.test(text)) walk.tricks.set(name, { file, isOwn, source: text })
  for (const one of mandatoryImports(text)) {
    module.at = one.offset
    await follow(one, module, { names: one.names, file, line: one.line, isOwn }, walk)
  }
  module.at = Number.POSITIVE_INFINITY
  return module
}

async function follow(one: ModuleImport, module: LoadedModule, by: Importer, walk: Walk): Promise<void> {
  const wanted = absoluteName(one, module)
  if (typeof wanted !== 'string') {
    walk.problems.push({ kind: 'relative', by, words: wanted.words })
    return
  }
  if (!IDENTIFIERS.test(wanted)) return
  if (one.level === 0) noteWanted(wanted, by, walk)
  const target = await load(wanted, by, walk)
  if (target === null) return
  for (const name of one.names) if (IDENTIFIERS.test(name)) await take(name, target, by, walk)
}

function noteWanted(wanted: string, by: Importer, { wanted: all }: Walk): void {
  const [topmost = ''] = wanted.split('.', 1)
  const known = all.get(topmost)
  if (known === undefined) all.set(topmost, [by])
  // One importer of each kind is enough.
  else if (!known.some(({ isOwn }) => isOwn === by.isOwn)) known.push(by)
}

/** What a relative import means. https://docs.python.org/3/reference/import.html#package-relative-imports */
export function absoluteName(
  { module, level }: Pick<ModuleImport, 'module' | 'level'>,
  importer: Pick<LoadedModule, 'name' | 'folders'>,
): string | { readonly words: string } {
  if (level === 0) return module
  const parts = importer.name.split('.')
  const inside = importer.folders.length > 0 ? parts : parts.slice(0, -1)
  if (inside.length === 0) return { words: 'attempted relative import with no known parent package' }
  if (level > inside.length) return { words: 'attempted relative import beyond top-level package' }
  return [...inside.slice(0, inside.length - level + 1), ...(module === '' ? [] : [module])].join('.')
}

/** `from target import name`: the submodule of the name is loaded unless the target has such a name already. */
async function take(name: string, target: LoadedModule, by: Importer, walk: Walk): Promise<void> {
  const submodule = target.folders.length > 0 ? findModule(name, target.folders, walk.subject, walk.suffixes) : null
  if (submodule !== null) {
    if (isUnbound(name, target, walk)) await load(`${target.name}.${name}`, by, walk)
    return
  }
  if (!by.isOwn || !target.isOwn || SPECIAL_NAME.test(name) || isBound(name, target, walk)) return
  walk.problems.push({ kind: 'name', by, name, target, at: target.at })
}

/** Whether a package has by now surely no name of its own that would be taken instead of its submodule. */
function isUnbound(name: string, module: LoadedModule, walk: Walk): boolean {
  const { file, source } = module
  if (source === null) return file === null
  // The very statement that imports the submodule binds its name, too.
  const bound = source.includes(name) ? bindingsOf(module, source, walk).get(name) : undefined
  return bound === undefined || bound >= module.at
}

/** Whether a module has bound the name by the statement that it has come to. */
function isBound(name: string, module: LoadedModule, walk: Walk): boolean {
  const { source, at } = module
  if (source === null) return false
  const starts = [`\ndef ${name}(`, `\nclass ${name}(`, `\nclass ${name}:`, `\n${name} = `]
  // Most names are found without reading the whole source.
  if (at === Number.POSITIVE_INFINITY && starts.some(start => source.includes(start))) return true
  return (bindingsOf(module, source, walk).get(name) ?? Number.POSITIVE_INFINITY) < at
}

/** Where the names of a module are bound first; each source is read once. */
export function bindingsOf(module: LoadedModule, source: string, { bindings }: Walk): ReadonlyMap<string, number> {
  const known = bindings.get(module.name)
  if (known !== undefined) return known
  const found = bindingOffsets(source)
  bindings.set(module.name, found)
  return found
}
