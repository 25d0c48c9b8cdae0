import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { rm, truncate, writeFile } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { ExchangeFailure } from '../../src/system/exchange.ts'
import type { SendRequest } from '../../src/system/system.ts'
import { describe, inTemporaryFolder, rejects } from '../helpers.ts'
import { deadUrl, quickNetwork, serving, servingSecurely } from '../loopback.ts'

// Larger than a socket's buffers, so that a server that takes nothing stalls it.
const BYTES = randomBytes(16_000_000)

function request(url: string, changes: Partial<SendRequest> = {}): SendRequest {
  const { signal } = new AbortController()
  return { method: 'GET', url, headers: {}, body: null, maxBytes: 1_000, answerMs: 2_000, signal, ...changes }
}

async function sha256Of(incoming: IncomingMessage): Promise<string> {
  const hash = createHash('sha256')
  for await (const piece of incoming) hash.update(piece as Buffer)
  return hash.digest('hex')
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** The reason of a failure that comes within a time. */
async function failure(action: Promise<unknown>, withinMs = 1_500): Promise<string> {
  const start = performance.now()
  const reason: unknown = await action.then(
    answer => answer,
    (error: unknown) => error,
  )
  const tookMs = performance.now() - start
  assert.ok(tookMs < withinMs, `it took ${tookMs} ms`)
  assert.ok(reason instanceof ExchangeFailure, String((reason as Error).stack ?? reason))
  return reason.message
}

/** Runs an action with the bytes in a file. */
async function withFile<T>(action: (path: string) => Promise<T>): Promise<T> {
  return inTemporaryFolder(async dir => {
    const path = join(dir, 'blob')
    await writeFile(path, BYTES)
    return action(path)
  })
}

describe('send', it => {
  it('returns any status with its headers, and follows nothing', () =>
    serving(
      (_, response) => void response.writeHead(307, { Location: '/there', 'X-Odd': ['a', 'b'] }).end('moved'),
      async server => {
        const answer = await quickNetwork().send(request(`${server.url}/here`))
        assert.is(answer.status, 307)
        assert.is(answer.url, `${server.url}/here`)
        assert.is(answer.headers['location'], '/there')
        assert.is(answer.headers['x-odd'], 'a, b')
        assert.is(String(answer.body), 'moved')
        assert.is(server.requests.length, 1)
      },
    ))

  for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const) {
    it(`asks ${method} without a body`, () =>
      serving(
        (incoming, response) => {
          assert.is(incoming.headers['transfer-encoding'], undefined)
          response.writeHead(incoming.method === method ? 204 : 500).end()
        },
        async server => {
          assert.is((await quickNetwork().send(request(server.url, { method }))).status, 204)
          const empty = { method, body: ['GET', 'HEAD'].includes(method) ? null : new Uint8Array() }
          assert.is((await quickNetwork().send(request(server.url, empty))).status, 204)
        },
      ))
  }

  it('sends bytes with their length, and tells how far it is', () =>
    serving(
      async (incoming, response) => {
        assert.is(incoming.headers['content-length'], String(BYTES.length))
        response.writeHead(201).end(await sha256Of(incoming))
      },
      async server => {
        const told: number[] = []
        const onSent = (bytes: number) => void told.push(bytes)
        const answer = await quickNetwork().send(request(server.url, { method: 'PUT', body: BYTES, onSent }))
        assert.is(answer.status, 201)
        assert.is(String(answer.body), hashOf(BYTES))
        assert.is(told[0], 0)
        assert.is(told.at(-1), BYTES.length)
        assert.ok(told.every((bytes, place) => place === 0 || bytes > (told[place - 1] ?? 0)))
      },
    ))

  it('sends a range of a file', () =>
    withFile(path =>
      serving(
        async (incoming, response) => {
          assert.is(incoming.headers['content-length'], '7000000')
          response.end(await sha256Of(incoming))
        },
        async server => {
          const body = { path, offset: 1_234_567, bytes: 7_000_000 }
          const { body: answer } = await quickNetwork().send(request(server.url, { method: 'PATCH', body }))
          assert.is(String(answer), hashOf(BYTES.subarray(1_234_567, 8_234_567)))
        },
      ),
    ))

  it('does not take a file into memory', () =>
    inTemporaryFolder(async dir => {
      const path = join(dir, 'large')
      await writeFile(path, '')
      await truncate(path, 160_000_000)
      await serving(
        (incoming, response) => void incoming.resume().on('end', () => response.end()),
        async server => {
          let most = 0
          const before = process.memoryUsage().arrayBuffers
          const onSent = () => {
            most = Math.max(most, process.memoryUsage().arrayBuffers - before)
          }
          const body = { path, offset: 0, bytes: 160_000_000 }
          await quickNetwork().send(request(server.url, { method: 'PUT', body, onSent }))
          assert.ok(most < 80_000_000, `${most} bytes`)
        },
      )
    }))

  it('says that a file has become shorter or is gone', () =>
    withFile(path =>
      serving(
        (incoming, response) => void incoming.resume().on('end', () => response.end()),
        async server => {
          const put = request(server.url, { method: 'PUT', body: { path, offset: 1, bytes: BYTES.length } })
          await rejects(() => quickNetwork().send(put), 'FILE_CHANGED')
          await rm(path)
          const reason = await quickNetwork()
            .send(put)
            .catch((error: NodeJS.ErrnoException) => error)
          assert.is((reason as NodeJS.ErrnoException).code, 'ENOENT')
        },
      ),
    ))

  it('gives up a server that takes nothing', () =>
    serving(
      () => undefined,
      async server => {
        const put = { method: 'PUT', body: BYTES, answerMs: 300 } as const
        assert.match(await failure(quickNetwork().send(request(server.url, put))), 'nothing more was taken for 0.3 s')
      },
    ))

  it('waits for a server that takes slowly', () =>
    serving(
      async (incoming, response) => {
        let bytes = 0
        for await (const piece of incoming) {
          bytes += (piece as Buffer).length
          await new Promise(resolve => setTimeout(resolve, 4))
        }
        response.end(String(bytes))
      },
      async server => {
        const put = { method: 'PUT', body: BYTES, answerMs: 500 } as const
        const start = performance.now()
        assert.is(String((await quickNetwork().send(request(server.url, put))).body), String(BYTES.length))
        assert.ok(performance.now() - start > 500, 'too quick to tell')
      },
    ))

  it('gives up a server that took all and says nothing', () =>
    serving(
      incoming => void incoming.resume(),
      async server => {
        const put = { method: 'PUT', body: BYTES, answerMs: 200 } as const
        assert.is(await failure(quickNetwork().send(request(server.url, put))), 'no answer came for 0.2 s')
        assert.is(
          await failure(quickNetwork().send(request(server.url, { answerMs: 200 }))),
          'no answer came for 0.2 s',
        )
      },
    ))

  it('gives up an answer that stops', () =>
    serving(
      (_, response) => void response.write('some'),
      async server => {
        assert.is(await failure(quickNetwork().send(request(server.url))), 'nothing more came for 0.3 s')
      },
    ))

  for (const status of [401, 413, 503]) {
    it(`takes ${status} in the middle of an upload for the answer`, () =>
      withFile(path =>
        serving(
          (incoming, response) => {
            incoming.once('data', () => response.writeHead(status, { 'www-authenticate': 'Basic realm="x"' }).end('no'))
            incoming.on('data', () => undefined)
          },
          async server => {
            for (const body of [BYTES, { path, offset: 0, bytes: BYTES.length }]) {
              const answer = await quickNetwork().send(request(server.url, { method: 'PUT', body }))
              assert.is(answer.status, status)
              assert.is(String(answer.body), 'no')
            }
          },
        ),
      ))
  }

  it('tells that an upload was cut, and closes the file', () =>
    withFile(path =>
      serving(
        incoming => void incoming.once('data', () => incoming.socket.destroy()),
        async server => {
          for (const body of [BYTES, { path, offset: 0, bytes: BYTES.length }]) {
            const reason = await failure(quickNetwork().send(request(server.url, { method: 'PUT', body })))
            assert.is(reason, 'the connection was cut')
          }
        },
      ),
    ))

  it('keeps the beginning of an answer that is too long', () =>
    serving(
      (_, response) => {
        response.writeHead(500)
        const more = () =>
          void (response.destroyed || response.write(Buffer.alloc(65_536, 'x'), () => setImmediate(more)))
        more()
      },
      async server => {
        for (const what of [{}, { method: 'PUT', body: BYTES }] as const) {
          const answer = await quickNetwork().send(request(server.url, what))
          const expected = { status: 500, url: `${server.url}/`, headers: {}, body: 1_000, isWhole: false }
          assert.equal({ ...answer, headers: {}, body: answer.body.length }, expected)
        }
      },
    ))

  it('keeps all of an answer that is just long enough', () =>
    serving(
      (_, response) => void response.end('x'.repeat(1_000)),
      async server => {
        const answer = await quickNetwork().send(request(server.url))
        assert.is(answer.body.length, 1_000)
        assert.ok(answer.isWhole)
      },
    ))

  it('gives up an answer that isn’t HTTP', async () => {
    const server = createServer(socket => {
      socket.on('error', () => undefined)
      socket.once('data', () => socket.end('SSH-2.0-OpenSSH_9.2p1\r\n'))
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    await failure(quickNetwork().send(request(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)))
    server.close()
  })

  it('says why there is no way to a server', async () => {
    assert.is(await failure(quickNetwork().send(request(await deadUrl()))), 'the connection was refused')
    assert.is(await failure(quickNetwork().send(request('ftp://127.0.0.1/'))), "it isn't an http or https URL")
  })

  it('says that a certificate is not trusted', () =>
    servingSecurely(
      (_, response) => void response.end(),
      async server => {
        assert.match(await failure(quickNetwork().send(request(server.url))), /^its certificate isn't trusted \(/)
      },
    ))

  it('sends no credentials of a URL', () =>
    serving(
      (incoming, response) => void response.end(String(incoming.headers.authorization)),
      async server => {
        const url = server.url.replace('//', '//user:secret@')
        const answer = await quickNetwork().send(request(url))
        assert.is(String(answer.body), 'undefined')
        assert.is(answer.url, `${server.url}/`)
      },
    ))

  it('goes through the proxy', () =>
    serving(
      async (incoming, response) => void response.end(await sha256Of(incoming)),
      async proxy => {
        const network = quickNetwork({ HTTP_PROXY: proxy.url, NO_PROXY: '' })
        const { body } = await network.send(request('http://registry.test/v2/', { method: 'PUT', body: BYTES }))
        assert.is(String(body), hashOf(BYTES))
        assert.is(proxy.requests[0]?.path, 'http://registry.test/v2/')
      },
    ))

  it('stops when it is told, in the middle of an upload, too', () =>
    withFile(path =>
      serving(
        () => undefined,
        async server => {
          for (const body of [null, { path, offset: 0, bytes: BYTES.length }]) {
            for (const whose of ['request', 'user']) {
              const stop = new AbortController()
              const other = new AbortController()
              const network = quickNetwork({}, whose === 'user' ? stop.signal : other.signal)
              const signal = whose === 'user' ? other.signal : stop.signal
              const sent = network.send(request(server.url, { method: 'PUT', body, signal }))
              setTimeout(() => stop.abort(new Error('enough')), 30)
              assert.is(await sent.catch((error: Error) => error.message), 'enough')
            }
          }
        },
      ),
    ))
})
