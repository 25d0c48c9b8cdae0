import { createHash } from 'node:crypto'
import { chmod, chown, mkdir, readdir, readFile, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { describe, inTemporaryFolder } from '../helpers.ts'
import { builtLpack, output, type Ran, ran } from './programs.ts'

const NOBODY = 65_534

const CONFIG = { name: 'app', runtime: 'python3.13', handler: 'lambda_function.lambda_handler' }

describe('a fault of the cache changes nothing', it => {
  for (const [what, damage] of [
    ['flipped', flip],
    ['cut', async (path: string) => truncate(path, Math.floor((await stat(path)).size * 0.7))],
    ['emptied', (path: string) => truncate(path, 0)],
    ['lengthened', (path: string) => writeFile(path, 'more', { flag: 'a' })],
    ['replaced by folders', (path: string) => rm(path).then(() => mkdir(join(path, 'inside'), { recursive: true }))],
    ['replaced by links', (path: string) => rm(path).then(() => symlink('/dev/null', path))],
    ["exchanged for another's content", (path: string) => writeFile(path, 'PK\u0003\u0004'.repeat(1000))],
  ] as const) {
    it(`when all its files are ${what} between two runs`, () =>
      inProject(async ({ dir, cache, expected }) => {
        const files = await filesBelow(cache)
        assert.ok(files.length > 40)
        const streams = files.filter(path => path.includes('/streams/'))
        const before = await Promise.all(streams.map(path => readFile(path)))
        for (const path of files) await damage(path)
        await checkAnew(dir, cache, expected, '')
        // They are mended by that.
        for (const [place, path] of streams.entries()) assert.equal(await readFile(path), before[place], path)
        await checkAnew(dir, cache, expected, '')
      }))
  }

  it('when the outputs stand and what is known of them is damaged', () =>
    inProject(async ({ dir, cache, expected }) => {
      for (const kind of ['artifacts', 'index']) {
        for (const path of await filesBelow(join(cache, kind))) await flip(path)
        await checkRun(dir, cache, expected, '')
      }
    }))

  it('when its files may not be read', () =>
    inProject(async ({ dir, cache, expected }) => {
      for (const root of [dir, cache]) {
        const inside = [...(await filesBelow(root)), ...(await foldersBelow(root))]
        for (const path of [root, ...inside]) await chown(path, NOBODY, NOBODY)
      }
      for (const path of await filesBelow(cache)) await chmod(path, 0)
      await checkAnew(dir, cache, expected, '', NOBODY)
      for (const path of await foldersBelow(join(cache, 'streams'))) await chmod(path, 0o500)
      for (const path of await filesBelow(join(cache, 'streams'))) await chmod(path, 0)
      await checkAnew(dir, cache, expected, /permission denied \(EACCES\)/, NOBODY)
      await chmod(join(cache, 'streams'), 0)
      await checkAnew(dir, cache, expected, /permission denied \(EACCES\)/, NOBODY)
      await chmod(cache, 0)
      await checkAnew(dir, cache, expected, /permission denied \(EACCES\)/, NOBODY)
    }))

  for (const size of ['64k', '200k', '500k']) {
    it(`when its disk of ${size} is full`, () =>
      inProject(async ({ dir, expected }) => {
        const cache = join(dir, '../small')
        await onTmpfs(cache, `size=${size}`, async () => {
          for (let run = 0; run < 3; run++) await checkAnew(dir, cache, expected, /the disk is full \(ENOSPC\)/)
        })
      }))
  }

  it('when its disk has no room for another file', () =>
    inProject(async ({ dir, expected }) => {
      const cache = join(dir, '../small')
      await onTmpfs(cache, 'size=64m,nr_inodes=30', async () => {
        for (let run = 0; run < 2; run++) await checkAnew(dir, cache, expected, /the disk is full \(ENOSPC\)/)
      })
    }))

  it('when it is read-only, empty or not', () =>
    inProject(async ({ dir, expected }) => {
      const cache = join(dir, '../small')
      await onTmpfs(cache, 'size=64m', async () => {
        await output('mount', ['-o', 'remount,ro', cache])
        await checkAnew(dir, cache, expected, /the file system is read-only \(EROFS\)/)
        await output('mount', ['-o', 'remount,rw', cache])
        await checkAnew(dir, cache, expected, '')
        await output('mount', ['-o', 'remount,ro', cache])
        await checkAnew(dir, cache, expected, '')
        await writeFile(join(dir, 'data/new.txt'), words(1000))
        const { code, err } = await lpack(dir, cache)
        assert.is(code, 0)
        assert.match(err, /the file system is read-only \(EROFS\)/)
      })
    }))

  it('when its folder is a file, which stays', () =>
    inProject(async ({ dir, expected }) => {
      const cache = join(dir, '../cache.txt')
      await writeFile(cache, 'mine')
      await checkAnew(dir, cache, expected, /can't be written/)
      assert.is(await readFile(cache, 'utf8'), 'mine')
    }))

  it('when it may hold less than one run writes', () =>
    inProject(async ({ dir, expected }) => {
      const cache = join(dir, '../tiny')
      for (let run = 0; run < 2; run++) {
        await checkAnew(dir, cache, expected, '', null, { LPACK_CACHE_SIZE: '600 KB' })
        const { bytes } = JSON.parse((await lpack(dir, cache, null, {}, ['cache', '--json'])).out)
        assert.ok(bytes > 0 && bytes <= 600 * 1024, `${bytes} bytes`)
      }
    }))

  it('when it is cleared while runs are at work', () =>
    inProject(async ({ dir, cache, expected }) => {
      let isDone = false
      const clear = async () => {
        let clears = 0
        for (; !isDone; clears++) {
          const { code, err } = await lpack(dir, cache, null, {}, ['cache', 'clear'])
          assert.equal([code, err], [0, ''])
        }
        return clears
      }
      const clears = clear()
      try {
        for (let run = 0; run < 4; run++) await checkAnew(dir, cache, expected, '')
      } finally {
        isDone = true
      }
      assert.ok((await clears) > 4)
    }))

  it('and nothing is left of it after a clear', () =>
    inProject(async ({ dir, cache }) => {
      const { code, out } = await lpack(dir, cache, null, {}, ['cache', 'clear'])
      assert.is(code, 0)
      assert.match(out, 'removed 4')
      assert.equal(await readdir(cache), [])
    }))
})

interface Project {
  readonly dir: string
  /** Filled by a first run. */
  readonly cache: string
  /** The sha256 of its artifact. */
  readonly expected: string
}

function inProject(action: (project: Project) => Promise<void>): Promise<void> {
  return inTemporaryFolder(async parent => {
    await chmod(parent, 0o755)
    const dir = join(parent, 'project')
    await mkdir(dir)
    await writeFile(join(dir, 'lpack.config.json'), JSON.stringify(CONFIG))
    await writeFile(join(dir, 'lambda_function.py'), 'def lambda_handler(event, context):\n    return event\n')
    await mkdir(join(dir, 'data'))
    for (let index = 0; index < 40; index++) await writeFile(join(dir, `data/${index}.txt`), words(index))
    const cache = join(parent, 'cache')
    const { code, err } = await lpack(dir, cache)
    assert.equal([code, err], [0, ''])
    const expected = await artifactSha256(dir)
    assert.equal((await lpack(dir, '', null, {}, ['zip', '--no-cache'])).code, 0)
    assert.is(await artifactSha256(dir), expected)
    await action({ dir, cache, expected })
  })
}

/** 30 KB of text that compresses to about a half. */
function words(seed: number): string {
  let state = seed + 1
  const next = () => {
    state = (state * 48_271) % 2_147_483_647
    return state
  }
  return Array.from({ length: 10_000 }, () => (next() % 4096).toString(36)).join(' ')
}

/** A run that has to write the artifact again. */
async function checkAnew(...args: Parameters<typeof checkRun>): Promise<void> {
  await rm(join(args[0], 'lpack.out'), { recursive: true, force: true })
  await checkRun(...args)
}

/** Checks a run's exit code, its artifact, and that it warns at most once. */
async function checkRun(
  dir: string,
  cache: string,
  expected: string,
  warning: string | RegExp,
  uid: number | null = null,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { code, err } = await lpack(dir, cache, uid, env)
  assert.is(code, 0, err)
  if (typeof warning === 'string') assert.is(err, warning)
  else assert.match(err, warning)
  assert.ok(err.split('\n').length <= 2, err)
  assert.is(await artifactSha256(dir), expected)
}

async function lpack(
  dir: string,
  cache: string,
  uid: number | null = null,
  env: Readonly<Record<string, string>> = {},
  args: readonly string[] = ['zip'],
): Promise<Ran> {
  const program = [process.execPath, await builtLpack(), ...args]
  const command = uid === null ? program : ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups', ...program]
  return ran(command[0] ?? '', command.slice(1), {
    cwd: dir,
    env: { ...process.env, LPACK_CACHE_DIR: cache, ...env },
  })
}

async function artifactSha256(dir: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(join(dir, 'lpack.out/app.zip')))
    .digest('hex')
}

async function flip(path: string): Promise<void> {
  const bytes = await readFile(path)
  const place = Math.floor(bytes.length * 0.8)
  bytes[place] = (bytes[place] ?? 0) ^ 4
  await writeFile(path, bytes)
}

async function filesBelow(dir: string): Promise<string[]> {
  const all = await readdir(dir, { recursive: true, withFileTypes: true })
  return all.filter(one => one.isFile()).map(one => join(one.parentPath, one.name))
}

async function foldersBelow(dir: string): Promise<string[]> {
  const all = await readdir(dir, { recursive: true, withFileTypes: true })
  return all.filter(one => one.isDirectory()).map(one => join(one.parentPath, one.name))
}

async function onTmpfs(dir: string, options: string, action: () => Promise<void>): Promise<void> {
  await mkdir(dir, { recursive: true })
  await output('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', dir])
  try {
    await action()
  } finally {
    await output('umount', [dir])
  }
}
