import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import * as assert from 'uvu/assert'
import { ExchangeFailure } from '../../src/system/exchange.ts'
import type { ExchangeRequest } from '../../src/system/system.ts'
import { describe } from '../helpers.ts'
import { deadUrl, quickNetwork, serving, servingSecurely } from '../loopback.ts'

// Larger than a socket's buffers, so that a cut comes in the middle.
const BODY = Buffer.alloc(3_000_000, 'the answer, ')

function request(url: string, changes: Partial<ExchangeRequest> = {}): ExchangeRequest {
  const { signal } = new AbortController()
  const limits = { maxBytes: BODY.length, deadlineMs: 5_000, idleMs: 2_000 }
  return { method: 'GET', url, headers: {}, body: null, ...limits, signal, ...changes }
}

async function bytesOf(incoming: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of incoming) pieces.push(piece as Buffer)
  return Buffer.concat(pieces)
}

/** The reason of an exchange that fails within a time. */
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

/** A server below HTTP: what it writes is what it is told. */
async function servingBytes<T>(answer: string | Buffer, action: (url: string) => Promise<T>): Promise<T> {
  const server = createServer(socket => {
    socket.on('error', () => undefined)
    if (answer.length > 0) socket.once('data', () => socket.end(answer))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    return await action(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  } finally {
    server.close()
  }
}

describe('exchange', it => {
  it('returns the bytes of an answer', () =>
    serving(
      (_, response) => void response.end(BODY),
      async server => {
        const { status, body } = await quickNetwork().exchange(request(`${server.url}/cas/1?sig=a%2Fb`))
        assert.is(status, 200)
        assert.ok(BODY.equals(body))
        assert.is(server.requests[0]?.path, '/cas/1?sig=a%2Fb')
        assert.is(server.requests[0]?.headers['accept-encoding'], 'identity')
      },
    ))

  it('sends bytes with their length', () =>
    serving(
      async (incoming, response) => {
        assert.is(incoming.method, 'PUT')
        assert.is(incoming.headers['content-length'], String(BODY.length))
        assert.ok(BODY.equals(await bytesOf(incoming)))
        response.writeHead(201).end('thanks')
      },
      async server => {
        const answer = await quickNetwork().exchange(request(server.url, { method: 'PUT', body: BODY }))
        assert.equal({ ...answer, body: answer.body.length }, { status: 201, body: 0 })
      },
    ))

  it('asks for the head alone', () =>
    serving(
      (incoming, response) =>
        void response.writeHead(incoming.method === 'HEAD' ? 200 : 500, { 'content-length': 99 }).end(),
      async server => {
        const answer = await quickNetwork().exchange(request(server.url, { method: 'HEAD', maxBytes: 0 }))
        assert.equal({ ...answer, body: answer.body.length }, { status: 200, body: 0 })
      },
    ))

  it('is tried once, whatever comes', () =>
    serving(
      (_, response) => void response.writeHead(503, { 'retry-after': '0' }).end('busy'),
      async server => {
        assert.is((await quickNetwork().exchange(request(server.url))).status, 503)
        assert.is(server.requests.length, 1)
      },
    ))

  it('uses its connections again, after a miss as after a hit', () => {
    const ports = new Set<number | undefined>()
    return serving(
      (incoming, response) => {
        ports.add(incoming.socket.remotePort)
        response.writeHead(incoming.url === '/hit' ? 200 : 404).end('not here, or here')
      },
      async server => {
        const network = quickNetwork()
        for (let round = 0; round < 10; round++) {
          for (const path of ['/miss', '/hit']) await network.exchange(request(server.url + path))
        }
        // A second one may be opened before the first is known to be free.
        assert.ok(ports.size <= 2, `${ports.size} connections`)
      },
    )
  })

  it('gives up an answer that has more bytes than it may, told or not', () =>
    serving(
      (incoming, response) => {
        if (incoming.url === '/told') response.writeHead(200, { 'content-length': BODY.length })
        response.write(BODY)
        response.end()
      },
      async server => {
        const network = quickNetwork()
        const most = { maxBytes: BODY.length - 1 }
        assert.match(await failure(network.exchange(request(`${server.url}/told`, most))), `has ${BODY.length} bytes`)
        assert.match(await failure(network.exchange(request(`${server.url}/untold`, most))), 'has more than')
      },
    ))

  it('stops reading an answer that never ends', () =>
    serving(
      (_, response) => {
        const more = () => void (response.destroyed || response.write(Buffer.alloc(65_536), () => setImmediate(more)))
        more()
      },
      async server => {
        assert.match(await failure(quickNetwork().exchange(request(server.url))), 'has more than')
      },
    ))

  it('keeps nothing of an error page without end', () =>
    serving(
      (_, response) => {
        response.writeHead(500)
        const more = () => void (response.destroyed || response.write(Buffer.alloc(65_536), () => setImmediate(more)))
        more()
      },
      async server => {
        const answer = await quickNetwork().exchange(request(server.url))
        assert.equal({ ...answer, body: answer.body.length }, { status: 500, body: 0 })
      },
    ))

  it('gives up a body that is cut', () =>
    serving(
      (_, response) => {
        response.writeHead(200, { 'content-length': BODY.length })
        response.write(BODY.subarray(0, 1_000_000), () => setTimeout(() => response.destroy(), 20))
      },
      async server => {
        assert.is(await failure(quickNetwork().exchange(request(server.url))), 'the connection was cut')
      },
    ))

  it('gives up a body that is shorter than its length says', () =>
    servingBytes('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nshort', async url => {
      await failure(quickNetwork().exchange(request(url)))
    }))

  it('never returns more than a length says', () =>
    servingBytes('HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nshort and more', async url => {
      const answer = await quickNetwork()
        .exchange(request(url))
        .catch((error: unknown) => error)
      if (answer instanceof Error) assert.instance(answer, ExchangeFailure)
      else assert.is(String((answer as { body: Uint8Array }).body), 'short')
    }))

  for (const [what, bytes] of [
    ['that isn’t HTTP', 'SSH-2.0-OpenSSH_9.2p1\r\n'],
    ['with two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab'],
    ['with a length that is no number', 'HTTP/1.1 200 OK\r\ncontent-length: ten\r\n\r\nab'],
    ['with broken chunks', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nab\r\n'],
    ['with endless headers', `HTTP/1.1 200 OK\r\n${'x: y\r\n'.repeat(100_000)}\r\n`],
    ['that says gzip and isn’t', 'HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 2\r\n\r\nab'],
    ['of nothing', ''],
  ] as const) {
    it(`gives up an answer ${what}`, () =>
      servingBytes(bytes, async url => {
        await failure(quickNetwork().exchange(request(url, { idleMs: 300 })))
      }))
  }

  it('gives up after the deadline, though bytes keep coming', () =>
    serving(
      (_, response) => {
        const timer = setInterval(() => response.write('drip'), 20)
        response.on('close', () => clearInterval(timer))
      },
      async server => {
        const reason = await failure(quickNetwork().exchange(request(server.url, { deadlineMs: 300 })), 800)
        assert.is(reason, 'no whole answer came within 0.3 s')
      },
    ))

  it('counts redirects in the deadline', () =>
    serving(
      (incoming, response) => {
        setTimeout(() => response.writeHead(307, { location: `${incoming.url}x` }).end(), 100)
      },
      async server => {
        await failure(quickNetwork().exchange(request(server.url, { deadlineMs: 300 })), 800)
        assert.ok(server.requests.length < 5)
      },
    ))

  it('gives up a server that says nothing, or nothing more', () =>
    serving(
      (incoming, response) => void (incoming.url === '/some' && response.write('some')),
      async server => {
        const network = quickNetwork()
        const idle = { idleMs: 200 }
        assert.is(await failure(network.exchange(request(server.url, idle)), 800), 'no answer came for 0.2 s')
        assert.is(
          await failure(network.exchange(request(`${server.url}/some`, idle)), 800),
          'nothing more came for 0.2 s',
        )
      },
    ))

  it('waits until the deadline for a server that is sent something', () =>
    serving(
      (incoming, response) => {
        incoming.resume()
        if (incoming.url === '/slow') setTimeout(() => response.end(), 500)
      },
      async server => {
        const network = quickNetwork()
        const put = { method: 'PUT', body: BODY, idleMs: 100 } as const
        assert.is((await network.exchange(request(`${server.url}/slow`, put))).status, 200)
        const reason = await failure(network.exchange(request(server.url, { ...put, deadlineMs: 300 })), 800)
        assert.is(reason, 'no whole answer came within 0.3 s')
      },
    ))

  it('says why there is no way to a server', async () => {
    const network = quickNetwork()
    assert.is(await failure(network.exchange(request(await deadUrl()))), 'the connection was refused')
    assert.is(await failure(network.exchange(request('ftp://127.0.0.1/'))), "it isn't an http or https URL")
  })

  it('says that a certificate is not trusted, without the URL', () =>
    servingSecurely(
      (_, response) => void response.end(),
      async server => {
        const reason = await failure(quickNetwork().exchange(request(`${server.url}/ac/1?sig=secret`)))
        assert.match(reason, /^its certificate isn't trusted \(/)
        assert.not.match(reason, 'secret')
      },
    ))

  it('says that a setting of the network can’t be used', async () => {
    const network = quickNetwork({ HTTP_PROXY: 'socks5://127.0.0.1:1' })
    assert.match(await failure(network.exchange(request('http://cache.test/'))), 'Name one whose URL starts with http')
  })

  it('goes through the proxy', () =>
    serving(
      (_, response) => void response.end('of the proxy'),
      async proxy => {
        const network = quickNetwork({ HTTP_PROXY: proxy.url, NO_PROXY: '' })
        const { body } = await network.exchange(request('http://cache.test/ac/1'))
        assert.is(String(body), 'of the proxy')
        assert.is(proxy.requests[0]?.path, 'http://cache.test/ac/1')
      },
    ))

  it('leaves credentials with the origin that they are for', () =>
    serving(
      (_, response) => void response.end('there'),
      other =>
        serving(
          (incoming, response) =>
            void response.writeHead(302, { location: incoming.url === '/here' ? '/there' : `${other.url}/x` }).end(),
          async server => {
            const headers = { authorization: 'Bearer secret' }
            const { body } = await quickNetwork().exchange(request(`${server.url}/here`, { headers }))
            assert.is(String(body), 'there')
            assert.equal(
              server.requests.map(one => one.headers.authorization),
              ['Bearer secret', 'Bearer secret'],
            )
            assert.is(other.requests[0]?.headers.authorization, undefined)
          },
        ),
    ))

  it('sends a body again where a redirect keeps the method', () =>
    serving(
      async (incoming, response) => {
        const isFirst = incoming.url === '/307' || incoming.url === '/308'
        const received = await bytesOf(incoming)
        if (isFirst) return void response.writeHead(Number(incoming.url?.slice(1)), { location: '/there' }).end()
        response.writeHead(incoming.method === 'PUT' && BODY.equals(received) ? 204 : 500).end()
      },
      async server => {
        const put = { method: 'PUT', body: BODY } as const
        for (const path of ['/307', '/308']) {
          assert.is((await quickNetwork().exchange(request(server.url + path, put))).status, 204)
        }
      },
    ))

  for (const status of [301, 302, 303]) {
    it(`returns ${status} for what is sent, since it would become a question`, () =>
      serving(
        (incoming, response) => {
          incoming.resume()
          response.writeHead(status, { location: '/there' }).end()
        },
        async server => {
          const answer = await quickNetwork().exchange(request(server.url, { method: 'PUT', body: BODY }))
          assert.is(answer.status, status)
          assert.is(server.requests.length, 1)
        },
      ))
  }

  for (const status of [401, 403, 407, 413, 421]) {
    it(`returns ${status} for what is sent`, () =>
      serving(
        (incoming, response) => {
          incoming.resume()
          incoming.on('end', () => response.writeHead(status).end('no'))
        },
        async server => {
          const answer = await quickNetwork()
            .exchange(request(server.url, { method: 'PUT', body: BODY }))
            .catch((error: unknown) => error)
          // fetch takes 407 for an answer of a proxy. https://fetch.spec.whatwg.org/#http-network-or-cache-fetch
          if (status === 407) assert.instance(answer, ExchangeFailure)
          else assert.is((answer as { status: number }).status, status)
        },
      ))
  }

  it('throws the reason of the user’s interruption, and of its own signal', () =>
    serving(
      () => undefined,
      async server => {
        const user = new AbortController()
        const own = new AbortController()
        const asked = [
          quickNetwork({}, user.signal).exchange(request(server.url)),
          quickNetwork().exchange(request(server.url, { signal: own.signal })),
        ].map(one => one.catch((error: unknown) => error))
        setTimeout(() => user.abort('interrupted'), 50)
        setTimeout(() => own.abort('not wanted'), 50)
        assert.equal(await Promise.all(asked), ['interrupted', 'not wanted'])
        const late = quickNetwork().exchange(request(server.url, { signal: own.signal }))
        assert.is(await late.catch((error: unknown) => error), 'not wanted')
        assert.is(server.requests.length, 2)
      },
    ))
})
