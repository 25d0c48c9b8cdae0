import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import * as assert from 'uvu/assert'
import type { Origin } from '../../../../src/files/python/types.ts'
import { describe, inTemporaryFolder, rejects, writeTree } from '../../../helpers.ts'
import { deadUrl, type Respond, serving } from '../../../loopback.ts'
import { indexedWheel, packageIndex } from '../../../package-index.ts'

import {
  ACME,
  BETA,
  filenames,
  listed,
  networkWithPyPI,
  obtain,
  pathsOf,
  pinned,
  simpleOf,
  withIndex,
} from './obtaining.ts'

describe('obtain wheels: an index of the user', it => {
  it('replaces PyPI for files that the lock takes from there', () =>
    withIndex([ACME], async (server, dir) => {
      const item = listed('acme', '1.0', await deadUrl(), [ACME])
      const got = await obtain([item], { dir, env: { PIP_INDEX_URL: simpleOf(server) } })
      assert.equal(filenames(got), [ACME.filename])
      assert.equal(pathsOf(server), ['/simple/acme/', `/files/${ACME.filename}`])
    }))

  it('is an error where it lacks the file, never the URL of the lock', () =>
    withIndex([ACME], (server, dir) =>
      serving(packageIndex([BETA]), async own => {
        const item = listed('acme', '1.0', server.url, [ACME])
        const error = await rejects(
          () => obtain([item], { dir, env: { UV_DEFAULT_INDEX: simpleOf(own) } }),
          'INDEX_LACKS_FILE',
        )
        assert.match(error.message, `${ACME.filename} isn't on ${simpleOf(own)} (acme isn't there at all)`)
        assert.equal(server.requests, [])
      }),
    ))

  it('says so when it has another file of that name', () =>
    withIndex(
      [indexedWheel('acme', '1.0', 'py3-none-any', { files: { 'acme.py': 'other = 1' } })],
      async (server, dir) => {
        const item = listed('acme', '1.0', server.url, [ACME])
        const error = await rejects(
          () => obtain([item], { dir, env: { PIP_INDEX_URL: simpleOf(server) } }),
          'INDEX_LACKS_FILE',
        )
        assert.match(error.message, 'the file of that name there has the sha256')
      },
    ))

  it('has no say about files of this disk', () =>
    inTemporaryFolder(async dir => {
      await writeTree(dir, { [ACME.filename]: ACME.bytes })
      const link = pathToFileURL(join(dir, ACME.filename)).href
      const respond: Respond = (_, response) => void response.end(`<a href="${link}">${ACME.filename}</a>`)
      await serving(respond, server =>
        rejects(() => obtain([pinned('acme', '1.0')], { dir, env: { PIP_INDEX_URL: simpleOf(server) } }), 'NO_WHEEL'),
      )
    }))

  it('takes a stray percent sign in its credentials for itself', () =>
    withIndex(
      [ACME],
      async (server, dir) => {
        const withPassword = simpleOf(server).replace('//', '//user:100%@')
        assert.is(
          (await obtain([pinned('acme', '1.0')], { dir, env: { PIP_INDEX_URL: withPassword } })).wheels.length,
          1,
        )
      },
      { credentials: 'user:100%' },
    ))

  it('may have it on an extra index', () =>
    withIndex([ACME], (server, dir) =>
      serving(packageIndex([BETA]), async own => {
        const env = { PIP_INDEX_URL: simpleOf(own), PIP_EXTRA_INDEX_URL: simpleOf(server) }
        assert.is((await obtain([listed('acme', '1.0', await deadUrl(), [ACME])], { dir, env })).wheels.length, 1)
      }),
    ))

  it('does not touch the URLs of the lock when only extra indexes are set', () =>
    withIndex([ACME], async (server, dir) => {
      const env = { PIP_EXTRA_INDEX_URL: await deadUrl() }
      await obtain([listed('acme', '1.0', server.url, [ACME])], { dir, env })
      assert.equal(pathsOf(server), [`/files/${ACME.filename}`])
    }))

  it('does not replace the index that a package of the lock names', () =>
    withIndex([ACME], async (server, dir) => {
      const item = listed('acme', '1.0', server.url, [ACME])
      const named = { ...item, origin: { ...item.origin, index: simpleOf(server) } as Origin }
      await obtain([named], { dir, env: { PIP_INDEX_URL: await deadUrl() } })
      assert.equal(pathsOf(server), [`/files/${ACME.filename}`])
    }))

  it('is refused by PIP_NO_INDEX', () =>
    withIndex([ACME], async (server, dir) => {
      const item = listed('acme', '1.0', server.url, [ACME])
      const error = await rejects(() => obtain([item], { dir, env: { PIP_NO_INDEX: '1' } }), 'NO_INDEX_ALLOWED')
      assert.match(error.message, "pip's no-index allows no index")
      assert.equal(server.requests, [])
    }))

  for (const format of ['json', 'html'] as const) {
    it(`is read as ${format} for files of which the lock knows the name and hash alone`, () =>
      withIndex(
        [ACME],
        async (server, dir) => {
          const got = await obtain([listed('acme', '1.0', null, [ACME])], {
            dir,
            env: { PIP_INDEX_URL: simpleOf(server) },
          })
          assert.equal(filenames(got), [ACME.filename])
          assert.match(server.requests[0]?.headers.accept ?? '', 'application/vnd.pypi.simple.v1+json')
        },
        { format },
      ))
  }

  it('is PyPI where none is set and the lock has no URLs', () =>
    withIndex([ACME], async (server, dir) => {
      const system = { network: networkWithPyPI(server.url) }
      assert.is((await obtain([listed('acme', '1.0', null, [ACME])], { dir, system })).wheels.length, 1)
      assert.equal(pathsOf(server), ['/simple/acme/', `/files/${ACME.filename}`])
    }))

  it('may be a folder with a folder for each project', () =>
    inTemporaryFolder(async dir => {
      await writeTree(dir, { [`mirror/acme/${ACME.filename}`]: ACME.bytes })
      const env = { PIP_INDEX_URL: `file://${dir}/mirror` }
      const got = await obtain([listed('acme', '1.0', await deadUrl(), [ACME])], { dir, env })
      assert.is(got.wheels[0]?.path, join(dir, 'mirror/acme', ACME.filename))
    }))

  for (const [status, hint] of [
    [401, 'Give credentials'],
    [500, 'the server answered 500'],
  ] as const) {
    it(`is named when it answers ${status}`, () =>
      serving(
        (_, response) => void response.writeHead(status).end(),
        server =>
          inTemporaryFolder(async dir => {
            const env = { PIP_INDEX_URL: simpleOf(server).replace('//', '//ann:secret@') }
            const error = await rejects(
              () => obtain([listed('acme', '1.0', null, [ACME])], { dir, env }),
              'INDEX_REFUSED',
            )
            assert.match(error.message, `The index page ${simpleOf(server)}/acme/ can't be read`)
            assert.match(error.message, hint)
          }),
      ))
  }

  it('is named when its page is broken', () =>
    serving(
      (_, response) => void response.setHeader('content-type', 'application/json').end('{"files": '),
      server =>
        inTemporaryFolder(async dir => {
          const env = { PIP_INDEX_URL: simpleOf(server) }
          await rejects(() => obtain([listed('acme', '1.0', null, [ACME])], { dir, env }), 'INDEX_UNREADABLE')
        }),
    ))

  it('is named when it is down', () =>
    inTemporaryFolder(async dir => {
      const url = await deadUrl()
      const env = { PIP_INDEX_URL: `${url}/simple` }
      const error = await rejects(
        () => obtain([listed('acme', '1.0', null, [ACME])], { dir, env }),
        'NETWORK_UNREACHABLE',
      )
      assert.match(error.message, `${url}/simple/acme/ can't be reached: the connection was refused`)
    }))
})

describe('obtain wheels: credentials', it => {
  const manners = { credentials: 'ann:secret' }
  const withUser = (url: string) => url.replace('//', '//ann:secret@')

  it('come from the index URL, and go to its files on the same host', () =>
    withIndex(
      [ACME],
      async (server, dir) => {
        const env = { PIP_INDEX_URL: withUser(simpleOf(server)) }
        assert.is((await obtain([pinned('acme', '1.0')], { dir, env })).wheels.length, 1)
      },
      manners,
    ))

  it('come from netrc', () =>
    withIndex(
      [ACME],
      async (server, dir) => {
        await writeTree(dir, { 'home/.netrc': 'machine 127.0.0.1 login ann password secret\n' })
        assert.is(
          (await obtain([pinned('acme', '1.0')], { dir, env: { PIP_INDEX_URL: simpleOf(server) } })).wheels.length,
          1,
        )
      },
      manners,
    ))

  it('come from the file that NETRC names, for the user of the URL', () =>
    withIndex(
      [ACME],
      async (server, dir) => {
        await writeTree(dir, {
          own: 'machine 127.0.0.1 login bob password no\nmachine 127.0.0.1 login ann password secret\n',
        })
        const env = { NETRC: join(dir, 'own'), PIP_INDEX_URL: simpleOf(server).replace('//', '//ann@') }
        assert.is((await obtain([pinned('acme', '1.0')], { dir, env })).wheels.length, 1)
      },
      manners,
    ))

  it('come from the variables of a named index, for an index of the lock', () =>
    withIndex(
      [ACME],
      async (server, dir) => {
        const toml = `[[tool.uv.index]]\nname = "corp"\nurl = "${simpleOf(server)}"\nexplicit = true\n`
        await writeTree(dir, { 'pyproject.toml': toml })
        const env = { UV_INDEX_CORP_USERNAME: 'ann', UV_INDEX_CORP_PASSWORD: 'secret' }
        const got = await obtain([pinned('acme', '1.0', { index: simpleOf(server) })], { dir, env })
        assert.is(got.wheels.length, 1)
      },
      manners,
    ))

  it('are those of the index that is nearest by path', () =>
    serving(
      (request, response) => {
        const user = Buffer.from((request.headers.authorization ?? '').slice(6), 'base64').toString()
        response.setHeader('content-type', 'text/html')
        if (!request.url?.startsWith(`/${user.split(':')[0]}/`)) return void response.writeHead(401).end()
        if (request.url.endsWith('.whl')) return void response.end(ACME.bytes)
        response.end(request.url.startsWith('/two/') ? `<a href="../../files/${ACME.filename}">x</a>` : '')
      },
      server =>
        inTemporaryFolder(async dir => {
          const index = (user: string) => `${server.url.replace('//', `//${user}:pw@`)}/${user}/simple`
          const env = { PIP_INDEX_URL: index('one'), PIP_EXTRA_INDEX_URL: index('two') }
          assert.is((await obtain([pinned('acme', '1.0')], { dir, env })).wheels.length, 1)
        }),
    ))

  it('do not go to the host that the index takes its files from', () =>
    serving(packageIndex([ACME]), files =>
      serving(
        (_, response) => {
          response.setHeader('content-type', 'text/html')
          response.end(`<a href="${files.url}/files/${ACME.filename}#sha256=${ACME.sha256}">x</a>`)
        },
        server =>
          inTemporaryFolder(async dir => {
            await obtain([pinned('acme', '1.0')], { dir, env: { PIP_INDEX_URL: withUser(simpleOf(server)) } })
            assert.ok(server.requests[0]?.headers.authorization)
            assert.is(files.requests.length, 1)
            assert.is(files.requests[0]?.headers.authorization, undefined)
          }),
      ),
    ))

  it('do not go to everyone by the default entry of netrc', () =>
    withIndex([ACME], async (server, dir) => {
      await writeTree(dir, { 'home/.netrc': 'default login ann password secret\n' })
      await obtain([pinned('acme', '1.0')], { dir, env: { PIP_INDEX_URL: simpleOf(server) } })
      for (const request of server.requests) assert.is(request.headers.authorization, undefined)
    }))
})
