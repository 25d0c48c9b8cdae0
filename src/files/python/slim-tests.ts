import { readContent } from '../../formats/content.ts'
import { type ImportedModule, scanImports } from '../../formats/python-source.ts'
import type { FileEntry } from '../../model.ts'
import type { Disk } from '../../system/system.ts'
import type { LaidOutDistribution } from './types.ts'

/** `test` and `testing` are API of some packages (django.test, numpy.testing) and stay. */
const SUITE_NAMES = ['tests', '_tests']

/** Files that are read at once. */
const BATCH_FILES = 32

/** A dotted name in quotes, as import_module and plugin tables take it. */
const QUOTED_MODULE = /['"](\.*)((?:\w+\.)*_?tests(?:\.\w+)*)['"]/g

/** The module that an entry point names. https://packaging.python.org/en/latest/specifications/entry-points/ */
const ENTRY_POINT = /=\s*([\w.]+)/g

/** The files in `tests` and `_tests` folders that no packed module outside of them imports, also not in turn through one that is imported. */
export async function findTestSuites(
  packed: { readonly distributions: readonly LaidOutDistribution[]; readonly ownFiles: readonly FileEntry[] },
  disk: Disk,
): Promise<ReadonlySet<FileEntry>> {
  const suites = new Map<string, FileEntry[]>()
  let unread: FileEntry[] = [...packed.ownFiles]
  for (const { distInfo, files } of packed.distributions) {
    for (const file of files) {
      const suite = file.path.startsWith(`${distInfo}/`) ? null : suiteOf(file.path)
      if (suite === null) unread.push(file)
      else suites.set(suite, [...(suites.get(suite) ?? []), file])
    }
  }
  // What an imported suite imports is imported, too.
  while (unread.length > 0 && suites.size > 0) {
    const wanted = await modulesNamedIn(unread, disk)
    unread = []
    for (const [suite, files] of suites) {
      if (!wanted.has(suite.replaceAll('/', '.'))) continue
      unread.push(...files)
      suites.delete(suite)
    }
  }
  return new Set([...suites.values()].flat())
}

/** The outermost folder of tests that a path is in, or null. */
export function suiteOf(path: string): string | null {
  const parts = path.split('/')
  const at = parts.slice(0, -1).findIndex(part => SUITE_NAMES.includes(part))
  return at < 0 ? null : parts.slice(0, at + 1).join('/')
}

/** Every suite, as a dotted name, that the files name in an import, in quotes or as an entry point. */
async function modulesNamedIn(files: readonly FileEntry[], disk: Disk): Promise<ReadonlySet<string>> {
  const readable = files.filter(({ path }) => path.endsWith('.py') || path.endsWith('/entry_points.txt'))
  const suites = new Set<string>()
  for (let start = 0; start < readable.length; start += BATCH_FILES) {
    const batch = readable.slice(start, start + BATCH_FILES)
    const named = await Promise.all(batch.map(file => namedIn(file, disk)))
    for (const suite of named.flat().flatMap(suitesIn)) suites.add(suite)
  }
  return suites
}

async function namedIn(file: FileEntry, disk: Disk): Promise<readonly string[]> {
  const content = await readContent(file.content, disk)
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength)
  if (!bytes.includes('tests')) return []
  const text = bytes.toString()
  if (!file.path.endsWith('.py')) return [...text.matchAll(ENTRY_POINT)].map(([, module = '']) => module)
  const quoted = [...text.matchAll(QUOTED_MODULE)].map(([, dots = '', module = '']) =>
    absolute(file.path, dots.length, module),
  )
  return [...quoted, ...scanImports(text).flatMap(one => modulesOf(file.path, one))]
}

function modulesOf(path: string, { module, names, level }: ImportedModule): readonly string[] {
  const base = absolute(path, level, module)
  // `from package import tests` names a module, too.
  return [base, ...names.map(name => (base === '' ? name : `${base}.${name}`))]
}

/** The dotted name that an import means in the file at an archive path; `level` counts its leading dots. */
function absolute(path: string, level: number, module: string): string {
  if (level === 0) return module
  const folders = path.split('/').slice(0, -1)
  return [...folders.slice(0, Math.max(0, folders.length - level + 1)), ...(module === '' ? [] : [module])].join('.')
}

/** For a.tests.b.tests.c the suite a.tests. */
function suitesIn(module: string): readonly string[] {
  const parts = module.split('.')
  const at = parts.findIndex(part => SUITE_NAMES.includes(part))
  return at < 0 ? [] : [parts.slice(0, at + 1).join('.')]
}
