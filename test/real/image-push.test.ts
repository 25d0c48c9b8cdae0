import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import * as assert from 'uvu/assert'
import { describe, inTemporaryFolder, writeTree } from '../helpers.ts'
import { standInBases } from './containers/bases.ts'
import { containerTools } from './containers/environment.ts'
import { IMAGE_FUNCTIONS, writeFunction } from './containers/functions.ts'
import { type Access, loggedIn, manifestAt, USER, withRegistry } from './containers/registry.ts'
import { answers, changeCode, engineEnv, imageFine, lpackImage } from './containers/running.ts'
import { uploads, withTap } from './containers/tap.ts'
import { output } from './programs.ts'

const { PURE, NATIVE, MODELS } = IMAGE_FUNCTIONS

/** How a person is known to a registry: what their DOCKER_CONFIG has. */
const LOGINS: readonly (readonly [string, Access, (host: string, dir: string) => Promise<NodeJS.ProcessEnv>])[] = [
  ['nobody needs to log in to', 'open', async () => ({})],
  ['takes a name and a password', 'basic', loggedIn],
  ['takes tokens', 'bearer', loggedIn],
  ['a credential helper knows the password of', 'basic', withHelper],
  ['takes tokens, for which a credential helper knows the password', 'bearer', withHelper],
]

describe('a push', it => {
  for (const [what, access, login] of LOGINS) {
    it(`to a registry that ${what} arrives, and is run from there`, () =>
      inTemporaryFolder(dir =>
        withRegistry(join(dir, 'registry'), { access }, async ({ host }) => {
          const env = await login(host, dir)
          const target = `${host}/some/{name}:1`
          const { artifact } = await imageFine(await writeFunction(PURE, dir), ['--push', target], { env })
          const manifest = await manifestAt(host, 'some/pure', '1')
          assert.is(manifest?.digest, artifact.digest)
          const podman = await engineEnv('podman')
          const pull = ['pull', '--quiet', '--tls-verify=false', '--creds', `${USER.name}:${USER.password}`]
          const id = await output('podman', [...pull, `${host}/some/pure:1`], { env: podman })
          await answers('podman', id, PURE)
        }),
      ))
  }

  it('with a wrong password is refused, and tells the registry and the way to log in', () =>
    inTemporaryFolder(dir =>
      withRegistry(join(dir, 'registry'), { access: 'basic' }, async ({ host }) => {
        const root = await writeFunction(PURE, dir)
        for (const env of [await loggedIn(host, dir, 'wrong'), {}]) {
          const { code, err } = await lpackImage(root, ['--push', `${host}/some/pure:1`], { env })
          assert.is(code, 2)
          assert.match(err, host)
          assert.match(err, 'login')
          assert.not.match(err, 'wrong')
        }
      }),
    ))

  for (const access of ['open', 'bearer'] as const) {
    it(`mounts the layers of a base of the same registry, access ${access}, and doesn't download them`, () =>
      inTemporaryFolder(dir =>
        withRegistry(join(dir, 'registry'), { access }, async ({ host, scopes }) => {
          const env = await loggedIn(host, dir)
          const base = await copyBase(host)
          await withTap(host, {}, async tap => {
            const own = base.replace(host, tap.host)
            const root = await writeFunction(PURE, dir, { base: own })
            const login = access === 'open' ? env : await loggedIn(tap.host, dir)
            const { artifact } = await imageFine(root, ['--push', `${tap.host}/some/pure:1`], { env: login })
            const baseLayers = artifact.layers.filter(({ kind }) => kind === 'base')
            const digests = baseLayers.map(({ digest }) => digest ?? '')
            assert.ok(digests.length > 0)
            for (const digest of digests) {
              assert.not.ok(digest in uploads(tap.requests))
              assert.not.ok(tap.requests.some(({ method, path }) => method === 'GET' && path.includes(digest)))
              assert.ok(
                tap.requests.some(
                  ({ path, status }) => status === 201 && path.includes(`mount=${encodeURIComponent(digest)}`),
                ),
              )
            }
            assert.is((await manifestAt(host, 'some/pure', '1'))?.digest, artifact.digest)
            if (access === 'bearer')
              assert.ok(scopes.some(scope => /^repository:lambda\/python:(\w+,)*pull/.test(scope)))
          })
        }),
      ))
  }

  it('after a change of the code uploads the layer of the code, the config and the manifest alone', () =>
    inTemporaryFolder(async dir => {
      const { host } = await standInBases()
      const root = await writeFunction(NATIVE, dir)
      const target = (tap: string) => ['--push', `${tap}/counted/native:1`]
      const first = await withTap(host, {}, async tap => {
        const { artifact } = await imageFine(root, target(tap.host))
        assert.is(artifact.uploadedBytes, sent(tap.requests))
        return { artifact, uploaded: uploads(tap.requests) }
      })
      const own = first.artifact.layers.filter(({ kind }) => kind !== 'base').map(({ digest }) => digest ?? '')
      for (const digest of own) assert.ok(digest in first.uploaded)
      await changeCode(root, NATIVE)
      await withTap(host, {}, async tap => {
        const { artifact } = await imageFine(root, target(tap.host))
        const code = artifact.layers.at(-1)
        const manifest = await manifestAt(host, 'counted/native', '1')
        assert.equal(uploads(tap.requests), {
          [code?.digest ?? '']: code?.bytes ?? 0,
          [manifest?.config.digest ?? '']: manifest?.config.size,
          '/v2/counted/native/manifests/1': manifest?.bytes,
        })
        assert.is(artifact.uploadedBytes, sent(tap.requests))
        assert.ok(sent(tap.requests) < 5000, `${sent(tap.requests)} bytes`)
      })
      // And nothing at all after no change.
      await withTap(host, {}, async tap => {
        await imageFine(root, target(tap.host))
        assert.equal(Object.keys(uploads(tap.requests)), ['/v2/counted/native/manifests/1'])
      })
    }))

  it("follows the media types of the base, Docker's or OCI's", () =>
    inTemporaryFolder(async dir => {
      const { host, python } = await standInBases()
      const { env } = await containerTools()
      const asOci = `${host}/as-oci/python:3.11`
      const plain = ['--src-tls-verify=false', '--dest-tls-verify=false', '--format', 'oci']
      await output('skopeo', ['copy', '--quiet', ...plain, `docker://${python}`, `docker://${asOci}`], { env })
      for (const [base, expected] of [
        [python, 'application/vnd.docker.distribution.manifest.v2+json'],
        [asOci, 'application/vnd.oci.image.manifest.v1+json'],
      ] as const) {
        await imageFine(await writeFunction(MODELS, dir, { base }), ['--push', `${host}/types/models:1`])
        assert.is((await manifestAt(host, 'types/models', '1'))?.mediaType, expected)
      }
    }))
})

/** Bytes of what was taken. */
function sent(requests: Parameters<typeof uploads>[0]): number {
  return Object.values(uploads(requests)).reduce((sum, bytes) => sum + bytes, 0)
}

/** https://github.com/docker/docker-credential-helpers */
async function withHelper(host: string, dir: string): Promise<NodeJS.ProcessEnv> {
  const answer = JSON.stringify({ ServerURL: host, Username: USER.name, Secret: USER.password })
  const script = `#!/bin/sh\nread -r server\n[ "$1 $server" = "get ${host}" ] || { echo "credentials not found in native keychain"; exit 1; }\necho '${answer}'\n`
  await mkdir(join(dir, 'helpers'))
  await writeFile(join(dir, 'helpers', 'docker-credential-test'), script)
  await chmod(join(dir, 'helpers', 'docker-credential-test'), 0o755)
  await writeTree(join(dir, 'docker'), { 'config.json': JSON.stringify({ credHelpers: { [host]: 'test' } }) })
  const { env } = await containerTools()
  return { DOCKER_CONFIG: join(dir, 'docker'), PATH: `${join(dir, 'helpers')}${delimiter}${env['PATH']}` }
}

/** Puts the stand-in for Python into a registry. */
async function copyBase(host: string): Promise<string> {
  const { python } = await standInBases()
  const { env } = await containerTools()
  const to = `${host}/lambda/python:3.11-x86_64`
  const plain = ['--src-tls-verify=false', '--dest-tls-verify=false', '--dest-creds', `${USER.name}:${USER.password}`]
  await output('skopeo', ['copy', '--quiet', ...plain, `docker://${python}`, `docker://${to}`], { env })
  return to
}
