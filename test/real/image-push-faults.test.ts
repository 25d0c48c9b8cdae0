import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { describe, inTemporaryFolder } from '../helpers.ts'
import { standInBases } from './containers/bases.ts'
import { containerTools } from './containers/environment.ts'
import { IMAGE_FUNCTIONS, writeFunction } from './containers/functions.ts'
import { loggedIn, manifestAt, withRegistry } from './containers/registry.ts'
import { imageFine, lpackImage, type Told } from './containers/running.ts'
import { type Faults, uploads, withTap } from './containers/tap.ts'
import { builtLpack, output } from './programs.ts'

const { MODELS } = IMAGE_FUNCTIONS

/** Of a layer that can't get smaller. */
const LARGE_BYTES = 24_000_000
/** So many bytes of it have passed when something happens. */
const MIDST_BYTES = 6_000_000

describe('a fault of a push', it => {
  it('when the registry dies in the middle of an upload is told, leaves no tag, and the next push arrives', () =>
    inTemporaryFolder(async dir => {
      const root = await largeFunction(dir)
      const host = await withRegistry(join(dir, 'registry'), {}, async registry => {
        const dying = onceInMidst(() => registry.kill('SIGKILL'))
        await withTap(registry.host, { onUpload: dying }, async tap => {
          const told = await push(root, tap.host)
          checkTold(told, tap.host)
        })
        return registry.host
      })
      await withRegistry(join(dir, 'registry'), { host }, async () => {
        assert.is(await manifestAt(host, 'faults/models', '1'), null)
        await checkPush(root, host)
      })
    }))

  it('when the line is cut is got over: this registry drops what it has of an upload, and gets it anew', () =>
    inTemporaryFolder(dir =>
      withRegistry(join(dir, 'registry'), {}, async ({ host }) => {
        const root = await largeFunction(dir)
        const cut = onceInMidst(request => void request.destroy())
        await withTap(host, { onUpload: cut }, async tap => {
          await checkPush(root, tap.host)
          const { layers } = (await manifestAt(host, 'faults/models', '1')) ?? { layers: [] }
          const large = layers.find(({ size }) => size > LARGE_BYTES)
          assert.is(uploads(tap.requests)[large?.digest ?? ''], large?.size)
          // One was begun for nothing; the manifest, which isn't begun, is among what was taken.
          const begun = tap.requests.filter(({ method }) => method === 'POST').length
          assert.is(begun, Object.keys(uploads(tap.requests)).length)
        })
      }),
    ))

  for (const signal of ['SIGINT', 'SIGKILL'] as const) {
    it(`when lpack gets ${signal} in the middle of an upload leaves no tag, and the next push arrives`, () =>
      inTemporaryFolder(dir =>
        withRegistry(join(dir, 'registry'), {}, async ({ host }) => {
          const root = await largeFunction(dir)
          await pushKilled(root, host, signal)
          assert.is(await manifestAt(host, 'faults/models', '1'), null)
          await checkPush(root, host)
        }),
      ))
  }

  it('leaves a tag that stood as it was', () =>
    inTemporaryFolder(dir =>
      withRegistry(join(dir, 'registry'), {}, async ({ host }) => {
        const root = await largeFunction(dir)
        const before = (await checkPush(root, host)).digest
        await writeFile(join(root, 'models/large.bin'), randomBytes(LARGE_BYTES))
        await pushKilled(root, host, 'SIGKILL')
        assert.is((await manifestAt(host, 'faults/models', '1'))?.digest, before)
      }),
    ))

  for (const [what, answer] of Object.entries(garbage())) {
    it(`when the registry answers ${what} is told, and leaves no tag`, () =>
      inTemporaryFolder(dir =>
        withRegistry(join(dir, 'registry'), {}, async ({ host }) => {
          const root = await writeFunction(MODELS, dir)
          await withTap(host, { answer }, async tap => checkTold(await push(root, tap.host), tap.host))
          assert.is(await manifestAt(host, 'faults/models', '1'), null)
        }),
      ))
  }

  it('when what arrives has another digest than what was sent is told, and leaves no tag', () =>
    inTemporaryFolder(dir =>
      withRegistry(join(dir, 'registry'), {}, async ({ host }) => {
        const root = await writeFunction(MODELS, dir)
        const answer = (request: IncomingMessage) => {
          const { url = '', method } = request
          // The registry gets to know another digest: for it, the bytes are wrong.
          if (method === 'PUT') request.url = url.replace(/(digest=sha256%3A).{4}/, '$10000')
          return false
        }
        await withTap(host, { answer }, async tap => checkTold(await push(root, tap.host), tap.host))
        assert.is(await manifestAt(host, 'faults/models', '1'), null)
      }),
    ))

  it('when a layer of the base comes with other bytes is told, and no layout is written', () =>
    inTemporaryFolder(async dir => {
      const { host, python } = await standInBases()
      const largest = (await manifestAt(host, 'lambda/python', '3.11-x86_64'))?.layers.at(-1)
      const answer = (request: IncomingMessage, response: ServerResponse) => {
        if (request.method !== 'GET' || !request.url?.endsWith(largest?.digest ?? '-')) return false
        response.writeHead(200, { 'content-length': largest?.size }).end(Buffer.alloc(largest?.size ?? 0))
        return true
      }
      await withTap(host, { answer }, async tap => {
        const root = await writeFunction(MODELS, dir, { base: python.replace(host, tap.host) })
        const told = await lpackImage(root, ['--oci', '--no-cache'])
        checkTold(told, tap.host)
        assert.not.ok((await readdir(root)).includes('lpack.out'))
      })
    }))

  it('when a token is stale in the middle is got over by a new one', () =>
    inTemporaryFolder(dir =>
      withRegistry(join(dir, 'registry'), {}, async ({ host }) => {
        const refused = new Set<string>()
        const answer = (request: IncomingMessage, response: ServerResponse) => {
          const { headers, method, url = '' } = request
          if (url.startsWith('/token')) {
            response.end(JSON.stringify({ token: `token-${refused.size}`, expires_in: 300 }))
            return true
          }
          const isLate = method === 'PUT' && url.includes('/manifests/')
          if (headers.authorization === `Bearer token-${refused.size}` && !(isLate && refused.size === 0)) return false
          if (headers.authorization !== undefined) refused.add(headers.authorization)
          const challenge = `Bearer realm="http://${headers.host}/token",service="test",scope="repository:faults/models:pull,push"`
          response.writeHead(401, { 'www-authenticate': challenge }).end()
          return true
        }
        const root = await writeFunction(MODELS, dir)
        await withTap(host, { answer }, async tap => {
          await checkPush(root, tap.host)
        })
        assert.equal([...refused], ['Bearer token-0'])
      }),
    ))

  it('when every token is stale is told', () =>
    inTemporaryFolder(dir =>
      withRegistry(join(dir, 'registry'), { access: 'bearer', tokenSeconds: -120 }, async ({ host }) => {
        const env = await loggedIn(host, dir)
        checkTold(await push(await writeFunction(MODELS, dir), host, env), host)
      }),
    ))

  it('when the disk for the layout is full is told, and leaves what stood', () =>
    inTemporaryFolder(async dir => {
      const root = await largeFunction(dir)
      const out = join(dir, 'out')
      await mkdir(out)
      await output('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', out])
      try {
        await writeFile(join(out, 'kept'), 'kept')
        const told = await lpackImage(root, ['--oci', '--out-dir', out])
        checkTold(told, 'ENOSPC')
        assert.equal(
          (await readdir(out)).filter(name => name !== '.gitignore'),
          ['kept'],
        )
      } finally {
        await output('umount', [out])
      }
    }))
})

type Answer = NonNullable<Faults['answer']>

const NOWHERE = { location: 'http://[' }

/** What no registry should say, each at another place of a push. */
function garbage(): Readonly<Record<string, Answer>> {
  const at =
    (method: string, place: RegExp, say: (response: ServerResponse) => void): Answer =>
    (request, response) => {
      if (request.method !== method || !place.test(request.url ?? '')) return false
      say(response)
      return true
    }
  return {
    'with a page for people': at('POST', /uploads/, response => void response.end('<p>Log in</p>')),
    'without a place to upload to': at('POST', /uploads/, response => void response.writeHead(202).end()),
    'with a place that is none': at('POST', /uploads/, response => void response.writeHead(202, NOWHERE).end()),
    'with noise after an upload': at('PUT', /digest=/, response => void response.writeHead(400).end(randomBytes(5000))),
    'with errors of the server all the time': at(
      'PUT',
      /\/manifests\//,
      response => void response.writeHead(503).end('{'),
    ),
    'what is no HTTP': at('PUT', /\/manifests\//, response => void response.socket?.end('EHLO\r\n\r\n')),
  }
}

async function largeFunction(dir: string): Promise<string> {
  const root = await writeFunction(MODELS, dir)
  await writeFile(join(root, 'models/large.bin'), randomBytes(LARGE_BYTES))
  return root
}

function push(root: string, host: string, env: NodeJS.ProcessEnv = {}): Promise<Told> {
  return lpackImage(root, ['--push', `${host}/faults/models:1`], { env })
}

async function checkPush(root: string, host: string): Promise<{ readonly digest: string | null }> {
  const { artifact } = await imageFine(root, ['--push', `${host}/faults/models:1`])
  assert.is((await manifestAt(host, 'faults/models', '1'))?.digest, artifact.digest)
  return artifact
}

/** As a mistake, not as a bug. */
function checkTold({ code, err, reports }: Told, what: string): void {
  assert.equal([code, reports], [2, []], err)
  assert.match(err, what)
  assert.not.match(err, 'has a bug')
  assert.not.match(err, /\n {4}at /)
}

/** Does something once, in the midst of the large layer's upload. */
function onceInMidst(action: (request: IncomingMessage) => Promise<void> | void): NonNullable<Faults['onUpload']> {
  let isDone = false
  return async (bytes, request) => {
    if (isDone || bytes < MIDST_BYTES) return
    isDone = true
    await action(request)
  }
}

async function pushKilled(root: string, host: string, signal: 'SIGINT' | 'SIGKILL'): Promise<void> {
  const { env } = await containerTools()
  let kill = () => {}
  const killing = onceInMidst(() => kill())
  await withTap(host, { onUpload: killing }, async tap => {
    const args = [await builtLpack(), 'image', '--quiet', '--push', `${tap.host}/faults/models:1`]
    const child = spawn(process.execPath, args, { cwd: root, env, stdio: 'ignore' })
    kill = () => void child.kill(signal)
    const [code, ended] = await once(child, 'exit')
    assert.equal([code, ended], signal === 'SIGINT' ? [130, null] : [null, signal])
  })
}
