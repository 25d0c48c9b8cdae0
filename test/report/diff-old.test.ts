import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { findOld } from '../../src/report/diff/old.ts'
import { makeDisk } from '../../src/system/disk.ts'
import { describe, inTemporaryFolder, rejects, writeTree } from '../helpers.ts'
import { makeZip } from '../wheels.ts'

const disk = makeDisk()

const REPORT = {
  name: 'hello',
  artifact: { bytes: 200, unzippedBytes: 10, sha256: 'a'.repeat(64), more: 'keys may come' },
  packages: [{ id: '(function)', name: '(function)', version: '', bytes: 10, zippedBytes: 178 }],
  files: [{ path: 'a.py', bytes: 10, zippedBytes: 178, crc32: '0123abcd', mode: null, package: '(function)' }],
  inlined: [],
}

describe('what a report is compared with', it => {
  it('is a zip, whatever it is called, for the one that is reported', () =>
    inFolder({ 'old.bin': makeZip([]), 'self.json': makeZip([]) }, async dir => {
      for (const name of ['old.bin', 'self.json']) {
        const found = await findOld(join(dir, name), ['hello'], disk)
        assert.equal(found, { kind: 'zips', zips: new Map([['hello', join(dir, name)]]) })
      }
    }))

  it('is the zips of a folder, by name', () =>
    inFolder({ 'old/hello.zip': '', 'old/other.zip': '', 'old/x.txt': '' }, async dir => {
      const found = await findOld(join(dir, 'old'), ['hello', 'other.zip', 'new'], disk)
      const zips = new Map([
        ['hello', join(dir, 'old', 'hello.zip')],
        ['other.zip', join(dir, 'old', 'other.zip')],
      ])
      assert.equal(found, { kind: 'zips', zips })
    }))

  it('is what report --json printed, with a mark of byte order, too', () =>
    inFolder({ 'a.json': document([REPORT]), 'b.txt': `\ufeff ${document([REPORT])}` }, async dir => {
      for (const name of ['a.json', 'b.txt']) {
        const found = await findOld(join(dir, name), ['hello'], disk)
        const side = found.kind === 'document' ? found.sides.get('hello') : undefined
        assert.equal(side, {
          path: join(dir, name),
          artifact: { bytes: 200, unzippedBytes: 10, sha256: 'a'.repeat(64) },
          packages: REPORT.packages,
          files: REPORT.files,
          inlined: [],
          packing: null,
        })
      }
    }))

  it('matches a zip and a function by name, and one with one whatever they are called', () =>
    inFolder(
      { 'a.json': document([REPORT]), 'b.json': document([REPORT, { ...REPORT, name: 'x.zip' }]) },
      async dir => {
        const names = async (file: string, asked: readonly string[]) => {
          const found = await findOld(join(dir, file), asked, disk)
          return found.kind === 'document' ? [...found.sides.keys()] : []
        }
        assert.equal(await names('a.json', ['hello.zip']), ['hello.zip'])
        assert.equal(await names('a.json', ['other']), ['other'])
        assert.equal(await names('b.json', ['x', 'hello', 'new']), ['x', 'hello'])
      },
    ))

  it('is told off where there is nothing of the kind', () =>
    inFolder({ 'old/other.zip': '', 'a.json': document([REPORT, { ...REPORT, name: 'x' }]) }, async dir => {
      await rejects(() => findOld(join(dir, 'nothing'), ['hello'], disk), 'DIFF_MISSING')
      const folder = await rejects(() => findOld(join(dir, 'old'), ['hello'], disk), 'DIFF_OTHER_FUNCTIONS')
      assert.match(folder.message, 'old has nothing of hello; it has other.zip.')
      await rejects(() => findOld(join(dir, 'a.json'), ['new', 'newer'], disk), 'DIFF_OTHER_FUNCTIONS')
      await rejects(() => findOld(join(dir, 'old', 'other.zip'), ['hello', 'other'], disk), 'DIFF_OF_SEVERAL')
    }))

  it('is told off as the JSON of zip or check, which has no files', () =>
    inFolder({ 'a.json': document([{ ...REPORT, files: undefined }]) }, async dir => {
      const error = await rejects(() => findOld(join(dir, 'a.json'), ['hello'], disk), 'DIFF_WITHOUT_FILES')
      assert.match(error.message, "doesn't tell the files of an artifact")
      assert.match(error.message, 'lpack report --json')
    }))

  const [FILE] = REPORT.files
  const broken: readonly (readonly [title: string, text: string, why: string])[] = [
    ['cut', document([REPORT]).slice(0, -20), 'it is neither a zip nor JSON'],
    ['a list', '[]', 'it has no `functions`'],
    ['no report', '{"functions":[null]}', '`functions[0]` is no object'],
    ['no artifact', document([{ ...REPORT, artifact: 1 }]), '`functions[0].artifact` is no object'],
    ['a size below zero', changed({ bytes: -1 }), '`functions[0].files[0].bytes` is not what lpack writes there'],
    ['a size beyond numbers', changed({ zippedBytes: 1e300 }), '`functions[0].files[0].zippedBytes`'],
    ['a checksum of another kind', changed({ crc32: '0x12' }), '`functions[0].files[0].crc32`'],
    ['a path that is none', changed({ path: ['a'] }), '`functions[0].files[0].path`'],
    ['a mode that is none', changed({ mode: 'rwx' }), '`functions[0].files[0].mode`'],
    ['packages that are no list', document([{ ...REPORT, packages: {} }]), '`functions[0].packages` is no list'],
    [
      'a hash that is none',
      document([{ ...REPORT, artifact: { ...REPORT.artifact, sha256: 'x' } }]),
      '`functions[0].artifact.sha256`',
    ],
  ]
  for (const [title, text, why] of broken) {
    it(`is told off where a document has ${title}`, () =>
      inFolder({ 'a.json': text }, async dir => {
        const error = await rejects(() => findOld(join(dir, 'a.json'), ['hello'], disk), 'DIFF_UNREADABLE')
        assert.ok(error.message.includes(why), error.message)
      }))
  }

  it('is no document of a size that none has', () =>
    inFolder({}, async dir => {
      await writeFile(join(dir, 'a.json'), '{')
      const large = {
        ...disk,
        stat: async (path: string) => ({ ...(await disk.stat(path)), kind: 'file' as const, bytes: 2 ** 40 }),
      }
      await rejects(() => findOld(join(dir, 'a.json'), ['hello'], large as typeof disk), 'DIFF_UNREADABLE')
    }))

  function changed(changes: object): string {
    return document([{ ...REPORT, files: [{ ...FILE, ...changes }] }])
  }
})

function document(functions: readonly unknown[]): string {
  return JSON.stringify({ version: '1.2.3', functions })
}

function inFolder(
  files: Readonly<Record<string, string | Uint8Array>>,
  action: (dir: string) => Promise<void>,
): Promise<void> {
  return inTemporaryFolder(async dir => {
    await writeTree(dir, files)
    await action(dir)
  })
}
