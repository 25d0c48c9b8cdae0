import { basename, dirname, join, relative } from 'node:path'
import { UserError } from '../errors.ts'
import { parseToml } from '../formats/toml.ts'
import type { DependencySource, FunctionConfig, LockFormat } from '../model.ts'
import type { Disk, System } from '../system/system.ts'

export interface FoundSource {
  readonly source: DependencySource
  /** What else would have served; paths. */
  readonly others: readonly string[]
}

/** Lock files in the order in which they are preferred. */
const LOCKS: readonly (readonly [RegExp, LockFormat])[] = [
  [/^uv\.lock$/, 'uv'],
  [/^pylock\.toml$/, 'pylock'],
  [/^poetry\.lock$/, 'poetry'],
  [/^pdm\.lock$/, 'pdm'],
  [/^Pipfile\.lock$/, 'pipfile'],
  // For some purpose of its own, which may be development.
  [/^pylock\.[^.]+\.toml$/, 'pylock'],
]

const ENVIRONMENT_FOLDERS = ['.venv', 'venv']

/**
 * Where a function's dependencies come from: what the config names, else the nearest lock, requirements file, virtual
 * environment or pyproject.toml at its root or above it, up to `boundary`.
 * Throws UserError DEPENDENCIES_MISSING and DEPENDENCIES_UNKNOWN.
 */
export async function findSource(one: FunctionConfig, boundary: string, system: System): Promise<FoundSource> {
  const { dependencies } = one
  if (dependencies.kind === 'none') return { source: { kind: 'none' }, others: [] }
  const levels = await levelsOf(one.root, boundary, system.disk)
  if (dependencies.kind === 'named')
    return { source: await namedSource(one.name, dependencies.path, levels, system.disk), others: [] }
  return nearestSource(levels, system)
}

/** What a folder holds that can say or hold dependencies. */
interface Level {
  readonly locks: readonly { readonly path: string; readonly format: LockFormat }[]
  readonly requirements: string | null
  /** Only one that declares dependencies. */
  readonly pyproject: string | null
  readonly environment: string | null
  readonly dir: string
}

async function levelsOf(root: string, boundary: string, disk: Disk): Promise<Level[]> {
  const end = await disk.realPath(boundary)
  const levels: Level[] = []
  for (let dir = root; ; dir = dirname(dir)) {
    levels.push(await levelAt(dir, disk))
    if ((await disk.realPath(dir)) === end || dir === dirname(dir)) return levels
  }
}

async function levelAt(dir: string, disk: Disk): Promise<Level> {
  const names = (await disk.list(dir)).map(({ name }) => name)
  const environments = ENVIRONMENT_FOLDERS.filter(name => names.includes(name)).map(name => join(dir, name))
  const isEnvironment = await Promise.all(environments.map(path => disk.stat(join(path, 'pyvenv.cfg'))))
  const pyproject = names.includes('pyproject.toml') ? join(dir, 'pyproject.toml') : null
  return {
    dir,
    locks: LOCKS.flatMap(([pattern, format]) =>
      names.filter(name => pattern.test(name)).map(name => ({ path: join(dir, name), format })),
    ),
    requirements: names.includes('requirements.txt') ? join(dir, 'requirements.txt') : null,
    pyproject: pyproject !== null && (await declaresDependencies(pyproject, disk)) ? pyproject : null,
    environment: environments.find((_, index) => isEnvironment[index] !== null) ?? null,
  }
}

async function declaresDependencies(pyproject: string, disk: Disk): Promise<boolean> {
  let data: Record<string, unknown>
  try {
    data = parseToml(await disk.readText(pyproject))
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new UserError('MANIFEST_BROKEN', pyproject, error.message)
  }
  const tool = data['tool'] as { readonly poetry?: { readonly dependencies?: unknown } } | undefined
  return data['project'] !== undefined || tool?.poetry?.dependencies !== undefined
}

/** The nearest folder that says anything decides; a uv.lock above serves the members of its workspace. */
async function nearestSource(levels: readonly Level[], system: System): Promise<FoundSource> {
  const manifestLevel = levels.find(level => level.requirements !== null || level.pyproject !== null)
  const manifest = manifestLevel?.requirements ?? manifestLevel?.pyproject ?? null
  const lockLevel = await levelWithLock(levels, manifestLevel, system.disk)
  const environment = await environmentFor(levels, manifest, system)
  const found: DependencySource[] = (lockLevel?.locks ?? []).map(lock => ({ kind: 'lock', ...lock }))
  if (manifest !== null && manifest === manifestLevel?.requirements) {
    found.push({ kind: 'requirements', path: manifest, environment })
  } else if (environment !== null) {
    found.push({ kind: 'environment', path: environment, declaredIn: manifest })
  } else if (manifest !== null) {
    found.push({ kind: 'pyproject', path: manifest })
  }
  const [source, ...others] = found
  return { source: source ?? { kind: 'none' }, others: others.filter(isOtherAnswer).map(({ path }) => path) }
}

/** The locks beside the manifest or nearer; else the uv.lock of a workspace that has the manifest's folder as a member. */
async function levelWithLock(
  levels: readonly Level[],
  manifestLevel: Level | undefined,
  disk: Disk,
): Promise<Level | undefined> {
  const near = manifestLevel === undefined ? levels : levels.slice(0, levels.indexOf(manifestLevel) + 1)
  const beside = near.find(level => level.locks.length > 0)
  if (beside !== undefined || manifestLevel?.pyproject === null || manifestLevel === undefined) return beside
  for (const level of levels) {
    const lock = level.locks.find(({ format }) => format === 'uv')
    if (lock === undefined) continue
    const member = relative(level.dir, manifestLevel.dir).replaceAll('\\', '/')
    if ((await disk.readText(lock.path)).includes(`= "${member}" }`)) return { ...level, locks: [lock] }
  }
  return undefined
}

/** Without anything declared, only an environment in the function's own folder is meant for it. */
async function environmentFor(
  levels: readonly Level[],
  manifest: string | null,
  system: System,
): Promise<string | null> {
  if (manifest === null) return levels[0]?.environment ?? null
  const beside = levels.find(level => level.environment !== null)?.environment ?? null
  const active = system.env['VIRTUAL_ENV'] ?? ''
  if (beside !== null || active === '') return beside
  return (await system.disk.stat(join(active, 'pyvenv.cfg'))) === null ? null : active
}

/** The manifest and environment of a lock are no second answer, but what a lock is made from and installed in. */
function isOtherAnswer(
  source: DependencySource,
): source is Extract<DependencySource, { kind: 'lock' | 'requirements' }> {
  return source.kind === 'lock' || source.kind === 'requirements'
}

async function namedSource(
  name: string,
  path: string,
  levels: readonly Level[],
  disk: Disk,
): Promise<DependencySource> {
  const stat = await disk.stat(path)
  if (stat === null) throw new UserError('DEPENDENCIES_MISSING', name, path)
  if (stat.kind === 'directory') return namedFolder(name, path, levels, disk)
  const file = basename(path)
  const lock = LOCKS.find(([pattern]) => pattern.test(file))
  if (lock !== undefined) return { kind: 'lock', format: lock[1], path }
  if (file === 'pyproject.toml') return { kind: 'pyproject', path }
  if (/\.(txt|in)$/.test(file)) return { kind: 'requirements', path, environment: null }
  throw new UserError('DEPENDENCIES_UNKNOWN', name, path)
}

async function namedFolder(
  name: string,
  path: string,
  levels: readonly Level[],
  disk: Disk,
): Promise<DependencySource> {
  const declaredIn =
    levels.map(level => level.requirements ?? level.pyproject).find(manifest => manifest !== null) ?? null
  if ((await disk.stat(join(path, 'pyvenv.cfg'))) !== null) return { kind: 'environment', path, declaredIn }
  const names = (await disk.list(path)).map(entry => entry.name)
  if (names.some(file => file.endsWith('.whl'))) return { kind: 'wheels', path }
  throw new UserError('DEPENDENCIES_UNKNOWN', name, path)
}
