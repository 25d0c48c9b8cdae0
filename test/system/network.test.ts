import { createHash } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import type { DownloadRequest, Network } from '../../src/system/system.ts'
import { describe, inTemporaryFolder, rejects } from '../helpers.ts'
import { CERTIFICATE, deadUrl, quickNetwork, serving, servingSecurely } from '../loopback.ts'

// Larger than a socket's buffers, so that a cut comes in the middle.
const BODY = Buffer.alloc(3_000_000, 'the file that is wanted, ')
const BODY_SHA256 = createHash('sha256').update(BODY).digest('hex')

function request(url: string, dir: string, changes: Partial<DownloadRequest> = {}): DownloadRequest {
  const { signal } = new AbortController()
  const fixed = { headers: {}, maxBytes: Infinity, signal, onProgress: () => undefined }
  return { url, path: join(dir, 'file'), ...fixed, ...changes }
}

/** Sends half of what is asked for, then cuts the connection. */
function cutAfterHalf(response: ServerResponse, bytes: Buffer): void {
  response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => setTimeout(() => response.destroy(), 20))
}

function sendRange(incoming: IncomingMessage, response: ServerResponse, etag: string): Buffer {
  const start = Number(/^bytes=(\d+)-$/.exec(incoming.headers.range ?? '')?.[1] ?? 0)
  const isPartial = start > 0 && incoming.headers['if-range'] === etag
  const rest = BODY.subarray(isPartial ? start : 0)
  const range = isPartial ? { 'content-range': `bytes ${start}-${BODY.length - 1}/${BODY.length}` } : {}
  response.writeHead(isPartial ? 206 : 200, { etag, 'content-length': rest.length, ...range })
  return rest
}

async function downloadsWhole(network: Network, url: string): Promise<void> {
  await inTemporaryFolder(async dir => {
    const got = await network.download(request(url, dir))
    assert.equal(got, { bytes: BODY.length, sha256: BODY_SHA256 })
    assert.ok(BODY.equals(await readFile(join(dir, 'file'))))
  })
}

describe('network: documents', it => {
  it('returns text, type and the final URL', () =>
    serving(
      (incoming, response) => {
        if (incoming.url === '/old') return void response.writeHead(301, { location: '/new' }).end()
        response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' }).end('grün')
      },
      async server => {
        const page = await quickNetwork().get(`${server.url}/old`, { accept: 'text/plain' })
        assert.equal(page, {
          status: 200,
          url: `${server.url}/new`,
          contentType: 'text/plain; charset=utf-8',
          text: 'grün',
        })
        assert.is(server.requests[1]?.headers.accept, 'text/plain')
      },
    ))

  it('returns a 404 without a retry', () =>
    serving(
      (_, response) => void response.writeHead(404).end('no'),
      async server => {
        assert.is((await quickNetwork().get(server.url, {})).status, 404)
        assert.is(server.requests.length, 1)
      },
    ))

  for (const status of [408, 429, 500, 502, 503]) {
    it(`tries again after ${status}`, () => {
      let asked = 0
      return serving(
        (_, response) => void response.writeHead(++asked < 3 ? status : 200, { 'retry-after': '0' }).end('fine'),
        async server => {
          assert.is((await quickNetwork().get(server.url, {})).text, 'fine')
          assert.is(asked, 3)
        },
      )
    })
  }

  it('returns a 503 that stays after three retries', () =>
    serving(
      (_, response) => void response.writeHead(503).end('busy'),
      async server => {
        assert.is((await quickNetwork().get(server.url, {})).status, 503)
        assert.is(server.requests.length, 4)
      },
    ))

  it('waits as long as Retry-After says, but no longer than its bound', () => {
    let asked = 0
    return serving(
      (_, response) => void response.writeHead(++asked < 2 ? 429 : 200, { 'retry-after': '3600' }).end(),
      async server => {
        const start = performance.now()
        await quickNetwork().get(server.url, {})
        const waited = performance.now() - start
        assert.ok(waited >= 45 && waited < 2000, `waited ${waited} ms`)
      },
    )
  })

  it('names a host that refuses the connection, without credentials', async () => {
    const url = await deadUrl()
    const error = await rejects(() => quickNetwork().get(url.replace('//', '//ann:secret@'), {}), 'NETWORK_UNREACHABLE')
    assert.is(
      error.message,
      `${url}/ can't be reached: the connection was refused. Check the network, the address, and HTTPS_PROXY if a proxy stands between.`,
    )
  })

  it('gives up on a server that never answers', () =>
    serving(
      () => undefined,
      async server => {
        const error = await rejects(() => quickNetwork().get(server.url, {}), 'NETWORK_UNREACHABLE')
        assert.match(error.message, 'no answer came for 0.5 s')
        assert.is(server.requests.length, 4)
      },
    ))

  it('gives up on redirects that go round', () =>
    serving(
      (_, response) => void response.writeHead(302, { location: '/again' }).end(),
      async server => {
        const error = await rejects(() => quickNetwork().get(server.url, {}), 'NETWORK_UNREACHABLE')
        assert.match(error.message, 'more than 10 redirects')
      },
    ))

  it('refuses to follow a redirect to a file', () =>
    serving(
      (_, response) => void response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
      async server => {
        const error = await rejects(() => quickNetwork().get(server.url, {}), 'NETWORK_UNREACHABLE')
        assert.match(error.message, 'it leads to file:///etc/passwd')
      },
    ))

  it('sends the credentials of a URL to its host alone', () =>
    serving(
      (_, response) => void response.end('the other'),
      other =>
        serving(
          (incoming, response) => {
            if (incoming.url === '/first') return void response.writeHead(307, { location: '/second' }).end()
            response.writeHead(302, { location: `${other.url}/third` }).end()
          },
          async server => {
            const url = `${server.url.replace('//', '//ann:se%20cret@')}/first`
            assert.is((await quickNetwork().get(url, {})).text, 'the other')
            const basic = `Basic ${Buffer.from('ann:se cret').toString('base64')}`
            assert.equal(
              server.requests.map(one => one.headers.authorization),
              [basic, basic],
            )
            assert.is(other.requests[0]?.headers.authorization, undefined)
          },
        ),
    ))

  it('stops with the reason of the interruption', () => {
    const stop = new AbortController()
    return serving(
      () => stop.abort(new Error('Ctrl-C')),
      async server => {
        const error = await quickNetwork({}, stop.signal)
          .get(server.url, {})
          .catch((reason: unknown) => reason)
        assert.is((error as Error).message, 'Ctrl-C')
        assert.is(server.requests.length, 1)
      },
    )
  })
})

describe('network: downloads', it => {
  it('writes a file and returns its bytes and sha256', () =>
    serving(
      (_, response) => void response.end(BODY),
      async server => downloadsWhole(quickNetwork(), server.url),
    ))

  it('bears a server that closes the connection behind the file', () => {
    const file = BODY.subarray(0, 60_000)
    const head = Buffer.from(`HTTP/1.0 200 OK\r\nContent-Length: ${file.length}\r\n\r\n`)
    return serving(
      (_, response) => void response.socket?.end(Buffer.concat([head, file])),
      ({ url }) =>
        inTemporaryFolder(async dir => {
          assert.is((await quickNetwork().download(request(url, dir))).bytes, file.length)
        }),
    )
  })

  it('tells how far it is', () =>
    serving(
      (_, response) =>
        response.write(BODY.subarray(0, 1000), () => setTimeout(() => response.end(BODY.subarray(1000)), 50)),
      server =>
        inTemporaryFolder(async dir => {
          const seen: number[] = []
          await quickNetwork().download(request(server.url, dir, { onProgress: bytes => void seen.push(bytes) }))
          assert.equal([seen[0], seen.at(-1)], [1000, BODY.length])
        }),
    ))

  it('goes on where a cut answer ended', () => {
    let asked = 0
    return serving(
      (incoming, response) => {
        const rest = sendRange(incoming, response, '"v1"')
        if (++asked <= 2) cutAfterHalf(response, rest)
        else response.end(rest)
      },
      async server => {
        await downloadsWhole(quickNetwork(), server.url)
        const starts = server.requests.map(one => Number(/\d+/.exec(one.headers.range ?? '0')?.[0]))
        assert.is(starts.length, 3)
        assert.ok(0 < (starts[1] ?? 0) && (starts[1] ?? 0) < (starts[2] ?? 0), String(starts))
        assert.is(server.requests[2]?.headers['if-range'], '"v1"')
      },
    )
  })

  it('goes on when the server sends less than it was asked for', () => {
    return serving(
      (incoming, response) => {
        // On a busy machine nothing may have come of the first answer, and all is asked for again.
        if (incoming.headers.range === undefined) {
          return cutAfterHalf(response, sendRange(incoming, response, '"v1"'))
        }
        const start = Number(/\d+/.exec(incoming.headers.range)?.[0])
        const part = BODY.subarray(start, start + 1_200_000)
        const range = `bytes ${start}-${start + part.length - 1}/${BODY.length}`
        response.writeHead(206, { etag: '"v1"', 'content-length': part.length, 'content-range': range }).end(part)
      },
      async server => {
        await downloadsWhole(quickNetwork(), server.url)
        assert.ok(server.requests.length >= 3)
      },
    )
  })

  it('starts over when the file has changed meanwhile', () => {
    let asked = 0
    return serving(
      (incoming, response) => {
        const rest = sendRange(incoming, response, `"v${++asked}"`)
        if (asked === 1) cutAfterHalf(response, rest)
        else response.end(rest)
      },
      async server => {
        await downloadsWhole(quickNetwork(), server.url)
        assert.match(server.requests[1]?.headers.range ?? '', /^bytes=/)
      },
    )
  })

  it('starts over when the server knows no ranges', () => {
    let asked = 0
    return serving(
      (_, response) => {
        response.writeHead(200, { 'content-length': BODY.length, etag: '"v1"' })
        if (++asked === 1) cutAfterHalf(response, BODY)
        else response.end(BODY)
      },
      async server => downloadsWhole(quickNetwork(), server.url),
    )
  })

  it('starts over when nothing says that the rest is of the same file', () => {
    let asked = 0
    return serving(
      (_, response) => {
        response.writeHead(200, { 'content-length': BODY.length, etag: 'W/"weak"' })
        if (++asked === 1) cutAfterHalf(response, BODY)
        else response.end(BODY)
      },
      async server => {
        await downloadsWhole(quickNetwork(), server.url)
        assert.is(server.requests[1]?.headers.range, undefined)
      },
    )
  })

  it('starts over when the server sends another part than it was asked for', () => {
    let asked = 0
    return serving(
      (incoming, response) => {
        if (++asked === 2) {
          const wrong = { 'content-range': `bytes 5-9/${BODY.length}`, 'content-length': 5 }
          return void response.writeHead(206, wrong).end('wrong')
        }
        const rest = sendRange(incoming, response, '"v1"')
        if (asked === 1) cutAfterHalf(response, rest)
        else response.end(rest)
      },
      async server => {
        await downloadsWhole(quickNetwork(), server.url)
        assert.is(server.requests[2]?.headers.range, undefined)
      },
    )
  })

  it('gives up after three retries without progress and leaves nothing', () =>
    serving(
      (_, response) => {
        response.writeHead(200, { 'content-length': BODY.length })
        response.write('little', () => response.destroy())
      },
      server =>
        inTemporaryFolder(async dir => {
          await rejects(() => quickNetwork().download(request(server.url, dir)), 'NETWORK_UNREACHABLE')
          assert.is(server.requests.length, 4)
          assert.equal(await readdir(dir), [])
        }),
    ))

  it('gives up on a body that stalls', () =>
    serving(
      (_, response) => {
        response.writeHead(200, { 'content-length': BODY.length })
        response.write('little')
      },
      server =>
        inTemporaryFolder(async dir => {
          const error = await rejects(() => quickNetwork().download(request(server.url, dir)), 'NETWORK_UNREACHABLE')
          assert.match(error.message, 'nothing more came for 0.3 s')
        }),
    ))

  it('bears a slow body that never stalls', () =>
    serving(
      (_, response) => {
        let sent = 0
        const timer = setInterval(() => {
          if (++sent < 8) return void response.write('x')
          clearInterval(timer)
          response.end()
        }, 80)
      },
      server =>
        inTemporaryFolder(async dir => {
          assert.is((await quickNetwork().download(request(server.url, dir))).bytes, 7)
        }),
    ))

  for (const [status, asked] of [
    [403, 1],
    [404, 1],
    [500, 4],
  ] as const) {
    it(`refuses a ${status}, asked ${asked} times`, () =>
      serving(
        (_, response) => void response.writeHead(status).end('no'),
        server =>
          inTemporaryFolder(async dir => {
            const error = await rejects(() => quickNetwork().download(request(server.url, dir)), 'DOWNLOAD_REFUSED')
            assert.match(error.message, `the server answered ${status}.`)
            assert.is(server.requests.length, asked)
            assert.equal(await readdir(dir), [])
          }),
      ))
  }

  it('stops a server that sends more than is expected', () =>
    serving(
      (_, response) => void response.end(BODY),
      server =>
        inTemporaryFolder(async dir => {
          await rejects(
            () => quickNetwork().download(request(server.url, dir, { maxBytes: 1000 })),
            'DOWNLOAD_TOO_LARGE',
          )
          assert.equal(await readdir(dir), [])
        }),
    ))

  it('leaves no file when it is interrupted in the middle', () => {
    const stop = new AbortController()
    return serving(
      (_, response) => void response.writeHead(200, { 'content-length': BODY.length }).write(BODY.subarray(0, 100_000)),
      server =>
        inTemporaryFolder(async dir => {
          const onProgress = () => stop.abort(new Error('Ctrl-C'))
          const error = await quickNetwork({}, stop.signal)
            .download(request(server.url, dir, { onProgress }))
            .catch((reason: unknown) => reason)
          assert.is((error as Error).message, 'Ctrl-C')
          assert.equal(await readdir(dir), [])
        }),
    )
  })

  it('lets an error of the disk through as it is', () =>
    serving(
      (_, response) => void response.end(BODY),
      server =>
        inTemporaryFolder(async dir => {
          const error = await quickNetwork()
            .download(request(server.url, join(dir, 'missing')))
            .catch((reason: unknown) => reason)
          assert.is((error as NodeJS.ErrnoException).code, 'ENOENT')
        }),
    ))
})

/** A proxy that forwards http and tunnels https, and notes what went through. */
async function withProxy(action: (url: string, seen: readonly string[]) => Promise<void>): Promise<void> {
  const seen: string[] = []
  const { createServer, request: send } = await import('node:http')
  const proxy = createServer((incoming, response) => {
    seen.push(`${incoming.method} ${incoming.url} ${incoming.headers['proxy-authorization'] ?? ''}`.trim())
    const onward = send(incoming.url ?? '', { headers: incoming.headers }, answer => {
      response.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.pipe(response)
    })
    onward.end()
  })
  proxy.on('connect', (incoming, socket) => {
    seen.push(`CONNECT ${incoming.url} ${incoming.headers['proxy-authorization'] ?? ''}`.trim())
    const [host = '', port] = (incoming.url ?? '').split(':')
    const onward = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n')
      onward.pipe(socket).pipe(onward)
    })
    onward.on('error', () => socket.destroy())
    socket.on('error', () => onward.destroy())
  })
  await new Promise<void>(resolve => proxy.listen(0, '127.0.0.1', resolve))
  try {
    const address = proxy.address()
    await action(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`, seen)
  } finally {
    proxy.closeAllConnections()
    proxy.close()
  }
}

describe('network: proxies and certificates', it => {
  for (const name of ['HTTP_PROXY', 'http_proxy', 'ALL_PROXY']) {
    it(`sends http through ${name}`, () =>
      serving(
        (_, response) => void response.end('through'),
        server =>
          withProxy(async (proxy, seen) => {
            assert.is((await quickNetwork({ [name]: proxy }).get(`${server.url}/page`, {})).text, 'through')
            assert.equal(seen, [`GET ${server.url}/page`])
          }),
      ))
  }

  it('tunnels https through HTTPS_PROXY, with the credentials of the proxy for the proxy alone', () =>
    inTemporaryFolder(dir =>
      servingSecurely(
        (_, response) => void response.end('secure'),
        server =>
          withProxy(async (proxy, seen) => {
            await writeFile(join(dir, 'ca.pem'), CERTIFICATE)
            const env = { HTTPS_PROXY: proxy.replace('//', '//bob:pw@'), SSL_CERT_FILE: join(dir, 'ca.pem') }
            assert.is((await quickNetwork(env).get(server.url, {})).text, 'secure')
            const token = `Basic ${Buffer.from('bob:pw').toString('base64')}`
            assert.equal(seen, [`CONNECT ${server.url.replace('https://', '')} ${token}`])
            assert.is(server.requests[0]?.headers['proxy-authorization'], undefined)
          }),
      ),
    ))

  for (const exempt of ['127.0.0.1', '*', 'elsewhere.test, 127.0.0.1']) {
    it(`goes past the proxy for NO_PROXY=${exempt}`, () =>
      serving(
        (_, response) => void response.end('direct'),
        server =>
          withProxy(async (proxy, seen) => {
            await quickNetwork({ HTTP_PROXY: proxy, NO_PROXY: exempt }).get(server.url, {})
            assert.equal(seen, [])
          }),
      ))
  }

  it('takes the proxy of pip over that of the environment', () =>
    serving(
      (_, response) => void response.end('through'),
      server =>
        withProxy(async (proxy, seen) => {
          const network = quickNetwork({ HTTP_PROXY: await deadUrl() })
          await network.configured({ caFile: null, proxy }).get(server.url, {})
          assert.is(seen.length, 1)
        }),
    ))

  it('names a proxy that it cannot speak to, without its credentials', async () => {
    const network = quickNetwork({ ALL_PROXY: 'socks5://ann:secret@proxy.test:1080' })
    const error = await rejects(() => network.get('http://127.0.0.1:9/', {}), 'PROXY_UNSUPPORTED')
    assert.match(error.message, 'socks5://…@proxy.test:1080')
  })

  it('refuses a certificate that nobody vouches for, at once, and says what helps', () =>
    servingSecurely(
      (_, response) => void response.end(),
      async server => {
        const error = await rejects(() => quickNetwork().get(server.url, {}), 'NETWORK_UNREACHABLE')
        assert.match(error.message, 'SELF_SIGNED')
        assert.match(error.message, 'SSL_CERT_FILE can name')
        assert.is(server.requests.length, 0)
      },
    ))

  for (const name of ['SSL_CERT_FILE', 'PIP_CERT', 'REQUESTS_CA_BUNDLE']) {
    it(`trusts the certificates of ${name}`, () =>
      inTemporaryFolder(dir =>
        servingSecurely(
          (_, response) => void response.end(BODY),
          async server => {
            await writeFile(join(dir, 'ca.pem'), CERTIFICATE)
            await downloadsWhole(quickNetwork({ [name]: join(dir, 'ca.pem') }), server.url)
          },
        ),
      ))
  }

  it('names the variable of a certificate file that is not there', async () => {
    const network = quickNetwork({ SSL_CERT_FILE: '/nowhere/ca.pem' })
    const error = await rejects(() => network.get('http://127.0.0.1:9/', {}), 'CERTIFICATES_UNREADABLE')
    assert.match(error.message, "SSL_CERT_FILE names the certificates /nowhere/ca.pem, which can't be read: nothing is")
  })

  it('names the variable where it is a setting of pip, too', async () => {
    const network = quickNetwork({ PIP_CERT: '/nowhere/ca.pem' }).configured({ caFile: '/nowhere/ca.pem', proxy: null })
    const error = await rejects(() => network.get('http://127.0.0.1:9/', {}), 'CERTIFICATES_UNREADABLE')
    assert.match(error.message, /^PIP_CERT names/)
  })
})
