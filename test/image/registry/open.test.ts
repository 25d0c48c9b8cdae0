import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { openRepository } from '../../../src/image/registry/open.ts'
import { describe, inTemporaryFolder, rejects } from '../../helpers.ts'
import { CERTIFICATE, deadUrl, quickNetwork, serving, servingSecurely } from '../../loopback.ts'
import { answerError, type Manners, withRegistry } from '../../registry.ts'
import { testSystem } from '../../worlds.ts'
import { connected } from './connecting.ts'

const NAME = { repository: 'a', tag: null, digest: null }

const system = (env: Readonly<Record<string, string>> = {}) => testSystem({ env, network: quickNetwork(env) })

describe('opening a repository', it => {
  it('goes on though the registry is slow to come up', () => {
    let asked = 0
    const instead: Manners['instead'] = (_, response) => asked++ < 2 && answerError(response, 503, '', 'starting')
    return withRegistry({ instead }, async registry => {
      await connected(registry, {}, async () => undefined)
      assert.is(registry.requests.length, 3)
    })
  })

  it('tells that nobody is there', async () => {
    const registry = new URL(await deadUrl()).host
    const { message } = await rejects(
      () => openRepository({ ...NAME, registry }, 'pull', [], system()),
      'NETWORK_UNREACHABLE',
    )
    assert.match(message, `http://${registry}/v2/ can't be reached: the connection was refused`)
  })

  for (const status of [200, 404] as const) {
    it(`tells that a server is no registry (${status} beside)`, () =>
      serving(
        (request, response) => void response.writeHead(request.url === '/v2/' ? 404 : status).end('<html>'),
        async ({ url }) => {
          const registry = new URL(url).host
          await rejects(() => openRepository({ ...NAME, registry }, 'pull', [], system()), 'REGISTRY_NOT_ONE')
        },
      ))
  }

  it('tells that a registry is out of order', () => {
    const instead: Manners['instead'] = (_, response) => answerError(response, 500, 'UNKNOWN', 'disk on fire')
    return withRegistry({ instead }, async registry => {
      const { message } = await rejects(() => connected(registry, {}, async () => undefined), 'REGISTRY_FAILED')
      assert.match(message, 'disk on fire')
    })
  })

  it('speaks https with this machine where http is not spoken', () =>
    servingSecurely(
      (_, response) => void response.end('{}'),
      server =>
        inTemporaryFolder(async dir => {
          const path = join(dir, 'ca.pem')
          await writeFile(path, CERTIFICATE)
          const registry = new URL(server.url).host
          await openRepository({ ...NAME, registry }, 'pull', [], system({ SSL_CERT_FILE: path }))
          assert.equal(
            server.requests.map(request => request.path),
            ['/v2/'],
          )
        }),
    ))

  it('speaks nothing but https with others', () =>
    serving(
      (_, response) => void response.writeHead(502).end(),
      async proxy => {
        const env = { HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url, NO_PROXY: '' }
        const network = quickNetwork(env)
        const hasty = testSystem({ network: { ...network, patience: { ...network.patience, retries: 0 } } })
        const open = () => openRepository({ ...NAME, registry: 'registry.test' }, 'pull', [], hasty)
        assert.match((await rejects(open, 'NETWORK_UNREACHABLE')).message, 'https://registry.test/v2/')
        // A tunnel is asked for by another method than GET, which the server of this test does not see.
        assert.equal(proxy.requests, [])
      },
    ))

  it('tells that a digest is none that can be verified', async () => {
    const reference = { registry: 'ghcr.io', repository: 'a/b', tag: 't', digest: `sha512:${'ab'.repeat(64)}` }
    const { message } = await rejects(() => openRepository(reference, 'pull', [], system()), 'IMAGE_DIGEST_UNSUPPORTED')
    assert.match(message, 'ghcr.io/a/b:t is named by the digest "sha512:')
  })

  it('stops when the user does', async () => {
    const stop = new AbortController()
    await serving(
      () => setTimeout(() => stop.abort(new Error('enough')), 20),
      async ({ url }) => {
        const own = testSystem({ signal: stop.signal, network: quickNetwork({}, stop.signal) })
        const opening = openRepository({ ...NAME, registry: new URL(url).host }, 'pull', [], own)
        assert.is(await opening.catch((error: Error) => error.message), 'enough')
      },
    )
  })
})
