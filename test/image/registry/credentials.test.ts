import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { type Credentials, findCredentials } from '../../../src/image/registry/credentials.ts'
import type { System } from '../../../src/system/system.ts'
import { type Answer, fakeProcesses } from '../../fake-processes.ts'
import { describe, inTemporaryFolder, rejects, writeTree } from '../../helpers.ts'
import { testSystem } from '../../worlds.ts'

const ECR = '123456789012.dkr.ecr.eu-central-1.amazonaws.com'
const NOT_FOUND = new Error('credentials not found in native keychain')

const entry = (user: string) => ({ auth: Buffer.from(`${user}:x`).toString('base64') })
const helperAnswer = (user: string) => JSON.stringify({ ServerURL: 'x', Username: user, Secret: 'x' })

/** What is found for a registry with these files in the home folder. */
async function find(
  files: Readonly<Record<string, unknown>>,
  registry = 'ghcr.io',
  changes: (dir: string) => Partial<System> = () => ({}),
): Promise<Credentials> {
  return inTemporaryFolder(async dir => {
    const texts = Object.entries(files).map(([path, content]) => [
      path,
      typeof content === 'string' ? content : JSON.stringify(content),
    ])
    await writeTree(dir, Object.fromEntries(texts))
    const found = await findCredentials(registry, 'team/fn', testSystem({ homeDir: dir, cwd: dir, ...changes(dir) }))
    const short = (path: string) => path.replace(`${dir}/`, '')
    return { ...found, source: found.source && short(found.source), asked: found.asked.map(short) }
  })
}

const userOf = ({ auth }: Credentials) => (auth?.kind === 'password' ? auth.username : null)

function withHelpers(programs: readonly string[], answer: Answer) {
  return () => ({
    processes: fakeProcesses(
      Object.fromEntries(programs.map(name => [`docker-credential-${name}`, `/bin/${name}`])),
      answer,
    ),
  })
}

describe('credentials of registries', it => {
  it('are of the first file that has some', async () => {
    const files = {
      '.docker/config.json': { auths: { 'other.tld': entry('other') } },
      'named.json': { auths: { 'ghcr.io': entry('named') } },
      'run/containers/auth.json': { auths: { 'ghcr.io': entry('run') } },
      '.config/containers/auth.json': { auths: { 'ghcr.io': entry('home') } },
    }
    const all = (dir: string) => ({ env: { REGISTRY_AUTH_FILE: 'named.json', XDG_RUNTIME_DIR: join(dir, 'run') } })
    const found = await find(files, 'ghcr.io', all)
    assert.equal([userOf(found), found.source, found.asked], ['named', 'named.json', ['.docker/config.json']])
    const run = await find(files, 'ghcr.io', dir => ({ env: { XDG_RUNTIME_DIR: join(dir, 'run') } }))
    assert.is(userOf(run), 'run')
    assert.is(userOf(await find(files)), 'home')
    assert.is(userOf(await find(files, 'other.tld', all)), 'other')
  })

  it('are of the folder that DOCKER_CONFIG names, and not of ~/.docker then', async () => {
    const files = {
      '.docker/config.json': { auths: { 'ghcr.io': entry('home'), 'x.tld': entry('x') } },
      'ci/config.json': { auths: { 'ghcr.io': entry('ci') } },
    }
    const env = () => ({ env: { DOCKER_CONFIG: 'ci' } })
    assert.is(userOf(await find(files, 'ghcr.io', env)), 'ci')
    assert.is((await find(files, 'x.tld', env)).auth, null)
  })

  it('are none where no file has some', async () => {
    assert.equal(await find({}), { auth: null, source: null, asked: [], trouble: null })
  })

  it('come from a helper, which is told the registry on stdin', async () => {
    const asked = fakeProcesses({ 'docker-credential-gh': '/bin/gh', 'docker-credential-all': '/bin/all' }, () =>
      helperAnswer('me'),
    )
    const files = {
      '.docker/config.json': {
        credHelpers: { 'ghcr.io': 'gh' },
        credsStore: 'all',
        auths: { 'ghcr.io': entry('no') },
      },
    }
    const found = await find(files, 'ghcr.io', () => ({ processes: asked }))
    assert.equal([userOf(found), found.source], ['me', 'docker-credential-gh'])
    await find(files, 'docker.io', () => ({ processes: asked }))
    assert.equal(
      asked.calls.map(({ command, args }, place) => [command, args, asked.options[place]?.stdin]),
      [
        ['/bin/gh', ['get'], 'ghcr.io'],
        ['/bin/all', ['get'], 'https://index.docker.io/v1/'],
      ],
    )
  })

  it('may be an identity token', async () => {
    const files = { '.docker/config.json': { credsStore: 'all' } }
    const { auth } = await find(
      files,
      'x.azurecr.io',
      withHelpers(['all'], () => helperAnswer('<token>')),
    )
    assert.equal(auth, { kind: 'identity', token: 'x' })
  })

  it('are looked for further where a helper knows none', async () => {
    const files = { '.docker/config.json': { credsStore: 'all', auths: { 'ghcr.io': entry('file') } } }
    const found = await find(
      files,
      'ghcr.io',
      withHelpers(['all'], () => NOT_FOUND),
    )
    assert.equal([userOf(found), found.asked, found.trouble], ['file', ['docker-credential-all'], null])
  })

  it('may be missed for want of a helper, which is told if it matters', async () => {
    const files = { '.docker/config.json': { credsStore: 'desktop' } }
    const { auth, trouble } = await find(files)
    assert.is(auth, null)
    assert.is(trouble?.code, 'CREDENTIAL_HELPER_MISSING')
    assert.match(trouble?.message ?? '', 'docker-credential-desktop')
    for (const name of ['../../evil', 'a/b', 'a b']) {
      const odd = await find(
        { '.docker/config.json': { credsStore: name } },
        'ghcr.io',
        withHelpers([name], () => '{}'),
      )
      assert.is(odd.trouble?.code, 'CREDENTIAL_HELPER_MISSING')
    }
  })

  it('may be missed because a helper fails, or prints something else', async () => {
    const files = { '.docker/config.json': { credsStore: 'all' } }
    for (const answer of [new Error('the keychain is locked'), 'no JSON', '{"Username":"me"}']) {
      const { auth, trouble } = await find(
        files,
        'ghcr.io',
        withHelpers(['all'], () => answer),
      )
      assert.is(auth, null)
      assert.is(trouble?.code, 'CREDENTIAL_HELPER_FAILED')
      if (answer instanceof Error) assert.match(trouble?.message ?? '', 'the keychain is locked')
    }
  })

  it('of Amazon ECR come from its helper if it is installed and nothing else is set up', async () => {
    const helper = withHelpers(['ecr-login'], () => helperAnswer('AWS'))
    const found = await find({}, ECR, helper)
    assert.equal([userOf(found), found.source], ['AWS', 'docker-credential-ecr-login'])
    assert.is((await find({}, 'ghcr.io', helper)).auth, null)
    assert.equal(await find({}, ECR), { auth: null, source: null, asked: [], trouble: null })
    const files = { '.docker/config.json': { auths: { [ECR]: entry('file') } } }
    assert.is(userOf(await find(files, ECR, helper)), 'file')
  })

  it('can’t be read from a file that is broken, whose words are not told', async () => {
    const error = await rejects(() => find({ '.docker/config.json': '{"auths": secret' }), 'DOCKER_CONFIG_UNREADABLE')
    assert.not.match(error.message, 'secret')
    const folder = inTemporaryFolder(async dir => {
      await mkdir(join(dir, '.docker', 'config.json'), { recursive: true })
      return findCredentials('ghcr.io', 'a', testSystem({ homeDir: dir }))
    })
    assert.match((await rejects(() => folder, 'DOCKER_CONFIG_UNREADABLE')).message, 'a folder is there')
  })
})
