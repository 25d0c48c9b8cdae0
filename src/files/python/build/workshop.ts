import { join } from 'node:path'
import { UserError } from '../../../errors.ts'
import { parseWheelName } from '../../../formats/wheel-name.ts'
import type { PythonTarget } from '../../../model.ts'
import type { System } from '../../../system/system.ts'
import { askPython, hostPythons } from '../host-python.ts'
import type { IndexRequest } from '../index/access.ts'
import { describeTarget } from '../target.ts'
import { outputOfFailure } from '../tool-failure.ts'
import type { LocalWheel } from '../types.ts'

export type Asking = Omit<IndexRequest, 'findLinks' | 'lockIndexes'>

/** Where and for what wheels are built. */
export interface Workshop {
  readonly target: PythonTarget
  readonly cacheDir: string | null
  /** A folder that outlives the reading of the wheels. */
  readonly workDir: string
  /** Which indexes are asked for the explanation why a package can't be had. */
  readonly asking: Asking
  readonly system: System
}

export interface BuiltWheel {
  readonly wheel: LocalWheel
  /** False if another build backend may give other bytes. */
  readonly isReproducible: boolean
}

/** A command that builds a wheel of a folder or archive into a folder. */
export interface Builder {
  readonly command: string
  readonly argumentsFor: (source: string, outDir: string) => readonly string[]
}

/** Backends that write dates or sets into their wheels. https://reproducible-builds.org/docs/source-date-epoch/ */
const REPRODUCIBLE = { SOURCE_DATE_EPOCH: '315532800', PYTHONHASHSEED: '0' }

/** uv, else the first Python with pip; null if this machine has neither. The target's Python version is used where it is installed. */
export async function findBuilder({ target, system }: Workshop): Promise<Builder | null> {
  const uv = await system.processes.find('uv')
  if (uv !== null) {
    const python = await findTargetPython(uv, target, system)
    // Sources of [tool.uv.sources] are the workspace's, which isn't beside the copy.
    const options = ['--no-sources', '--quiet', '--color', 'never', ...(python === null ? [] : ['--python', python])]
    return {
      command: uv,
      argumentsFor: (source, outDir) => ['build', '--wheel', ...options, '--out-dir', outDir, source],
    }
  }
  const own = await system.processes.find(`python${target.version}`)
  for (const python of [...(own === null ? [] : [own]), ...(await hostPythons(system))]) {
    if ((await askPython(python, 'import pip', system)) === null) continue
    const options = ['--no-deps', '--ignore-requires-python', '--no-input', '--disable-pip-version-check', '--quiet']
    return {
      command: python,
      argumentsFor: (source, outDir) => ['-m', 'pip', 'wheel', ...options, '--wheel-dir', outDir, source],
    }
  }
  return null
}

async function findTargetPython(uv: string, target: PythonTarget, system: System): Promise<string | null> {
  try {
    const { stdout } = await system.processes.run(uv, ['python', 'find', '--no-python-downloads', target.version])
    return stdout.trim() === '' ? null : stdout.trim()
  } catch (error) {
    if (outputOfFailure(error) === null) throw error
    return null
  }
}

/** Builds a wheel of a folder or archive; what the tool wrote where it failed. */
export async function runBuilder(
  builder: Builder,
  source: string,
  outDir: string,
  { system, workDir }: Workshop,
): Promise<
  { readonly kind: 'built'; readonly wheel: LocalWheel } | { readonly kind: 'failed'; readonly output: string }
> {
  await system.disk.makeFolder(outDir)
  try {
    await system.processes.run(builder.command, builder.argumentsFor(source, outDir), {
      cwd: workDir,
      env: REPRODUCIBLE,
    })
  } catch (error) {
    const output = outputOfFailure(error)
    if (output === null) throw error
    return { kind: 'failed', output }
  }
  const filename = (await system.disk.list(outDir)).map(({ name }) => name).find(name => name.endsWith('.whl'))
  const parsed = filename === undefined ? null : parseWheelName(filename)
  if (filename === undefined || parsed === null)
    return { kind: 'failed', output: `its build ended well, but gave ${filename ?? 'no wheel'}` }
  return { kind: 'built', wheel: { name: parsed.name, path: join(outDir, filename), filename } }
}

/** True for a wheel without native code that the target's Python loads. */
export function isPureFor(filename: string, { tags }: PythonTarget): boolean {
  const own = parseWheelName(filename)?.tags ?? []
  return own.every(tag => tag.endsWith('-none-any')) && own.some(tag => tags.includes(tag))
}

/** Throws UserError BUILT_FOR_THIS_MACHINE unless the wheel loads on every machine with the target's Python. */
export function checkPure(what: string, { filename }: LocalWheel, target: PythonTarget): void {
  if (!isPureFor(filename, target))
    throw new UserError('BUILT_FOR_THIS_MACHINE', what, filename, describeTarget(target))
}
