import { join, relative } from 'node:path'
import {
  markerEnvironment,
  NODE_RUNTIMES,
  type NodeRuntime,
  PYTHON_RUNTIMES,
  type PythonRuntime,
} from '../aws/runtimes.ts'
import { UserError } from '../errors.ts'
import { finding } from '../findings.ts'
import { nearest } from '../formats/nearest.ts'
import { compatibleTags } from '../formats/wheel-tags.ts'
import type {
  Architecture,
  Config,
  DependencySource,
  Finding,
  FunctionConfig,
  NodeTarget,
  Plan,
  Purpose,
  PythonTarget,
} from '../model.ts'
import type { System } from '../system/system.ts'
import { findBoundary } from './boundary.ts'
import { findSource } from './dependency-source.ts'
import { findEntry } from './node-entry.ts'
import { findProject } from './node-project.ts'

/**
 * Decides everything about the named functions, or about all when none is named.
 * Throws UserError FUNCTION_UNKNOWN, and what looking for the dependencies throws.
 */
export async function makePlans(
  config: Config,
  functionNames: readonly string[],
  system: System,
  purpose: Purpose = 'zip',
): Promise<Plan[]> {
  const known = config.functions.map(({ name }) => name)
  for (const name of functionNames) {
    if (!known.includes(name)) throw new UserError('FUNCTION_UNKNOWN', name, known, nearest(name, known))
  }
  const wanted = config.functions.filter(({ name }) => functionNames.length === 0 || functionNames.includes(name))
  return Promise.all(wanted.map(one => makePlan(config, one, purpose, system)))
}

async function makePlan(config: Config, one: FunctionConfig, purpose: Purpose, system: System): Promise<Plan> {
  const boundary = await findBoundary(one.root, config.dir, system.disk)
  const artifactPath = join(config.outDir, purpose === 'zip' ? `${one.name}.zip` : one.name)
  const base = { config: one, purpose, boundary, artifactPath }
  // A cache may be inside a checkout: CI services keep folders of that kind only.
  const excluded = [...excludedFrom(one, config), system.cacheDir]
  const python = PYTHON_RUNTIMES.find(({ id }) => id === one.runtime)
  const node = NODE_RUNTIMES.find(({ id }) => id === one.runtime)
  if (python !== undefined) {
    const { source, others } = await findSource(one, boundary, system)
    return {
      ...base,
      language: 'python',
      target: pythonTarget(python, one.architecture),
      source,
      excluded: [...excluded, ...pathsOf(source)],
      findings: severalSources(one, source, others),
    }
  }
  if (node === undefined) throw new Error(`${one.runtime} passed validation`)
  return {
    ...base,
    language: 'node',
    target: nodeTarget(node, one.architecture),
    entry: await findEntry(one, system),
    project: await findProject(one.root, boundary, system),
    excluded,
    findings: [],
  }
}

export function pythonTarget(
  { id, version, glibc, ...runtime }: PythonRuntime,
  architecture: Architecture,
): PythonTarget {
  return {
    runtime: id,
    architecture,
    version,
    glibc,
    markers: markerEnvironment({ id, version, glibc, ...runtime }, architecture),
    tags: compatibleTags(version, glibc, architecture),
  }
}

export function nodeTarget({ id, major }: NodeRuntime, architecture: Architecture): NodeTarget {
  return {
    runtime: id,
    architecture,
    major,
    os: 'linux',
    cpu: architecture === 'arm64' ? 'arm64' : 'x64',
    libc: 'glibc',
  }
}

/** Outputs, the config, other functions and wheels are nobody's own files. */
function excludedFrom(one: FunctionConfig, config: Config): string[] {
  const otherRoots = config.functions
    .map(({ root }) => root)
    .filter(root => root !== one.root && isBelow(root, one.root))
  const configFile = config.file === null || /(package\.json|pyproject\.toml)$/.test(config.file) ? [] : [config.file]
  return [...config.outDirs, ...otherRoots, ...configFile, ...one.findLinks]
}

function pathsOf(source: DependencySource): string[] {
  return source.kind === 'none' || source.kind === 'pyproject' ? [] : [source.path]
}

function isBelow(path: string, dir: string): boolean {
  const way = relative(dir, path)
  return way !== '' && !way.startsWith('..')
}

function severalSources(one: FunctionConfig, source: DependencySource, others: readonly string[]): Finding[] {
  if (source.kind === 'none' || others.length === 0) return []
  const show = (path: string) => relative(one.root, path) || path
  return [finding('DEPENDENCIES_SEVERAL', source.path, show(source.path), others.map(show))]
}
