import { join } from 'node:path'
import { PYTHON_RUNTIMES, type PythonRuntime, RUNTIMES_CHECKED_ON } from '../aws/runtimes.ts'
import { satisfies } from '../formats/pep440.ts'
import type { Disk, System } from '../system/system.ts'
import { placed, signFolders } from './sign-folders.ts'
import { textOf } from './text-of.ts'
import { parseTomlFile, valueAt } from './toml-file.ts'

export type InferredRuntime =
  | { readonly kind: 'found'; readonly id: string; readonly why: string }
  | { readonly kind: 'none'; readonly why: string }

/** Something in a folder that says which Python is meant. */
interface PythonSign {
  /** How the sign is called in sentences. */
  readonly source: string
  readonly wanted:
    | { readonly kind: 'version'; readonly version: string }
    | { readonly kind: 'range'; readonly specifier: string }
}

/**
 * The Python runtime that the nearest sign asks for: .python-version, requires-python, Pipfile, uv.lock, a virtual environment,
 * in the function's folder or above; else the newest stable runtime.
 */
export async function inferPythonRuntime(root: string, configDir: string, system: System): Promise<InferredRuntime> {
  for (const dir of await signFolders(root, configDir, system.disk)) {
    const sign = await signIn(dir, system.disk)
    if (sign !== null) return runtimeFor({ ...sign, source: placed(sign.source, root, dir) })
  }
  const active = system.env['VIRTUAL_ENV']
  const sign = active === undefined || active === '' ? null : await environmentSign(active, 'VIRTUAL_ENV', system.disk)
  if (sign !== null) return runtimeFor(sign)
  const newest = newestOf(PYTHON_RUNTIMES.filter(isRecommended))
  return { kind: 'found', id: newest.id, why: 'the newest that is not a preview, as nothing here says which' }
}

async function signIn(dir: string, disk: Disk): Promise<PythonSign | null> {
  for (const look of [versionFileSign, pyprojectSign, pipfileSign, uvLockSign]) {
    const sign = await look(dir, disk)
    if (sign !== null) return sign
  }
  for (const name of ['.venv', 'venv', 'env']) {
    const sign = await environmentSign(join(dir, name), name, disk)
    if (sign !== null) return sign
  }
  return null
}

async function versionFileSign(dir: string, disk: Disk): Promise<PythonSign | null> {
  const text = await textOf(join(dir, '.python-version'), disk)
  const line =
    text
      ?.split(/\r?\n/)
      .map(one => one.replace(/#.*/, '').trim())
      .find(one => one !== '') ?? ''
  const version = /^(?:c?python[-@]?)?(\d+\.\d+)(?:[.\d]|[abrc+-].*)*$/.exec(line)?.[1]
  if (version !== undefined) return { source: '.python-version', wanted: { kind: 'version', version } }
  // uv takes ranges here, too; other words (a pyenv environment's name) say nothing.
  return /^[<>=!~]/.test(line) ? { source: '.python-version', wanted: { kind: 'range', specifier: line } } : null
}

async function pyprojectSign(dir: string, disk: Disk): Promise<PythonSign | null> {
  const file = join(dir, 'pyproject.toml')
  const text = await textOf(file, disk)
  if (text === null || !text.includes('python')) return null
  const document = parseTomlFile(file, text)
  const standard = valueAt(document, ['project', 'requires-python'])
  if (typeof standard === 'string')
    return { source: `requires-python ${standard} of pyproject.toml`, wanted: { kind: 'range', specifier: standard } }
  const poetry = valueAt(document, ['tool', 'poetry', 'dependencies', 'python'])
  if (typeof poetry !== 'string') return null
  return { source: `python ${poetry} of pyproject.toml`, wanted: { kind: 'range', specifier: fromPoetry(poetry) } }
}

async function pipfileSign(dir: string, disk: Disk): Promise<PythonSign | null> {
  const file = join(dir, 'Pipfile')
  const text = await textOf(file, disk)
  if (text === null) return null
  const requires = valueAt(parseTomlFile(file, text), ['requires'])
  const wanted = valueAt(requires, ['python_version']) ?? valueAt(requires, ['python_full_version'])
  const version = typeof wanted === 'string' ? /^\d+\.\d+/.exec(wanted)?.[0] : undefined
  return version === undefined ? null : { source: 'Pipfile', wanted: { kind: 'version', version } }
}

async function uvLockSign(dir: string, disk: Disk): Promise<PythonSign | null> {
  const text = await textOf(join(dir, 'uv.lock'), disk)
  // The head of the file alone: a lock may hold megabytes.
  const head = text?.slice(0, 10_000).split(/^\[\[/m, 1)[0] ?? ''
  const specifier = /^requires-python = "([^"]*)"/m.exec(head)?.[1]
  return specifier === undefined
    ? null
    : { source: `requires-python ${specifier} of uv.lock`, wanted: { kind: 'range', specifier } }
}

async function environmentSign(dir: string, source: string, disk: Disk): Promise<PythonSign | null> {
  const text = await textOf(join(dir, 'pyvenv.cfg'), disk)
  const version = /^version(?:_info)?\s*=\s*(\d+\.\d+)/m.exec(text ?? '')?.[1]
  // An environment of a Python that Lambda lacks says nothing about the function.
  if (version === undefined || !PYTHON_RUNTIMES.some(runtime => runtime.version === version)) return null
  return { source: `the virtual environment ${source}`, wanted: { kind: 'version', version } }
}

function runtimeFor({ source, wanted }: PythonSign): InferredRuntime {
  const why = `from ${source}`
  if (wanted.kind === 'version') {
    const same = PYTHON_RUNTIMES.find(({ version }) => version === wanted.version)
    return same === undefined
      ? { kind: 'none', why: `${source} says Python ${wanted.version}, which no runtime has` }
      : { kind: 'found', id: same.id, why }
  }
  const fitting = PYTHON_RUNTIMES.filter(runtime => !runtime.preview && doesSatisfy(runtime, wanted.specifier))
  if (fitting.length === 0) return { kind: 'none', why: `no runtime but a preview could satisfy ${source}` }
  const recommended = fitting.filter(isRecommended)
  return { kind: 'found', id: newestOf(recommended.length > 0 ? recommended : fitting).id, why }
}

/** Lambda moves the patch level without notice, so any patch level of the minor version may satisfy. */
function doesSatisfy(runtime: PythonRuntime, specifier: string): boolean {
  const patches = Array.from({ length: 40 }, (_, patch) => `${runtime.version}.${patch}`)
  return specifier
    .split('||')
    .some(one => [runtime.fullVersion, ...patches].some(version => satisfies(version, one.trim())))
}

function isRecommended(runtime: PythonRuntime): boolean {
  return !runtime.preview && (runtime.deprecated === null || runtime.deprecated > RUNTIMES_CHECKED_ON)
}

function newestOf(runtimes: readonly PythonRuntime[]): PythonRuntime {
  const newest = runtimes[runtimes.length - 1]
  if (newest === undefined) throw new Error('The table of runtimes has one that is recommended')
  return newest
}

/** Poetry's own constraints (`^3.11`, `~3.11`, `3.11`) in PEP 440's terms. https://python-poetry.org/docs/dependency-specification/ */
function fromPoetry(constraint: string): string {
  const parts = constraint.split(/\|\|?/).map(part =>
    part
      .trim()
      .split(/\s*,\s*|(?<=[\d*])\s+/)
      .map(poetryBound)
      .join(','),
  )
  return parts.join('||')
}

function poetryBound(bound: string): string {
  const [, sign = '', version = ''] = /^(\^|~(?!=))?\s*(.*)$/.exec(bound) ?? []
  const [major = '0', minor] = version.split('.')
  if (sign === '^') return `>=${version},<${Number(major) + 1}`
  if (sign === '~')
    return minor === undefined ? `>=${version},<${Number(major) + 1}` : `>=${version},<${major}.${Number(minor) + 1}`
  return /^\d/.test(version) ? `==${version}` : version
}
