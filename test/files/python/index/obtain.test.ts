import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import type { SelectedPackage } from '../../../../src/files/python/types.ts'
import { describe, inTemporaryFolder, rejects } from '../../../helpers.ts'
import { deadUrl, quickNetwork, serving } from '../../../loopback.ts'
import { indexedSdist, indexedWheel } from '../../../package-index.ts'
import { testTarget } from '../../../worlds.ts'

import { ACME, BETA, below, filenames, type IndexOrigin, listed, obtain, withIndex } from './obtaining.ts'

describe('obtain wheels: files that the lock lists', it => {
  it('downloads from the URL of the lock into wheels/<sha256>/<name>', () =>
    withIndex([ACME, BETA], async (server, dir) => {
      const packages = [listed('acme', '1.0', server.url, [ACME]), listed('beta', '2.0', server.url, [BETA])]
      const got = await obtain(packages, { dir })
      assert.equal(got.wheels, [
        { name: 'acme', path: join(dir, 'store/wheels', ACME.sha256, ACME.filename), filename: ACME.filename },
        { name: 'beta', path: join(dir, 'store/wheels', BETA.sha256, BETA.filename), filename: BETA.filename },
      ])
      assert.ok(Buffer.from(ACME.bytes).equals(await readFile(got.wheels[0]?.path ?? '')))
      assert.equal((await below(dir)).sort(), [ACME.filename, BETA.filename])
      assert.equal([got.toBuild, got.findings], [[], []])
    }))

  it('takes the best wheel for the target', () => {
    const wheels = ['py3-none-any', 'cp313-cp313-manylinux_2_17_x86_64', 'cp313-cp313-manylinux_2_17_aarch64'].map(
      tag => indexedWheel('acme', '1.0', tag),
    )
    return withIndex(wheels, async (server, dir) => {
      const item = listed('acme', '1.0', server.url, wheels)
      assert.equal(filenames(await obtain([item], { dir })), ['acme-1.0-cp313-cp313-manylinux_2_17_x86_64.whl'])
      const arm = { dir, target: testTarget('python3.13', 'arm64') }
      assert.equal(filenames(await obtain([item], arm)), ['acme-1.0-cp313-cp313-manylinux_2_17_aarch64.whl'])
      const older = { dir, target: testTarget('python3.12') }
      assert.equal(filenames(await obtain([item], older)), ['acme-1.0-py3-none-any.whl'])
    })
  })

  it('uses what the store has, without asking anyone', () =>
    withIndex([ACME], async (server, dir) => {
      const item = listed('acme', '1.0', server.url, [ACME])
      await obtain([item], { dir })
      const again = await obtain([item], { dir, env: { PIP_INDEX_URL: await deadUrl() } })
      assert.equal(filenames(again), [ACME.filename])
      assert.is(server.requests.length, 1)
    }))

  it('does not look into the store without the cache', () =>
    withIndex([ACME], async (server, dir) => {
      const item = listed('acme', '1.0', server.url, [ACME])
      await obtain([item], { dir, useCache: false })
      await obtain([item], { dir, useCache: false })
      assert.is(server.requests.length, 2)
    }))

  for (const [what, damage] of [
    ['shorter', (bytes: Uint8Array) => bytes.subarray(0, 100)],
    ['of the same length', (bytes: Uint8Array) => Buffer.alloc(bytes.length, 1)],
  ] as const) {
    it(`fetches a damaged entry of the store again, ${what}`, () =>
      withIndex([ACME], async (server, dir) => {
        const item = listed('acme', '1.0', server.url, [ACME])
        const path = (await obtain([item], { dir })).wheels[0]?.path ?? ''
        await writeFile(path, damage(ACME.bytes))
        await obtain([item], { dir })
        assert.ok(Buffer.from(ACME.bytes).equals(await readFile(path)))
        assert.is(server.requests.length, 2)
      }))
  }

  it('bears many runs at once on one store', () =>
    withIndex([ACME, BETA], async (server, dir) => {
      const packages = [listed('acme', '1.0', server.url, [ACME]), listed('beta', '2.0', server.url, [BETA])]
      const runs = await Promise.all(Array.from({ length: 8 }, () => obtain(packages, { dir })))
      for (const run of runs) assert.equal(filenames(run), [ACME.filename, BETA.filename])
      assert.equal((await below(dir)).sort(), [ACME.filename, BETA.filename])
    }))

  it('refuses a file with another hash and keeps nothing of it', () =>
    withIndex([ACME], async (server, dir) => {
      const item = listed('acme', '1.0', server.url, [{ ...ACME, sha256: 'a'.repeat(64) }])
      const error = await rejects(() => obtain([item], { dir }), 'HASH_MISMATCH')
      assert.match(error.message, `${ACME.filename} from ${server.url}/files/${ACME.filename} isn't the file`)
      assert.match(error.message, `expected sha256 ${'a'.repeat(64)}, got ${ACME.sha256}`)
      assert.equal(await below(dir), [])
      assert.is(server.requests.length, 1)
    }))

  for (const [what, bytes, code] of [
    ['more', new Uint8Array(10), 'DOWNLOAD_TOO_LARGE'],
    ['fewer', new Uint8Array(100_000), 'SIZE_MISMATCH'],
  ] as const) {
    it(`refuses a file of ${what} bytes than the lock says`, () =>
      withIndex([ACME], async (server, dir) => {
        const item = listed('acme', '1.0', server.url, [{ ...ACME, bytes }])
        await rejects(() => obtain([item], { dir }), code)
        assert.equal(await below(dir), [])
      }))
  }

  it('names the URL that is not there, without its credentials', () =>
    withIndex([ACME], async (server, dir) => {
      const item = listed('beta', '2.0', server.url.replace('//', '//ann:secret@'), [BETA])
      const error = await rejects(() => obtain([item], { dir }), 'DOWNLOAD_REFUSED')
      assert.is(error.message, `${server.url}/files/${BETA.filename} can't be downloaded: the server answered 404.`)
    }))

  it('leaves nothing behind when one of many downloads fails', () =>
    serving(
      (request, response) => {
        if (request.url?.includes('acme')) return void response.writeHead(404).end()
        response.writeHead(200, { 'content-length': 1_000_000 }).write('slow')
      },
      server =>
        inTemporaryFolder(async dir => {
          const slow = { ...BETA, bytes: new Uint8Array(1_000_000) }
          const packages = [listed('beta', '2.0', server.url, [slow]), listed('acme', '1.0', server.url, [ACME])]
          await rejects(() => obtain(packages, { dir }), 'DOWNLOAD_REFUSED')
          assert.equal(await readdir(join(dir, 'store/wheels')), [])
        }),
    ))

  it('leaves nothing behind when it is interrupted', () => {
    const stop = new AbortController()
    return serving(
      (_, response) => {
        response.writeHead(200, { 'content-length': 1_000_000 }).write('slow')
        setTimeout(() => stop.abort(new Error('Ctrl-C')), 20)
      },
      server =>
        inTemporaryFolder(async dir => {
          const slow = { ...BETA, bytes: new Uint8Array(1_000_000) }
          const system = { signal: stop.signal, network: quickNetwork({}, stop.signal) }
          const error = await obtain([listed('beta', '2.0', server.url, [slow])], { dir, system }).catch(
            (reason: unknown) => reason,
          )
          assert.is((error as Error).message, 'Ctrl-C')
          assert.equal(await readdir(join(dir, 'store/wheels')), [])
        }),
    )
  })

  it('sums the progress of all downloads', () =>
    withIndex([ACME, BETA], async (server, dir) => {
      const shown: (readonly [string, number, number])[] = []
      let cleared = 0
      const progress = {
        show: (...step: readonly [string, number, number]) => void shown.push(step),
        clear: () => void cleared++,
        warn: () => undefined,
      }
      const packages = [listed('acme', '1.0', server.url, [ACME]), listed('beta', '2.0', server.url, [BETA])]
      await obtain(packages, { dir, system: { progress } })
      const total = ACME.bytes.length + BETA.bytes.length
      assert.equal(shown.at(-1), ['downloading', total, total])
      assert.is(cleared, 1)
    }))

  it('says that the cache folder cannot be written', () =>
    withIndex([ACME], async (server, dir) => {
      await writeFile(join(dir, 'store'), 'a file')
      const item = listed('acme', '1.0', server.url, [ACME])
      const error = await rejects(() => obtain([item], { dir }), 'CACHE_UNWRITABLE')
      assert.match(error.message, `The cache folder ${join(dir, 'store')} can't be written`)
    }))

  for (const filename of ['beta-1.0-py3-none-any.whl', 'acme-1.1-py3-none-any.whl']) {
    it(`refuses ${filename} as a wheel of acme 1.0`, () =>
      withIndex([ACME], async (server, dir) => {
        const item = listed('acme', '1.0', server.url, [{ ...ACME, filename }])
        const error = await rejects(() => obtain([item], { dir }), 'WHEEL_MISNAMED')
        assert.match(error.message, `"${filename}" isn't the name of a wheel of acme 1.0`)
      }))
  }

  it('refuses a file name that leads out of the store', () =>
    inTemporaryFolder(async dir => {
      const item = listed('acme', '1.0', 'http://127.0.0.1:9', [{ ...ACME, filename: '../../acme-1.0.tar.gz' }])
      await rejects(() => obtain([item], { dir }), 'WHEEL_MISNAMED')
    }))

  it('gives an sdist on this disk where there is no wheel for the target', () => {
    const sdist = indexedSdist('acme', '1.0')
    const wheel = indexedWheel('acme', '1.0', 'cp313-cp313-win_amd64')
    return withIndex([sdist, wheel], async (server, dir) => {
      const got = await obtain([listed('acme', '1.0', server.url, [sdist, wheel])], { dir })
      assert.equal(got.wheels, [])
      const origin = got.toBuild[0]?.origin as IndexOrigin
      const path = join(dir, 'store/wheels', sdist.sha256, sdist.filename)
      assert.is(origin.files[0]?.location, path)
      assert.equal(await readFile(path), Buffer.from(sdist.bytes))
      assert.is(origin.files[1]?.filename, wheel.filename)
    })
  })

  it('leaves projects on disk and in git to be built', () =>
    inTemporaryFolder(async dir => {
      const packages: readonly SelectedPackage[] = [
        { name: 'acme', version: null, origin: { kind: 'directory', path: join(dir, 'acme') } },
        {
          name: 'beta',
          version: null,
          origin: { kind: 'git', url: 'https://a.test/b', commit: 'c', subdirectory: '' },
        },
      ]
      assert.equal((await obtain(packages, { dir })).toBuild, packages)
    }))
})

describe('obtain wheels: archives', it => {
  const archive = (filename: string, location: string, sha256: string | null): SelectedPackage => ({
    name: 'acme',
    version: null,
    origin: { kind: 'archive', file: { filename, location, sha256, bytes: null } },
  })

  it('uses a wheel on this disk where it lies', () =>
    inTemporaryFolder(async dir => {
      const path = join(dir, ACME.filename)
      await writeFile(path, ACME.bytes)
      const got = await obtain([archive(ACME.filename, path, ACME.sha256)], { dir })
      assert.is(got.wheels[0]?.path, path)
      assert.equal(await below(dir), [ACME.filename])
      const wrong = archive(ACME.filename, path, 'b'.repeat(64))
      const error = await rejects(() => obtain([wrong], { dir }), 'HASH_MISMATCH')
      assert.match(error.message, `${ACME.filename} from ${path}`)
    }))

  it('names a wheel on this disk that is not there', () =>
    inTemporaryFolder(async dir => {
      const error = await rejects(
        () => obtain([archive(ACME.filename, join(dir, ACME.filename), null)], { dir }),
        'FILE_UNREADABLE',
      )
      assert.match(error.message, join(dir, ACME.filename))
    }))

  it('downloads a wheel without a known hash under the hash it has', () =>
    withIndex([ACME], async (server, dir) => {
      const got = await obtain([archive(ACME.filename, `${server.url}/files/${ACME.filename}`, null)], { dir })
      assert.is(got.wheels[0]?.path, join(dir, 'store/wheels', ACME.sha256, ACME.filename))
    }))

  it('takes it from its URL whatever index is set', () =>
    withIndex([ACME], async (server, dir) => {
      const item = archive(ACME.filename, `${server.url}/files/${ACME.filename}`, ACME.sha256)
      assert.is((await obtain([item], { dir, env: { PIP_INDEX_URL: await deadUrl() } })).wheels.length, 1)
    }))

  it('refuses a wheel that does not load on the target', () =>
    inTemporaryFolder(async dir => {
      const filename = 'acme-1.0-cp313-cp313-win_amd64.whl'
      const item = archive(filename, `https://a.test/${filename}`, null)
      const error = await rejects(() => obtain([item], { dir }), 'WHEEL_NOT_FOR_TARGET')
      assert.match(error.message, "doesn't load on python3.13 on x86_64 (glibc 2.34)")
    }))
})
