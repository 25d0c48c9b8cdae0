import { deflateRawSync } from 'node:zlib'
import * as assert from 'uvu/assert'
import { openRemoteCache } from '../../src/cache/remote.ts'
import { describe, rejects } from '../helpers.ts'
import { deadUrl } from '../loopback.ts'
import { testSystem } from '../worlds.ts'
import {
  batchOf,
  contentOf,
  finishedOf,
  incompressible,
  machine,
  NOTHING_ELSE,
  plain,
  servingTeam,
  within,
} from './team-server.ts'

const SMALL = contentOf(20_000, 1)
// Its stream is beyond what is in an answer itself, but no blob that is asked for first.
const LARGE = contentOf(400_000, 2)
const HUGE = contentOf(3_000_000, 3)
const HUGE_FINISHED = finishedOf(HUGE)
const PHOTO = incompressible(50_000)
const CONTENTS = [SMALL, LARGE, PHOTO, Buffer.alloc(0), contentOf(300, 4), SMALL]
const FINISHED = CONTENTS.map(finishedOf)
const BATCH = batchOf(CONTENTS)

describe('remote cache: settings', it => {
  it('is none without an address', () => {
    assert.is(openRemoteCache('zlib/9', testSystem()), null)
    assert.is(openRemoteCache('zlib/9', testSystem({ env: { LPACK_REMOTE_CACHE: ' ' } })), null)
  })

  for (const [address, shown] of [
    ['cache.test/lpack', 'cache.test/lpack'],
    ['cache.test:8080', 'cache.test:8080'],
    ['ftp://cache.test', 'ftp://cache.test'],
    ['http://', 'http://'],
    ['https//ann:secret@cache.test/?sig=secret', '…@cache.test/?…'],
    ['http://ann:secret@cache.test:port/#secret', '…@cache.test:port/?…'],
  ] as const) {
    it(`refuses ${address}`, async () => {
      const error = await rejects(() => machine(address), 'REMOTE_CACHE_UNUSABLE')
      assert.is(
        error.message,
        `LPACK_REMOTE_CACHE is "${shown}", which is no http or https URL. Write it such as https://cache.example.com/lpack, or unset it.`,
      )
    })
  }

  it('refuses a token that no header takes, without showing it', async () => {
    const env = { LPACK_REMOTE_CACHE_TOKEN: 'Bearer secret' }
    const error = await rejects(() => machine('http://cache.test', { env }), 'REMOTE_CACHE_TOKEN_UNUSABLE')
    assert.not.match(error.message, 'secret')
  })

  for (const [what, userinfo, env, expected] of [
    ['nothing where there is nothing', '', {}, undefined],
    ['user and password of the URL', 'ann:p%40ss@', {}, `Basic ${Buffer.from('ann:p@ss').toString('base64')}`],
    ['the token', '', { LPACK_REMOTE_CACHE_TOKEN: ' abc.def\n' }, 'Bearer abc.def'],
    ['the token rather than the URL’s', 'ann:pass@', { LPACK_REMOTE_CACHE_TOKEN: 'abc' }, 'Bearer abc'],
  ] as const) {
    it(`sends ${what}, with every request`, () =>
      servingTeam(NOTHING_ELSE, async server => {
        const { cache } = machine(server.url.replace('//', `//${userinfo}`), { env })
        cache.put(FINISHED)
        await cache.settle()
        await cache.get(BATCH)
        assert.ok(server.requests.length >= 4)
        for (const { headers } of server.requests) assert.is(headers.authorization, expected)
      }))
  }

  it('keeps folder and query of the URL, and shows neither query nor credentials', () =>
    servingTeam(
      (_, response) => response.writeHead(500).end().writableEnded,
      async server => {
        const { cache, warnings } = machine(
          `${server.url.replace('//', '//ann:pass@')}/team/a%20b//?sig=s%2Fecret&x=1#top`,
        )
        for (let round = 0; round < 3; round++) await cache.get(BATCH)
        assert.match(server.requests[0]?.path ?? '', /^\/team\/a%20b\/ac\/[0-9a-f]{64}\?sig=s%2Fecret&x=1$/)
        assert.equal(warnings, [
          `The remote cache ${server.url}/team/a%20b is not used for the rest of this run: it answered 500. What it might have had is compressed here.`,
        ])
      },
    ))
})

describe('remote cache', it => {
  it('gives one machine what another made, of all sizes', () =>
    servingTeam(NOTHING_ELSE, async server => {
      const a = machine(server.url)
      assert.is(await a.cache.get(BATCH), null)
      a.cache.put(FINISHED)
      await a.cache.settle()
      assert.equal(server.log, ['GET ac 404', 'PUT cas 201', 'PUT ac 201'])
      const b = machine(server.url)
      assert.equal(plain(await b.cache.get(BATCH)), plain(FINISHED))
      await b.cache.settle()
      assert.equal(server.log.slice(3), ['GET ac 200', 'GET cas 200'])
      assert.equal([...a.warnings, ...b.warnings], [])
    }))

  it('has nothing for another encoder, order or selection', () =>
    servingTeam(NOTHING_ELSE, async server => {
      const { cache } = machine(server.url)
      cache.put(FINISHED)
      await cache.settle()
      assert.is(await machine(server.url, { encoderId: 'zlib/8' }).cache.get(BATCH), null)
      assert.is(await machine(server.url).cache.get([...BATCH].reverse()), null)
      assert.is(await machine(server.url).cache.get(BATCH.slice(1, 3)), null)
      assert.ok((await machine(server.url).cache.get(BATCH)) !== null)
    }))

  it('asks before it sends a large stream, and sends it once', () =>
    servingTeam(NOTHING_ELSE, async server => {
      const first = machine(server.url)
      first.cache.put([HUGE_FINISHED])
      await first.cache.settle()
      const second = machine(server.url)
      second.cache.put([HUGE_FINISHED, finishedOf(SMALL)])
      await second.cache.settle()
      assert.equal(server.log, ['HEAD cas 404', 'PUT cas 201', 'PUT ac 201', 'HEAD cas 200', 'PUT ac 201'])
      assert.equal(plain(await second.cache.get(batchOf([HUGE]))), plain([HUGE_FINISHED]))
    }))

  it('stops what is under way when it is abandoned, without a word', () =>
    servingTeam(
      () => true,
      server =>
        within(1000, async () => {
          const { cache, warnings } = machine(server.url)
          cache.put(FINISHED)
          const asked = cache.get(BATCH)
          setTimeout(cache.abandon, 50)
          assert.is(await asked, null)
          await cache.settle()
          assert.equal(warnings, [])
        }),
    ))

  it('has nothing where a stream is gone from the server', () =>
    servingTeam(NOTHING_ELSE, async server => {
      const { cache, warnings } = machine(server.url)
      cache.put(FINISHED)
      await cache.settle()
      for (const path of server.kept.keys()) if (path.includes('/cas/')) server.kept.delete(path)
      assert.is(await cache.get(BATCH), null)
      assert.equal(warnings, [])
    }))

  it('sends nothing when it is read-only', () =>
    servingTeam(NOTHING_ELSE, async server => {
      const writer = machine(server.url)
      writer.cache.put(FINISHED)
      await writer.cache.settle()
      const { cache, warnings } = machine(server.url, { env: { LPACK_REMOTE_CACHE_READ_ONLY: '1' } })
      assert.ok((await cache.get(BATCH)) !== null)
      cache.put([HUGE_FINISHED])
      await cache.settle()
      assert.equal(server.log.slice(2), ['GET ac 200', 'GET cas 200'])
      assert.equal(warnings, [])
    }))

  it('follows the server to another one, which gets no credentials', () =>
    servingTeam(NOTHING_ELSE, store =>
      servingTeam(
        (incoming, response) => {
          incoming.resume()
          return response.writeHead(307, { location: store.url + incoming.url }).end().writableEnded
        },
        async front => {
          const { cache, warnings } = machine(front.url, { env: { LPACK_REMOTE_CACHE_TOKEN: 'secret' } })
          cache.put(FINISHED)
          await cache.settle()
          assert.equal(plain(await cache.get(BATCH)), plain(FINISHED))
          assert.equal(warnings, [])
          assert.is(store.requests.length, front.requests.length)
          for (const { headers } of front.requests) assert.is(headers.authorization, 'Bearer secret')
          for (const { headers } of store.requests) assert.is(headers.authorization, undefined)
        },
      ),
    ))

  it('takes the checksum of what is stored from the content, not from the server', () =>
    servingTeam(NOTHING_ELSE, async server => {
      const { cache } = machine(server.url)
      cache.put([{ ...finishedOf(PHOTO), crc32: 1 }])
      await cache.settle()
      assert.equal(await cache.get(batchOf([PHOTO])), [finishedOf(PHOTO)])
      const changed = batchOf([PHOTO]).map(one => ({ ...one, read: async () => SMALL }))
      assert.is(await cache.get(changed), null)
    }))

  it('sends what was damaged on the server again', () =>
    servingTeam(NOTHING_ELSE, async server => {
      const { cache } = machine(server.url)
      cache.put([HUGE_FINISHED])
      await cache.settle()
      const path = [...server.kept.keys()].find(one => one.includes('/cas/')) ?? ''
      const whole = server.kept.get(path) ?? Buffer.alloc(0)
      const damaged = Buffer.from(whole)
      damaged[9] = (damaged[9] ?? 0) ^ 1
      server.kept.set(path, damaged)
      const later = machine(server.url)
      assert.is(await later.cache.get(batchOf([HUGE])), null)
      later.cache.put([HUGE_FINISHED])
      await later.cache.settle()
      assert.ok(whole.equals(server.kept.get(path) ?? damaged))
      assert.ok((await machine(server.url).cache.get(batchOf([HUGE]))) !== null)
    }))

  it('serves many at once, without a word of Node.js on leaks', () =>
    servingTeam(NOTHING_ELSE, async server => {
      const told: Error[] = []
      const onWarning = (warning: Error) => void told.push(warning)
      process.on('warning', onWarning)
      const batches = Array.from({ length: 40 }, (_, n) => [contentOf(5_000, n), contentOf(190_000 + n, 5)])
      const writer = machine(server.url)
      for (const contents of batches) writer.cache.put(contents.map(finishedOf))
      await writer.cache.settle()
      // A tenth of the patience is too little where the server has the same thread.
      const { cache } = machine(server.url, { network: testSystem().network })
      const found = await Promise.all(batches.map(contents => cache.get(batchOf(contents))))
      for (const [n, contents] of batches.entries())
        assert.equal(plain(found[n] ?? null), plain(contents.map(finishedOf)))
      process.off('warning', onWarning)
      assert.equal(told, [])
    }))
})

describe('remote cache: servers of no use', it => {
  for (const status of [400, 429, 500, 502, 503, 206, 204]) {
    it(`is left alone after it answered ${status} three times`, () =>
      servingTeam(
        (_, response) => response.writeHead(status).end().writableEnded,
        async server => {
          const { cache, warnings } = machine(server.url)
          for (let round = 0; round < 6; round++) assert.is(await within(2_000, () => cache.get(BATCH)), null)
          assert.is(server.requests.length, 3)
          assert.equal(warnings, [
            `The remote cache ${server.url} is not used for the rest of this run: it answered ${status}. What it might have had is compressed here.`,
          ])
          cache.put(FINISHED)
          await within(2_000, () => cache.settle())
          assert.is(server.requests.length, 3)
        },
      ))
  }

  for (const status of [401, 403]) {
    it(`is left alone after it answered ${status} once`, () =>
      servingTeam(
        (_, response) => response.writeHead(status).end('no').writableEnded,
        async server => {
          const { cache, warnings } = machine(server.url)
          for (let round = 0; round < 3; round++) assert.is(await cache.get(BATCH), null)
          assert.is(server.requests.length, 1)
          assert.is(warnings.length, 1)
          assert.match(warnings[0] ?? '', `it answered ${status}, so it wants other credentials`)
        },
      ))
  }

  it('is asked on when failures are few', () => {
    let asked = 0
    return servingTeam(
      (_, response) => ++asked % 3 !== 0 && response.writeHead(500).end().writableEnded,
      async server => {
        const { cache, warnings } = machine(server.url)
        for (let round = 0; round < 12; round++) assert.is(await cache.get(BATCH), null)
        assert.is(server.requests.length, 12)
        assert.equal(warnings, [])
      },
    )
  })

  const silent = [
    ['says nothing', () => true],
    [
      'says nothing after the head',
      (_: unknown, response: { writeHead: (status: number, headers: object) => { flushHeaders: () => void } }) => {
        response.writeHead(200, { 'content-length': 99 }).flushHeaders()
        return true
      },
    ],
  ] as const
  for (const [what, instead] of silent) {
    it(`costs three waits if it ${what}`, () =>
      servingTeam(instead as never, async server => {
        const { cache, warnings } = machine(server.url)
        // A tenth of three seconds each, and a tenth of five in all.
        await within(3_000, async () => {
          for (let round = 0; round < 6; round++) assert.is(await cache.get(BATCH), null)
        })
        assert.is(server.requests.length, 3)
        assert.is(warnings.length, 1)
        assert.match(warnings[0] ?? '', /came for 0\.3 s/)
      }))
  }

  it('keeps nobody waiting once it is known to be silent', () =>
    servingTeam(
      () => true,
      async server => {
        const { cache, warnings } = machine(server.url)
        await within(2_500, async () => {
          const found = await Promise.all(Array.from({ length: 16 }, () => cache.get(BATCH)))
          assert.ok(found.every(one => one === null))
        })
        assert.is(warnings.length, 1)
      },
    ))

  it('is told when nobody is there', async () => {
    const url = await deadUrl()
    const { cache, warnings } = machine(url)
    for (let round = 0; round < 4; round++) assert.is(await within(2_000, () => cache.get(BATCH)), null)
    assert.equal(warnings, [
      `The remote cache ${url} is not used for the rest of this run: the connection was refused. What it might have had is compressed here.`,
    ])
  })
})

describe('remote cache: uploads', it => {
  for (const status of [401, 403, 405, 501]) {
    it(`end after ${status}, and lookups go on`, () =>
      servingTeam(
        (incoming, response) => {
          incoming.resume()
          return incoming.method === 'PUT' && response.writeHead(status).end().writableEnded
        },
        async server => {
          const { cache, warnings } = machine(server.url)
          for (const content of [LARGE, SMALL, HUGE]) {
            cache.put([finishedOf(content)])
            while (warnings.length === 0) await new Promise(resolve => setTimeout(resolve, 10))
          }
          await cache.settle()
          assert.equal(server.log, [`PUT cas ${status}`])
          assert.equal(warnings, [
            `Nothing more is uploaded to the remote cache ${server.url} in this run: it answered ${status} to an upload. If it is only to be read, set LPACK_REMOTE_CACHE_READ_ONLY=1.`,
          ])
          assert.is(await cache.get(BATCH), null)
          assert.is(server.log.at(-1), 'GET ac 404')
        },
      ))
  }

  it('end after three failures, and never leave an answer that points to nothing', () =>
    servingTeam(
      (incoming, response) => {
        incoming.resume()
        return incoming.url?.includes('/cas/') === true && response.writeHead(507).end().writableEnded
      },
      async server => {
        const { cache, warnings } = machine(server.url)
        for (let n = 0; n < 12; n++) cache.put([finishedOf(contentOf(300_000, n))])
        await cache.settle()
        assert.ok(server.log.every(line => line === 'PUT cas 507'))
        assert.ok(server.log.length >= 3 && server.log.length <= 7, `${server.log.length} tries`)
        assert.is(warnings.length, 1)
        assert.match(warnings[0] ?? '', 'it answered 507 to an upload')
      },
    ))

  it('are told when a few of them fail', () =>
    servingTeam(
      (incoming, response) => {
        if (incoming.headers['content-length'] !== '1000000') return false
        incoming.resume()
        return response.writeHead(413).end().writableEnded
      },
      async server => {
        const { cache, warnings } = machine(server.url)
        const stream = { ...HUGE_FINISHED, method: 'deflate', stream: Buffer.alloc(1_000_000) } as const
        cache.put([stream])
        cache.put([finishedOf(SMALL)])
        await cache.settle()
        assert.equal(warnings, [
          `1 of 2 uploads to the remote cache ${server.url} did not end in time. A later run makes up for it.`,
        ])
      },
    ))

  it('are dropped when too much waits in memory', () =>
    servingTeam(
      (incoming, response) => {
        incoming.resume()
        incoming.on('end', () => setTimeout(() => response.writeHead(201).end(), 50))
        return true
      },
      async server => {
        const { cache, warnings } = machine(server.url)
        const stream = Buffer.alloc(30_000_000)
        for (let n = 0; n < 4; n++) {
          cache.put([{ sha256: String(n).repeat(64), bytes: 1e9, crc32: 0, method: 'deflate', stream }])
        }
        await cache.settle()
        assert.is(server.log.filter(line => line === 'PUT ac 201').length, 2)
        assert.match(warnings[0] ?? '', /^2 of 4 uploads /)
      },
    ))
})

describe('remote cache: answers that lie', it => {
  /** What a machine gets of a server that answers the blob, or the answer for the batch, with other bytes. */
  async function getsFrom(
    folder: 'ac' | 'cas',
    answer: (whole: Buffer) => Buffer,
    contents: readonly Buffer[] = [LARGE],
  ) {
    return servingTeam(NOTHING_ELSE, async server => {
      const writer = machine(server.url)
      writer.cache.put(contents.map(finishedOf))
      await writer.cache.settle()
      for (const [path, whole] of server.kept) if (path.includes(`/${folder}/`)) server.kept.set(path, answer(whole))
      const { cache, warnings } = machine(server.url)
      const found = await within(2_500, () => cache.get(batchOf(contents)))
      for (let round = 0; round < 3; round++) await cache.get(batchOf(contents))
      return { found, warnings }
    })
  }

  for (const [what, answer] of [
    ['other bytes', (whole: Buffer) => whole.map(byte => byte ^ 1) as Buffer],
    ['a part', (whole: Buffer) => whole.subarray(0, -1)],
    ['nothing', () => Buffer.alloc(0)],
    ['too much', (whole: Buffer) => Buffer.concat([whole, Buffer.alloc(1)])],
    ['far too much', () => Buffer.alloc(5_000_000)],
  ] as const) {
    it(`are refused where a blob is ${what}`, async () => {
      const { found, warnings } = await getsFrom('cas', answer)
      assert.is(found, null)
      assert.is(warnings.length, 1)
    })
  }

  for (const [what, stream, contents] of [
    ['makes another content', deflateRawSync(contentOf(300, 9)), [contentOf(300, 4)]],
    ['has bytes behind it', Buffer.concat([deflateRawSync(SMALL), Buffer.from('x')]), [SMALL]],
    ['is cut', deflateRawSync(SMALL).subarray(0, -1), [SMALL]],
    ['makes a thousand times as much', deflateRawSync(Buffer.alloc(18_000_000)), [SMALL]],
    ['is no smaller than the content', Buffer.concat([deflateRawSync(SMALL), Buffer.alloc(20_000)]), [SMALL]],
    ['is not DEFLATE', Buffer.alloc(1000, 0xff), [SMALL]],
  ] as const) {
    it(`are refused where a stream ${what}, in the answer and elsewhere`, () =>
      servingTeam(NOTHING_ELSE, async server => {
        const { cache, warnings } = machine(server.url)
        for (const content of contents) cache.put([{ ...finishedOf(content), method: 'deflate', stream }])
        const large = finishedOf(LARGE)
        cache.put([{ ...large, method: 'deflate', stream: Buffer.concat([stream, Buffer.alloc(70_000)]) }])
        await cache.settle()
        for (let round = 0; round < 2; round++) assert.is(await cache.get(batchOf(contents)), null)
        assert.is(await cache.get(batchOf([LARGE])), null)
        assert.is(warnings.length, 1)
      }))
  }

  it('with another stream of the same content are taken: the files are the same', () =>
    servingTeam(NOTHING_ELSE, async server => {
      const { cache } = machine(server.url)
      const stream = deflateRawSync(SMALL, { level: 1 })
      cache.put([{ ...finishedOf(SMALL), method: 'deflate', stream }])
      await cache.settle()
      const [one] = (await cache.get(batchOf([SMALL]))) ?? []
      assert.ok(one?.method === 'deflate' && stream.equals(one.stream) && one.crc32 === finishedOf(SMALL).crc32)
    }))

  it('change nothing, flipped and cut at random', () =>
    servingTeam(NOTHING_ELSE, async server => {
      const contents = [SMALL, contentOf(200_000, 5), PHOTO, contentOf(300, 4)]
      const expected = plain(contents.map(finishedOf))
      const writer = machine(server.url)
      writer.cache.put(contents.map(finishedOf))
      await writer.cache.settle()
      const whole = new Map(server.kept)
      let state = 20_262
      const random = (below: number) => {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0
        return Math.floor((state / 2 ** 32) * below)
      }
      let hits = 0
      for (let round = 0; round < 150; round++) {
        for (const [path, bytes] of whole) {
          const cut = random(4) === 0 ? random(bytes.length) : bytes.length
          const damaged = Buffer.from(bytes.subarray(0, cut))
          // Mostly where paths, hashes and lengths are.
          const reach = random(2) === 0 ? damaged.length : Math.min(damaged.length, 300)
          for (let flips = random(3); flips > 0 && reach > 0; flips--) damaged[random(reach)] = random(256)
          server.kept.set(path, damaged)
        }
        const found = await machine(server.url).cache.get(batchOf(contents))
        if (found === null) continue
        hits++
        assert.equal(plain(found), expected)
      }
      assert.ok(hits > 5 && hits < 100, `${hits} hits`)
    }))
})

describe('remote cache: interruption', it => {
  it('ends a lookup and the wait for uploads at once, with its reason', () =>
    servingTeam(
      () => true,
      async server => {
        const user = new AbortController()
        const { network } = testSystem({ signal: user.signal })
        const { cache, warnings } = machine(server.url, { network, signal: user.signal })
        cache.put(FINISHED)
        const looking = cache.get(BATCH).catch((error: unknown) => error)
        const settling = cache.settle().catch((error: unknown) => error)
        setTimeout(() => user.abort('SIGINT'), 100)
        await within(2_000, async () => {
          assert.is(await looking, 'SIGINT')
          assert.is(await settling, 'SIGINT')
          assert.is(await cache.get(BATCH).catch((error: unknown) => error), 'SIGINT')
        })
        assert.equal(warnings, [])
      },
    ))
})
