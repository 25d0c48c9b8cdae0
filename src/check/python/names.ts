import { finding } from '../../findings.ts'
import { mandatoryImports, scanImports } from '../../formats/python-source.ts'
import type { Finding } from '../../model.ts'
import { namesOf } from './handler.ts'
import { broughtBy, placeOf, unable } from './missing.ts'
import { isForeignModule } from './modules.ts'
import { absoluteName, bindingsOf, type LoadedModule, locate, type Problem, type Walk } from './walk.ts'

type NameProblem = Extract<Problem, { kind: 'name' }>

/** Names that the function's own modules take from each other and that are not there, or not yet. */
export async function checkMissingNames(walk: Walk): Promise<Finding[]> {
  const findings = new Map<string, Finding>()
  for (const problem of walk.problems) {
    const found = problem.kind === 'name' ? await missingName(problem, walk) : relativeFinding(problem, walk)
    // One name may be missed from many places.
    if (found !== null && !findings.has(found.message)) findings.set(found.message, found)
  }
  return [...findings.values()]
}

function relativeFinding(problem: Exclude<Problem, NameProblem>, walk: Walk): Finding | null {
  if (problem.kind !== 'relative' || !problem.by.isOwn) return null
  const { by, words } = problem
  return finding('PYTHON_RELATIVE_IMPORT', by.file.path, placeOf(by), unable(words, walk))
}

async function missingName({ by, name, target, at }: NameProblem, walk: Walk): Promise<Finding | null> {
  const { file, source } = target
  if (file === null) {
    if (walk.path.beyond !== null || isForeignModule(name, target.folders, walk.subject)) return null
    const words = `cannot import name '${name}' from '${target.name}' (unknown location)`
    return nameFinding({ by, name, target }, words, walk)
  }
  const isLate = at < Number.POSITIVE_INFINITY
  const bound = source === null ? null : bindingsOf(target, source, walk).get(name)
  if (bound === null || (bound !== undefined && (!isLate || bound < at))) return null
  if (bound === undefined && isForeignModule(name, target.folders, walk.subject)) return null
  const names = await namesIn(target, walk)
  if (names === null) return null
  const module = isLate ? `partially initialized module '${target.name}'` : `'${target.name}'`
  const cause = isLate ? ' (most likely due to a circular import)' : ''
  const words = `cannot import name '${name}' from ${module}${cause} (/var/task/${file.path})`
  if (bound === undefined) {
    return names.has(name) || isSetElsewhere(name, walk) ? null : nameFinding({ by, name, target }, words, walk)
  }
  if (hasOtherImports(walk)) return null
  return finding('PYTHON_CIRCULAR_IMPORT', by.file.path, placeOf(by), name, file.path, unable(words, walk))
}

/** The names of a module, worked out once. */
async function namesIn(target: LoadedModule, walk: Walk): Promise<ReadonlySet<string> | null> {
  const known = walk.names.get(target.name)
  if (known !== undefined) return known
  const names = await namesOf(target, walk)
  walk.names.set(target.name, names)
  return names
}

function nameFinding({ by, name, target }: Omit<NameProblem, 'kind' | 'at'>, words: string, walk: Walk): Finding {
  const brought = target.file === null ? broughtBy(target.name, [name]) : null
  const remedy = brought === null ? 'Correct the name, or define it there.' : `Add ${brought} to the dependencies.`
  return finding('PYTHON_NAME_MISSING', by.file.path, placeOf(by), name, target.name, unable(words, walk), remedy)
}

/** Whether another module of the function may give it the name: `module.name = …`. */
function isSetElsewhere(name: string, { loaded }: Walk): boolean {
  const sets = new RegExp(`\\.\\s*${name}\\s*(?::[^=\\n]*)?=[^=]`)
  return [...loaded.values()].some(({ source }) => source !== null && sets.test(source))
}

/**
 * Whether the function's own modules import each other in other ways, too: under a condition or in a block. Then the
 * order in which they are loaded is not sure.
 */
function hasOtherImports(walk: Walk): boolean {
  return [...walk.loaded.values()].some(module => {
    if (!module.isOwn || module.source === null) return false
    const { source } = module
    const all = scanImports(source)
    const mandatory = new Set(mandatoryImports(source).map(({ line }) => line))
    return all.some(one => (one.optional || !mandatory.has(one.line)) && isOwnImport(one, module, walk))
  })
}

function isOwnImport(
  one: ReturnType<typeof scanImports>[number],
  module: LoadedModule,
  { path, subject, suffixes, owner }: Walk,
): boolean {
  const base = absoluteName(one, module)
  if (typeof base !== 'string') return false
  return [base, ...one.names.map(name => `${base}.${name}`)].some(name => {
    const found = locate(name, path, subject, suffixes)
    return found !== null && (found.file === null || found.file.owner === null || found.file.owner === owner)
  })
}
