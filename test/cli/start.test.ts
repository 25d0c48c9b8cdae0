import { spawn } from 'node:child_process'
import { chmod, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
import * as assert from 'uvu/assert'
import { describe, inTemporaryFolder, writeTree } from '../helpers.ts'

const START = pathToFileURL(fileURLToPath(new URL('../../src/cli/start.ts', import.meta.url))).href

/** lpack in a process of its own, with nothing on PATH but what is in `tools`. */
function startLpack(dir: string, args: readonly string[], stdout: 'ignore' | 'pipe' = 'ignore') {
  const code = `import(${JSON.stringify(START)}).then(({ start }) => start())`
  const env = { PATH: `${join(dir, 'tools')}:/bin:/usr/bin`, HOME: dir, XDG_CACHE_HOME: join(dir, 'cache') }
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), '-e', code, '--', 'lpack', ...args], {
    cwd: join(dir, 'work'),
    env,
    stdio: ['ignore', stdout, 'pipe'],
  })
  let err = ''
  child.stderr?.on('data', data => {
    err += String(data)
  })
  const ended = new Promise<{ readonly code: number | null; readonly signal: string | null; readonly err: string }>(
    resolve => child.on('close', (code, signal) => resolve({ code, signal, err })),
  )
  return { child, ended }
}

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  for (let waits = 0; waits < 200 && !(await isTrue()); waits++) await sleep(50)
}

describe('start', it => {
  for (const [signal, exitCode] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    it(`ends with ${exitCode} and leaves nothing behind when ${signal} comes while another program runs`, async () => {
      if (process.platform === 'win32') return
      await inTemporaryFolder(async dir => {
        await writeTree(dir, {
          'tools/uv': '#!/bin/sh\ntouch ../began\nexec sleep 20\n',
          'work/lpack.config.json': JSON.stringify({ name: 'f', runtime: 'python3.13' }),
          'work/lambda_function.py': 'def lambda_handler(event, context): ...\n',
          'work/requirements.txt': 'requests\n',
        })
        await chmod(join(dir, 'tools/uv'), 0o755)
        const { child, ended } = startLpack(dir, ['zip'])
        await until(async () => (await readdir(dir)).includes('began'))
        child.kill(signal)
        const { code, err, ...end } = await ended
        assert.equal([code, end.signal], [exitCode, null], err)
        assert.not.ok((await readdir(join(dir, 'work'))).includes('lpack.out'))
      })
    })
  }

  it('ends with 2 and a stack when something fails where nobody waits for it', () =>
    inTemporaryFolder(async dir => {
      await writeTree(dir, {
        'work/lpack.config.mjs':
          "setTimeout(() => { throw new Error('late') })\nexport default new Promise(() => undefined)\n",
      })
      const { code, err } = await startLpack(dir, ['zip']).ended
      assert.is(code, 2, err)
      assert.match(err, /^lpack \d+\.\d+\.\d+ has a bug; it met this:\nError: late\n {4}at /)
    }))

  for (const stream of ['stdout', 'stderr'] as const) {
    it(`ends as if it had been read to its end when the reader of ${stream} is gone`, () =>
      inTemporaryFolder(async dir => {
        await writeTree(dir, {
          'work/lpack.config.json': JSON.stringify({ name: 'f', runtime: 'python3.13', budget: { zipped: 1 } }),
          'work/lambda_function.py': 'def lambda_handler(event, context): ...\n',
        })
        const { child, ended } = startLpack(dir, ['zip'], 'pipe')
        child[stream]?.destroy()
        const { code, err } = await ended
        assert.is(code, 1, err)
        assert.not.match(err, 'EPIPE')
        assert.ok((await readdir(join(dir, 'work/lpack.out'))).includes('f.zip'))
      }))
  }
})
