import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FinishedStream } from '../../src/cache/types.ts'
import { collectFiles } from '../../src/files/collect.ts'
import { readContent } from '../../src/formats/content.ts'
import { crc32 } from '../../src/formats/crc32.ts'
import type { Config, FileEntry, FileSet, SlimLevel } from '../../src/model.ts'
import { makePlans } from '../../src/plan/make-plans.ts'
import { NO_BUDGET } from '../../src/report/limits.ts'
import { makeDisk } from '../../src/system/disk.ts'
import { writeZip } from '../../src/zip/write.ts'
import { REPOSITORY, writeTree } from '../helpers.ts'
import { testConfig, testFileSet } from '../worlds.ts'
import type { Platform } from './pip.ts'
import { systemWith } from './python-tools.ts'

let folder: Promise<string> | null = null

/** A folder for downloads, removed at the end of the run unless LPACK_TEST_FOLDER names one that is to be kept. */
export function sharedFolder(): Promise<string> {
  const kept = process.env['LPACK_TEST_FOLDER']
  if (kept !== undefined) return Promise.resolve(kept)
  folder ??= mkdtemp(join(tmpdir(), 'lpack-pip-')).then(dir => {
    process.once('exit', () => rmSync(dir, { recursive: true, force: true }))
    return realpath(dir)
  })
  return folder
}

/** A function that is nothing but its requirements file. */
export async function functionOf(pinned: string, platform: Platform, slim: SlimLevel, dir: string): Promise<Config> {
  const root = join(dir, 'function')
  const source = 'def lambda_handler(event, context): ...\n'
  await writeTree(root, { 'requirements.txt': pinned, 'lambda_function.py': source })
  const { python, architecture } = platform
  const one = testConfig(root, { runtime: `python${python}`, architecture, slim })
  return {
    file: null,
    dir: root,
    outDir: join(dir, 'lpack.out'),
    outDirs: [],
    functions: [one],
    totalBudget: NO_BUDGET,
    inferred: [],
  }
}

/** The files of that function. No tool is there to resolve anything: the pins are the lock. */
export async function collect(pinned: string, platform: Platform, slim: SlimLevel, dir: string): Promise<FileSet> {
  const system = await systemWith('none')
  const config = await functionOf(pinned, platform, slim, join(dir, slim))
  const places = { workDir: join(dir, slim, 'work'), storeDir: join(await sharedFolder(), 'store'), useCache: true }
  const [plan] = await makePlans(config, [], system)
  if (plan === undefined) throw new Error('a config of one function has one plan')
  return collectFiles(plan, places, system)
}

/** Stores without compressing: quick, and nothing that is imported depends on it. */
async function stored({ path, content }: FileEntry): Promise<FinishedStream> {
  const bytes = await readContent(content, makeDisk())
  return { sha256: path, bytes: bytes.length, crc32: crc32(bytes), method: 'store' }
}

/** Writes the files as a zip and unpacks that with Info-ZIP. Returns the folder. */
export async function throughZip(files: readonly FileEntry[], dir: string): Promise<string> {
  const path = join(dir, 'stored.zip')
  await writeZip(testFileSet(files), path, stored, await systemWith('none'))
  return unzip(path, dir)
}

export async function unzip(path: string, dir: string): Promise<string> {
  const unzipped = join(dir, 'unzipped')
  execFileSync('unzip', ['-q', path, '-d', unzipped])
  await rm(path)
  return unzipped
}

/** Imports the modules of each distribution from the folder alone. Returns what went wrong, by module. */
export function importAll(
  python: string,
  dir: string,
  modules: Readonly<Record<string, readonly string[]>>,
): Readonly<Record<string, string>> {
  const answer = execFileSync(python, ['-S', '-I', join(REPOSITORY, 'test/real/import-all.py'), dir], {
    input: JSON.stringify(modules),
    stdio: ['pipe', 'pipe', 'ignore'],
    encoding: 'utf8',
    // Lambda's home is not writable either; some keep caches there.
    env: { PATH: process.env['PATH'], HOME: dir },
  })
  return JSON.parse(answer) as Readonly<Record<string, string>>
}

/** psycopg-binary refuses to be imported before the package that it speeds up. */
const IMPORTED_FIRST: Readonly<Record<string, readonly string[]>> = { 'psycopg-binary': ['psycopg'] }

/**
 * The modules that a distribution offers to `import`: its topmost packages and modules, those in namespaces included,
 * and every extension module below them.
 */
export function modulesOf(distribution: string, files: readonly FileEntry[], platform: Platform): readonly string[] {
  const paths = files.filter(({ owner }) => owner === distribution).map(({ path }) => path)
  const packages = new Set(
    paths.filter(path => /\/__init__\.(py|[^/]*so)$/.test(path)).map(path => path.replace(/\/[^/]*$/, '')),
  )
  const modules = paths.flatMap(path => {
    const parts = path.split('/')
    const stem = stemOf(parts.at(-1) ?? '', platform)
    if (stem === null) return []
    const folders = parts.slice(0, -1)
    const depth = folders.findIndex((_, i) => packages.has(folders.slice(0, i + 1).join('/')))
    const topmost = depth < 0 ? [...folders, stem] : folders.slice(0, depth + 1)
    const own = stem === '__init__' ? folders : [...folders, stem]
    return path.endsWith('.so') ? [topmost, own] : [topmost]
  })
  const isImportable = (names: readonly string[]) => names.every(name => /^[A-Za-z_]\w*$/.test(name))
  const first = IMPORTED_FIRST[distribution] ?? []
  return [
    ...first,
    ...new Set(
      modules
        .filter(isImportable)
        .map(names => names.join('.'))
        .sort(),
    ),
  ]
}

/** The module that a file name stands for, or null: shared libraries end in .so, too. */
function stemOf(name: string, { python }: Platform): string | null {
  const tag = `cpython-${python.replace('.', '')}-[^.]*`
  return new RegExp(`^(.+?)\\.(?:py|(?:${tag}|abi3)\\.so)$`).exec(name)?.[1] ?? null
}
