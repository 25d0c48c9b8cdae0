import { readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import type { FileSet } from '../../src/model.ts'
import type { System } from '../../src/system/system.ts'
import { makeZips } from '../../src/zip/make-zips.ts'
import { describe, inTemporaryFolder, rejects } from '../helpers.ts'
import { testFile, testFileSet, testSystem } from '../worlds.ts'
import { withTools } from './zipping.ts'

const LONG_AGO = new Date('2020-01-01')
const TEXT = 'lambda '.repeat(500)

describe('zip/make-zips', it => {
  it('leaves alone what stands and was made of the same files', () =>
    inTemporaryFolder(async dir => {
      const first = await make(dir, files())
      await utimes(first.path, LONG_AGO, LONG_AGO)
      const second = await make(dir, files())
      assert.equal(second, { ...first, unchanged: true })
      assert.equal((await stat(first.path)).mtime, LONG_AGO)
    }))

  it('neither compresses nor writes anything for it', () =>
    inTemporaryFolder(async dir => {
      await make(dir, files())
      const { disk } = testSystem()
      const refuse = () => Promise.reject(new Error('nothing is to be written'))
      const idle = {
        ...disk,
        writeBytes: refuse,
        replace: refuse,
        rename: refuse,
        openForWriting: refuse,
        withFolderIn: refuse,
      }
      assert.ok((await make(dir, files(), { disk: idle })).unchanged)
    }))

  for (const [what, change] of [
    ['a content', () => testFileSet([testFile('a.py', `${TEXT}!`), testFile('b', 'b')])],
    ['a path', () => testFileSet([testFile('a2.py', TEXT), testFile('b', 'b')])],
    ['a mode', () => testFileSet([testFile('a.py', TEXT, { executable: true }), testFile('b', 'b')])],
    ['a file less', () => testFileSet([testFile('a.py', TEXT)])],
  ] as const) {
    it(`makes another zip for another ${what}`, () =>
      inTemporaryFolder(async dir => {
        const first = await make(dir, files())
        const second = await make(dir, change())
        assert.not.ok(second.unchanged)
        assert.is.not(second.sha256, first.sha256)
        assert.is(await testSystem().disk.sha256(second.path), second.sha256)
      }))
  }

  for (const [what, spoil] of [
    ['changed by somebody', async (path: string) => writeFile(path, (await readFile(path)).fill(1, 40, 41))],
    ['removed', (path: string) => rm(path)],
    ['cut', async (path: string) => writeFile(path, (await readFile(path)).subarray(0, 50))],
  ] as const) {
    it(`makes an artifact again that was ${what}`, () =>
      inTemporaryFolder(async dir => {
        const first = await make(dir, files())
        await spoil(first.path)
        const second = await make(dir, files())
        assert.equal([second.sha256, second.unchanged], [first.sha256, false])
        assert.is(await testSystem().disk.sha256(second.path), first.sha256)
      }))
  }

  it('makes it again when what belongs beside it is gone', () =>
    inTemporaryFolder(async dir => {
      const withMap = { ...files(), beside: [{ name: 'hello.js.map', bytes: Buffer.from('{}') }] }
      await make(dir, withMap)
      await rm(join(dir, 'out/hello.js.map'))
      await make(dir, withMap)
      assert.ok((await readdir(join(dir, 'out'))).includes('hello.js.map'))
    }))

  it('compresses a content of ten functions once', () =>
    inTemporaryFolder(async dir => {
      let written = 0
      const { disk } = testSystem()
      const counting = {
        ...disk,
        replace: (...args: Parameters<typeof disk.replace>) => {
          if (args[0].includes('streams')) written++
          return disk.replace(...args)
        },
      }
      const system = testSystem({ disk: counting })
      const names = Array.from({ length: 10 }, (_, place) => `f${place}`)
      const wanted = names.map(name => ({
        fileSet: testFileSet([testFile('app.py', `name = "${name}"`), testFile('shared.py', TEXT)]),
        path: join(dir, 'out', `${name}.zip`),
      }))
      await withTools({ workDir: dir, system }, tools => makeZips(wanted, join(dir, 'out'), tools))
      assert.is(written, 11)
    }))

  for (const [what, damage] of [
    ['flipped', (entry: Buffer) => entry.fill((entry.at(-1) ?? 0) ^ 1, entry.length - 1)],
    ['cut', (entry: Buffer) => entry.subarray(0, -1)],
    ['emptied', () => Buffer.alloc(0)],
  ] as const) {
    it(`makes the same zip where streams in the cache are ${what}`, () =>
      inTemporaryFolder(async dir => {
        const first = await make(dir, files())
        await rm(join(dir, 'out'), { recursive: true })
        for (const path of await entriesIn(join(dir, 'cache/streams'))) {
          await writeFile(path, damage(await readFile(path)))
        }
        assert.is((await make(dir, files())).sha256, first.sha256)
        for (const path of await entriesIn(join(dir, 'cache/streams'))) {
          assert.ok((await stat(path)).size > 100, 'the entry was made again')
        }
      }))
  }

  it('says that a file which is stored has changed since it was read', () =>
    inTemporaryFolder(async dir => {
      const path = join(dir, 'data.bin')
      await writeFile(path, 'ab')
      const { disk } = testSystem()
      let reads = 0
      const changing = {
        ...disk,
        readBytes: async (asked: string) => {
          if (asked === path && reads++ > 0) await writeFile(path, 'ba')
          return disk.readBytes(asked)
        },
      }
      const fileSet = testFileSet([testFile('data.bin', '', { content: { kind: 'disk', path }, bytes: 2 })])
      const error = await rejects(() => make(dir, fileSet, { disk: changing }), 'FILE_CHANGED')
      assert.match(error.message, 'data.bin changed while it was packed')
    }))
})

function files(): FileSet {
  return testFileSet([testFile('a.py', TEXT), testFile('b', 'b')])
}

async function make(dir: string, fileSet: FileSet, changes: Partial<System> = {}) {
  const wanted = { fileSet, path: join(dir, 'out/hello.zip') }
  const zipping = { workDir: dir, cacheDir: join(dir, 'cache'), system: testSystem(changes) }
  const [made] = await withTools(zipping, tools => makeZips([wanted], join(dir, 'out'), tools))
  if (made === undefined) throw new Error('one zip was wanted')
  return made.artifact
}

async function entriesIn(dir: string): Promise<string[]> {
  const names = await readdir(dir, { recursive: true, withFileTypes: true })
  return names.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name))
}
