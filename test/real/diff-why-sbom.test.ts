import { copyFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import type { ReportDiff } from '../../src/report/diff.ts'
import type { WhyAnswer } from '../../src/report/why.ts'
import { lpack } from '../cli/run.ts'
import { problemsOfBom } from '../cyclonedx.ts'
import { describe, inTemporaryFolder, needing, writeTree } from '../helpers.ts'
import { install } from './node-functions.ts'
import { output } from './programs.ts'

const HANDLER = 'import numpy\n\n\ndef handler(event, context):\n    return numpy.__version__\n'

const pins = (six: string, numpy: string) => `numpy==${numpy}\npython-dateutil==2.9.0.post0\nsix==${six}\n`

/** Writes the files of a zip again, with times of today, by Python's zipfile and in the order of their names. */
const BY_PYTHON = `
import sys, zipfile
old = zipfile.ZipFile(sys.argv[1])
with zipfile.ZipFile(sys.argv[2], 'w', zipfile.ZIP_DEFLATED) as new:
    for info in old.infolist():
        again = zipfile.ZipInfo(info.filename, (2024, 5, 6, 7, 8, 10))
        again.external_attr = info.external_attr
        new.writestr(again, old.read(info), zipfile.ZIP_DEFLATED)
`

describe('a Python function with numpy', it => {
  needing(
    it,
    'zip',
    'unzip',
    'python3',
    'sha256sum',
  )('is compared, explained and listed', () =>
    inTemporaryFolder(async dir => {
      const config = { name: 'hello', runtime: 'python3.13', handler: 'app.handler', include: ['app.py'] }
      const requirements = pins('1.16.0', '2.1.3')
      await writeTree(dir, {
        'app.py': HANDLER,
        'requirements.txt': requirements,
        'lpack.config.json': JSON.stringify(config),
      })
      const first = await lpack(dir, ['zip'])
      assert.is(first.code, 0, first.err)
      const zip = join(dir, 'lpack.out/hello.zip')
      await copyFile(zip, join(dir, 'old.zip'))
      await writeFile(join(dir, 'old.json'), (await lpack(dir, ['report', '--json'])).out)

      await comparesMakers(dir)
      await explains(dir)
      await lists(dir)
      await comparesVersions(dir)
    }),
  )
})

/** The same files by other tools: the contents, names and modes are the same. */
async function comparesMakers(dir: string): Promise<void> {
  await output('unzip', ['-q', 'old.zip', '-d', 'tree'], { cwd: dir })
  await output('zip', ['-q', '-r', '../infozip.zip', '.'], { cwd: join(dir, 'tree') })
  await output('python3', ['-c', BY_PYTHON, 'old.zip', 'python.zip'], { cwd: dir })
  const infozip = await differenceOf(dir, ['infozip.zip', '--diff', 'old.zip'])
  assert.equal([infozip.files, infozip.packages], [[], []])
  assert.ok(infozip.reasons.some(({ kind }) => kind === 'folders'))
  assert.ok(infozip.reasons.some(({ kind }) => kind === 'headers'))
  const python = await differenceOf(dir, ['python.zip', '--diff', 'old.zip'])
  assert.equal([python.files, python.packages], [[], []])
  const kinds = python.reasons.map(({ kind }) => kind)
  assert.equal(kinds, ['times', 'compression'])
  const again = await differenceOf(dir, ['python.zip', '--diff', 'python.zip'])
  assert.is(again.identical, true)
}

async function explains(dir: string): Promise<void> {
  const [six] = await answersOf(dir, 'hello', 'six')
  assert.equal(
    six?.chain.map(({ kind, to }) => [kind, to]),
    [['asks', 'six']],
  )
  assert.equal(six?.alsoRequiredBy, ['python-dateutil'])
  const [stub] = await answersOf(dir, 'hello', 'numpy/__init__.pyi')
  assert.equal([stub?.state, stub?.rules, stub?.package?.name], ['left-out', ['type stubs'], 'numpy'])
  const libraries = await answersOf(dir, 'hello', 'numpy.libs')
  assert.equal(
    libraries.map(({ state }) => state),
    ['packed'],
  )
  assert.ok((libraries[0]?.bytes ?? 0) > 10_000_000)
}

async function lists(dir: string): Promise<void> {
  const { code, err } = await lpack(dir, ['report', '--sbom', 'bom.json'])
  assert.is(code, 0, err)
  const text = await readFile(join(dir, 'bom.json'), 'utf8')
  assert.equal(problemsOfBom(text), [])
  const { components } = JSON.parse(text) as {
    components: { name: string; purl: string; hashes: { content: string }[]; licenses: unknown[] }[]
  }
  assert.equal(
    components.map(({ purl }) => purl),
    ['pkg:pypi/numpy@2.1.3', 'pkg:pypi/python-dateutil@2.9.0.post0', 'pkg:pypi/six@1.16.0'],
  )
  const six = components.find(({ name }) => name === 'six')
  assert.equal(six?.licenses, [{ license: { id: 'MIT' } }])
  const script =
    'LC_ALL=C; export LC_ALL; find six.py six-1.16.0.dist-info -type f | sort | xargs sha256sum | sha256sum'
  const [sum] = (await output('sh', ['-c', script], { cwd: join(dir, 'tree') })).split(' ')
  assert.is(six?.hashes[0]?.content, sum)
}

async function comparesVersions(dir: string): Promise<void> {
  await writeTree(dir, { 'requirements.txt': pins('1.17.0', '2.1.2') })
  const { code, err } = await lpack(dir, ['zip'])
  assert.is(code, 0, err)
  const told: ReportDiff[] = []
  for (const old of ['old.zip', 'old.json']) told.push(await differenceOf(dir, ['--diff', old]))
  const [fromZip, fromJson] = told
  assert.equal(
    fromZip?.packages.map(({ name, kind, oldVersion, version }) => [name, kind, oldVersion, version]).sort(),
    [
      ['numpy', 'down', '2.1.3', '2.1.2'],
      ['six', 'up', '1.16.0', '1.17.0'],
    ],
  )
  assert.equal(fromJson?.packages, fromZip?.packages)
  assert.equal(fromJson?.files, fromZip?.files)
  assert.is(fromJson?.identical, false)
  const zipped = fromZip?.packages.reduce((sum, one) => sum + one.zippedBytes - one.oldZippedBytes, 0)
  assert.is(zipped, (fromZip?.now.bytes ?? 0) - (fromZip?.old?.bytes ?? 0))
}

describe('a Node.js function with express and sharp', it => {
  needing(it, 'npm')('is compared, explained and listed', () =>
    inTemporaryFolder(async dir => {
      const manifest = (express: string) =>
        JSON.stringify({ name: 'shop', type: 'module', dependencies: { express, sharp: '0.33.5' } })
      await writeTree(dir, {
        'lpack.config.json': JSON.stringify({ name: 'shop', runtime: 'nodejs22.x', handler: 'src/index.handler' }),
        'package.json': manifest('4.21.1'),
        'src/index.ts': "import { app } from './app.js'\nexport const handler = async () => app()\n",
        'src/app.ts':
          "import express from 'express'\nimport sharp from 'sharp'\nexport const app = () => [express, sharp]\n",
      })
      await install('npm', dir)
      const first = await lpack(dir, ['zip'])
      assert.is(first.code, 0, first.err)
      await copyFile(join(dir, 'lpack.out/shop.zip'), join(dir, 'old.zip'))

      const [parser] = await answersOf(dir, 'shop', 'body-parser')
      assert.is(parser?.state, 'inlined')
      assert.equal(parser?.chain.map(({ to }) => to).slice(0, 3), [
        'src/index.ts',
        'src/app.ts',
        'node_modules/express/index.js',
      ])
      assert.is(parser?.chain.at(-1)?.to, 'node_modules/body-parser/index.js')
      const [library] = await answersOf(dir, 'shop', '@img/sharp-libvips-linux-x64')
      assert.equal(
        library?.chain.map(({ kind, to }) => `${kind} ${to.replace(/(?<=.)@[\d.]+$/, '')}`),
        ['starts src/index.ts', 'imports src/app.ts', 'imports sharp', 'requires @img/sharp-libvips-linux-x64'],
      )
      const [addon] = await answersOf(dir, 'shop', 'sharp')
      assert.match(addon?.rules[0] ?? '', /^not in the bundle: /)

      await lpack(dir, ['report', '--sbom', 'bom.json'])
      const text = await readFile(join(dir, 'bom.json'), 'utf8')
      assert.equal(problemsOfBom(text), [])
      const purls = JSON.parse(text).components.map((one: { purl: string }) => one.purl)
      for (const purl of ['pkg:npm/express@4.21.1', 'pkg:npm/sharp@0.33.5', 'pkg:npm/%40img/sharp-linux-x64@0.33.5']) {
        assert.ok(purls.includes(purl), purl)
      }
      assert.not.ok(purls.some((purl: string) => purl.includes('darwin')))

      await writeTree(dir, { 'package.json': manifest('4.21.2') })
      await install('npm', dir)
      assert.is((await lpack(dir, ['zip'])).code, 0)
      const { packages, reasons } = await differenceOf(dir, ['--diff', 'old.zip'])
      const express = packages.find(({ name }) => name === 'express')
      assert.equal([express?.kind, express?.oldVersion, express?.version], ['up', '4.21.1', '4.21.2'])
      assert.equal(reasons[0], { kind: 'content', count: 1 })
    }),
  )
})

async function differenceOf(dir: string, args: readonly string[]): Promise<ReportDiff> {
  const { code, out, err } = await lpack(dir, ['report', ...args, '--json', '--no-check'])
  assert.is(code, 0, err)
  const [diff] = JSON.parse(out).diffs as ReportDiff[]
  if (diff === undefined) throw new Error('no difference is told')
  return diff
}

async function answersOf(dir: string, name: string, asked: string): Promise<readonly WhyAnswer[]> {
  const { code, out, err } = await lpack(dir, ['why', name, asked, '--json'])
  assert.is(code, 0, err)
  return JSON.parse(out).answers
}
