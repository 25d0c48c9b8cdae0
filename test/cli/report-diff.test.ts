import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import type { ReportDiff } from '../../src/report/diff.ts'
import { describe, inTemporaryFolder, writeTree } from '../helpers.ts'
import { makeWheel, makeZip } from '../wheels.ts'
import { makeLooseZip } from '../zips.ts'
import { lpack } from './run.ts'

const HANDLER = 'def handler(event, context):\n    return event\n'

describe('lpack report --diff', it => {
  it('says identical of what was packed again', () =>
    inProject(async dir => {
      await lpack(dir, ['zip'])
      const { code, out, err } = await lpack(dir, ['report', '--diff', 'lpack.out/hello.zip'])
      assert.is(code, 0, err)
      assert.match(out, 'hello  compared with lpack.out/hello.zip\n  Identical.\n')
    }))

  it('tells the version that moved, from a zip and from the JSON of an earlier report', () =>
    inProject(async dir => {
      await lpack(dir, ['zip', '--out-dir', 'old'])
      await writeFile(join(dir, 'old.json'), (await lpack(dir, ['report', '--out-dir', 'old', '--json'])).out)
      await writeTree(dir, { 'app.py': `# newer\n${HANDLER}` })
      await install(dir, '2.0')
      await lpack(dir, ['zip'])
      const told: string[] = []
      for (const old of ['old/hello.zip', 'old', 'old.json']) {
        const { code, out, err } = await lpack(dir, ['report', '--diff', old, '--json'])
        assert.is(code, 0, err)
        const [diff] = JSON.parse(out).diffs as ReportDiff[]
        const { packages = [], files = [], reasons = [] } = diff ?? {}
        assert.equal(packages.map(({ name, kind, oldVersion, version }) => [name, kind, oldVersion, version]).sort(), [
          ['(function)', 'changed', '', ''],
          ['acme', 'up', '1.0', '2.0'],
        ])
        told.push(JSON.stringify([packages, files, reasons]))
      }
      assert.equal([told[1], told[2]], [told[0], told[0]])
    }))

  it('tells a zip of another tool that only the way of zipping is another', () =>
    inProject(async dir => {
      const files = { 'app.py': HANDLER, 'data/a.txt': 'a'.repeat(100) }
      const entries = Object.entries(files).map(([name, content]) => ({ name, content }))
      const folder = { name: 'data/', content: '', mode: 0o40755 }
      await writeTree(dir, {
        'a.zip': makeZip(entries),
        'b.zip': makeLooseZip({ entries: [...entries.map(one => ({ ...one, method: 0, isStreamed: true })), folder] }),
      })
      const { out } = await lpack(dir, ['report', 'b.zip', '--diff', 'a.zip'])
      assert.match(
        out.replaceAll(/\s+/g, ' '),
        'Why the hash changed: 1 entry of a folder, the compression of 2 files, the headers of 2 files (the same files, zipped by another tool or in another way).',
      )
    }))

  it('stands in Markdown, too', () =>
    inProject(async dir => {
      await lpack(dir, ['zip'])
      const { out } = await lpack(dir, ['report', '--diff', 'lpack.out', '--markdown'])
      assert.match(out, '**Changes** compared with `hello.zip`: Identical.')
    }))

  it('lets growth be measured from what it compares with', () =>
    inProject(
      async dir => {
        await lpack(dir, ['zip', '--out-dir', 'old'])
        await writeTree(dir, { 'more.txt': [...Array(3000).keys()].join(' ') })
        await lpack(dir, ['zip'])
        const { code, out } = await lpack(dir, ['report', '--diff', 'old'])
        assert.is(code, 1)
        assert.match(out, 'budget.growth')
      },
      { budget: { growth: '1 KB' } },
    ))

  it('compares one zip with one function only', () =>
    inProject(async dir => {
      await lpack(dir, ['zip'])
      const zip = 'lpack.out/hello.zip'
      const { code, err } = await lpack(dir, ['report', 'hello', zip, '--diff', zip])
      assert.is(code, 2)
      assert.match(err, 'hello.zip is one zip, and the report is of 2: hello, hello.zip.')
    }))

  const hostile: readonly (readonly [string, Uint8Array, string])[] = [
    ['cut', makeZip([{ name: 'a', content: 'a' }]).subarray(0, 60), "can't be read as a zip"],
    [
      'that lies of a size',
      makeLooseZip({ entries: [{ name: 'a', content: 'a', lies: { bytes: 4e9 } }] }),
      'is larger than its data can be',
    ],
    [
      'whose entries share bytes',
      makeLooseZip({
        entries: [
          { name: 'a', content: 'a' },
          { name: 'b', content: 'a', lies: { offset: 0 } },
        ],
      }),
      'share bytes',
    ],
  ]
  for (const [title, bytes, words] of hostile) {
    it(`tells off an old zip ${title}`, () =>
      inProject(async dir => {
        await lpack(dir, ['zip'])
        await writeTree(dir, { 'old.zip': bytes })
        const { code, out, err } = await lpack(dir, ['report', '--diff', 'old.zip'])
        assert.equal([code, out], [2, ''])
        assert.ok(err.includes(words), err)
      }))
  }

  it('is told what to do with the JSON of zip', () =>
    inProject(async dir => {
      const { out } = await lpack(dir, ['zip', '--json'])
      await writeFile(join(dir, 'zip.json'), out)
      const { code, err } = await lpack(dir, ['report', '--diff', 'zip.json'])
      assert.is(code, 2)
      assert.match(err, "zip.json doesn't tell the files of an artifact")
    }))
})

describe('lpack report --sbom', it => {
  it('writes what the artifact holds, the same bytes each time', () =>
    inProject(async dir => {
      await lpack(dir, ['zip'])
      const texts: string[] = []
      for (const name of ['a.cdx.json', 'sub/b.cdx.json']) {
        const { code, out, err } = await lpack(dir, ['report', '--sbom', name])
        assert.is(code, 0, err)
        assert.match(out, /^hello {2}python3\.13/)
        texts.push(await readFile(join(dir, name), 'utf8'))
      }
      assert.is(texts[0], texts[1])
      const bom = JSON.parse(texts[0] ?? '')
      assert.equal(
        bom.components.map((one: { purl: string }) => one.purl),
        ['pkg:pypi/acme@1.0'],
      )
      assert.match(bom.components[0].hashes[0].content, /^[0-9a-f]{64}$/)
      assert.equal(bom.dependencies, [
        { ref: 'function:hello', dependsOn: ['pkg:pypi/acme@1.0'] },
        { ref: 'pkg:pypi/acme@1.0' },
      ])
    }))

  it('does not write over the artifact', () =>
    inProject(async dir => {
      await lpack(dir, ['zip'])
      const { code, err } = await lpack(dir, ['report', '--sbom', 'lpack.out/hello.zip'])
      assert.is(code, 2)
      assert.match(err, 'would be overwritten')
    }))
})

function inProject(action: (dir: string) => Promise<void>, changes: object = {}): Promise<void> {
  return inTemporaryFolder(async dir => {
    const config = { name: 'hello', runtime: 'python3.13', handler: 'app.handler', dependencies: 'wheels' }
    await writeTree(dir, { 'app.py': HANDLER, 'lpack.config.json': JSON.stringify({ ...config, ...changes }) })
    await install(dir, '1.0')
    await action(dir)
  })
}

async function install(dir: string, version: string): Promise<void> {
  const { bytes } = makeWheel({ name: 'acme', version, files: { 'acme/__init__.py': `VERSION = '${version}'\n` } })
  const filename = `acme-${version}-py3-none-any.whl`
  await writeTree(dir, { [`wheels/${filename}`]: bytes })
  if (version !== '1.0') await rm(join(dir, 'wheels/acme-1.0-py3-none-any.whl'))
}
