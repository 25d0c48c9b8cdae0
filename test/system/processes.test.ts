import { chmod } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { makeProcesses } from '../../src/system/processes.ts'
import { describe, inTemporaryFolder, rejects, writeTree } from '../helpers.ts'

const node = process.execPath

function processes(env: Readonly<Record<string, string>> = {}, signal = new AbortController().signal) {
  return makeProcesses(env, process.platform, signal)
}

describe('system/processes', it => {
  it('passes the folder, the environment and what is to be read', async () => {
    const program = `process.stdin.on('data', text => process.stdout.write(text))
      process.stdout.write([process.env.ONE, process.env.TWO, process.env.HOME, ''].join('|'))`
    const options = { env: { TWO: '2' }, stdin: 'https://registry.test\n' }
    const { stdout } = await processes({ ONE: '1' }).run(node, ['-e', program], options)
    assert.is(stdout, '1|2||https://registry.test')
  })

  it('gives nothing to read unless told', async () => {
    const program = `process.stdin.on('end', () => process.stdout.write('end')).resume()`
    assert.is((await processes().run(node, ['-e', program])).stdout, 'end')
  })

  it('tells what is written as it comes, both streams, characters whole, and returns it', async () => {
    const program = `const [first, ...rest] = Buffer.from('é')
      process.stdout.write(Buffer.of(first))
      setTimeout(() => process.stdout.write(Buffer.of(...rest)), 50)
      setTimeout(() => process.stderr.write('warned'), 100)`
    const told: string[] = []
    const result = await processes().run(node, ['-e', program], {
      onOutput: text => told.push(text),
    })
    assert.is(told.join(''), 'éwarned')
    assert.ok(told.length > 1)
    assert.equal(result, { stdout: 'é', stderr: 'warned' })
  })

  it('names the command and the end of what it wrote when it fails, told before or not', async () => {
    const program = `for (let i = 0; i < 30; i++) console.error('line ' + i); process.exitCode = 3`
    for (const options of [{}, { onOutput: () => undefined }]) {
      const { message } = await rejects(() => processes().run(node, ['-e', program], options), 'TOOL_FAILED')
      assert.match(message, 'exit code 3')
      assert.match(message, 'line 29')
      assert.not.match(message, 'line 9\n')
    }
  })

  it('survives a program that does not read what it is given', async () => {
    assert.is((await processes().run(node, ['-e', ''], { stdin: 'x'.repeat(1_000_000) })).stdout, '')
  })

  it('ends a program when the signal fires, and throws its reason', async () => {
    const stop = new AbortController()
    const run = processes({}, stop.signal).run(node, ['-e', 'console.log(1); setInterval(() => {}, 1000)'], {
      onOutput: () => stop.abort(new Error('interrupted')),
    })
    assert.is(await run.catch((error: Error) => error.message), 'interrupted')
  })

  it('finds a program that can be executed, in the order of PATH', () =>
    inTemporaryFolder(async dir => {
      if (process.platform === 'win32') return
      await writeTree(dir, { 'a/tool': '', 'b/tool': '', 'c/tool': '' })
      for (const one of ['b', 'c']) await chmod(join(dir, one, 'tool'), 0o755)
      const PATH = ['a', 'b', 'c'].map(one => join(dir, one)).join(':')
      assert.is(await processes({ PATH }).find('tool'), join(dir, 'b/tool'))
      assert.is(await processes({ PATH }).find('other'), null)
    }))
})
