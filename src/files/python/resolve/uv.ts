import { dirname, join } from 'node:path'
import { UserError } from '../../../errors.ts'
import { normaliseName } from '../../../formats/pep508.ts'
import type { PythonTarget } from '../../../model.ts'
import type { System } from '../../../system/system.ts'
import { select } from '../locks/pylock.ts'
import { describeTarget } from '../target.ts'
import { outputOfFailure } from '../tool-failure.ts'
import type { Selection } from '../types.ts'
import type { Question } from './declared.ts'

/** Runs of uv that look for versions with wheels after the first two; each learns of at least one package without any. */
const MOST_ATTEMPTS = 6

/**
 * The question answered by `uv pip compile`, written as a pylock.toml: it tells the files and their hashes, so no index is asked twice.
 * Versions with a wheel for the target are preferred to newer ones without, except for packages that have none in any version.
 * uv knows no platform between manylinux 2.17 and 2.28: for glibc 2.26 a wheel that needs 2.18 to 2.26 is not seen by it.
 */
export async function resolveWithUv(uv: string, question: Question, system: System): Promise<Selection> {
  const attempt = (wheelsOf: readonly string[]) => compile(uv, question, wheelsOf, system)
  const wheelsOnly = await attempt([':all:'])
  if (wheelsOnly.kind === 'solved') return wheelsOnly.selection
  const free = await attempt([])
  // A source distribution that doesn't build here hides the reason, which the first answer tells.
  if (free.kind === 'failed') throw failure(question, isUnsolvable(free.output) ? free.output : wheelsOnly.output)
  const wheelless = new Set(namesWithoutWheels(wheelsOnly.output))
  const solved = free.selection
  for (let round = 0; round < MOST_ATTEMPTS; round++) {
    const doubtful = sourcesOnly(solved).filter(name => !wheelless.has(name))
    if (doubtful.length === 0) return solved
    const answer = await attempt(doubtful)
    if (answer.kind === 'solved') return answer.selection
    const known = wheelless.size
    for (const name of namesWithoutWheels(answer.output)) wheelless.add(name)
    if (wheelless.size === known) return solved
  }
  return solved
}

type Answer =
  | { readonly kind: 'solved'; readonly selection: Selection }
  | { readonly kind: 'failed'; readonly output: string }

async function compile(uv: string, question: Question, wheelsOf: readonly string[], system: System): Promise<Answer> {
  return system.disk.withTemporaryFolder(async folder => {
    // uv writes paths relative to the lock, which lead elsewhere through a linked folder.
    const lock = join(await system.disk.realPath(folder), 'pylock.toml')
    const output = await run(uv, compileArguments(question, wheelsOf, lock), question, system)
    if (output !== null) return { kind: 'failed', output }
    const selection = await select(
      lock,
      dirname(question.manifest.path),
      question.target,
      { groups: [], extras: [] },
      system,
    )
    return { kind: 'solved', selection: { ...selection, direct: directNames(question, selection) } }
  })
}

/** Null when uv succeeded, else what it wrote. */
async function run(uv: string, args: readonly string[], question: Question, system: System): Promise<string | null> {
  const cwd = dirname(question.manifest.path)
  try {
    // Resolving needs some Python, not the target's: uv would download that one first.
    await system.processes.run(uv, [...args, '--no-python-downloads'], { cwd })
    return null
  } catch (error) {
    const output = outputOfFailure(error)
    if (output === null) throw error
    if (/unexpected argument '--format'|invalid value 'pylock.toml'/.test(output)) throw new UserError('UV_TOO_OLD', uv)
    if (!output.includes('No interpreter found')) return output
  }
  return system.processes.run(uv, args, { cwd }).then(() => null, asOutput)
}

function asOutput(error: unknown): string {
  const output = outputOfFailure(error)
  if (output === null) throw error
  return output
}

function compileArguments(
  { manifest, target, wanted, findLinks }: Question,
  wheelsOf: readonly string[],
  lock: string,
): readonly string[] {
  const chosen =
    manifest.kind === 'requirements'
      ? []
      : [...wanted.extras.flatMap(extra => ['--extra', extra]), ...wanted.groups.flatMap(group => ['--group', group])]
  return [
    ...['pip', 'compile', manifest.path, ...chosen],
    ...['--format', 'pylock.toml', '--output-file', lock],
    // A minor version alone would mean its .0 in the markers.
    ...['--python-version', target.markers.python_full_version, '--python-platform', uvPlatform(target)],
    ...wheelsOf.flatMap(name => ['--only-binary', name]),
    ...findLinks.flatMap(folder => ['--find-links', folder]),
    ...['--no-header', '--quiet', '--color', 'never'],
  ]
}

/** Of the platforms that uv knows, the newest that loads on the target. https://github.com/astral-sh/uv/blob/main/crates/uv-configuration/src/target_triple.rs */
function uvPlatform({ architecture, glibc }: PythonTarget): string {
  const machine = architecture === 'arm64' ? 'aarch64' : 'x86_64'
  const minor = glibc.minor >= 31 ? `_2_${Math.min(glibc.minor, 40)}` : glibc.minor >= 28 ? '_2_28' : '2014'
  return `${machine}-manylinux${minor}`
}

function directNames({ declared }: Question, selection: Selection): readonly string[] {
  // Paths and URLs stand in requirements files without a name.
  const named = selection.packages.filter(({ origin }) => origin.kind !== 'index').map(({ name }) => name)
  // Sorted for determinism
  return [...new Set([...declared.map(({ name }) => name), ...named])].sort()
}

function sourcesOnly(selection: Selection): readonly string[] {
  return selection.packages
    .filter(({ origin }) => origin.kind === 'index' && !origin.files.some(({ filename }) => filename.endsWith('.whl')))
    .map(({ name }) => name)
}

/** The packages of which uv says that a wheel is required and none is there. */
function namesWithoutWheels(output: string): readonly string[] {
  return [...output.matchAll(/Wheels are required for `([^`]+)`/g)].map(([, name = '']) => normaliseName(name))
}

function isUnsolvable(output: string): boolean {
  return output.includes('No solution found')
}

function failure({ manifest, target }: Question, output: string): UserError {
  return new UserError('RESOLUTION_FAILED', manifest.path, describeTarget(target), 'uv', output)
}
