import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import type { Repository } from '../../../src/image/types.ts'
import { describe, rejects } from '../../helpers.ts'
import { serving } from '../../loopback.ts'
import { answerError, digestOf, type FakeRegistry, type Manners, putBlob, withRegistry } from '../../registry.ts'
import { connected, descriptorOf } from './connecting.ts'

const BLOB = Buffer.alloc(2_000_000, 'a blob, ')
const DOCKER = 'application/vnd.docker.distribution.manifest.v2+json'

function manifest(mediaType = DOCKER, beside: Readonly<Record<string, unknown>> = {}): Buffer {
  return Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...beside }))
}

/** Runs an action with a repository that has a blob and a manifest `latest`. */
function pulling<T>(
  instead: NonNullable<Manners['instead']>,
  action: (repository: Repository, registry: FakeRegistry, dir: string) => Promise<T>,
  auth: Manners['auth'] = 'none',
): Promise<T> {
  return withRegistry({ instead, auth: auth ?? 'none' }, async registry => {
    putBlob(registry, 'team/fn', BLOB)
    const bytes = manifest()
    for (const name of ['latest', digestOf(bytes)])
      registry.manifests.set(`team/fn:${name}`, { mediaType: DOCKER, bytes })
    return connected(registry, {}, (repository, dir) => action(repository, registry, dir))
  })
}

const nothing = () => false

/** Answers one kind of request. */
function at(kind: string, answer: (response: ServerResponse, registry: FakeRegistry, method: string) => unknown) {
  return (...[asked, response, registry]: Parameters<NonNullable<Manners['instead']>>): boolean => {
    if (asked.kind !== kind) return false
    answer(response, registry, asked.method)
    return true
  }
}

function answering(mediaType: string, bytes: string | Buffer, headers: Readonly<Record<string, string>> = {}) {
  return at('manifests', response => response.writeHead(200, { 'content-type': mediaType, ...headers }).end(bytes))
}

describe('manifests of a registry', it => {
  it('come by tag and by digest, byte for byte', () =>
    pulling(nothing, async repository => {
      const bytes = manifest()
      const expected = { mediaType: DOCKER, digest: digestOf(bytes), bytes: String(bytes) }
      for (const name of ['latest', digestOf(bytes)]) {
        const found = await repository.manifest(name)
        assert.equal({ ...found, bytes: String(found.bytes) }, expected)
      }
    }))

  for (const mediaType of [
    'application/vnd.oci.image.manifest.v1+json',
    'application/vnd.oci.image.index.v1+json',
    'application/vnd.docker.distribution.manifest.list.v2+json',
  ]) {
    it(`may be ${mediaType}`, () =>
      pulling(nothing, async (repository, registry) => {
        const bytes = manifest(mediaType)
        registry.manifests.set('team/fn:other', { mediaType, bytes })
        assert.is((await repository.manifest('other')).mediaType, mediaType)
      }))
  }

  it('may leave it to the answer to tell their type', () =>
    pulling(answering(`${DOCKER}; charset=utf-8`, '{"schemaVersion":2}'), async repository => {
      assert.is((await repository.manifest('latest')).mediaType, DOCKER)
    }))

  it('are missed by name', () =>
    pulling(nothing, async (repository, registry) => {
      const { message } = await rejects(() => repository.manifest('nope'), 'IMAGE_UNKNOWN')
      assert.match(message, `${registry.host} has no image team/fn:nope (it says: manifest unknown)`)
    }))

  it('with other bytes than the digest says are refused', () =>
    pulling(answering(DOCKER, manifest(DOCKER, { config: 'another' })), async repository => {
      await rejects(() => repository.manifest(digestOf(manifest())), 'REGISTRY_DIGEST_WRONG')
    }))

  it('with other bytes than the answer itself says are refused', () =>
    pulling(answering(DOCKER, manifest(), { 'docker-content-digest': digestOf('x') }), async repository => {
      await rejects(() => repository.manifest('latest'), 'REGISTRY_DIGEST_WRONG')
    }))

  for (const [what, mediaType, bytes] of [
    ['garbage', 'text/html', '<html>captive portal</html>'],
    ['a JSON text', DOCKER, '"manifest"'],
    ['a list', DOCKER, '[]'],
    ['nothing', DOCKER, ''],
    [
      'an image of Docker before 1.10',
      'application/vnd.docker.distribution.manifest.v1+prettyjws',
      '{"schemaVersion":1}',
    ],
    ['what calls itself something else', DOCKER, '{"mediaType":"text/plain"}'],
  ] as const) {
    it(`are no ${what}`, () =>
      pulling(answering(mediaType, bytes), async repository => {
        await rejects(() => repository.manifest('latest'), 'REGISTRY_ODD')
      }))
  }

  it('are no five megabytes', () =>
    pulling(answering(DOCKER, JSON.stringify({ mediaType: DOCKER, x: 'x'.repeat(5_000_000) })), async repository => {
      assert.match((await rejects(() => repository.manifest('latest'), 'REGISTRY_ODD')).message, 'more than 4 MiB')
    }))

  it('are asked for again where the registry is busy, after the time it asks for', () => {
    let asked = 0
    const times: number[] = []
    const busy = (...[one, response]: Parameters<NonNullable<Manners['instead']>>) => {
      if (one.kind !== 'manifests') return false
      times.push(performance.now())
      if (asked++ >= 2) return false
      response.setHeader('retry-after', '1')
      return answerError(response, 429, 'TOOMANYREQUESTS', 'Rate exceeded')
    }
    return pulling(busy, async repository => {
      await repository.manifest('latest')
      assert.is(times.length, 3)
      // The network of tests waits 50 ms instead of a second, and 1 ms where nothing is asked for.
      assert.ok((times[1] ?? 0) - (times[0] ?? 0) > 40)
    })
  })

  for (const [status, code] of [
    [403, 'REGISTRY_FORBIDDEN'],
    [418, 'REGISTRY_REFUSED'],
    [429, 'REGISTRY_BUSY'],
    [500, 'REGISTRY_FAILED'],
    [503, 'REGISTRY_FAILED'],
  ] as const) {
    it(`tell why they are not to be had (${status})`, () =>
      pulling(
        at('manifests', response => answerError(response, status, 'X', 'for a\u001b[31m\nreason.')),
        async repository => {
          const { message } = await rejects(() => repository.manifest('latest'), code)
          assert.match(message, '(it says: for a [31m reason)')
        },
      ))
  }

  it('tell of an answer that is cut, or of none', () =>
    pulling(
      at('manifests', response => response.destroy()),
      async repository => {
        const { message } = await rejects(() => repository.manifest('latest'), 'NETWORK_UNREACHABLE')
        assert.match(message, "/v2/team/fn/manifests/latest can't be reached: the connection was cut")
      },
    ))
})

describe('blobs of a registry', it => {
  it('are there or not', () =>
    pulling(nothing, async repository => {
      assert.ok(await repository.hasBlob(digestOf(BLOB)))
      assert.not(await repository.hasBlob(digestOf('x')))
    }))

  it('come to disk', () =>
    pulling(nothing, async (repository, _, dir) => {
      const path = join(dir, 'blob')
      await repository.downloadBlob(descriptorOf(BLOB), path)
      assert.ok(BLOB.equals(await readFile(path)))
    }))

  for (const [what, bytes, code] of [
    ['others of the same length', Buffer.alloc(BLOB.length, 'x'), 'REGISTRY_DIGEST_WRONG'],
    ['fewer', BLOB.subarray(1), 'REGISTRY_DIGEST_WRONG'],
    ['more', Buffer.concat([BLOB, BLOB]), 'DOWNLOAD_TOO_LARGE'],
    ['none', Buffer.alloc(0), 'REGISTRY_DIGEST_WRONG'],
  ] as const) {
    it(`leave nothing on disk if their bytes are ${what}`, () =>
      pulling(
        at('blobs', response => response.end(bytes)),
        async (repository, _, dir) => {
          const path = join(dir, 'blob')
          await rejects(() => repository.downloadBlob(descriptorOf(BLOB), path), code)
          assert.not(existsSync(path))
        },
      ))
  }

  it('leave nothing on disk if their size is another', () =>
    pulling(nothing, async (repository, _, dir) => {
      const path = join(dir, 'blob')
      await rejects(
        () => repository.downloadBlob({ ...descriptorOf(BLOB), size: BLOB.length + 1 }, path),
        'REGISTRY_DIGEST_WRONG',
      )
      assert.not(existsSync(path))
    }))

  it('are missed by digest', () =>
    pulling(nothing, async (repository, _, dir) => {
      const missing = { ...descriptorOf(BLOB), digest: digestOf('x') }
      await rejects(() => repository.downloadBlob(missing, join(dir, 'blob')), 'BLOB_UNKNOWN')
      await rejects(() => repository.tailOf(missing, 4), 'BLOB_UNKNOWN')
    }))

  it('are refused if their digest can’t be verified', () =>
    pulling(nothing, async (repository, _, dir) => {
      for (const digest of [`sha512:${'ab'.repeat(64)}`, 'sha256:../../x', 'x']) {
        const blob = { ...descriptorOf(BLOB), digest }
        await rejects(() => repository.downloadBlob(blob, join(dir, 'blob')), 'IMAGE_DIGEST_UNSUPPORTED')
        await rejects(() => repository.hasBlob(digest), 'IMAGE_DIGEST_UNSUPPORTED')
      }
    }))

  it('may come from elsewhere, which sees no credentials', () =>
    serving(
      (request, response) => {
        if (request.headers.range === undefined) response.end(BLOB)
        else response.writeHead(206).end(BLOB.subarray(-4))
      },
      elsewhere =>
        pulling(
          at('blobs', response => response.writeHead(307, { location: `${elsewhere.url}/blob?sig=1` }).end()),
          async (repository, registry, dir) => {
            await repository.downloadBlob(descriptorOf(BLOB), join(dir, 'blob'))
            assert.equal(Buffer.from((await repository.tailOf(descriptorOf(BLOB), 4)) ?? []), BLOB.subarray(-4))
            assert.ok(await repository.hasBlob(digestOf(BLOB)))
            assert.is(elsewhere.requests.length, 3)
            assert.ok(elsewhere.requests.every(({ headers }) => headers.authorization === undefined))
            assert.ok(registry.requests.slice(1).every(({ headers }) => headers.authorization !== undefined))
          },
          'basic',
        ),
    ))

  it('tell their last bytes alone', () =>
    pulling(nothing, async (repository, registry) => {
      assert.equal(Buffer.from((await repository.tailOf(descriptorOf(BLOB), 4)) ?? []), BLOB.subarray(-4))
      assert.is(registry.requests.at(-1)?.headers.range, `bytes=${BLOB.length - 4}-${BLOB.length - 1}`)
      const small = Buffer.from('ab')
      putBlob(registry, 'team/fn', small)
      assert.equal(Buffer.from((await repository.tailOf(descriptorOf(small), 4)) ?? []), small)
    }))

  for (const [what, status, bytes] of [
    ['gives no ranges', 200, BLOB],
    ['gives another range', 206, BLOB.subarray(-5)],
    ['can’t give the range', 416, Buffer.alloc(0)],
  ] as const) {
    it(`keep their last bytes where the registry ${what}`, () =>
      pulling(
        at('blobs', response => response.writeHead(status).end(bytes)),
        async repository => assert.is(await repository.tailOf(descriptorOf(BLOB), 4), null),
      ))
  }

  it('tell why they are not to be had', () =>
    pulling(
      at('blobs', response => response.writeHead(403).end()),
      async (repository, _, dir) => {
        await rejects(() => repository.hasBlob(digestOf(BLOB)), 'REGISTRY_FORBIDDEN')
        await rejects(() => repository.downloadBlob(descriptorOf(BLOB), join(dir, 'blob')), 'REGISTRY_FORBIDDEN')
      },
    ))
})
