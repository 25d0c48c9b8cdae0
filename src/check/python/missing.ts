import { standardLibraryGap } from '../../aws/python-modules.ts'
import { finding } from '../../findings.ts'
import { scanImports } from '../../formats/python-source.ts'
import type { Finding } from '../../model.ts'
import type { Subject } from '../subject.ts'
import { distributionOf, replacementOf } from './distributions.ts'
import { noModuleNamed } from './handler.ts'
import { sourceOf } from './modules.ts'
import { absoluteName, type Importer, locate, type Problem, type Walk } from './walk.ts'

type ModuleProblem = Extract<Problem, { kind: 'module' }>

const CHANGES_PATH =
  /\bsys\.path\s*(?:\.\s*(?:append|insert|extend)\b|\+=|\[|=[^=])|\baddsitedir\b|\bmeta_path\b|\bpath_hooks\b/

/** Each missing module once, told by the function's own code if that imports it. */
export async function checkMissingModules(walk: Walk): Promise<Finding[]> {
  const byName = new Map<string, ModuleProblem>()
  for (const problem of walk.problems) {
    if (problem.kind !== 'module' || mayBeInstalled(problem, walk) || mayBeMade(problem, walk)) continue
    const known = byName.get(problem.missing)
    if (known === undefined || (problem.by.isOwn && !known.by.isOwn)) byName.set(problem.missing, problem)
  }
  if (byName.size === 0) return []
  const beyond = walk.path.beyond ?? (await changedPath(walk))
  return [...byName.values()].map(problem => missingModule(problem, beyond, walk))
}

/** Whether what pip installs in the image may have the module. */
function mayBeInstalled({ parent }: ModuleProblem, { subject }: Walk): boolean {
  return subject.fileSet.installs.length > 0 && (parent === null || parent.file === null)
}

/** Whether a source that is loaded may make the module or a place for it. */
function mayBeMade({ by, missing, parent }: ModuleProblem, { tricks, subject }: Walk): boolean {
  if (missing === 'distutils' && subject.folders.has('_distutils_hack')) return true
  if (parent === null) {
    return [...tricks.values()].some(
      ({ source, isOwn }) =>
        source.includes(`'${missing}'`) ||
        source.includes(`"${missing}"`) ||
        // setuptools adds a folder of its own to the path, where it keeps what it needs.
        (!isOwn && CHANGES_PATH.test(source) && (!by.isOwn || isAnywhere(missing, subject))),
    )
  }
  const isCompiled = parent.file !== null && !parent.file.path.endsWith('.py')
  if (isCompiled || /\b__path__\b|__getattr__/.test(parent.source ?? '')) return true
  const [topmost = ''] = missing.split('.', 1)
  return [...tricks.keys()].some(name => name === topmost || name.startsWith(`${topmost}.`))
}

function isAnywhere(name: string, { folders, files }: Subject): boolean {
  const isOf = (path: string) => path.endsWith(`/${name}`) || path.endsWith(`/${name}.py`)
  return [...folders].some(isOf) || [...files.keys()].some(isOf)
}

function missingModule(problem: ModuleProblem, beyond: string | null, walk: Walk): Finding {
  const { by, missing, parent } = problem
  const words = noModuleNamed(missing, parent)
  if (beyond !== null && (parent === null || parent.file === null)) {
    return finding('PYTHON_IMPORT_BEYOND', by.file.path, placeOf(by), missing, beyond)
  }
  const elsewhere = parent === null ? ownElsewhere(missing, walk) : null
  if (elsewhere !== null) return finding('PYTHON_IMPORT_OFF_PATH', by.file.path, placeOf(by), missing, elsewhere, words)
  const code = by.isOwn ? 'PYTHON_IMPORT_MISSING' : 'PYTHON_IMPORT_MISSING_IN_PACKAGE'
  return finding(code, by.file.path, placeOf(by), missing, unable(words, walk), remedy(problem, walk))
}

export function placeOf({ file, line }: Importer): string {
  return `${file.path}, line ${line},`
}

export function unable(words: string, { plan }: Walk): string {
  const { handler } = plan.config
  return `Unable to import module '${handler.slice(0, handler.lastIndexOf('.'))}': ${words}`
}

/** A folder of the artifact that isn't on the path and has the function's own module of the name. */
function ownElsewhere(name: string, { subject, owner }: Walk): string | null {
  const ends = [`/${name}.py`, `/${name}/__init__.py`]
  const found = subject.fileSet.files.find(
    ({ path, owner: its }) => (its === null || its === owner) && ends.some(end => path.endsWith(end)),
  )
  return found?.path ?? null
}

function remedy({ by, missing, parent, wanted }: ModuleProblem, { plan, subject }: Walk): string {
  const { version } = plan.target
  if (parent !== null) {
    const owner = parent.file?.owner ?? null
    const packed = subject.fileSet.packages.find(({ id }) => id === owner)
    if (packed !== undefined) return `${packed.name} ${packed.version} has no such module.`
    const brought = broughtBy(wanted, by.names)
    return brought === null ? 'Pack it, or correct its name.' : `Add ${brought} to the dependencies.`
  }
  const gap = standardLibraryGap(missing, version)
  if (gap?.kind === 'windows') return 'Python has it on Windows alone: import it in a `try` or an `if`.'
  if (gap?.kind === 'added') return `Python has it from ${gap.version} on: choose that runtime, or another module.`
  if (gap?.kind === 'removed') {
    return `Python has it no longer from ${gap.version} on: ${replacementOf(missing) ?? 'another module must take its place'}.`
  }
  const brought = broughtBy(wanted, by.names)
  return brought === null
    ? 'Pack it if it is yours; else add the distribution that brings it to the dependencies.'
    : `Add ${brought} to the dependencies.`
}

/** The well-known distribution of a module, or of what is taken from it. */
export function broughtBy(module: string, names: readonly string[]): string | null {
  const taken = names.map(name => distributionOf(`${module}.${name}`)).find(found => found !== null)
  return taken ?? distributionOf(module)
}

/** In words, the function's own source that changes where modules are looked for, wherever it is imported; or null. */
async function changedPath(walk: Walk): Promise<string | null> {
  const { subject, path, suffixes, owner, loaded } = walk
  const queue = [...loaded.values()].flatMap(({ file, name, folders, isOwn }) =>
    file !== null && isOwn ? [{ file, name, folders }] : [],
  )
  const seen = new Set(queue.map(({ file }) => file.path))
  for (let at = 0; at < queue.length; at++) {
    const module = queue[at]
    const source = module === undefined ? null : await sourceOf(module.file, subject)
    if (module === undefined || source === null) continue
    if (CHANGES_PATH.test(source)) return `what ${module.file.path} adds to Python's path`
    for (const one of scanImports(source)) {
      const base = absoluteName(one, module)
      if (typeof base !== 'string') continue
      for (const name of [base, ...one.names.map(taken => `${base}.${taken}`)]) {
        const found = locate(name, path, subject, suffixes)
        const file = found?.file ?? null
        if (found === null || file === null || seen.has(file.path) || (file.owner !== null && file.owner !== owner))
          continue
        seen.add(file.path)
        queue.push({ file, name, folders: found.folders })
      }
    }
  }
  return null
}
