import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { scanImports, topLevelNames } from '../../src/formats/python-source.ts'
import { describe, inTemporaryFolder, REPOSITORY } from '../helpers.ts'

const ORACLE = join(REPOSITORY, 'test/real/python-source-oracle.py')
const WHEELS = [
  'aiohttp==3.11.18',
  'boto3==1.38.0',
  'botocore==1.38.0',
  'django==5.2',
  'numpy==2.2.5',
  'pandas==2.2.3',
  'pydantic==2.11.3',
  'scikit-learn==1.6.1',
  'scipy==1.15.2',
  'setuptools==80.0.0',
  'sqlalchemy==2.0.40',
  'sympy==1.13.3',
]

/** A line of the oracle: the path, each import's module, names, level, line and optional, then the names bound. */
type Seen = readonly [path: string, imports: readonly Imported[], ...names: readonly (readonly string[])[]]
type Imported = readonly [module: string, names: readonly string[], level: number, line: number, optional: boolean]

describe('python-source against CPython', it => {
  it('reads the standard library as CPython does', () => {
    const library = python(['-c', 'import sysconfig; print(sysconfig.get_path("stdlib"))']).trim()
    compare(`standard library of ${python(['--version']).trim()}`, library, 1000)
  })

  it('reads large packages as CPython does', () =>
    inTemporaryFolder(async dir => {
      const wheels = join(dir, 'wheels')
      const platform = ['--python-version', '3.12', '--platform', 'manylinux2014_x86_64', '--only-binary', ':all:']
      python(['-m', 'pip', 'download', '--quiet', '--no-deps', '--dest', wheels, ...platform, ...WHEELS])
      const names = await readdir(wheels)
      assert.is(names.length, WHEELS.length)
      for (const name of names) python(['-m', 'zipfile', '-e', join(wheels, name), join(dir, 'packages')])
      compare(`${names.length} wheels`, join(dir, 'packages'), 4000)
    }))
})

function compare(title: string, folder: string, leastFiles: number): void {
  const lines = python([ORACLE, folder]).trimEnd().split('\n')
  const counts = { files: 0, bytes: 0, imports: 0, names: 0, milliseconds: 0 }
  const different: string[] = []
  for (const line of lines) {
    const [path, imports, ...names] = JSON.parse(line) as Seen
    const bytes = readFileSync(path)
    const source = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
    const start = performance.now()
    const found = scanImports(source)
    const bound = topLevelNames(source)
    counts.milliseconds += performance.now() - start
    counts.files++
    counts.bytes += bytes.length
    counts.imports += imports.length
    counts.names += names.flat().length
    const ours = [found.map(asImported), bound.names, bound.asyncDefs, bound.stars]
    // Python sorts by code point, JavaScript by code unit.
    const theirs = [imports, ...names.map(list => [...list].sort())]
    if (JSON.stringify(ours) !== JSON.stringify(theirs)) different.push(path)
  }
  const speed = (2 * counts.bytes) / 1000 / counts.milliseconds
  console.log(`  ${title}: ${counts.files} files, ${(counts.bytes / 1e6).toFixed(1)} MB, ${counts.imports} imports,`)
  console.log(`  ${counts.names} names, ${different.length} files differ; ${speed.toFixed(1)} MB/s a reading`)
  assert.ok(counts.files >= leastFiles, `only ${counts.files} files`)
  assert.equal(different, [])
}

function asImported({ module, names, level, line, optional }: ReturnType<typeof scanImports>[number]): Imported {
  return [module, names, level, line, optional]
}

function python(args: readonly string[]): string {
  return execFileSync('python3', args, { encoding: 'utf8', maxBuffer: 2 ** 30, stdio: ['ignore', 'pipe', 'inherit'] })
}
