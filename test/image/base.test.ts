import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { pinnedBase, resolveBase } from '../../src/image/base.ts'
import { type BaseOptions, fetchBaseLayers } from '../../src/image/base-layers.ts'
import { describe, inTemporaryFolder, rejects } from '../helpers.ts'
import { quickNetwork } from '../loopback.ts'
import { testSystem } from '../worlds.ts'
import { type Published, publish, publishIndex, sha256, shelved } from './base-registry.ts'

const system = testSystem({ network: quickNetwork() })

describe('image/base', it => {
  for (const isOci of [true, false]) {
    it(`reads ${isOci ? "OCI's" : "Docker's"} image of one architecture`, () =>
      inFolder(async options => {
        const image = publish('3.13', { isOci })
        await shelved(image.shelf, async name => {
          const base = await resolveBase(`${name}:3.13`, 'x86_64', options, system)
          assert.equal([base.reference, base.digest, base.isOci], [`${name}:3.13`, image.digest, isOci])
          assert.equal(
            base.layers.map(({ digest, diffId, unzippedBytes, path, kind }) => [
              digest,
              diffId,
              unzippedBytes,
              path,
              kind,
            ]),
            image.layers.map(({ digest, diffId, tar }) => [digest, diffId, tar.length, null, 'base']),
          )
          assert.is(base.config['architecture'], 'amd64')
        })
      }))

    it(`finds the architecture in ${isOci ? "OCI's index" : "Docker's list"}, beside attestations`, () =>
      inFolder(async options => {
        const [x86, arm] = [publish('a', { texts: ['x86'] }), publish('b', { architecture: 'arm64', texts: ['arm'] })]
        const attestation = publish('c', { os: 'unknown', architecture: 'unknown' })
        const shelf = publishIndex(
          '3.13',
          [
            [attestation, { os: 'unknown', architecture: 'unknown' }],
            [x86, { os: 'linux', architecture: 'amd64' }],
            [arm, { os: 'linux', architecture: 'arm64', variant: 'v8' }],
          ],
          isOci,
        )
        await shelved(shelf, async name => {
          for (const [architecture, { digest }] of [
            ['x86_64', x86],
            ['arm64', arm],
          ] as const) {
            assert.is((await resolveBase(`${name}:3.13`, architecture, options, system)).digest, digest)
            assert.is(await pinnedBase(`${name}:3.13`, architecture, options, system), `${name}:3.13@${digest}`)
          }
        })
      }))
  }

  it('tells which architectures an index has, and which a lone image is of', () =>
    inFolder(async options => {
      const arm = publish('arm', { architecture: 'arm64' })
      const shelf = publishIndex('multi', [
        [arm, { os: 'linux', architecture: 'arm64' }],
        [publish('s390x'), { os: 'linux', architecture: 's390x' }],
        [publish('windows'), { os: 'windows', architecture: 'amd64' }],
      ])
      await shelved(shelf, async name => {
        for (const [tag, there] of [
          ['multi', /for x86_64, but for arm64, s390x\./],
          ['arm', /for x86_64, but for arm64\./],
        ] as const) {
          const error = await rejects(
            () => resolveBase(`${name}:${tag}`, 'x86_64', options, system),
            'BASE_ARCHITECTURE',
          )
          assert.match(error.message, there)
        }
      })
    }))

  for (const [what, image, sentence] of [
    [
      'layers that are not gzipped',
      publish('x', { layerType: 'application/vnd.oci.image.layer.v1.tar' }),
      /gzipped ones/,
    ],
    ['layers of zstd', publish('x', { layerType: 'application/vnd.oci.image.layer.v1.tar+zstd' }), /tar\+zstd/],
    ['fewer layers in its config', publish('x', { diffIds: [sha256('')] }), /1 layers, and its manifest 2/],
    ['no layers in its config', publish('x', { config: { rootfs: null } }), /names no layers/],
    ['another system', publish('x', { os: 'windows' }), /for windows, not for linux/],
    ['no architecture', publish('x', { config: { architecture: 1 } }), /names no architecture/],
  ] as const) {
    it(`refuses a base with ${what}`, () =>
      inFolder(options =>
        shelved(image.shelf, async name => {
          const error = await rejects(() => resolveBase(`${name}:x`, 'x86_64', options, system), 'BASE_UNUSABLE')
          assert.match(error.message, sentence)
        }),
      ))
  }

  it('refuses what names no image', () =>
    inFolder(async options => {
      await rejects(() => resolveBase('Not An Image', 'x86_64', options, system), 'BASE_UNUSABLE')
    }))

  it('asks nobody about a digest that it has met, under whatever tag', () =>
    inFolder(async options => {
      const image = publish('3.13')
      await shelved(image.shelf, async (name, server) => {
        const first = await resolveBase(`${name}:3.13`, 'x86_64', options, system)
        const asked = server.requests.length
        const pinned = `${name}:other@${image.digest}`
        const again = await resolveBase(pinned, 'x86_64', options, system)
        assert.equal({ ...again, reference: first.reference }, first)
        assert.is(await pinnedBase(pinned, 'x86_64', options, system), pinned)
        assert.is(server.requests.length, asked)
      })
    }))

  it('asks about a tag every time, and fetches only what is new', () =>
    inFolder(async options => {
      const image = publish('3.13')
      await shelved(image.shelf, async (name, server) => {
        await resolveBase(`${name}:3.13`, 'x86_64', options, system)
        const asked = server.requests.length
        await resolveBase(`${name}:3.13`, 'x86_64', options, system)
        const paths = server.requests.slice(asked).map(({ path }) => path)
        assert.equal(
          paths.filter(path => path !== '/v2/'),
          ['/v2/lambda/python/manifests/3.13'],
        )
      })
    }))

  it('needs no registry with --offline where it has met the tag, and says so where not', () =>
    inFolder(async options => {
      const image = publish('3.13')
      const offline = { ...options, offline: true }
      const name = await shelved(image.shelf, async running => {
        await fetchBaseLayers(await resolveBase(`${running}:3.13`, 'x86_64', options, system), options, system)
        return running
      })
      const base = await fetchBaseLayers(await resolveBase(`${name}:3.13`, 'x86_64', offline, system), offline, system)
      assert.is(base.digest, image.digest)
      assert.ok(base.layers.every(({ path }) => path !== null))
      for (const [reference, architecture] of [
        [`${name}:3.14`, 'x86_64'],
        [`${name}:3.13`, 'arm64'],
      ] as const) {
        await rejects(() => resolveBase(reference, architecture, offline, system), 'BASE_NOT_CACHED')
      }
      await rm(join(options.cacheDir ?? '', 'layers'), { recursive: true })
      await rejects(() => fetchBaseLayers(base, offline, system), 'BASE_NOT_CACHED')
    }))

  it('knows no sizes where the registry gives no ends of layers', () =>
    inFolder(async options => {
      const image = publish('3.13')
      const cut = new Map(
        [...image.shelf].filter(([path]) => !image.layers.some(({ digest }) => path.endsWith(digest))),
      )
      await shelved(cut, async name => {
        const base = await resolveBase(`${name}:3.13`, 'x86_64', options, system)
        assert.equal(
          base.layers.map(({ unzippedBytes }) => unzippedBytes),
          [null, null],
        )
      })
    }))
})

describe('image/base-layers', it => {
  it('fetches each layer once, and finds it again', () =>
    inFolder(async options => {
      const image = publish('x', { texts: ['same', 'other', 'same'] })
      await shelved(image.shelf, async (name, server) => {
        const fetchedBlobs = () =>
          server.requests.filter(({ path, headers }) => path.includes('/blobs/') && headers.range === undefined).length
        const base = await resolveBase(`${name}:x`, 'x86_64', options, system)
        const before = fetchedBlobs()
        const fetched = await fetchBaseLayers(base, options, system)
        assert.is(fetchedBlobs() - before, 2)
        await checkFetched(fetched.layers, image)
        await checkFetched((await fetchBaseLayers(base, options, system)).layers, image)
        assert.is(fetchedBlobs() - before, 2)
        assert.is((await readdir(join(options.cacheDir ?? '', 'layers'))).length, 2)
      })
    }))

  it('fetches a damaged one again', () =>
    inFolder(async options => {
      const image = publish('x')
      await shelved(image.shelf, async name => {
        const base = await resolveBase(`${name}:x`, 'x86_64', options, system)
        const [layer] = (await fetchBaseLayers(base, options, system)).layers
        const bytes = await readFile(layer?.path ?? '')
        bytes[20] = (bytes[20] ?? 0) ^ 1
        await writeFile(layer?.path ?? '', bytes)
        await checkFetched((await fetchBaseLayers(base, options, system)).layers, image)
      })
    }))

  it('keeps them with the run where there is no cache', () =>
    inFolder(async options => {
      const image = publish('x')
      await shelved(image.shelf, async name => {
        const uncached = { ...options, cacheDir: null }
        const base = await resolveBase(`${name}:x`, 'x86_64', uncached, system)
        const { layers } = await fetchBaseLayers(base, uncached, system)
        await checkFetched(layers, image)
        assert.ok(layers.every(({ path }) => path?.startsWith(options.workDir)))
      })
    }))

  it("refuses layers that are not what the base's config names", () =>
    inFolder(async options => {
      const image = publish('x', { diffIds: [sha256('one'), sha256('two')] })
      await shelved(image.shelf, async name => {
        const base = await resolveBase(`${name}:x`, 'x86_64', options, system)
        const error = await rejects(() => fetchBaseLayers(base, options, system), 'BASE_UNUSABLE')
        assert.match(error.message, /isn't the one that its config names/)
      })
    }))

  it('refuses bytes that are not those of the digest, and keeps none of them', () =>
    inFolder(async options => {
      const image = publish('x', { texts: ['one'] })
      const digest = image.layers[0]?.digest ?? ''
      const size = image.shelf.get(`blobs/${digest}`)?.bytes.length ?? 0
      const bad = new Map(image.shelf).set(`blobs/${digest}`, { type: '', bytes: Buffer.alloc(size, 'x') })
      await shelved(bad, async name => {
        const base = await resolveBase(`${name}:x`, 'x86_64', options, system)
        await rejects(() => fetchBaseLayers(base, options, system), 'REGISTRY_DIGEST_WRONG')
        assert.equal(await readdir(join(options.cacheDir ?? '', 'layers')), [])
      })
    }))
})

async function checkFetched(
  layers: Awaited<ReturnType<typeof fetchBaseLayers>>['layers'],
  image: Published,
): Promise<void> {
  assert.is(layers.length, image.layers.length)
  for (const [place, { path, digest, unzippedBytes }] of layers.entries()) {
    assert.is(sha256(await readFile(path ?? '')), digest)
    assert.is(unzippedBytes, image.layers[place]?.tar.length)
  }
}

function inFolder(action: (options: BaseOptions) => Promise<void>): Promise<void> {
  return inTemporaryFolder(async dir => {
    await mkdir(join(dir, 'work'))
    await action({ offline: false, cacheDir: join(dir, 'cache'), workDir: join(dir, 'work') })
  })
}
