import { type PythonHandler, readPythonHandler } from '../../aws/python-handler.ts'
import { isBuiltIn, isLoadedEarly, isPackageLoadedEarly, runtimeModule } from '../../aws/python-modules.ts'
import { finding } from '../../findings.ts'
import { nearest } from '../../formats/nearest.ts'
import { definitionOf, topLevelNames } from '../../formats/python-source.ts'
import type { FileEntry, Finding, PythonPlan } from '../../model.ts'
import type { Subject } from '../subject.ts'
import { findModule, moduleSuffixes, type PythonModule, type SearchPath, searchPath, sourceOf } from './modules.ts'
import { absoluteName, locate } from './walk.ts'

/** How far a handler is followed from module to module. */
const MOST_STEPS = 8

/** The parts of the artifact that names are looked for in. */
interface Place {
  readonly subject: Subject
  readonly path: SearchPath
  readonly suffixes: readonly string[]
}

/** Finds the handler as Lambda's Python runtime does. */
export async function checkPythonHandler(subject: Subject): Promise<Finding[]> {
  const { plan } = subject
  if (plan.language !== 'python') return []
  const text = plan.config.handler
  const handler = readPythonHandler(text)
  if (typeof handler === 'string') return [finding('HANDLER_MALFORMED', '', text, handler)]
  const { written, module, name } = handler
  // Lambda looks at what stands before the first dot as it is written.
  const [first = ''] = written.split('.', 1)
  if (isBuiltIn(first)) return [finding('HANDLER_MODULE_BUILT_IN', '', text, written)]
  const place = { subject, path: await searchPath(subject), suffixes: moduleSuffixes(plan.target) }
  const [topmost = ''] = module.split('.', 1)
  const found = locate(module, place.path, subject, place.suffixes)
  if (isLoadedEarly(topmost)) {
    const words = neverLoaded(handler, topmost)
    return [finding('HANDLER_MODULE_NEVER_LOADED', found?.file?.path ?? '', text, topmost, words)]
  }
  if (found === null) return [missing(handler.module, written, text, place)]
  const isShadow = runtimeModule(topmost, plan.target.version) === 'standard'
  return [
    ...(isShadow && found.file !== null
      ? [finding('HANDLER_MODULE_LIKE_STANDARD', found.file.path, text, topmost)]
      : []),
    ...(await checkFunction({ ...found, name: module }, name, written, plan, place)),
  ]
}

function missing(module: string, written: string, text: string, place: Place): Finding {
  const { path, subject, suffixes } = place
  const tried = `${module.replaceAll('.', '/')}.py`
  if (path.beyond !== null) return finding('HANDLER_MODULE_BEYOND', '', text, tried, path.beyond)
  const parts = module.split('.')
  const count =
    parts.findIndex((_, at) => locate(parts.slice(0, at + 1).join('.'), path, subject, suffixes) === null) + 1
  const parent = count > 1 ? locate(parts.slice(0, count - 1).join('.'), path, subject, suffixes) : null
  const words = noModuleNamed(parts.slice(0, count).join('.'), parent)
  return finding('HANDLER_MODULE_MISSING', '', text, tried, `Unable to import module '${written}': ${words}`)
}

function neverLoaded({ written, module, name }: PythonHandler, topmost: string): string {
  if (module === topmost) return `Handler '${name}' missing on module '${written}'`
  const [, below = ''] = module.split('.', 2)
  const parent: PythonModule = { file: null, folders: isPackageLoadedEarly(topmost) ? [topmost] : [] }
  return `Unable to import module '${written}': ${noModuleNamed(`${topmost}.${below}`, parent)}`
}

/** What Python says of a module that isn't there. */
export function noModuleNamed(name: string, parent: PythonModule | null): string {
  const words = `No module named '${name}'`
  if (parent === null || parent.folders.length > 0) return words
  return `${words}; '${name.slice(0, name.lastIndexOf('.'))}' is not a package`
}

async function checkFunction(
  module: PythonModule & { readonly name: string },
  name: string,
  written: string,
  { config: { handler } }: PythonPlan,
  place: Place,
): Promise<Finding[]> {
  const { file } = module
  const words = `Handler '${name}' missing on module '${written}'`
  if (file === null) {
    const isPossible = place.path.beyond !== null
    return isPossible ? [] : [finding('HANDLER_FUNCTION_MISSING', '', handler, name, null, words)]
  }
  const names = await namesOf(module, place)
  // What a compiled module defines can't be seen from outside.
  if (names === null) return []
  if (!names.has(name)) {
    return [finding('HANDLER_FUNCTION_MISSING', file.path, handler, name, nearest(name, [...names]), words)]
  }
  const where = await findAsync(module, name, place, MOST_STEPS)
  return where === null ? [] : [finding('HANDLER_ASYNC', where.path, handler, where.path, name)]
}

/** Words in a source that may bind names which nobody sees. */
const BINDS_UNSEEN =
  /\b(?:globals|locals|vars|exec|eval|setattr|global|__getattr__|__dict__|__class__|f_globals|_convert_|__path__|run_path)\b|\bsys\.modules\b/

/** The names that a module has once it is imported, its stars followed; null: nobody can tell. */
export async function namesOf(
  module: PythonModule & { readonly name: string },
  place: Place,
  seen: Set<string> = new Set(),
): Promise<ReadonlySet<string> | null> {
  const source = module.file === null ? null : await sourceOf(module.file, place.subject)
  if (source === null || BINDS_UNSEEN.test(source)) return null
  seen.add(module.name)
  const defined = topLevelNames(source)
  const names = new Set(defined.names)
  for (const star of defined.stars) {
    const starred = moduleOf(star, module, place)
    if (starred === null) return null
    if (seen.has(starred.name)) continue
    const more = await namesOf(starred, place, seen)
    if (more === null) return null
    for (const name of more) names.add(name)
  }
  return names
}

function moduleOf(
  written: string,
  importer: PythonModule & { readonly name: string },
  { path, subject, suffixes }: Place,
): (PythonModule & { readonly name: string }) | null {
  const module = written.replace(/^\.+/, '')
  const name = absoluteName({ module, level: written.length - module.length }, importer)
  const found = typeof name === 'string' ? locate(name, path, subject, suffixes) : null
  return found === null || typeof name !== 'string' ? null : { ...found, name }
}

/** The file in which a name is an `async def` without decorators; null if it is none, or nobody can tell. */
async function findAsync(
  module: PythonModule & { readonly name: string },
  name: string,
  place: Place,
  steps: number,
): Promise<FileEntry | null> {
  const source = module.file === null ? null : await sourceOf(module.file, place.subject)
  if (module.file === null || source === null || steps === 0) return null
  const definition = definitionOf(source, name)
  switch (definition.kind) {
    case 'async':
      return module.file
    case 'alias':
      return findAsync(module, definition.name, place, steps - 1)
    case 'imported': {
      const origin = moduleOf('.'.repeat(definition.level) + definition.module, module, place)
      if (origin === null || findModule(definition.name, origin.folders, place.subject, place.suffixes) !== null)
        return null
      return findAsync(origin, definition.name, place, steps - 1)
    }
    case 'other':
      return null
  }
}
