import { getEventListeners } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import * as assert from 'uvu/assert'
import { check, image, report, zip } from '../src/api.ts'
import * as door from '../src/index.ts'
import { lpack } from './cli/run.ts'
import { describe, inTemporaryFolder, rejects, writeTree } from './helpers.ts'
import { publish, REPOSITORY } from './image/base-registry.ts'
import { serving } from './loopback.ts'
import { indexedWheel, packageIndex } from './package-index.ts'
import { type FakeRegistry, type Manners, withRegistry } from './registry.ts'

const PLAIN = { root: 'src', runtime: 'python3.13', handler: 'app.handler', dependencies: false }
const HANDLER = 'def handler(event, context):\n    return event\n'

describe('the package', it => {
  it('exports the commands, the config and the tables, and nothing else', () => {
    assert.equal(Object.keys(door).sort(), [
      'FINDING_CODES',
      'UserError',
      'check',
      'defineConfig',
      'explain',
      'image',
      'report',
      'zip',
    ])
  })
})

describe('the commands as functions', it => {
  it('return what --json prints, and print nothing', () =>
    inProject({}, async (dir, config) => {
      const { printed, result } = await listening(async () => ({
        first: await zip({ config, cache: false }),
        zip: await zip({ config, cache: false }),
        check: await check({ config, cache: false }),
        report: await report({ config, cache: false }),
        image: await image({ config, cache: false, outDir: join(dir, 'images') }),
      }))
      assert.is(printed, '')
      assert.equal(
        result.first.map(({ artifact }) => artifact.unchanged),
        [false],
      )
      const told = async (...args: string[]) =>
        JSON.parse((await lpack(process.cwd(), [...args, '--json', '--no-cache', '--config', config])).out)
      assert.equal(result.zip, (await told('zip')).functions)
      assert.equal(result.check, (await told('check')).functions)
      const { functions, total } = await told('report')
      assert.equal([result.report.functions, result.report.total], [functions, total])
      const [made] = (await told('image', '--out-dir', join(dir, 'images'))).functions as {
        artifact: { unchanged: boolean }
      }[]
      assert.equal(
        result.image.map(one => ({ ...one, artifact: { ...one.artifact, unchanged: true } })),
        [made],
      )
    }))

  it('return what has changed since another report', () =>
    inProject({}, async (dir, config) => {
      await lpack(dir, ['zip', '--quiet', '--out-dir', 'old'])
      await writeTree(dir, { 'src/app.py': `${HANDLER}\n` })
      await zip({ config, cache: false })
      const { diffs } = await report({ config, cache: false, diff: join(dir, 'old') })
      const { out } = await lpack(dir, ['report', '--json', '--no-cache', '--diff', 'old'])
      assert.equal(diffs, (JSON.parse(out) as { diffs: unknown }).diffs)
      assert.equal(
        diffs.map(({ reasons }) => reasons),
        [[{ kind: 'content', count: 1 }]],
      )
      assert.not.ok('diffs' in (await report({ config, cache: false })))
    }))

  it('return what is over its budget, and throw what is wrong', () =>
    inProject({ budget: { zipped: 1 } }, async (_, config) => {
      assert.equal(
        (await zip({ config, cache: false })).map(({ ok }) => ok),
        [false],
      )
      await rejects(() => zip({ config, cache: false, functions: ['other'] }), 'FUNCTION_UNKNOWN')
    }))

  it('refuse options that nobody knows', async () => {
    const { message } = await rejects(() => zip({ outdir: 'x' } as object), 'CALL_OPTION_UNKNOWN')
    assert.match(message, 'zip() has no option "outdir"; did you mean "outDir"? It takes functions, config,')
    await rejects(() => check({ jobs: 1 } as object), 'CALL_OPTION_UNKNOWN')
    await rejects(() => report({ jobs: 1 } as object), 'CALL_OPTION_UNKNOWN')
    await rejects(() => image({ zips: [] } as object), 'CALL_OPTION_UNKNOWN')
  })

  it('run at once as they do one after the other', () =>
    inProject({}, async (dir, config) => {
      const outDir = (name: string) => join(dir, `out-${name}`)
      const [alone] = await zip({ config, cache: false, outDir: outDir('alone') })
      const [many, checked] = await Promise.all([
        Promise.all(['a', 'a', 'a', 'b', 'c'].map(name => zip({ config, cache: false, outDir: outDir(name) }))),
        check({ config, cache: false }),
      ])
      for (const [one] of many) assert.is(one?.artifact.sha256, alone?.artifact.sha256)
      assert.ok(checked.every(({ ok }) => ok))
      for (const name of ['a', 'b', 'c']) assert.equal(await artifactsIn(outDir(name)), ['hello.zip'])
    }))
})

describe('the signal of a call', it => {
  it('is looked at before anything else', async () => {
    const signal = AbortSignal.abort(new Error('never begun'))
    for (const call of [zip, image, check, report]) {
      assert.is(await reasonOf(() => call({ signal, config: '/nowhere/lpack.config.json' })), signal.reason)
    }
  })

  it('stops downloads', () =>
    inProject({ dependencies: 'requirements.txt' }, async (dir, config) => {
      const wheel = indexedWheel('polite-words', '1.0')
      const index = packageIndex([wheel])
      const stop = new AbortController()
      await serving(
        (request, response) => {
          if (request.url?.startsWith('/files/') !== true) return index(request, response)
          response.write(wheel.bytes.subarray(0, 10))
          setTimeout(() => stop.abort(new Error('enough downloaded')), 20)
        },
        async ({ url }) => {
          await writeTree(dir, {
            'requirements.txt': `--index-url ${url}/simple\npolite-words==1.0 --hash=sha256:${wheel.sha256}\n`,
          })
          await isStopped(stop, () => zip({ config, cache: false, signal: stop.signal }))
        },
      )
      assert.equal((await readdir(dir)).includes('lpack.out'), false)
    }))

  it('stops compression', () =>
    inProject({}, async (dir, config) => {
      await zip({ config, cache: false })
      const before = await readFile(join(dir, 'lpack.out/hello.zip'))
      await writeTree(dir, { 'src/words.txt': wordsOf(16 * 1_048_576) })
      const stop = new AbortController()
      const hasBegun = async () => (await artifactsIn(join(dir, 'lpack.out'))).length > 1
      const packed = isStopped(stop, () => zip({ config, cache: false, check: false, signal: stop.signal }))
      while (!(await hasBegun())) await sleep(5)
      await sleep(50)
      stop.abort(new Error('enough compressed'))
      const since = performance.now()
      await packed
      const ms = performance.now() - since
      assert.ok(ms < 1000, `it went on for ${ms} ms`)
      assert.equal(await artifactsIn(join(dir, 'lpack.out')), ['hello.zip'])
      assert.equal(await readFile(join(dir, 'lpack.out/hello.zip')), before)
    }))

  it('stops pushes', () => {
    const stop = new AbortController()
    return withBase(
      {
        instead: ({ kind, repository }) => {
          if (kind !== 'upload' || repository !== 'fn/hello') return false
          setTimeout(() => stop.abort(new Error('enough pushed')), 20)
          return true
        },
      },
      registry =>
        inProject({ image: { base: `${registry.host}/${REPOSITORY}:3.13` } }, async (_, config) => {
          const push = `${registry.host}/fn/hello:1`
          await isStopped(stop, () => image({ config, cache: false, push, signal: stop.signal }))
          assert.not.ok(registry.manifests.has('fn/hello:1'))
        }),
    )
  })
})

/** That the call throws the signal's own reason, and leaves no listeners with it. */
async function isStopped({ signal }: AbortController, call: () => Promise<unknown>): Promise<void> {
  assert.is(await reasonOf(call), signal.reason)
  assert.ok(signal.aborted)
  assert.is(getEventListeners(signal, 'abort').length, 0)
}

async function reasonOf(call: () => Promise<unknown>): Promise<unknown> {
  try {
    await call()
  } catch (error) {
    return error
  }
  throw new Error('it ended well')
}

/** What is printed to the process's own streams meanwhile. */
async function listening<T>(action: () => Promise<T>): Promise<{ readonly printed: string; readonly result: T }> {
  const streams = [process.stdout, process.stderr]
  const writes = streams.map(stream => stream.write)
  const printed: string[] = []
  for (const stream of streams) stream.write = text => printed.push(String(text)) > 0
  try {
    const result = await action()
    return { printed: printed.join(''), result }
  } finally {
    for (const [place, stream] of streams.entries()) stream.write = writes[place] ?? stream.write
  }
}

/** And drafts of them. */
async function artifactsIn(outDir: string): Promise<readonly string[]> {
  return (await readdir(outDir)).filter(name => name !== '.gitignore').sort()
}

/** Text that keeps the encoder busy, the same at every run. */
function wordsOf(bytes: number): string {
  const words: string[] = []
  let seed = 1
  for (let length = 0; length < bytes; length += 8) {
    seed = (seed * 48_271) % 2_147_483_647
    words.push((seed % 60_466_176).toString(36).padStart(7, 'w'))
  }
  return words.join(' ')
}

function inProject<T>(changes: object, action: (dir: string, config: string) => Promise<T>): Promise<T> {
  return inTemporaryFolder(async dir => {
    const config = JSON.stringify({ name: 'hello', ...PLAIN, ...changes })
    await writeTree(dir, { 'src/app.py': HANDLER, 'lpack.config.json': config })
    return action(dir, join(dir, 'lpack.config.json'))
  })
}

function withBase<T>(manners: Manners, action: (registry: FakeRegistry) => Promise<T>): Promise<T> {
  return withRegistry(manners, registry => {
    const blobs = new Map<string, Buffer>()
    for (const [path, { type, bytes }] of publish('3.13').shelf) {
      const [kind = '', name = ''] = path.split('/')
      if (kind === 'blobs') blobs.set(name, bytes)
      else registry.manifests.set(`${REPOSITORY}:${name}`, { mediaType: type, bytes })
    }
    registry.blobs.set(REPOSITORY, blobs)
    return action(registry)
  })
}
