import { chmod, mkdir, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { openContentIndex } from '../../src/cache/content-index.ts'
import { contextFiles, isContext, isStandingContext, writeContext } from '../../src/image/context.ts'
import type { Recipe } from '../../src/image/types.ts'
import type { FileEntry } from '../../src/model.ts'
import type { System } from '../../src/system/system.ts'
import { describe, inTemporaryFolder, rejects, writeTree } from '../helpers.ts'
import { testFile, testSystem } from '../worlds.ts'
import { APP, DEPENDENCIES, SDIST, testRecipe } from './recipes.ts'

const SYSTEM = testSystem()
const ALL = testRecipe({ fileSet: { installs: [SDIST] } })

describe('image/context', it => {
  it('holds just what the Dockerfile copies, and what keeps the rest out', () =>
    inTemporaryFolder(async dir => {
      await writeContext(ALL, join(dir, 'hello'), SYSTEM)
      assert.equal((await readdir(join(dir, 'hello'), { recursive: true })).sort(), [
        '.dockerignore',
        'Dockerfile',
        'code',
        'code/app.py',
        'dependencies',
        'dependencies/idna',
        'dependencies/idna/__init__.py',
        'requirements.txt',
      ])
      assert.is(await readFile(join(dir, 'hello/code/app.py'), 'utf8'), 'def handler(event, context):\n    return 1\n')
    }))

  it('has the same files, and bytes, each time', () => {
    const bytesOf = (recipe: Recipe) => contextFiles(recipe).map(({ path, content }) => [path, content])
    assert.equal(bytesOf(ALL), bytesOf(testRecipe({ fileSet: { installs: [SDIST] } })))
  })

  for (const umask of [0o077, 0o000]) {
    it(`can be read by everyone with umask ${umask.toString(8)}`, () =>
      inTemporaryFolder(async dir => {
        if (process.platform === 'win32') return
        const files = [...APP, testFile('bin/run', '#!/bin/sh\n', { executable: true })]
        const before = process.umask(umask)
        try {
          await writeContext(testRecipe({ files }), join(dir, 'hello'), SYSTEM)
        } finally {
          process.umask(before)
        }
        const modes: Record<string, string> = {}
        for (const path of ['', 'Dockerfile', 'code', 'code/app.py', 'code/bin', 'code/bin/run']) {
          modes[path] = ((await stat(join(dir, 'hello', path))).mode & 0o777).toString(8)
        }
        assert.equal(modes, {
          '': '755',
          Dockerfile: '644',
          code: '755',
          'code/app.py': '644',
          'code/bin': '755',
          'code/bin/run': '755',
        })
      }))
  }

  it('copies files: what changes in the project changes nothing in it, nor the other way round', () =>
    inTemporaryFolder(async dir => {
      await writeTree(dir, { 'own.txt': 'first', 'large.bin': Buffer.alloc(5_000_000, 1) })
      const files = [onDisk(dir, 'own.txt', 5), onDisk(dir, 'large.bin', 5_000_000)]
      await writeContext(testRecipe({ files }), join(dir, 'hello'), SYSTEM)
      for (const name of ['own.txt', 'large.bin']) {
        const [own, copy] = [await stat(join(dir, name)), await stat(join(dir, 'hello/code', name))]
        assert.is.not(own.ino, copy.ino)
        assert.is(copy.nlink, 1)
        assert.is(own.size, copy.size)
      }
      await writeFile(join(dir, 'own.txt'), 'other')
      assert.is(await readFile(join(dir, 'hello/code/own.txt'), 'utf8'), 'first')
      await writeFile(join(dir, 'hello/code/large.bin'), '')
      assert.is((await stat(join(dir, 'large.bin'))).size, 5_000_000)
    }))

  it('tells a file that changed meanwhile, one that cannot be read, and a folder that cannot be written', () =>
    inTemporaryFolder(async dir => {
      await writeTree(dir, { 'own.txt': 'longer than it was', mine: '' })
      const write = (file: FileEntry, to: string) => writeContext(testRecipe({ files: [file] }), join(dir, to), SYSTEM)
      await rejects(() => write(onDisk(dir, 'own.txt', 5), 'a'), 'FILE_CHANGED')
      const { message } = await rejects(() => write(onDisk(dir, 'gone.txt', 5), 'b'), 'FILE_UNREADABLE')
      assert.match(message, join(dir, 'gone.txt'))
      await rejects(() => write(testFile('a', ''), 'mine/hello'), 'OUTPUT_UNWRITABLE')
    }))

  it('refuses two names that the file system takes for one', () =>
    inTemporaryFolder(async dir => {
      const files = [testFile('Data.txt', 'one'), testFile('data.txt', 'two')]
      const { disk } = SYSTEM
      const list: typeof disk.list = async folder =>
        (await disk.list(folder)).filter(({ name }) => name !== 'data.txt' || !folder.endsWith('code'))
      const ignoring: System = { ...SYSTEM, disk: { ...disk, list } }
      const writing = () => writeContext(testRecipe({ files }), join(dir, 'hello'), ignoring)
      assert.match((await rejects(writing, 'CONTEXT_NAMES_COLLIDE')).message, '"code/data.txt"')
    }))

  it('stops when it is interrupted', () =>
    inTemporaryFolder(async dir => {
      const stop = new AbortController()
      stop.abort('SIGINT')
      const system = testSystem({ signal: stop.signal })
      assert.is(await writeContext(ALL, join(dir, 'hello'), system).catch((error: unknown) => error), 'SIGINT')
    }))

  it('knows the context that stands, though its files be of another time', () =>
    inTemporaryFolder(async dir => {
      const context = join(dir, 'hello')
      await writeContext(ALL, context, SYSTEM)
      await utimes(join(context, 'code/app.py'), new Date(0), new Date(0))
      assert.ok(await stands(ALL, context))
      assert.ok(await isContext(context, SYSTEM.disk))
    }))

  const changes: Readonly<Record<string, (context: string) => Promise<unknown>>> = {
    'a file with other bytes': context =>
      writeFile(join(context, 'code/app.py'), 'def handler(event, context):\n    return 2\n'),
    'a file of another size': context => writeFile(join(context, 'code/app.py'), ''),
    'a file more': context => writeFile(join(context, 'code/.env'), ''),
    'an empty folder more': context => mkdir(join(context, 'code/new')),
    'a file less': context => rm(join(context, 'code/app.py')),
    'a link in the place of a file': async context => {
      await rm(join(context, 'code/app.py'))
      await symlink(join(context, 'dependencies/idna/__init__.py'), join(context, 'code/app.py'))
    },
    'a program where a file was': context => chmod(join(context, 'code/app.py'), 0o755),
    'another Dockerfile': context => writeFile(join(context, 'Dockerfile'), '# Made by lpack\nFROM scratch\n'),
  }
  for (const [what, change] of Object.entries(changes)) {
    it(`sees ${what}`, () =>
      inTemporaryFolder(async dir => {
        if (process.platform === 'win32' && what.includes('program')) return
        await writeContext(ALL, join(dir, 'hello'), SYSTEM)
        await change(join(dir, 'hello'))
        assert.not.ok(await stands(ALL, join(dir, 'hello')))
      }))
  }

  it('sees another recipe, and that nothing stands', () =>
    inTemporaryFolder(async dir => {
      await writeContext(ALL, join(dir, 'hello'), SYSTEM)
      assert.not.ok(await stands(testRecipe({ files: DEPENDENCIES }), join(dir, 'hello')))
      assert.not.ok(await stands(ALL, join(dir, 'other')))
    }))

  it('does not take a folder for its own that somebody else made', () =>
    inTemporaryFolder(async dir => {
      await writeTree(dir, { 'mine/Dockerfile': 'FROM scratch\n', 'other/readme': '' })
      for (const name of ['mine', 'other', 'none']) assert.not.ok(await isContext(join(dir, name), SYSTEM.disk))
    }))
})

function onDisk(dir: string, name: string, bytes: number): FileEntry {
  return { ...testFile(name, ''), bytes, content: { kind: 'disk', path: join(dir, name) } }
}

async function stands(recipe: Recipe, dir: string): Promise<boolean> {
  return isStandingContext(recipe, dir, await openContentIndex(null, 'test', SYSTEM.disk), SYSTEM)
}
