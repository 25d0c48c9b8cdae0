import { join, relative } from 'node:path'
import { markerEnvironment, PYTHON_RUNTIMES, RUNTIMES_CHECKED_ON } from '../aws/runtimes.ts'
import { finding, UserError } from '../errors.ts'
import { nearest } from '../formats/nearest.ts'
import { compatibleTags } from '../formats/wheel-tags.ts'
import type { Config, DependencySource, Finding, FunctionConfig, Plan, PythonTarget } from '../model.ts'
import type { System } from '../system/system.ts'
import { findBoundary } from './boundary.ts'
import { findSource } from './dependency-source.ts'

/**
 * Decides everything about the named functions, or about all when none is named.
 * Throws UserError FUNCTION_UNKNOWN, and what looking for the dependencies throws.
 */
export async function makePlans(config: Config, functionNames: readonly string[], system: System): Promise<Plan[]> {
  const known = config.functions.map(({ name }) => name)
  for (const name of functionNames) {
    if (!known.includes(name)) throw new UserError('FUNCTION_UNKNOWN', name, known, nearest(name, known))
  }
  const wanted = config.functions.filter(({ name }) => functionNames.length === 0 || functionNames.includes(name))
  return Promise.all(wanted.map(one => makePlan(config, one, system)))
}

async function makePlan(config: Config, one: FunctionConfig, system: System): Promise<Plan> {
  const boundary = await findBoundary(one.root, config.dir, system.disk)
  const { source, others } = await findSource(one, boundary, system)
  return {
    config: one,
    target: targetOf(one),
    source,
    excluded: excludedFrom(one, config, source),
    boundary,
    artifactPath: join(config.outDir, `${one.name}.zip`),
    findings: [...deprecationOf(one), ...severalSources(one, source, others)],
  }
}

function targetOf(one: FunctionConfig): PythonTarget {
  const runtime = PYTHON_RUNTIMES.find(({ id }) => id === one.runtime)
  if (runtime === undefined) throw new Error(`${one.runtime} passed validation`)
  return {
    runtime: runtime.id,
    architecture: one.architecture,
    version: runtime.version,
    glibc: runtime.glibc,
    markers: markerEnvironment(runtime, one.architecture),
    tags: compatibleTags(runtime.version, runtime.glibc, one.architecture),
  }
}

/** Outputs, the config, other functions and what the dependencies come from are nobody's own files. */
function excludedFrom(one: FunctionConfig, config: Config, source: DependencySource): string[] {
  const otherRoots = config.functions
    .map(({ root }) => root)
    .filter(root => root !== one.root && isBelow(root, one.root))
  const configFile = config.file === null || /(package\.json|pyproject\.toml)$/.test(config.file) ? [] : [config.file]
  const sourcePath = source.kind === 'none' || source.kind === 'pyproject' ? [] : [source.path]
  return [...config.outDirs, ...otherRoots, ...configFile, ...sourcePath, ...one.findLinks]
}

function isBelow(path: string, dir: string): boolean {
  const way = relative(dir, path)
  return way !== '' && !way.startsWith('..')
}

function deprecationOf(one: FunctionConfig): Finding[] {
  const runtime = PYTHON_RUNTIMES.find(({ id }) => id === one.runtime)
  if (runtime?.preview) return [finding('RUNTIME_PREVIEW', '', one.runtime)]
  if (runtime?.deprecated === null || runtime === undefined) return []
  return runtime.deprecated <= RUNTIMES_CHECKED_ON
    ? [finding('RUNTIME_DEPRECATED', '', one.runtime, runtime.deprecated)]
    : []
}

function severalSources(one: FunctionConfig, source: DependencySource, others: readonly string[]): Finding[] {
  if (source.kind === 'none' || others.length === 0) return []
  const show = (path: string) => relative(one.root, path) || path
  return [finding('DEPENDENCIES_SEVERAL', source.path, show(source.path), others.map(show))]
}
