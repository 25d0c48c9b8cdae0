import * as assert from 'uvu/assert'
import { safeRealm } from '../../../src/image/registry/tokens.ts'
import type { Repository } from '../../../src/image/types.ts'
import { fakeProcesses } from '../../fake-processes.ts'
import { describe, rejects } from '../../helpers.ts'
import { serving } from '../../loopback.ts'
import { answerError, type FakeRegistry, IDENTITY_TOKEN, type Manners, putBlob, withRegistry } from '../../registry.ts'
import { type Connecting, connected, descriptorOf, WRONG } from './connecting.ts'

const BLOB = Buffer.from('a blob')

/** Runs an action with a repository that has one blob. */
function withBlob<T>(
  manners: Manners,
  connecting: (registry: FakeRegistry) => Connecting,
  action: (repository: Repository, registry: FakeRegistry, dir: string) => Promise<T>,
): Promise<T> {
  return withRegistry(manners, async registry => {
    putBlob(registry, 'team/fn', BLOB)
    return connected(registry, connecting(registry), (repository, dir) => action(repository, registry, dir))
  })
}

const { digest } = descriptorOf(BLOB)
const wellKnown = () => ({})

function push(repository: Repository): Promise<void> {
  const bytes = Buffer.from('new')
  return repository.uploadBlob(descriptorOf(bytes), { bytes })
}

describe('authentication', it => {
  it('sends nothing to a registry that wants nothing', () =>
    withBlob({}, wellKnown, async (repository, registry) => {
      assert.ok(await repository.hasBlob(digest))
      assert.ok(registry.requests.every(({ headers }) => headers.authorization === undefined))
      assert.match(registry.requests[0]?.headers['user-agent'] ?? '', /^lpack\//)
    }))

  it('sends a password where the registry wants one', () =>
    withBlob({ auth: 'basic' }, wellKnown, async (repository, registry) => {
      assert.ok(await repository.hasBlob(digest))
      // The ping asked whether it does.
      assert.equal(registry.log, ['HEAD blobs 200'])
    }))

  it('asks once for a token, for all that is to be done', () =>
    withBlob(
      { auth: 'bearer' },
      () => ({ actions: 'push', from: ['base', 'team/fn'] }),
      async (repository, registry) => {
        await repository.hasBlob(digest)
        await push(repository)
        const scopes = ['repository:team/fn:pull,push', 'repository:base:pull']
        assert.equal(registry.tokenRequests, [{ method: 'GET', scopes, user: 'me', form: {} }])
        assert.not(registry.log.some(line => line.endsWith('401')))
      },
    ))

  it('asks for a token without credentials where none are known', () =>
    withBlob(
      { auth: 'bearer', isPublic: true },
      () => ({ auths: {} }),
      async (repository, registry) => {
        assert.ok(await repository.hasBlob(digest))
        assert.equal(
          registry.tokenRequests.map(({ user }) => user),
          [null],
        )
      },
    ))

  it('exchanges an identity token by OAuth2', () => {
    const auths = ({ host }: FakeRegistry) => ({ auths: { [host]: { identitytoken: IDENTITY_TOKEN } } })
    return withBlob({ auth: 'bearer' }, auths, async (repository, registry) => {
      assert.ok(await repository.hasBlob(digest))
      const scope = 'repository:team/fn:pull'
      const form = {
        grant_type: 'refresh_token',
        client_id: 'lpack',
        service: 'fake',
        scope,
        refresh_token: IDENTITY_TOKEN,
      }
      assert.equal(registry.tokenRequests, [{ method: 'POST', scopes: [scope], user: null, form }])
    })
  })

  it('sends a registry token as it is', () =>
    withRegistry(
      {
        instead: ({ request }, response, { url }) => {
          const isRight = request.headers.authorization === 'Bearer as-it-is'
          response.setHeader('www-authenticate', `Bearer realm="${url}/token"`)
          response.writeHead(isRight ? 200 : 401).end()
          return true
        },
      },
      registry =>
        connected(registry, { auths: { [registry.host]: { registrytoken: 'as-it-is' } } }, async repository => {
          assert.ok(await repository.hasBlob(digest))
        }),
    ))

  it('takes the credentials of a helper, once for all requests', () => {
    const processes = fakeProcesses({ 'docker-credential-x': '/bin/x' }, () => '{"Username":"me","Secret":"se:cret"}')
    const connecting = () => ({ auths: {}, docker: { credsStore: 'x' }, system: { processes } })
    return withBlob({ auth: 'basic' }, connecting, async repository => {
      assert.ok(await repository.hasBlob(digest))
      assert.ok(await repository.hasBlob(digest))
      assert.is(processes.calls.length, 1)
    })
  })

  it('renews a token that the registry refuses, once for requests at the same time', () =>
    withBlob({ auth: 'bearer' }, wellKnown, async (repository, registry) => {
      registry.expireTokens()
      const found = await Promise.all(Array.from({ length: 8 }, () => repository.hasBlob(digest)))
      assert.ok(found.every(Boolean))
      assert.is(registry.tokenRequests.length, 2)
    }))

  it('renews a token that expired by its own time, without a refusal', () => {
    let lives = 0
    const instead: Manners['instead'] = ({ kind, request }, response) => {
      if (kind !== 'token') return false
      request.resume()
      lives++
      response.end(JSON.stringify({ access_token: `t${lives}`, expires_in: 0.05 }))
      return true
    }
    const open: Manners['instead'] = (asked, response, registry) => {
      if (instead(asked, response, registry)) return true
      const isRight = asked.request.headers.authorization === `Bearer t${lives}`
      response.setHeader('www-authenticate', `Bearer realm="${registry.url}/token"`)
      response.writeHead(isRight ? 200 : 401).end()
      return true
    }
    return withBlob({ instead: open }, wellKnown, async (repository, registry) => {
      await new Promise(resolve => setTimeout(resolve, 80))
      assert.ok(await repository.hasBlob(digest))
      assert.is(lives, 2)
      assert.equal(registry.log, ['HEAD blobs 200'])
    })
  })

  it('renews a token in the middle of a push', () =>
    withBlob(
      { auth: 'bearer' },
      () => ({ actions: 'push' }),
      async (repository, registry) => {
        await push(repository)
        registry.expireTokens()
        const bytes = Buffer.alloc(3_000_000, 'x')
        await repository.uploadBlob(descriptorOf(bytes), { bytes })
        assert.ok(registry.blobs.get('team/fn')?.has(descriptorOf(bytes).digest))
      },
    ))

  it('renews a token for a download', () =>
    withBlob({ auth: 'bearer' }, wellKnown, async (repository, registry, dir) => {
      registry.expireTokens()
      await repository.downloadBlob(descriptorOf(BLOB), `${dir}/blob`)
      assert.is(registry.tokenRequests.length, 2)
    }))

  for (const auth of ['basic', 'bearer'] as const) {
    it(`tells whose credentials are wrong (${auth})`, () =>
      withRegistry({ auth }, async registry => {
        const auths = { [registry.host]: WRONG }
        const use = () => connected(registry, { auths }, repository => repository.hasBlob(digest))
        const { message } = await rejects(use, 'REGISTRY_UNAUTHORIZED')
        assert.match(message, 'other credentials than those of ')
        assert.match(message, 'config.json')
        assert.match(message, `docker login ${registry.host}`)
      }))

    it(`tells that credentials are missing (${auth})`, () =>
      withRegistry({ auth }, async registry => {
        const use = () => connected(registry, { auths: {} }, repository => repository.hasBlob(digest))
        assert.match((await rejects(use, 'REGISTRY_UNAUTHORIZED')).message, 'wants credentials, and there are none in ')
      }))
  }

  it('tells of a missing helper where credentials are needed, and does without where they are not', () => {
    const connecting = () => ({ auths: {}, docker: { credsStore: 'gone' }, actions: 'push' }) as const
    return withBlob({ auth: 'bearer', isPublic: true }, connecting, async repository => {
      assert.ok(await repository.hasBlob(digest))
      const { message } = await rejects(() => push(repository), 'CREDENTIAL_HELPER_MISSING')
      assert.match(message, 'docker-credential-gone')
    })
  })

  it('asks for its own scope alone where others are refused, and mounts nothing then', () => {
    const instead: Manners['instead'] = ({ kind, url, request }, response) => {
      if (kind !== 'token' || url.searchParams.getAll('scope').length < 2) return false
      request.resume()
      return answerError(response, 403, 'DENIED', 'no such scope for you')
    }
    return withBlob(
      { auth: 'bearer', instead },
      () => ({ actions: 'push', from: ['base'] }),
      async (repository, registry) => {
        putBlob(registry, 'base', Buffer.from('base'))
        assert.not(await repository.mountBlob(descriptorOf(Buffer.from('base')).digest, 'base'))
        await push(repository)
        assert.equal(registry.log, ['POST uploads 202', 'PUT upload 201'])
      },
    )
  })

  for (const [what, realm, why] of [
    ['plain http elsewhere', 'http://auth.example.com/token', "which isn't https"],
    ['another scheme', 'file:///etc/passwd', "which isn't https"],
    ['no URL', 'token', 'which is no URL'],
  ] as const) {
    it(`sends credentials to no token server of ${what}`, () => {
      const instead: Manners['instead'] = (_, response) => {
        response.writeHead(401, { 'www-authenticate': `Bearer realm="${realm}"` }).end()
        return true
      }
      return withRegistry({ instead }, async registry => {
        const { message } = await rejects(() => connected(registry, {}, async () => undefined), 'REGISTRY_REALM_UNSAFE')
        assert.match(message, why)
      })
    })
  }

  it('follows a token server elsewhere without credentials', () =>
    serving(
      (request, response) => void response.end(JSON.stringify({ token: String(request.headers.authorization) })),
      async elsewhere => {
        const instead: Manners['instead'] = ({ kind }, response) => {
          if (kind !== 'token') return false
          response.writeHead(307, { location: `${elsewhere.url}/token` }).end()
          return true
        }
        await withRegistry({ auth: 'bearer', instead }, async registry => {
          await rejects(
            () => connected(registry, {}, repository => repository.hasBlob(digest)),
            'REGISTRY_UNAUTHORIZED',
          )
          assert.ok(elsewhere.requests.length > 0)
          assert.ok(elsewhere.requests.every(({ headers }) => headers.authorization === undefined))
        })
      },
    ))

  for (const [what, body, why] of [
    ['no JSON', '<html>', 'there is no token'],
    ['no token', '{"expires_in":300}', 'there is no token'],
    ['a token that is no header', '{"token":"a\\r\\nb: c"}', 'there is no token'],
    ['too much', JSON.stringify({ token: 'x', rest: 'x'.repeat(70_000) }), 'more than 65536 bytes'],
  ] as const) {
    it(`tells that a token server answers ${what}`, () => {
      const instead: Manners['instead'] = ({ kind }, response) => {
        if (kind === 'token') response.end(body)
        return kind === 'token'
      }
      return withRegistry({ auth: 'bearer', instead }, async registry => {
        const { message } = await rejects(() => connected(registry, {}, async () => undefined), 'TOKEN_SERVER_ODD')
        assert.match(message, why)
      })
    })
  }

  it('trusts token servers that are where they may be', async () => {
    const safe = (origin: string, realm: string) => String(safeRealm('reg', origin, realm))
    for (const [origin, realm] of [
      ['https://ghcr.io', 'https://auth.example.com/token?x=1'],
      ['https://10.0.0.1', 'https://10.0.0.1/token'],
      ['https://10.0.0.1', 'https://10.0.0.2/token'],
      ['http://127.0.0.1:5000', 'http://localhost:5001/token'],
      ['http://127.0.0.1:5000', 'https://auth.example.com/token'],
    ] as const) {
      assert.is(safe(origin, realm), realm)
    }
    for (const [origin, realm] of [
      ['https://ghcr.io', 'http://ghcr.io/token'],
      ['https://ghcr.io', 'https://169.254.169.254/token'],
      ['https://ghcr.io', 'https://[fd00::1]/token'],
      ['https://ghcr.io', 'https://localhost/token'],
      ['https://ghcr.io', 'http://127.0.0.1/token'],
      ['https://127.0.0.1:5000', 'http://127.0.0.1:5000/token'],
      ['http://127.0.0.1:5000', 'http://10.0.0.1/token'],
    ] as const) {
      await rejects(() => safe(origin, realm), 'REGISTRY_REALM_UNSAFE')
    }
  })

  it('tells that a token server is busy, after it was asked again', () => {
    const instead: Manners['instead'] = ({ kind }, response) =>
      kind === 'token' && answerError(response, 429, 'TOOMANYREQUESTS', 'slow down')
    return withRegistry({ auth: 'bearer', instead }, async registry => {
      const { message } = await rejects(() => connected(registry, {}, async () => undefined), 'REGISTRY_BUSY')
      assert.match(message, 'The token server of ')
      assert.match(message, 'slow down')
      assert.is(registry.requests.filter(({ path }) => path.startsWith('/token')).length, 4)
    })
  })

  it('leaves schemes alone that it does not know', () => {
    const instead: Manners['instead'] = (_, response) => {
      response.writeHead(401, { 'www-authenticate': 'Negotiate' }).end()
      return true
    }
    return withRegistry({ instead }, async registry => {
      await rejects(() => connected(registry, {}, repository => repository.hasBlob(digest)), 'REGISTRY_UNAUTHORIZED')
      assert.ok(registry.requests.every(({ headers }) => headers.authorization === undefined))
    })
  })

  it('sends an identity token to nobody who wants a password', () =>
    withRegistry({ auth: 'basic' }, async registry => {
      const auths = { [registry.host]: { identitytoken: 'x' } }
      await rejects(
        () => connected(registry, { auths }, repository => repository.hasBlob(digest)),
        'REGISTRY_UNAUTHORIZED',
      )
      assert.ok(registry.requests.every(({ headers }) => headers.authorization === undefined))
    }))
})
