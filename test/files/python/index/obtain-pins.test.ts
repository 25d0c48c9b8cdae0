import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { describe, inTemporaryFolder, rejects, writeTree } from '../../../helpers.ts'
import { deadUrl, serving } from '../../../loopback.ts'
import { indexedSdist, indexedWheel, packageIndex } from '../../../package-index.ts'

import {
  ACME,
  BETA,
  builtFrom,
  codes,
  filenames,
  listed,
  obtain,
  pathsOf,
  pinned,
  simpleOf,
  withIndex,
} from './obtaining.ts'

describe('obtain wheels: find-links', it => {
  it('of the config come before every index', () =>
    inTemporaryFolder(async dir => {
      await writeTree(dir, { [`wheels/${ACME.filename}`]: ACME.bytes })
      const item = listed('acme', '1.0', await deadUrl(), [ACME])
      const got = await obtain([item], { dir, findLinks: [join(dir, 'wheels')] })
      assert.is(got.wheels[0]?.path, join(dir, 'wheels', ACME.filename))
      assert.equal(codes(got), [])
    }))

  for (const variable of ['PIP_FIND_LINKS', 'UV_FIND_LINKS']) {
    it(`of ${variable} serve a pin without an index`, () =>
      inTemporaryFolder(async dir => {
        await writeTree(dir, { [`wheels/${ACME.filename}`]: ACME.bytes })
        const env = { [variable]: join(dir, 'wheels'), PIP_NO_INDEX: '1' }
        assert.equal(filenames(await obtain([pinned('acme', '1.0')], { dir, env })), [ACME.filename])
      }))
  }

  it('may be a page', () =>
    serving(
      (request, response) => {
        if (request.url?.endsWith('.whl')) return void response.end(ACME.bytes)
        response.setHeader('content-type', 'text/html').end(`<a href="${ACME.filename}">x</a>`)
      },
      server =>
        inTemporaryFolder(async dir => {
          const indexes = { findLinks: [`${server.url}/links.html`], indexUrl: await deadUrl() }
          assert.equal(filenames(await obtain([pinned('acme', '1.0')], { dir, indexes })), [ACME.filename])
        }),
    ))

  it('with another hash than the locked one are passed over', () =>
    withIndex([ACME], async (server, dir) => {
      await writeTree(dir, { [`wheels/${ACME.filename}`]: 'something else' })
      const got = await obtain([listed('acme', '1.0', server.url, [ACME])], { dir, findLinks: [join(dir, 'wheels')] })
      assert.is(got.wheels[0]?.path, join(dir, 'store/wheels', ACME.sha256, ACME.filename))
      const hashed = pinned('acme', '1.0', { hashes: [ACME.sha256], index: simpleOf(server) })
      const again = await obtain([hashed], { dir, findLinks: [join(dir, 'wheels')] })
      assert.is(again.wheels[0]?.path, join(dir, 'store/wheels', ACME.sha256, ACME.filename))
    }))

  it('of the config bring a wheel that the lock has none for, with a warning', () =>
    inTemporaryFolder(async dir => {
      const built = indexedWheel('acme', '1.0', 'cp313-cp313-linux_x86_64')
      await writeTree(dir, { [`wheels/${built.filename}`]: built.bytes })
      const item = listed('acme', '1.0', await deadUrl(), [indexedSdist('acme', '1.0')])
      const got = await obtain([item], { dir, findLinks: [join(dir, 'wheels')] })
      assert.equal(filenames(got), [built.filename])
      assert.equal(codes(got), ['WHEEL_NOT_LOCKED'])
      assert.equal(got.toBuild, [])
    }))

  it('of the config must be there; those of the environment need not', () =>
    withIndex([ACME], async (server, dir) => {
      const item = listed('acme', '1.0', server.url, [ACME])
      assert.is((await obtain([item], { dir, env: { PIP_FIND_LINKS: join(dir, 'nowhere') } })).wheels.length, 1)
      const other = listed('beta', '2.0', server.url, [BETA])
      await rejects(() => obtain([other], { dir, findLinks: [join(dir, 'nowhere')] }), 'FIND_LINKS_MISSING')
    }))
})

describe('obtain wheels: pins without files', it => {
  it('takes the version that equals the pin', () =>
    withIndex(
      ['0.9', '1.0.0', '1.0.1', '1.0rc1'].map(version => indexedWheel('acme', version)),
      async (server, dir) => {
        const got = await obtain([pinned('acme', '1.0')], { dir, env: { PIP_INDEX_URL: simpleOf(server) } })
        assert.equal(filenames(got), ['acme-1.0.0-py3-none-any.whl'])
      },
    ))

  it('takes a local version for a pin without one, as pip', () =>
    withIndex(
      ['1.0', '1.0+cpu'].map(version => indexedWheel('acme', version)),
      async (server, dir) => {
        const env = { PIP_INDEX_URL: simpleOf(server) }
        assert.equal(filenames(await obtain([pinned('acme', '1.0')], { dir, env })), ['acme-1.0+cpu-py3-none-any.whl'])
        const cuda = obtain([pinned('acme', '1.0+cu12')], { dir, env })
        await rejects(() => cuda, 'NO_WHEEL')
      },
    ))

  it('takes only files with one of the hashes', () => {
    const [pure, native] = [ACME, indexedWheel('acme', '1.0', 'cp313-cp313-manylinux_2_17_x86_64')]
    return withIndex([pure, native], async (server, dir) => {
      const world = { dir, env: { PIP_INDEX_URL: simpleOf(server) } }
      assert.equal(filenames(await obtain([pinned('acme', '1.0')], world)), [native.filename])
      assert.equal(filenames(await obtain([pinned('acme', '1.0', { hashes: [pure.sha256] })], world)), [pure.filename])
    })
  })

  for (const areHashesTold of [true, false]) {
    it(`checks the hash itself where the page tells ${areHashesTold ? 'it' : 'none'}`, () =>
      withIndex(
        [ACME],
        async (server, dir) => {
          const world = { dir, env: { PIP_INDEX_URL: simpleOf(server) } }
          const good = pinned('acme', '1.0', { hashes: ['0'.repeat(64), ACME.sha256] })
          assert.is((await obtain([good], world)).wheels.length, 1)
          const bad = pinned('acme', '1.0', { hashes: ['0'.repeat(64)] })
          await rejects(() => obtain([bad], world), areHashesTold ? 'NO_WHEEL' : 'HASH_MISMATCH')
        },
        { areHashesTold },
      ))
  }

  it('passes over files for other Pythons', () => {
    const other = indexedWheel('acme', '1.0', 'cp313-cp313-manylinux_2_17_x86_64', { requiresPython: '<3.13' })
    return withIndex(
      [ACME, other],
      async (server, dir) => {
        const got = await obtain([pinned('acme', '1.0')], { dir, env: { PIP_INDEX_URL: simpleOf(server) } })
        assert.equal(filenames(got), [ACME.filename])
      },
      { format: 'html' },
    )
  })

  it('packs a yanked file that is pinned, with a note', () =>
    withIndex([{ ...ACME, yanked: true }], async (server, dir) => {
      const got = await obtain([pinned('acme', '1.0')], { dir, env: { PIP_INDEX_URL: simpleOf(server) } })
      assert.equal(codes(got), ['YANKED'])
    }))

  it('without hashes: the first index that has the project decides, extra ones first', () =>
    withIndex([indexedWheel('acme', '0.1')], (extra, dir) =>
      serving(packageIndex([ACME]), async own => {
        const env = { PIP_INDEX_URL: simpleOf(own), PIP_EXTRA_INDEX_URL: simpleOf(extra) }
        await rejects(() => obtain([pinned('acme', '1.0')], { dir, env }), 'NO_WHEEL')
        assert.equal(own.requests, [])
      }),
    ))

  it('without hashes: goes on past an index that has not got the project', () =>
    withIndex([BETA], (extra, dir) =>
      serving(packageIndex([ACME]), async own => {
        const env = { PIP_INDEX_URL: simpleOf(own), PIP_EXTRA_INDEX_URL: simpleOf(extra) }
        assert.is((await obtain([pinned('acme', '1.0')], { dir, env })).wheels.length, 1)
      }),
    ))

  it('with hashes: any index may have the file', () =>
    withIndex([indexedWheel('acme', '0.1')], (extra, dir) =>
      serving(packageIndex([ACME]), async own => {
        const env = { PIP_INDEX_URL: simpleOf(own), PIP_EXTRA_INDEX_URL: simpleOf(extra) }
        assert.is((await obtain([pinned('acme', '1.0', { hashes: [ACME.sha256] })], { dir, env })).wheels.length, 1)
      }),
    ))

  it('asks only the index that the lock names', () =>
    withIndex([ACME], async (server, dir) => {
      const env = { PIP_INDEX_URL: await deadUrl(), PIP_EXTRA_INDEX_URL: await deadUrl() }
      const item = pinned('acme', '1.0', { index: `${simpleOf(server)}/` })
      assert.is((await obtain([item], { dir, env })).wheels.length, 1)
    }))

  it('reads a page once for two packages of one name', () =>
    withIndex([ACME], async (server, dir) => {
      const env = { PIP_INDEX_URL: simpleOf(server) }
      await obtain([pinned('acme', '1.0'), pinned('acme', '1.0')], { dir, env })
      assert.is(pathsOf(server).filter(path => path === '/simple/acme/').length, 1)
    }))

  it('names the indexes where none has the project', () =>
    withIndex([BETA], async (server, dir) => {
      const missing = () => obtain([pinned('acme', '1.0')], { dir, env: { PIP_INDEX_URL: simpleOf(server) } })
      const error = await rejects(missing, 'INDEX_LACKS_FILE')
      assert.match(error.message, `acme 1.0 isn't on ${simpleOf(server)} (acme isn't there at all). Check the name`)
    }))

  it('takes the sdist where there is nothing else', () => {
    const sdist = indexedSdist('acme', '1.0')
    return withIndex([sdist, indexedSdist('acme', '2.0')], async (server, dir) => {
      const got = await obtain([pinned('acme', '1.0')], { dir, env: { PIP_INDEX_URL: simpleOf(server) } })
      assert.is(builtFrom(got)?.filename, sdist.filename)
    })
  })
})
