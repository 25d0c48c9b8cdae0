import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { pushImage } from '../../src/image/push.ts'
import type { ComposedImage, ImageLayer, PushResult } from '../../src/image/types.ts'
import type { System } from '../../src/system/system.ts'
import { describe, inTemporaryFolder, rejects } from '../helpers.ts'
import { quickNetwork } from '../loopback.ts'
import { answerError, digestOf, type FakeRegistry, type Manners, putBlob, withRegistry } from '../registry.ts'
import { RIGHT, systemWith } from './registry/connecting.ts'

const DOCKER = 'application/vnd.docker.distribution.manifest.v2+json'
const OCI = 'application/vnd.oci.image.manifest.v1+json'

const BASE = [randomBytes(300_000), Buffer.from('base')]
const DEPENDENCIES = randomBytes(500_000)
const CODE = Buffer.from('code')

interface Pushing {
  readonly base?: readonly Buffer[]
  readonly own?: readonly Buffer[]
  /** The base's reference. */
  readonly from?: string
  readonly tag?: string | null
  readonly system?: Partial<System>
}

async function layerOf(bytes: Buffer, kind: ImageLayer['kind'], dir: string): Promise<ImageLayer> {
  const path = join(dir, digestOf(bytes).slice(7))
  await writeFile(path, bytes)
  const { length: size } = bytes
  const digest = digestOf(bytes)
  return {
    mediaType: 'x',
    digest,
    size,
    diffId: digest,
    unzippedBytes: size,
    kind,
    path: kind === 'base' ? null : path,
  }
}

function imageOf(layers: readonly ImageLayer[], reference: string): ComposedImage {
  const config = Buffer.from(JSON.stringify({ rootfs: layers.map(({ diffId }) => diffId) }))
  const manifestOf = (mediaType: string) => {
    const document = {
      mediaType,
      config: { digest: digestOf(config) },
      layers: layers.map(({ digest }) => ({ digest })),
    }
    const bytes = Buffer.from(JSON.stringify(document))
    return { mediaType, digest: digestOf(bytes), bytes }
  }
  const base = { reference, digest: digestOf('base'), isOci: false, config: {}, layers: [] }
  const recipe = null as unknown as ComposedImage['recipe']
  return { recipe, base, layers, config, oci: manifestOf(OCI), asBase: manifestOf(DOCKER) }
}

interface Pushed extends PushResult {
  readonly image: ComposedImage
  /** Digests of the layers that were fetched for the push. */
  readonly fetched: readonly string[]
}

/** Pushes an image to `team/fn:v1` of a registry. */
async function push(registry: FakeRegistry, changes: Pushing = {}): Promise<Pushed> {
  const {
    base = BASE,
    own = [DEPENDENCIES, CODE],
    from = `${registry.host}/lambda/base:3`,
    tag = 'v1',
    system,
  } = changes
  return inTemporaryFolder(async dir => {
    const layers: ImageLayer[] = []
    for (const bytes of base) layers.push(await layerOf(bytes, 'base', dir))
    for (const bytes of own) layers.push(await layerOf(bytes, 'code', dir))
    const image = imageOf(layers, from)
    const fetched: string[] = []
    const fetchLayer = async ({ digest }: ImageLayer) => {
      fetched.push(digest)
      return join(dir, digest.slice(7))
    }
    const reference = { registry: registry.host, repository: 'team/fn', tag, digest: null }
    const result = await pushImage(
      image,
      reference,
      await systemWith({ auths: { [registry.host]: RIGHT } }, dir, system),
      fetchLayer,
    )
    return { ...result, image, fetched }
  })
}

/** Runs an action with a registry that has the base. */
function withBase<T>(manners: Manners, action: (registry: FakeRegistry) => Promise<T>): Promise<T> {
  return withRegistry(manners, registry => {
    for (const layer of BASE) putBlob(registry, 'lambda/base', layer)
    return action(registry)
  })
}

describe('pushing an image', it => {
  it('mounts the base, uploads the rest, and names it by tag and digest', () =>
    withBase({ auth: 'bearer' }, async registry => {
      const { image, fetched, ...result } = await push(registry)
      const { digest, mediaType, bytes } = image.asBase
      assert.equal(result, {
        reference: `${registry.host}/team/fn@${digest}`,
        digest,
        uploadedBytes: DEPENDENCIES.length + CODE.length + image.config.length,
        uploaded: 3,
        mounted: 2,
        present: 0,
      })
      assert.equal(fetched, [])
      for (const name of ['v1', digest]) {
        const found = registry.manifests.get(`team/fn:${name}`)
        assert.is(found?.mediaType, mediaType)
        assert.ok(found?.bytes.equals(bytes))
      }
      assert.is(registry.log.at(-1), 'PUT manifests 201')
    }))

  it('uploads the code and the config alone after a change of the code', () =>
    withBase({}, async registry => {
      await push(registry)
      const changed = Buffer.from('changed code')
      const { image, uploadedBytes, uploaded, present, fetched } = await push(registry, {
        own: [DEPENDENCIES, changed],
      })
      assert.is(uploadedBytes, changed.length + image.config.length)
      assert.equal([uploaded, present, fetched], [2, 3, []])
    }))

  it('uploads nothing the second time', () =>
    withBase({}, async registry => {
      const { digest } = await push(registry)
      const again = await push(registry)
      assert.equal([again.digest, again.uploadedBytes, again.uploaded, again.present], [digest, 0, 0, 5])
    }))

  it('fetches layers of a base of another registry, and those alone that are not there', () =>
    withBase({}, async registry => {
      const [large = Buffer.alloc(0), small = Buffer.alloc(0)] = BASE
      putBlob(registry, 'team/fn', large)
      const { fetched, mounted, present } = await push(registry, { from: 'public.ecr.aws/lambda/base:3' })
      assert.equal([fetched, mounted, present], [[digestOf(small)], 0, 1])
    }))

  it('fetches layers of a base that the registry won’t mount', () => {
    const instead: Manners['instead'] = ({ kind, url }, response) =>
      kind === 'uploads' && url.searchParams.has('mount') && answerError(response, 405, 'UNSUPPORTED', 'no')
    return withBase({ instead }, async registry => {
      const { fetched, uploaded } = await push(registry)
      assert.equal([[...fetched].sort(), uploaded], [BASE.map(digestOf).sort(), 5])
    })
  })

  it('mounts nothing within one repository', () =>
    withRegistry({}, async registry => {
      for (const layer of BASE) putBlob(registry, 'team/fn', layer)
      const { present, mounted } = await push(registry, { from: `${registry.host}/team/fn:base` })
      assert.equal([present, mounted], [2, 0])
    }))

  it('sends a blob once that is there twice', () =>
    withBase({}, async registry => {
      const { uploaded } = await push(registry, { own: [CODE, CODE] })
      assert.is(uploaded, 2)
    }))

  it('tags `latest` where no tag is named, and wants a tag where a digest is', () =>
    withBase({}, async registry => {
      await push(registry, { tag: null })
      assert.ok(registry.manifests.has('team/fn:latest'))
      const reference = { registry: registry.host, repository: 'a', tag: null, digest: digestOf('x') }
      const use = () =>
        inTemporaryFolder(async dir =>
          pushImage(imageOf([], 'x'), reference, await systemWith({}, dir), async () => ''),
        )
      await rejects(use, 'IMAGE_PUSH_NEEDS_TAG')
    }))

  it('has all blobs there before the manifest', () => {
    const early: string[] = []
    let waiting = 0
    const instead: Manners['instead'] = ({ kind, method }, response) => {
      if (kind === 'upload') {
        waiting++
        const end = response.end.bind(response)
        const answer = () => {
          waiting--
          end()
        }
        Object.assign(response, { end: () => setTimeout(answer, 20) })
      }
      if (kind === 'manifests' && waiting > 0) early.push(method)
      return false
    }
    return withBase({ instead }, async registry => {
      await push(registry, { base: [], own: Array.from({ length: 12 }, (_, place) => Buffer.from(`layer ${place}`)) })
      assert.equal(early, [])
    })
  })

  it('leaves no tag when the registry dies in the middle', () => {
    const instead: Manners['instead'] = ({ kind, method, request }) => {
      if (kind !== 'upload' || method !== 'PUT') return false
      request.once('data', () => request.socket.destroy())
      return true
    }
    return withBase({ instead }, async registry => {
      await rejects(() => push(registry), 'NETWORK_UNREACHABLE')
      assert.is(registry.manifests.size, 0)
    })
  })

  it('leaves the old tag when a blob is refused, and stops what else goes on', () => {
    let refusing = false
    const instead: Manners['instead'] = ({ kind, method }, response) => {
      if (!refusing || kind !== 'upload' || method !== 'PUT') return false
      return answerError(response, 403, 'DENIED', 'quota')
    }
    return withBase({ instead }, async registry => {
      const { digest } = await push(registry)
      refusing = true
      await rejects(() => push(registry, { own: [Buffer.from('other'), randomBytes(3_000_000)] }), 'REGISTRY_FORBIDDEN')
      assert.is(digestOf(registry.manifests.get('team/fn:v1')?.bytes ?? ''), digest)
      const asked = registry.requests.length
      await new Promise(resolve => setTimeout(resolve, 100))
      assert.is(registry.requests.length, asked)
    })
  })

  it('stops an upload at once when another one is refused', () => {
    const stalled = randomBytes(400_000)
    const instead: Manners['instead'] = ({ kind, method, request }, response) => {
      if (kind !== 'upload' || method !== 'PUT') return false
      if (request.headers['content-length'] === String(stalled.length)) return true
      setTimeout(() => answerError(response, 403, 'DENIED', 'quota'), 100)
      return true
    }
    return withRegistry({ instead }, async registry => {
      const start = performance.now()
      await rejects(() => push(registry, { base: [], own: [stalled, CODE] }), 'REGISTRY_FORBIDDEN')
      assert.ok(performance.now() - start < 2_000)
    })
  })

  it('tells what the registry has against the manifest', () => {
    const instead: Manners['instead'] = ({ kind, request }, response) => {
      if (kind !== 'manifests') return false
      request.resume()
      return answerError(response, 400, 'MANIFEST_INVALID', 'manifest invalid')
    }
    return withBase({ instead }, async registry => {
      const { message } = await rejects(() => push(registry), 'REGISTRY_REFUSED')
      assert.match(message, "won't take the manifest v1: it answered 400 (it says: manifest invalid)")
    })
  })

  it('tells that the registry has stored another manifest', () => {
    const instead: Manners['instead'] = ({ kind, request }, response) => {
      if (kind !== 'manifests') return false
      request.resume().on('end', () => response.writeHead(201, { 'docker-content-digest': digestOf('x') }).end())
      return true
    }
    return withBase({ instead }, async registry => {
      await rejects(() => push(registry), 'REGISTRY_DIGEST_WRONG')
    })
  })

  it('stops when the user does, and leaves no tag', async () => {
    const stop = new AbortController()
    const instead: Manners['instead'] = ({ kind, request }) => {
      if (kind === 'upload') request.once('data', () => setTimeout(() => stop.abort(new Error('enough')), 10))
      return kind === 'upload'
    }
    await withBase({ instead }, async registry => {
      const { signal } = stop
      const start = performance.now()
      const pushed = push(registry, { system: { signal, network: quickNetwork({}, signal) } })
      assert.is(
        await pushed.then(
          () => '',
          (error: Error) => error.message,
        ),
        'enough',
      )
      assert.ok(performance.now() - start < 2_000)
      assert.is(registry.manifests.size, 0)
    })
  })

  it('tells when a layer can’t be fetched', () =>
    withRegistry({}, registry =>
      inTemporaryFolder(async dir => {
        const layer = await layerOf(CODE, 'base', dir)
        const reference = { registry: registry.host, repository: 'team/fn', tag: 'v1', digest: null }
        const fetchLayer = () => Promise.reject(new Error('gone'))
        const pushed = pushImage(imageOf([layer], 'ghcr.io/a'), reference, await systemWith({}, dir), fetchLayer)
        assert.is(
          await pushed.then(
            () => '',
            (error: Error) => error.message,
          ),
          'gone',
        )
        assert.is(registry.manifests.size, 0)
      }),
    ))
})
