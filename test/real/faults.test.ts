import { spawn } from 'node:child_process'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import * as assert from 'uvu/assert'
import { describe, inTemporaryFolder } from '../helpers.ts'
import { builtLpack, output, type Ran, ran } from './programs.ts'

const HANDLER = 'def lambda_handler(event, context):\n    return event\n'

describe('a fault in the middle', it => {
  it('of a full disk is explained, and the previous artifact stays', () =>
    inProject(async dir => {
      await onTmpfs(join(dir, 'lpack.out'), 'size=512k', async () => {
        await writeFile(join(dir, 'lpack.out/app.zip'), 'the previous artifact')
        const { code, out, err } = await lpack(dir)
        assert.equal([code, out], [2, ''])
        assert.match(err, /can't be written: the disk is full \(ENOSPC\)/)
        await checkUntouched(dir)
      })
    }))

  it('of a read-only output folder is explained', () =>
    inProject(async dir => {
      await onTmpfs(join(dir, 'lpack.out'), 'size=8m', async () => {
        await writeFile(join(dir, 'lpack.out/app.zip'), 'the previous artifact')
        await output('mount', ['-o', 'remount,ro', join(dir, 'lpack.out')])
        const { code, out, err } = await lpack(dir)
        assert.equal([code, out], [2, ''])
        assert.match(err, `${join(dir, 'lpack.out')} can't be written: the file system is read-only (EROFS)`)
        await checkUntouched(dir)
      })
    }))

  it('of a full disk for downloads is explained', () =>
    inProject(async dir => {
      await writeFile(join(dir, 'requirements.txt'), 'numpy==2.3.2\n')
      await onTmpfs(join(dir, 'cache'), 'size=1m', async () => {
        const { code, err } = await lpack(dir, { LPACK_CACHE_DIR: join(dir, 'cache') })
        assert.is(code, 2)
        assert.match(err, 'ENOSPC')
        assert.not.match(err, 'has a bug')
        assert.equal(
          (await readdir(join(dir, 'cache'), { recursive: true })).filter(name => /\.(whl|tmp|part)/.test(name)),
          [],
        )
      })
    }))

  for (const [signal, expected] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    it(`by ${signal} ends with ${expected}, the previous artifact stays, and nothing is left`, () =>
      inProject(async dir => {
        await mkdir(join(dir, 'lpack.out'))
        await writeFile(join(dir, 'lpack.out/app.zip'), 'the previous artifact')
        assert.is(await interrupted(dir, signal), expected)
        await checkUntouched(dir)
      }))
  }

  it('does not come from three runs at once on one output', () =>
    inProject(async dir => {
      const outcomes = await Promise.all([lpack(dir), lpack(dir), lpack(dir)])
      assert.equal(
        outcomes.map(({ code }) => code),
        [0, 0, 0],
        outcomes.map(({ err }) => err).join(''),
      )
      assert.equal((await readdir(join(dir, 'lpack.out'))).sort(), ['.gitignore', 'app.zip'])
      assert.match(await output('python3', ['-m', 'zipfile', '-t', join(dir, 'lpack.out/app.zip')]), 'Done testing')
    }))
})

/** A function that takes some seconds to compress. */
function inProject(action: (dir: string) => Promise<void>): Promise<void> {
  return inTemporaryFolder(async temporary => {
    const dir = join(temporary, 'app')
    await mkdir(dir)
    await writeFile(join(dir, 'lpack.config.json'), JSON.stringify({ name: 'app', runtime: 'python3.13' }))
    await writeFile(join(dir, 'lambda_function.py'), HANDLER)
    await mkdir(join(dir, 'data'))
    for (let index = 0; index < 40; index++) await writeFile(join(dir, `data/${index}.txt`), words(index))
    await action(dir)
  })
}

/** 300 KB of text that compresses to about a third. */
function words(seed: number): string {
  let state = seed + 1
  const next = () => {
    state = (state * 48_271) % 2_147_483_647
    return state
  }
  return Array.from({ length: 50_000 }, () => (next() % 4096).toString(36)).join(' ')
}

async function lpack(dir: string, env: Record<string, string> = {}): Promise<Ran> {
  return ran(process.execPath, [await builtLpack(), 'zip'], {
    cwd: dir,
    env: { ...process.env, ...ownCache(dir), ...env },
  })
}

/** What another run has compressed would be done too soon to be interrupted. */
function ownCache(dir: string): Record<string, string> {
  return { LPACK_CACHE_DIR: join(dir, '..', 'cache') }
}

async function interrupted(dir: string, signal: NodeJS.Signals): Promise<number | null> {
  const child = spawn(process.execPath, [await builtLpack(), 'zip', '--jobs', '1'], {
    cwd: dir,
    stdio: 'ignore',
    env: { ...process.env, ...ownCache(dir) },
  })
  const ended = new Promise<number | null>(resolve => child.once('exit', resolve))
  // The draft folder shows that compressing has begun.
  while (!(await readdir(join(dir, 'lpack.out'))).some(name => name.endsWith('.tmp'))) await setTimeout(10)
  await setTimeout(200)
  child.kill(signal)
  return ended
}

async function checkUntouched(dir: string): Promise<void> {
  assert.equal(
    (await readdir(join(dir, 'lpack.out'))).filter(name => name !== '.gitignore'),
    ['app.zip'],
  )
  assert.is(await readFile(join(dir, 'lpack.out/app.zip'), 'utf8'), 'the previous artifact')
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
