import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { refusalOf } from '../../../src/image/registry/refusals.ts'
import type { Session } from '../../../src/image/registry/session.ts'
import type { Repository } from '../../../src/image/types.ts'
import type { System } from '../../../src/system/system.ts'
import { describe, rejects } from '../../helpers.ts'
import { quickNetwork, serving } from '../../loopback.ts'
import {
  type Asked,
  answerError,
  digestOf,
  type FakeRegistry,
  type Manners,
  putBlob,
  withRegistry,
} from '../../registry.ts'
import { connected, descriptorOf } from './connecting.ts'

const BYTES = randomBytes(6_000_000)
const BLOB = descriptorOf(BYTES)

type Instead = NonNullable<Manners['instead']>

/** Runs an action with a repository to push to. */
function pushing<T>(
  manners: Manners,
  action: (repository: Repository, registry: FakeRegistry, dir: string) => Promise<T>,
  system: Partial<System> = {},
): Promise<T> {
  return withRegistry(manners, registry =>
    connected(registry, { actions: 'push', from: ['base'], system }, (repository, dir) =>
      action(repository, registry, dir),
    ),
  )
}

function has(registry: FakeRegistry): boolean {
  return registry.blobs.get('team/fn')?.get(BLOB.digest)?.equals(BYTES) === true
}

/** Something else for the first requests of a kind. */
function first(
  count: number,
  wanted: string,
  answer: (asked: Asked, response: ServerResponse, registry: FakeRegistry) => unknown,
): Instead {
  let left = count
  return (asked, response, registry) => {
    if (`${asked.method} ${asked.kind}` !== wanted || left === 0) return false
    left--
    answer(asked, response, registry)
    return true
  }
}

/** Takes in so many bytes of an upload, keeps them, and is gone. */
function cutAfter(bytes: number) {
  return (asked: Asked, _: ServerResponse, registry: FakeRegistry) => {
    const upload = registry.uploads.get(asked.name)
    const pieces: Buffer[] = []
    let left = bytes
    asked.request.on('data', (piece: Buffer) => {
      if (left === 0) return
      pieces.push(piece.subarray(0, left))
      left = Math.max(0, left - piece.length)
      if (left > 0) return
      if (upload !== undefined) upload.bytes = Buffer.concat([upload.bytes, ...pieces])
      asked.request.socket.destroy()
    })
  }
}

describe('uploads', it => {
  it('send a file or bytes whole, with their length', () =>
    pushing({}, async (repository, registry, dir) => {
      const path = join(dir, 'blob')
      await writeFile(path, BYTES)
      await repository.uploadBlob(BLOB, { path })
      assert.ok(has(registry))
      const bytes = Buffer.from('small')
      await repository.uploadBlob(descriptorOf(bytes), { bytes })
      assert.ok(registry.blobs.get('team/fn')?.has(digestOf(bytes)))
      assert.equal(registry.log, ['POST uploads 202', 'PUT upload 201', 'POST uploads 202', 'PUT upload 201'])
      const put = registry.requests.find(({ headers }) => headers['content-length'] === String(BYTES.length))
      assert.is(put?.headers['content-type'], 'application/octet-stream')
    }))

  it('show how far all of them are', () => {
    const shown: number[][] = []
    const progress = {
      show: (_: string, ...far: number[]) => void shown.push(far),
      clear: () => undefined,
      warn: () => undefined,
    }
    const small = Buffer.from('small')
    return pushing(
      {},
      async repository => {
        await repository.uploadBlob(descriptorOf(small), { bytes: small })
        await repository.uploadBlob(BLOB, { bytes: BYTES })
        assert.equal(shown.at(-1), [BYTES.length + small.length, BYTES.length + small.length])
      },
      { progress },
    )
  })

  for (const [what, location] of [
    ['absolute', (path, { url }) => url + path],
    ['relative to the host', path => path],
    ['relative to where it was asked', path => path.replace('/v2/team/fn/blobs/uploads/', './')],
  ] as const satisfies readonly (readonly [string, NonNullable<Manners['location']>])[]) {
    it(`go on where a Location leads that is ${what}`, () =>
      pushing({ auth: 'bearer', location }, async (repository, registry) => {
        await repository.uploadBlob(BLOB, { bytes: BYTES })
        assert.ok(has(registry))
      }))
  }

  it('go on at another host without credentials', () => {
    let registry: FakeRegistry | null = null
    return serving(
      (request, response) => {
        const pieces: Buffer[] = []
        request.on('data', (piece: Buffer) => void pieces.push(piece))
        request.on('end', () => {
          if (registry !== null) putBlob(registry, 'team/fn', Buffer.concat(pieces))
          response.writeHead(201).end()
        })
      },
      other =>
        pushing({ auth: 'basic', location: () => `${other.url}/upload?sig=1` }, async (repository, own) => {
          registry = own
          await repository.uploadBlob(BLOB, { bytes: BYTES })
          assert.ok(has(own))
          assert.equal(
            other.requests.map(({ headers }) => headers.authorization),
            [undefined],
          )
          assert.match(other.requests[0]?.path ?? '', '/upload?sig=1&digest=sha256%3A')
        }),
    )
  })

  for (const [location, code] of [
    ['http://uploads.example.com/x', 'REGISTRY_UPLOAD_UNSAFE'],
    ['http://10.0.0.1/x', 'REGISTRY_UPLOAD_UNSAFE'],
    ['https://169.254.169.254/latest', 'REGISTRY_UPLOAD_UNSAFE'],
    ['https://[fd00::1]/x', 'REGISTRY_UPLOAD_UNSAFE'],
    ['ftp://127.0.0.1/x', 'REGISTRY_UPLOAD_UNSAFE'],
    ['http://[', 'REGISTRY_ODD'],
    ['', 'REGISTRY_ODD'],
  ] as const) {
    it(`don’t go on at ${JSON.stringify(location)}`, () =>
      pushing({ location: () => location }, async repository => {
        await rejects(() => repository.uploadBlob(BLOB, { bytes: BYTES }), code)
      }))
  }

  it('go on after a cut with what has not arrived', () =>
    pushing({ instead: first(1, 'PUT upload', cutAfter(4_000_000)) }, async (repository, registry, dir) => {
      const path = join(dir, 'blob')
      await writeFile(path, BYTES)
      await repository.uploadBlob(BLOB, { path })
      assert.ok(has(registry))
      assert.equal(registry.log, [
        'POST uploads 202',
        'HEAD blobs 404',
        'GET upload 204',
        'PATCH upload 202',
        'PUT upload 201',
      ])
      const patch = registry.requests.find(({ headers }) => headers['content-range'] !== undefined)
      assert.is(patch?.headers['content-range'], `4000000-${BYTES.length - 1}`)
      assert.is(patch?.headers['content-length'], '2000000')
    }))

  it('survive as many cuts as there are, as long as each brings them further', () => {
    const put = first(1, 'PUT upload', cutAfter(1_000_000))
    const patch = first(4, 'PATCH upload', cutAfter(1_048_576))
    return pushing({ instead: (...all) => put(...all) || patch(...all) }, async (repository, registry) => {
      await repository.uploadBlob(BLOB, { bytes: BYTES })
      assert.ok(has(registry))
      assert.is(registry.log.filter(line => line === 'POST uploads 202').length, 1)
    })
  })

  it('end after some cuts that bring them no further', () =>
    pushing(
      { instead: first(99, 'PUT upload', ({ request }) => request.socket.destroy()) },
      async (repository, registry) => {
        const { message } = await rejects(() => repository.uploadBlob(BLOB, { bytes: BYTES }), 'NETWORK_UNREACHABLE')
        assert.match(message, 'the connection was cut')
        assert.not.match(message, '_state')
        assert.is(registry.log.filter(line => line === 'POST uploads 202').length, 4)
      },
    ))

  it('begin anew where the registry has forgotten them', () => {
    const cut = first(1, 'PUT upload', (asked, response, registry) => {
      cutAfter(3_000_000)(asked, response, registry)
      registry.uploads.delete(asked.name)
    })
    return pushing({ instead: cut }, async (repository, registry) => {
      await repository.uploadBlob(BLOB, { bytes: BYTES })
      assert.ok(has(registry))
      assert.equal(registry.log.slice(1), ['HEAD blobs 404', 'GET upload 404', 'POST uploads 202', 'PUT upload 201'])
    })
  })

  it('are done where only the answer was lost', () => {
    const lost = first(1, 'PUT upload', ({ request }, _, registry) => {
      putBlob(registry, 'team/fn', BYTES)
      request.resume().on('end', () => request.socket.destroy())
    })
    return pushing({ instead: lost }, async (repository, registry) => {
      await repository.uploadBlob(BLOB, { bytes: BYTES })
      assert.equal(registry.log, ['POST uploads 202', 'HEAD blobs 200'])
    })
  })

  for (const status of [408, 429, 500, 503]) {
    it(`are tried again after ${status}, when the registry wants it`, () => {
      const times: number[] = []
      const busy = first(2, 'PUT upload', ({ request }, response) => {
        times.push(performance.now())
        request.resume().on('end', () => response.writeHead(status, { 'retry-after': '2' }).end())
      })
      return pushing({ instead: busy }, async (repository, registry) => {
        await repository.uploadBlob(BLOB, { bytes: BYTES })
        assert.ok(has(registry))
        assert.ok((times[1] ?? 0) - (times[0] ?? 0) > 40)
      })
    })
  }

  it('are tried again where bytes were damaged on their way, and end if they always are', () => {
    const damaged = (count: number) =>
      first(count, 'PUT upload', ({ request }, response) => {
        request.resume().on('end', () => answerError(response, 400, 'DIGEST_INVALID', 'no match'))
      })
    return pushing({ instead: damaged(1) }, async (repository, registry) => {
      await repository.uploadBlob(BLOB, { bytes: BYTES })
      assert.ok(has(registry))
      assert.is(registry.log.filter(line => line.startsWith('GET')).length, 0)
      await pushing({ instead: damaged(99) }, async other => {
        await rejects(() => other.uploadBlob(BLOB, { bytes: BYTES }), 'REGISTRY_DIGEST_WRONG')
      })
    })
  })

  it('begin anew where going on is refused', () => {
    const put = first(1, 'PUT upload', cutAfter(3_000_000))
    const patch = first(1, 'PATCH upload', ({ request }, response) => {
      request.resume()
      answerError(response, 405, 'UNSUPPORTED', 'no chunks here')
    })
    return pushing({ instead: (...all) => put(...all) || patch(...all) }, async (repository, registry) => {
      await repository.uploadBlob(BLOB, { bytes: BYTES })
      assert.ok(has(registry))
    })
  })

  it('go by PATCH where the registry takes nothing by PUT', () => {
    const instead: Instead = ({ method, kind, request }, response) => {
      if (`${method} ${kind}` !== 'PUT upload' || request.headers['content-length'] === '0') return false
      request.resume()
      return answerError(response, 405, 'UNSUPPORTED', 'in pieces, please')
    }
    return pushing({ instead }, async (repository, registry) => {
      await repository.uploadBlob(BLOB, { bytes: BYTES })
      assert.ok(has(registry))
      assert.equal(registry.log.slice(-3), ['POST uploads 202', 'PATCH upload 202', 'PUT upload 201'])
    })
  })

  it('are given up where the registry stops taking them', async () => {
    const instead = first(99, 'PUT upload', () => undefined)
    const network = quickNetwork()
    const own = { ...network, patience: { ...network.patience, answerMs: 30 } }
    await pushing(
      { instead },
      async repository => {
        const start = performance.now()
        const { message } = await rejects(() => repository.uploadBlob(BLOB, { bytes: BYTES }), 'NETWORK_UNREACHABLE')
        assert.match(message, /no(thing more was taken| answer came) for 0\.\d+ s/)
        assert.ok(performance.now() - start < 3_000)
      },
      { network: own },
    )
  })

  for (const [status, error, code] of [
    [413, 'SIZE_INVALID', 'REGISTRY_REFUSED'],
    [403, 'DENIED', 'REGISTRY_FORBIDDEN'],
    [400, 'NAME_INVALID', 'REGISTRY_REFUSED'],
    [404, 'NAME_UNKNOWN', 'REPOSITORY_UNKNOWN'],
  ] as const) {
    it(`end at once where trying again can’t help (${status})`, () => {
      const refusing = first(99, 'POST uploads', (_, response) => answerError(response, status, error, 'no'))
      return pushing({ instead: refusing }, async (repository, registry) => {
        const { message } = await rejects(() => repository.uploadBlob(BLOB, { bytes: BYTES }), code)
        assert.match(message, '(it says: no)')
        assert.equal(registry.log, [`POST uploads ${status}`])
      })
    })
  }

  it('end where their file has become shorter', () =>
    pushing({}, async (repository, registry, dir) => {
      const path = join(dir, 'blob')
      await writeFile(path, BYTES.subarray(1))
      await rejects(() => repository.uploadBlob(BLOB, { path }), 'FILE_CHANGED')
      assert.not(has(registry))
    }))
})

describe('mounts', it => {
  it('save an upload', () =>
    pushing({ auth: 'bearer' }, async (repository, registry) => {
      putBlob(registry, 'base', BYTES)
      assert.ok(await repository.mountBlob(BLOB.digest, 'base'))
      assert.ok(has(registry))
      assert.equal(registry.log, ['POST uploads 201'])
    }))

  it('become an upload that goes on where they began', () =>
    pushing({}, async (repository, registry) => {
      assert.not(await repository.mountBlob(BLOB.digest, 'base'))
      await repository.uploadBlob(BLOB, { bytes: BYTES })
      assert.ok(has(registry))
      assert.equal(registry.log, ['POST uploads 202', 'PUT upload 201'])
    }))

  for (const [what, answer] of [
    ['is refused', (_, response) => answerError(response, 405, 'UNSUPPORTED', 'no mounts here')],
    ['is forbidden', (_, response) => answerError(response, 403, 'DENIED', 'not yours')],
    ['breaks the registry', (_, response) => answerError(response, 500, 'UNKNOWN', 'oops')],
    ['is cut', ({ request }) => request.socket.destroy()],
  ] as const satisfies readonly (readonly [string, (asked: Asked, response: ServerResponse) => unknown])[]) {
    it(`become an upload where mounting ${what}`, () =>
      pushing({ instead: first(1, 'POST uploads', answer) }, async (repository, registry) => {
        assert.not(await repository.mountBlob(BLOB.digest, 'base'))
        await repository.uploadBlob(BLOB, { bytes: BYTES })
        assert.ok(has(registry))
      }))
  }
})

describe('refusals', it => {
  it('say how a repository of Amazon ECR is made', () => {
    const registry = '123456789012.dkr.ecr.eu-central-1.amazonaws.com'
    const session = {
      purpose: { registry, repository: 'team/fn', actions: 'push', from: [] },
      where: `${registry}/team/fn`,
      auth: { credentials: () => null },
    } as unknown as Session
    const { message } = refusalOf(session, 'take it', { status: 404, body: new Uint8Array() })
    assert.match(message, '`aws ecr create-repository --repository-name team/fn --region eu-central-1`')
  })
})
