import { mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { makeDisk } from '../../src/system/disk.ts'
import type { Disk } from '../../src/system/system.ts'
import { publish } from '../../src/zip/publish.ts'
import { describe, inTemporaryFolder, rejects } from '../helpers.ts'
import { testFile, testSystem } from '../worlds.ts'
import { zipTo } from './zipping.ts'

const SYSTEM = testSystem()

describe('zip/publish', it => {
  it('puts the zip in place and leaves nothing else', () =>
    inTemporaryFolder(async dir => {
      const [published] = await pack(join(dir, 'out'), 'one')
      assert.is(published?.artifact.unchanged, false)
      assert.equal((await readdir(join(dir, 'out'))).sort(), ['.gitignore', 'hello.zip'])
      assert.is(await readFile(join(dir, 'out/.gitignore'), 'utf8'), '# Artifacts of lpack\n*\n')
    }))

  it('leaves a file alone that has the same bytes', () =>
    inTemporaryFolder(async dir => {
      await pack(dir, 'one')
      const before = new Date('2001-01-01T00:00:00Z')
      await utimes(join(dir, 'hello.zip'), before, before)
      const [published] = await pack(dir, 'one')
      assert.is(published?.artifact.unchanged, true)
      assert.equal((await stat(join(dir, 'hello.zip'))).mtime, before)
    }))

  it('replaces a file that has other bytes', () =>
    inTemporaryFolder(async dir => {
      await pack(dir, 'one')
      const before = await readFile(join(dir, 'hello.zip'))
      const [published] = await pack(dir, 'two')
      assert.is(published?.artifact.unchanged, false)
      assert.not.equal(await readFile(join(dir, 'hello.zip')), before)
    }))

  it('replaces a file that it may not read, though it has the same size', () =>
    inTemporaryFolder(async dir => {
      const { disk } = testSystem()
      const blind = { ...disk, sha256: () => Promise.reject(Object.assign(new Error(), { code: 'EACCES' })) }
      await pack(dir, 'one')
      const [published] = await pack(dir, 'two', blind)
      assert.is(published?.artifact.unchanged, false)
      assert.is(await disk.sha256(join(dir, 'hello.zip')), published?.artifact.sha256)
    }))

  it('keeps the previous artifact and leaves nothing behind on a failure', () =>
    inTemporaryFolder(async dir => {
      await pack(dir, 'one')
      const before = await readFile(join(dir, 'hello.zip'))
      const outcome = await publish(dir, SYSTEM.disk, async draftDir => {
        await writeFile(join(draftDir, 'half.zip'), 'half')
        throw new Error('cut short')
      }).catch((error: Error) => error.message)
      assert.is(outcome, 'cut short')
      assert.equal(await readFile(join(dir, 'hello.zip')), before)
      assert.not.ok((await readdir(dir)).some(name => name.endsWith('.tmp')))
    }))

  it('does not write a .gitignore into a folder of the user', () =>
    inTemporaryFolder(async dir => {
      await writeFile(join(dir, 'mine.txt'), '')
      await pack(dir, 'one')
      assert.equal((await readdir(dir)).sort(), ['hello.zip', 'mine.txt'])
    }))

  it('writes it where a killed run came no further than to a draft of it', () =>
    inTemporaryFolder(async dir => {
      await writeFile(join(dir, '.0123456789abcdef.tmp'), '# Arti')
      await pack(dir, 'one')
      assert.is(await readFile(join(dir, '.gitignore'), 'utf8'), '# Artifacts of lpack\n*\n')
    }))

  it('removes the draft folder that a killed run has left, an hour later', () =>
    inTemporaryFolder(async dir => {
      await mkdir(join(dir, '.0123456789abcdef.tmp'))
      await mkdir(join(dir, '.fedcba9876543210.tmp'))
      const before = new Date(Date.now() - 61 * 60_000)
      await utimes(join(dir, '.0123456789abcdef.tmp'), before, before)
      await pack(dir, 'one', makeDisk())
      assert.equal((await readdir(dir)).sort(), ['.fedcba9876543210.tmp', '.gitignore', 'hello.zip'])
    }))

  it('tells where a folder is in the way', () =>
    inTemporaryFolder(async dir => {
      await mkdir(join(dir, 'hello.zip/inside'), { recursive: true })
      const error = await rejects(() => pack(dir, 'one'), 'OUTPUT_UNWRITABLE')
      assert.match(error.message, join(dir, 'hello.zip'))
    }))
})

function pack(outDir: string, content: string, disk: Disk = SYSTEM.disk) {
  return publish(outDir, disk, async draftDir => {
    const draft = await zipTo(join(draftDir, 'hello.zip'), [testFile('a.txt', content)])
    return [{ draft, path: join(outDir, 'hello.zip'), beside: [] }]
  })
}
