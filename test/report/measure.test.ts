import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import type { PublicReport, ReportDocument } from '../../src/report/json.ts'
import { lpack } from '../cli/run.ts'
import { describe, inTemporaryFolder } from '../helpers.ts'
import { checkSums } from '../report-sums.ts'
import { type LooseEntry, type LooseZip, makeLooseZip } from '../zips.ts'

const APP: LooseEntry = { name: 'app.py', content: 'def handler(event, context):\n    return event\n'.repeat(20) }
const FOLDER: LooseEntry = { name: 'pkg/', method: 0, mode: 0o40755, attributes: 0o40755 * 0x1_0000 + 0x10 }
const MODULE: LooseEntry = { name: 'pkg/module.py', content: 'x = 1\n'.repeat(100) }
/** As Info-ZIP writes times and owners: 28 bytes in the entry's own header, 24 in the directory. */
const LOCAL_TIMES = field(0x5455, 9, 0x7875, 11)
const TIMES = field(0x5455, 5, 0x7875, 11)
const DATA_BYTES = deflatedBytes(APP)

/** What of a zip is no file's, besides the 22 bytes of its end. */
const ZIPS: readonly (readonly [string, LooseZip, number])[] = [
  ['nothing more', { entries: [APP, MODULE] }, 0],
  ['folders', { entries: [APP, FOLDER, MODULE] }, 76 + 2 * 4],
  ['extra fields', { entries: [{ ...APP, extra: TIMES, localExtra: LOCAL_TIMES }] }, 0],
  ['data descriptors', { entries: [{ ...APP, isStreamed: true }, MODULE] }, 0],
  ['sizes of 64 bits', { entries: [{ ...APP, isZip64: true }, MODULE], isZip64: true }, 56 + 20],
  ['a program before it', { entries: [APP], before: Buffer.alloc(1000, 1) }, 1000],
  ['data behind it', { entries: [APP], after: Buffer.alloc(77, 1) }, 77],
  ['a comment', { entries: [APP], comment: 'made by hand' }, 12],
  [
    'gaps',
    {
      entries: [
        { ...APP, gapBytes: 300 },
        { ...MODULE, gapBytes: 5 },
      ],
    },
    305,
  ],
  ['a file that stands twice', { entries: [APP, MODULE, APP] }, DATA_BYTES + 76 + 2 * 6],
  ['no file', { entries: [] }, 0],
]

describe('report/measure, of any zip', it => {
  for (const [what, zip, others] of ZIPS) {
    it(`counts every byte of one with ${what}`, async () => {
      const report = await measured(zip)
      checkSums(report)
      assert.is(report.otherBytes, 22 + others)
    })
  }

  it('has all bytes that are a file’s own in it', async () => {
    const { files } = await measured({ entries: [{ ...APP, extra: TIMES, localExtra: LOCAL_TIMES, isStreamed: true }] })
    assert.equal(
      files.map(one => one.zippedBytes),
      [DATA_BYTES + 76 + 2 * 6 + TIMES.length + LOCAL_TIMES.length + 16],
    )
  })

  it('tells of each file its CRC-32, its mode and why it is there', async () => {
    const { files } = await measured({
      entries: [
        APP,
        { name: 'run.sh', content: '#!', mode: 0o100755 },
        { name: 'dos.txt', content: '', host: 0, attributes: 0 },
      ],
    })
    assert.equal(
      files.map(({ path, crc32, mode, package: of, reason }) => [path, crc32, mode, of, reason]),
      [
        ['app.py', '9c6f1794', '644', '(function)', 'own file'],
        ['dos.txt', '00000000', null, '(function)', 'own file'],
        ['run.sh', 'b31975c0', '755', '(function)', 'own file'],
      ],
    )
  })

  it('keeps links, names that are unsafe and what is encrypted, as files', async () => {
    const report = await measured({
      entries: [
        APP,
        { name: 'alias.py', content: 'app.py', mode: 0o120777 },
        { name: '../outside.py', content: 'x = 1\n' },
        { name: 'secret.py', content: 'x = 1\n', method: 0, flags: 1 },
      ],
    })
    checkSums(report)
    assert.equal(
      report.files.map(({ path, reason }) => `${path}: ${reason}`),
      ['../outside.py: own file', 'alias.py: link to app.py', 'app.py: own file', 'secret.py: own file'],
    )
  })

  it('finds the packages of .dist-info and node_modules, with licences and who requires them', async () => {
    const report = await measured({
      entries: [
        APP,
        ...distribution('greetings', '2.0', 'License-Expression: MIT\nRequires-Dist: words'),
        ...distribution('words', '1.0', 'Classifier: License :: OSI Approved :: BSD License'),
        ...nodePackage('node_modules/outer', {
          name: 'outer',
          version: '1.0.0',
          license: 'ISC',
          dependencies: { inner: '1' },
        }),
        ...nodePackage('node_modules/outer/node_modules/inner', { name: 'inner', version: '1.0.0' }),
        ...nodePackage('node_modules/inner', { name: 'inner', version: '2.0.0' }),
      ],
    })
    checkSums(report)
    assert.equal(
      report.packages.map(one => [one.id, one.name, one.version, one.licence, one.files, one.requiredBy.join()]).sort(),
      [
        ['(function)', '(function)', '', null, 1, ''],
        ['greetings', 'greetings', '2.0', 'MIT', 3, '(direct)'],
        ['inner@1.0.0', 'inner', '1.0.0', null, 2, 'outer'],
        ['inner@2.0.0', 'inner', '2.0.0', null, 2, '(direct)'],
        ['outer@1.0.0', 'outer', '1.0.0', 'ISC', 2, '(direct)'],
        ['words', 'words', '1.0', 'BSD License', 3, 'greetings'],
      ],
    )
    const versions = report.duplicates.filter(({ kind }) => kind === 'versions')
    assert.equal(
      versions.map(one => one.kind === 'versions' && [one.name, one.versions]),
      [['inner', ['1.0.0', '2.0.0']]],
    )
  })

  it('finds two versions of one distribution', async () => {
    const report = await measured({
      entries: [...distribution('words', '1.0', ''), ...distribution('words', '2.0', '', 'vendor/')],
    })
    checkSums(report)
    assert.equal(
      report.packages
        .filter(({ files }) => files > 0)
        .map(one => [one.name, one.version, one.files])
        .sort(),
      [
        ['words', '1.0', 3],
        ['words', '2.0', 3],
      ],
    )
  })

  it('finds files of the same bytes, not of the same CRC-32 alone, and no empty ones', async () => {
    // Both have the CRC-32 of "plumless".
    const report = await measured({
      entries: [
        { name: 'a.txt', content: 'same '.repeat(400) },
        { name: 'b.txt', content: 'same '.repeat(400), method: 0 },
        { name: 'plumless', content: 'plumless' },
        { name: 'buckeroo', content: 'buckeroo' },
        { name: 'e1' },
        { name: 'e2' },
      ],
    })
    assert.equal(report.duplicates, [
      { kind: 'content', paths: ['a.txt', 'b.txt'], bytes: 2000, zippedBytes: 2000 + 76 + 2 * 5 },
    ])
  })
})

async function measured(zip: LooseZip): Promise<PublicReport> {
  return inTemporaryFolder(async dir => {
    await writeFile(join(dir, 'some.zip'), makeLooseZip(zip))
    const { code, out, err } = await lpack(dir, ['report', 'some.zip', '--json'])
    assert.is(code, 0, err)
    const [report] = (JSON.parse(out) as ReportDocument).functions
    if (report === undefined) throw new Error('a zip has a report')
    return report
  })
}

function distribution(name: string, version: string, metadata: string, folder = ''): LooseEntry[] {
  const info = `${folder}${name}-${version}.dist-info`
  const record = [`${name}/__init__.py`, `${name}-${version}.dist-info/METADATA`, `${name}-${version}.dist-info/RECORD`]
  return [
    { name: `${folder}${name}/__init__.py`, content: `NAME = "${name} ${version}"\n` },
    { name: `${info}/METADATA`, content: `Metadata-Version: 2.4\nName: ${name}\nVersion: ${version}\n${metadata}\n` },
    { name: `${info}/RECORD`, content: record.map(path => `${path},,\n`).join('') },
  ]
}

function nodePackage(folder: string, manifest: Readonly<Record<string, unknown>>): LooseEntry[] {
  return [
    { name: `${folder}/package.json`, content: JSON.stringify(manifest) },
    { name: `${folder}/index.js`, content: `module.exports = ${JSON.stringify(folder)}\n` },
  ]
}

/** Extra fields of these ids and lengths, filled with zeros. */
function field(...pairs: readonly number[]): Buffer {
  const parts: Buffer[] = []
  for (let at = 0; at + 1 < pairs.length; at += 2) {
    const head = Buffer.alloc(4)
    head.writeUInt16LE(pairs[at] ?? 0)
    head.writeUInt16LE(pairs[at + 1] ?? 0, 2)
    parts.push(head, Buffer.alloc(pairs[at + 1] ?? 0))
  }
  return Buffer.concat(parts)
}

/** Of a zip with nothing but this entry. */
function deflatedBytes(entry: LooseEntry): number {
  return makeLooseZip({ entries: [entry] }).length - 22 - 76 - 2 * Buffer.byteLength(entry.name)
}
