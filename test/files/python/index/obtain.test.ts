import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { type Obtained, obtainWheels } from '../../../../src/files/python/index/obtain.ts'
import type { NamedIndexes, Origin, SelectedPackage, Selection } from '../../../../src/files/python/types.ts'
import type { PythonTarget } from '../../../../src/model.ts'
import type { Network, System } from '../../../../src/system/system.ts'
import { describe, inTemporaryFolder, rejects, writeTree } from '../../../helpers.ts'
import { deadUrl, type Loopback, quickNetwork, serving } from '../../../loopback.ts'
import { type IndexedFile, indexedSdist, indexedWheel, packageIndex, sealedSystem } from '../../../package-index.ts'
import { testTarget } from '../../../worlds.ts'

type IndexOrigin = Extract<Origin, { kind: 'index' }>

interface World {
  readonly dir: string
  readonly env?: Readonly<Record<string, string>>
  readonly indexes?: Partial<NamedIndexes>
  readonly findLinks?: readonly string[]
  readonly target?: PythonTarget
  readonly useCache?: boolean
  readonly system?: Partial<System>
}

async function obtain(packages: readonly SelectedPackage[], world: World): Promise<Obtained> {
  const { dir, env = {}, findLinks = [], useCache = true, target = testTarget('python3.13') } = world
  const indexes = { indexUrl: null, extraIndexUrls: [], findLinks: [], noIndex: null, ...world.indexes }
  const selection: Selection = { packages, direct: [], indexes, findings: [] }
  const request = { selection, target, findLinks, projectDir: dir, storeDir: join(dir, 'store'), useCache }
  return obtainWheels(request, sealedSystem(dir, env, world.system))
}

function listed(name: string, version: string, url: string | null, files: readonly IndexedFile[]): SelectedPackage {
  const known = files.map(({ filename, sha256, bytes }) => ({
    filename,
    location: url === null ? null : `${url}/files/${filename}`,
    sha256,
    bytes: bytes.length,
  }))
  return { name, version, origin: { kind: 'index', index: null, files: known, hashes: [] } }
}

function pinned(name: string, version: string, changes: Partial<IndexOrigin> = {}): SelectedPackage {
  return { name, version, origin: { kind: 'index', index: null, files: [], hashes: [], ...changes } }
}

const builtFrom = ({ toBuild: [item] }: Obtained) => (item?.origin.kind === 'index' ? item.origin.files[0] : undefined)
const filenames = ({ wheels }: Obtained) => wheels.map(({ filename }) => filename)
const codes = ({ findings }: Obtained) => findings.map(({ code }) => code)
const pathsOf = (server: Loopback) => server.requests.map(({ path }) => path)
const simpleOf = (server: Loopback) => `${server.url}/simple`
/** All files below a folder. */
const below = async (dir: string) =>
  (await readdir(dir, { recursive: true, withFileTypes: true })).filter(entry => entry.isFile()).map(({ name }) => name)

const ACME = indexedWheel('acme', '1.0')
const BETA = indexedWheel('beta', '2.0')

/** Runs with a server that is an index of the files, and a temporary folder. */
async function withIndex(
  files: readonly IndexedFile[],
  action: (server: Loopback, dir: string) => Promise<unknown>,
  manners: Parameters<typeof packageIndex>[1] = {},
): Promise<void> {
  await serving(packageIndex(files, manners), server => inTemporaryFolder(dir => action(server, dir)))
}

/** A network that takes PyPI's addresses to a server of the test. */
function networkWithPyPI(url: string): Network {
  const network = quickNetwork()
  const moved = (address: string) => address.replace('https://pypi.org/simple', `${url}/simple`)
  return {
    get: (address, headers) => network.get(moved(address), headers),
    download: network.download,
    configured: () => networkWithPyPI(url),
  }
}

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
      assert.match(error.message, "doesn't load on python3.13 on x86_64 (CPython 3.13, glibc 2.34)")
    }))
})

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

  it('takes the sdist where there is nothing else', () => {
    const sdist = indexedSdist('acme', '1.0')
    return withIndex([sdist, indexedSdist('acme', '2.0')], async (server, dir) => {
      const got = await obtain([pinned('acme', '1.0')], { dir, env: { PIP_INDEX_URL: simpleOf(server) } })
      assert.is(builtFrom(got)?.filename, sdist.filename)
    })
  })
})
