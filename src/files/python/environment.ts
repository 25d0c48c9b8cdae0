import { dirname, relative } from 'node:path'
import { UserError } from '../../errors.ts'
import { finding } from '../../findings.ts'
import { evaluateMarker, normaliseName, type Requirement } from '../../formats/pep508.ts'
import { percentDecoded } from '../../formats/url-text.ts'
import { parseWheelName } from '../../formats/wheel-name.ts'
import type { Finding, PythonTarget } from '../../model.ts'
import type { Disk, System } from '../../system/system.ts'
import { type Closure, type ClosureNode, DIRECT, describeUnmet, requirementOn, walkClosure } from './closure.ts'
import { type Declared, type Place, readDeclaredIn } from './environment/declared.ts'
import { type Installation, type Installed, readInstalled } from './environment/installed.ts'
import { layOutInstalled } from './environment/layout.ts'
import { type Environment, readEnvironment } from './environment/places.ts'
import { constraintAdmits } from './locks/poetry-constraint.ts'
import { describeTarget } from './target.ts'
import type { LaidOutDistribution, SelectedPackage, Wanted } from './types.ts'

/** What installs and builds others; packed only if something else requires it. */
const INSTALLERS = ['pip', 'setuptools', 'wheel']

export interface EnvironmentRequest {
  /** The virtual environment. */
  readonly path: string
  /** The requirements file or pyproject.toml that says what is needed; null: nothing does. */
  readonly declaredIn: string | null
  /** The function's folder. */
  readonly root: string
  readonly target: PythonTarget
  readonly wanted: Wanted
  /** False: what is of an index is only named. */
  readonly isLaidOut: boolean
}

export interface LaidOutEnvironment {
  /** Sorted by name. */
  readonly distributions: readonly LaidOutDistribution[]
  /** What is of an index and not laid out. Sorted by name. */
  readonly ofIndex: readonly ClosureNode[]
  /** Normalised names that the function itself asks for. */
  readonly direct: readonly string[]
  /** Projects that are installed as editable, whose wheels are to be packed. */
  readonly toBuild: readonly SelectedPackage[]
  readonly findings: readonly Finding[]
}

/**
 * The distributions of a virtual environment that the declared requirements lead to on the target, so that development tools stay out.
 * The function's own project counts with its requirements only. Throws UserError ENVIRONMENT_UNREADABLE, _OTHER_PYTHON, _FOREIGN, _INCOMPLETE,
 * _BROKEN, _LEGACY, _DYNAMIC, and what reading the manifest throws.
 */
export async function layOutEnvironment(request: EnvironmentRequest, system: System): Promise<LaidOutEnvironment> {
  const { path, declaredIn, target } = request
  const environment = await readEnvironment(path, system.disk)
  if (environment.version !== target.version) {
    throw new UserError('ENVIRONMENT_OTHER_PYTHON', path, environment.version, target.runtime, target.version)
  }
  const installation = await readInstalled(environment.sites, system.disk)
  const declared = declaredIn === null ? null : await readDeclaredIn(declaredIn, target, request.wanted, system)
  const own = new Set(await ownProjects(installation, request, declared, system.disk))
  const question = { request, installation, own, declared }
  const closure = declared === null ? closureOfAll(question) : await closureOf(question, declared, system.disk)
  const needed = [...closure.reached.keys()]
    .flatMap(name => (own.has(name) ? [] : (installation.distributions.get(name) ?? [])))
    .sort(byName)
  const ofIndex = request.isLaidOut ? [] : needed.filter(({ source }) => source === null)
  const packed = needed.filter(one => one.source?.isEditable !== true && !ofIndex.includes(one))
  checkLoads(packed, request)
  return {
    distributions: await layOutInTurn(packed, environment, system.disk),
    ofIndex: ofIndex.map(({ name, version, requires, extras }) => ({ name, version, requires, extras })),
    direct: directOf(closure, own, declared === null),
    toBuild: needed.filter(({ source }) => source?.isEditable === true).map(projectToBuild),
    findings: findingsOf(environment, declaredIn),
  }
}

/** One by one: each already looks at many files at once, and open files are limited. */
async function layOutInTurn(
  packed: readonly Installed[],
  environment: Environment,
  disk: Disk,
): Promise<readonly LaidOutDistribution[]> {
  const distributions: LaidOutDistribution[] = []
  for (const one of packed) distributions.push(await layOutInstalled(one, environment, disk))
  return distributions
}

/** Names of the function's own project, whose sources are the function's own files. */
async function ownProjects(
  { distributions }: Installation,
  { root, declaredIn }: EnvironmentRequest,
  declared: Declared | null,
  disk: Disk,
): Promise<readonly string[]> {
  const folders = [
    await disk.realPath(root),
    ...(declaredIn === null ? [] : [await disk.realPath(dirname(declaredIn))]),
  ]
  const own: string[] = declared?.project === null || declared === null ? [] : [declared.project.name]
  for (const { name, source } of distributions.values()) {
    if (source?.isFolder !== true) continue
    const folder = await realPathOf(source.location, disk)
    if (folders.includes(folder) || (declaredIn === null && folders.some(inside => isInside(inside, folder))))
      own.push(name)
  }
  return own
}

interface Question {
  readonly request: EnvironmentRequest
  readonly installation: Installation
  /** Names of the function's own projects. */
  readonly own: ReadonlySet<string>
  readonly declared: Declared | null
}

async function closureOf({ request, installation, own }: Question, declared: Declared, disk: Disk): Promise<Closure> {
  const { project, poetry } = declared
  const nodes = new Map<string, ClosureNode>(installation.distributions)
  if (project?.isDynamic === true && !nodes.has(project.name)) {
    throw new UserError('ENVIRONMENT_DYNAMIC', request.declaredIn ?? '', request.path)
  }
  if (project?.isDynamic === false)
    nodes.set(project.name, { ...project, version: nodes.get(project.name)?.version ?? '0' })
  const ofProject = project === null ? [] : [requirementOn(project.name, request.wanted.extras.map(normaliseName))]
  const places = await Promise.all(
    declared.places
      .filter(({ marker }) => evaluateMarker(marker, request.target.markers, []))
      .map(place => requirementAt(place, installation, disk)),
  )
  const closure = walkClosure([...declared.requirements, ...places, ...ofProject], nodes, request.target)
  const unfit = poetry.flatMap(({ name, constraint }) => {
    const version = nodes.get(name)?.version
    return version === undefined || constraintAdmits(version, constraint)
      ? []
      : [`${name} ${constraint}: ${version} is there`]
  })
  checkComplete(closure, unfit, { request, installation, own, declared })
  return closure
}

/** Without a manifest all that is there is needed, but for what only installs. */
function closureOfAll(question: Question): Closure {
  const { request, installation } = question
  const roots = [...installation.distributions.keys()]
    .filter(name => !INSTALLERS.includes(name))
    .map(name => requirementOn(name, []))
  const closure = walkClosure(roots, installation.distributions, request.target)
  checkComplete(closure, [], question)
  return closure
}

async function requirementAt(place: Place, { distributions }: Installation, disk: Disk): Promise<Requirement> {
  const named = place.name ?? parseWheelName(percentDecoded(place.location.split(/[\\/]/).at(-1) ?? ''))?.name
  if (named !== undefined) return requirementOn(named, place.extras)
  const wanted = await realPathOf(withoutRevision(place.location), disk)
  for (const { name, source } of distributions.values()) {
    if (source !== null && (await realPathOf(source.location, disk)) === wanted)
      return requirementOn(name, place.extras)
  }
  return requirementOn(place.location, place.extras)
}

/** A URL as direct_url.json has it: without `git+`, `@revision` and fragment. */
function withoutRevision(location: string): string {
  return location
    .replace(/^\w+\+(?=\w+:)/, '')
    .replace(/#.*$/, '')
    .replace(/(?<=^\w+:.*\/[^/]*)@[^/@]*$/, '')
}

function checkComplete({ unmet }: Closure, unfit: readonly string[], { request, installation, own }: Question): void {
  const relevant = unmet.filter(({ requirement }) => !own.has(requirement.name))
  for (const { requirement, present } of relevant) {
    const legacy = present === null ? installation.legacy.get(requirement.name) : undefined
    if (legacy !== undefined) throw new UserError('ENVIRONMENT_LEGACY', legacy, requirement.name)
  }
  const lines = [...relevant.map(describeUnmet), ...unfit]
  if (lines.length > 0)
    throw new UserError('ENVIRONMENT_INCOMPLETE', request.path, request.declaredIn ?? 'what is installed', lines.sort())
}

function checkLoads(packed: readonly Installed[], { path, target }: EnvironmentRequest): void {
  const loads = new Set(target.tags)
  const foreign = packed.filter(({ tags }) => tags.length > 0 && !tags.some(tag => loads.has(tag)))
  if (foreign.length === 0) return
  const lines = foreign.map(({ name, version, tags }) => `${name} ${version} (${tags[0]})`)
  throw new UserError('ENVIRONMENT_FOREIGN', path, describeTarget(target), lines)
}

function directOf({ edges, reached }: Closure, own: ReadonlySet<string>, isUndeclared: boolean): readonly string[] {
  const isOwn = (name: string): boolean => name === DIRECT || own.has(name)
  const required = new Set(edges.filter(({ from }) => !isOwn(from)).map(({ to }) => to))
  const direct = isUndeclared
    ? [...reached.keys()].filter(name => !required.has(name))
    : edges.filter(({ from }) => isOwn(from)).map(({ to }) => to)
  return [...new Set(direct)].filter(name => !own.has(name)).sort() // Sorted for determinism
}

function projectToBuild({ name, source }: Installed): SelectedPackage {
  return { name, version: null, origin: { kind: 'directory', path: source?.location ?? '' } }
}

function findingsOf({ path, seesSystemPackages }: Environment, declaredIn: string | null): readonly Finding[] {
  return [
    ...(declaredIn === null ? [finding('ENVIRONMENT_UNDECLARED', path, path)] : []),
    ...(seesSystemPackages ? [finding('ENVIRONMENT_SYSTEM_PACKAGES', path, path)] : []),
  ]
}

async function realPathOf(path: string, disk: Disk): Promise<string> {
  return (await disk.stat(path)) === null ? path : disk.realPath(path)
}

function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path)
  return way === '' || !/^(?:\.\.(?:$|[\\/])|[A-Za-z]:|[\\/])/.test(way)
}

function byName(a: Installed, b: Installed): number {
  return a.name < b.name ? -1 : 1
}
