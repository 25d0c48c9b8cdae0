import * as assert from 'uvu/assert'
import {
  authFor,
  helperFor,
  parseDockerConfig,
  parseHelperAnswer,
  type RegistryAuth,
  serverName,
} from '../../src/formats/docker-config.ts'
import { describe } from '../helpers.ts'

const base64 = (text: string) => Buffer.from(text).toString('base64')

function auths(entries: Readonly<Record<string, unknown>>, registry: string, repository = 'a/b'): RegistryAuth | null {
  return authFor(parseDockerConfig(JSON.stringify({ auths: entries })), registry, repository)
}

const password = (username: string, secret: string) => ({ kind: 'password', username, password: secret })

describe('Docker’s credentials', it => {
  it('reads a user and a password, which may have colons', () => {
    assert.equal(auths({ 'ghcr.io': { auth: base64('me:se:cret') } }, 'ghcr.io'), password('me', 'se:cret'))
    assert.equal(auths({ 'ghcr.io': { auth: base64('me:secret\0') } }, 'ghcr.io'), password('me', 'secret'))
    assert.equal(auths({ 'ghcr.io': { username: 'me', password: 'x' } }, 'ghcr.io'), password('me', 'x'))
    assert.equal(auths({ 'ghcr.io': { auth: base64('me:') } }, 'ghcr.io'), password('me', ''))
  })

  it('reads tokens', () => {
    const both = { auth: base64('00000000-0000-0000-0000-000000000000:'), identitytoken: 'refresh' }
    assert.equal(auths({ 'x.azurecr.io': both }, 'x.azurecr.io'), { kind: 'identity', token: 'refresh' })
    assert.equal(auths({ 'x.tld': { registrytoken: 'bearer' } }, 'x.tld'), { kind: 'bearer', token: 'bearer' })
  })

  for (const key of ['reg.tld:5000', 'https://reg.tld:5000', 'http://reg.tld:5000/', 'https://REG.tld:5000/v2/']) {
    it(`finds ${key}`, () => {
      assert.equal(auths({ [key]: { auth: base64('me:x') } }, 'reg.tld:5000'), password('me', 'x'))
    })
  }

  it('keeps hosts and ports apart', () => {
    const entries = { 'reg.tld': { auth: base64('me:x') }, 'eg.tld:5000': { auth: base64('me:y') } }
    assert.is(auths(entries, 'reg.tld:5000'), null)
    assert.is(auths(entries, 'evil-reg.tld'), null)
    assert.is(auths(entries, 'tld'), null)
  })

  for (const key of ['https://index.docker.io/v1/', 'docker.io', 'index.docker.io', 'registry-1.docker.io']) {
    it(`finds Docker Hub as ${key}`, () => {
      assert.equal(auths({ [key]: { auth: base64('me:x') } }, 'docker.io'), password('me', 'x'))
    })
  }

  it('takes the longest part of a registry that a repository is in', () => {
    const entry = (user: string) => ({ auth: base64(`${user}:x`) })
    const entries = { 'q.io': entry('all'), 'q.io/team': entry('team'), 'q.io/team/app': entry('app') }
    const user = (repository: string) => (auths(entries, 'q.io', repository) as { username: string }).username
    assert.equal(['team/app', 'team/app/x', 'team/apps', 'teams/app', 'v2'].map(user), [
      'app',
      'app',
      'team',
      'all',
      'all',
    ])
  })

  it('takes entries that say nothing for none', () => {
    for (const entry of [
      {},
      { auth: '' },
      { auth: 5 },
      { auth: base64('nocolon') },
      { auth: base64(':x') },
      null,
      'x',
    ]) {
      assert.is(auths({ 'ghcr.io': entry }, 'ghcr.io'), null)
    }
  })

  it('names the helper of a registry, else the store of all', () => {
    const config = parseDockerConfig(
      '{"credsStore":"desktop","credHelpers":{"ghcr.io":"gh","x.tld":"","docker.io":"hub"}}',
    )
    assert.is(helperFor(config, 'ghcr.io'), 'gh')
    assert.is(helperFor(config, 'x.tld'), 'desktop')
    assert.is(helperFor(config, 'other.tld'), 'desktop')
    assert.is(helperFor(config, 'docker.io'), 'hub')
    assert.is(helperFor(parseDockerConfig('{"credsStore":5}'), 'ghcr.io'), null)
  })

  it('names Docker Hub to helpers as Docker does', () => {
    assert.is(serverName('docker.io'), 'https://index.docker.io/v1/')
    assert.is(serverName('ghcr.io'), 'ghcr.io')
  })

  it('reads what a helper prints', () => {
    const answer = (username: unknown, secret: unknown) =>
      parseHelperAnswer(JSON.stringify({ ServerURL: 'x', Username: username, Secret: secret }))
    assert.equal(answer('AWS', 'x'), password('AWS', 'x'))
    assert.equal(answer('<token>', 'x'), { kind: 'identity', token: 'x' })
    for (const [username, secret] of [
      [5, 'x'],
      ['AWS', ''],
      ['AWS', undefined],
    ] as const) {
      assert.is(answer(username, secret), null)
    }
    for (const text of ['', 'no', '[]', 'null']) assert.is(parseHelperAnswer(text), null)
  })

  it('throws at what is no such file', () => {
    for (const text of ['', '{', '[]', 'null', '"x"'])
      assert.throws(
        () => parseDockerConfig(text),
        (error: unknown) => error instanceof SyntaxError,
      )
  })

  it('passes over parts of other kinds', () => {
    const config = parseDockerConfig('{"auths":[1],"credHelpers":"x","HttpHeaders":{}}')
    assert.equal([config.auths.size, config.credHelpers.size, config.credsStore], [0, 0, null])
  })
})
