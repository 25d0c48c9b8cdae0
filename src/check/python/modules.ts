import { posix } from 'node:path'
import type { FileEntry, PythonTarget } from '../../model.ts'
import { contentOf, type Subject } from '../subject.ts'

/** A module in the artifact. */
export interface PythonModule {
  /** null: a folder without __init__, a namespace package. */
  readonly file: FileEntry | null
  /** Where its submodules are looked for; none unless it is a package. '' is the artifact's root. */
  readonly folders: readonly string[]
}

/** Where Python looks for topmost modules. */
export interface SearchPath {
  /** Folders of the artifact, in order; '' is its root. */
  readonly folders: readonly string[]
  /** What else may bring modules, in words for people; null: nothing. */
  readonly beyond: string | null
}

const TASK_ROOT = '/var/task'
/** What setuptools and pip write for namespaces and for distutils; it brings no modules of its own. */
const KNOWN_START_CODE = /_distutils_hack|nspkg|module_from_spec|new\.module|types\.ModuleType|_virtualenv/

/**
 * The folders of the artifact that are on Python's path: its root, what .pth files there add (the runtime calls
 * `site.addsitedir('/var/task')` before it loads the handler), and what PYTHONPATH names.
 */
export async function searchPath(subject: Subject): Promise<SearchPath> {
  const folders = ['']
  const { installs } = subject.fileSet
  const layer = subject.plan.config.layers.length > 0 ? 'a layer' : null
  let beyond = installs.length > 0 ? 'what pip installs in the image' : layer
  for (const file of subject.fileSet.files) {
    if (!/^[^./][^/]*\.pth$/.test(file.path)) continue
    for (const line of text(await contentOf(file, subject)).split(/\r?\n/)) {
      if (/^import[ \t]/.test(line)) {
        if (!KNOWN_START_CODE.test(line)) beyond ??= `the code in ${file.path}`
      } else if (/^\s*[^#\s]/.test(line)) folders.push(posix.join(line.trim()).replace(/\/$/, ''))
    }
  }
  const pythonPath = subject.plan.config.settings.environment['PYTHONPATH'] ?? ''
  for (const path of pythonPath.split(':').filter(part => part !== '')) {
    const inside = posix.relative(TASK_ROOT, posix.resolve(TASK_ROOT, path))
    if (!inside.startsWith('..')) folders.push(inside)
    else if (path !== '/var/runtime') beyond ??= `${path} of PYTHONPATH`
  }
  return { folders: folders.filter(folder => folder === '' || subject.folders.has(folder)), beyond }
}

/** The suffixes that Python's import tries for a name, in its order. */
export function moduleSuffixes({ version, architecture }: PythonTarget): readonly string[] {
  const cpu = architecture === 'arm64' ? 'aarch64' : 'x86_64'
  return [`.cpython-${version.replace('.', '')}-${cpu}-linux-gnu.so`, '.abi3.so', '.so', '.py', '.pyc']
}

/**
 * A module by its last name, as `importlib.machinery.PathFinder` finds it: in each folder a package goes before a
 * module, and a module before a folder without `__init__`.
 * https://docs.python.org/3/reference/import.html#the-path-based-finder
 */
export function findModule(
  name: string,
  folders: readonly string[],
  subject: Subject,
  suffixes: readonly string[],
): PythonModule | null {
  const portions: string[] = []
  for (const folder of folders) {
    const base = folder === '' ? name : `${folder}/${name}`
    const isFolder = subject.folders.has(base)
    for (const suffix of isFolder ? suffixes : []) {
      const file = subject.files.get(`${base}/__init__${suffix}`)
      if (file !== undefined) return { file, folders: [base] }
    }
    for (const suffix of suffixes) {
      const file = subject.files.get(base + suffix)
      if (file !== undefined) return { file, folders: [] }
    }
    if (isFolder) portions.push(base)
  }
  return portions.length > 0 ? { file: null, folders: portions } : null
}

/** A compiled module of the name that is for another Python or CPU: other checks speak of it. */
export function isForeignModule(name: string, folders: readonly string[], subject: Subject): boolean {
  const starts = folders.map(folder => (folder === '' ? `${name}.` : `${folder}/${name}.`))
  return subject.fileSet.files.some(
    ({ path }) =>
      /\.(?:so|pyd|dylib)$/.test(path) &&
      starts.some(start => path.startsWith(start) && !path.slice(start.length).includes('/')),
  )
}

/** The source of a module, or null where it has none that can be read: a compiled one. */
export async function sourceOf(file: FileEntry, subject: Subject): Promise<string | null> {
  return file.path.endsWith('.py') ? text(await contentOf(file, subject)) : null
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
}
