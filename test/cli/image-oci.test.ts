import { readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { describe, inTemporaryFolder, writeTree } from '../helpers.ts'
import { publish, REPOSITORY } from '../image/base-registry.ts'
import { digestOf, type FakeRegistry, withRegistry } from '../registry.ts'
import { lpack, type Outcome } from './run.ts'

const HANDLER = 'def handler(event, context):\n    return 1\n'

describe('lpack image --oci', it => {
  it('writes a layout from the base of a registry, and tells the whole image', () =>
    inProject(async (dir, registry) => {
      const outcome = await lpack(dir, ['image', '--oci', '--json'])
      const { artifact, ok } = only(outcome)
      assert.equal([outcome.code, ok, artifact.kind, artifact.built], [0, true, 'image', null])
      assert.is(artifact.path, join(dir, 'lpack.out/hello.oci'))
      assert.match(artifact.base, new RegExp(`^${registry.host}/lambda/python:3\\.13@sha256:[0-9a-f]{64}$`))
      assert.equal(
        artifact.layers.map(({ kind, name, files }) => [kind, name, files]),
        [
          ['base', 'base', null],
          ['base', 'base', null],
          ['copy', 'copy-models', 1],
          ['code', 'code', 1],
        ],
      )
      const blobs = await readdir(join(dir, 'lpack.out/hello.oci/blobs/sha256'))
      assert.equal(blobs.length, artifact.layers.length + 2)
      const manifest = await readFile(join(dir, 'lpack.out/hello.oci/blobs/sha256', (artifact.digest ?? '').slice(7)))
      assert.is(artifact.manifestBytes, manifest.length)
      assert.ok(artifact.baseCounted)
    }))

  it('leaves alone what is unchanged, without the network where that is asked', () =>
    inProject(async (dir, registry) => {
      await lpack(dir, ['image', '--oci'])
      const index = join(dir, 'lpack.out/hello.oci/index.json')
      await utimes(index, new Date(0), new Date(0))
      const asked = registry.requests.length
      const { out } = await lpack(dir, ['image', '--oci', '--offline'])
      assert.match(out, /^hello {2}unchanged {2}.* compressed, .* unzipped {2}lpack\.out\/hello\.oci\n$/)
      assert.is((await stat(index)).mtimeMs, 0)
      assert.is(registry.requests.length, asked)
    }))

  it('changes the code layer alone when the code changes', () =>
    inProject(async dir => {
      const before = only(await lpack(dir, ['image', '--oci', '--json'])).artifact
      await writeFile(join(dir, 'app.py'), `${HANDLER}\n`)
      const after = only(await lpack(dir, ['image', '--oci', '--json'])).artifact
      const changed = after.layers.filter(({ digest }, place) => digest !== before.layers[place]?.digest)
      assert.equal(
        changed.map(({ kind }) => kind),
        ['code'],
      )
    }))

  it('replaces nothing that is no layout', () =>
    inProject(async dir => {
      await writeTree(dir, { 'lpack.out/hello.oci/mine.txt': 'precious' })
      const { code, err } = await lpack(dir, ['image', '--oci'])
      assert.is(code, 2)
      assert.match(err, `${join(dir, 'lpack.out/hello.oci')} is where the image's folder belongs`)
      assert.equal(await readdir(join(dir, 'lpack.out/hello.oci')), ['mine.txt'])
    }))

  it('replaces no layout that another program has put a second image into', () =>
    inProject(async dir => {
      await lpack(dir, ['image', '--oci'])
      const index = join(dir, 'lpack.out/hello.oci/index.json')
      const { manifests, ...rest } = JSON.parse(await readFile(index, 'utf8'))
      await writeFile(index, JSON.stringify({ ...rest, manifests: [...manifests, ...manifests] }))
      assert.is((await lpack(dir, ['image', '--oci'])).code, 2)
      assert.is(JSON.parse(await readFile(index, 'utf8')).manifests.length, 2)
    }))

  it('writes no layout when one of several cannot be made', () =>
    inProject(async (dir, registry) => {
      const base = `${registry.host}/${REPOSITORY}`
      await configure(dir, {
        functions: { first: { image: { base: `${base}:3.13` } }, second: { image: { base: `${base}:gone` } } },
      })
      const { code } = await lpack(dir, ['image', '--oci'])
      assert.is(code, 2)
      assert.equal((await readdir(dir)).includes('lpack.out'), false)
    }))

  it('refuses --offline for a base that was never fetched', () =>
    inProject(async dir => {
      const { code, err } = await lpack(dir, ['image', '--oci', '--offline'])
      assert.is(code, 2)
      assert.match(err, '--offline: the cache')
    }))
})

describe('lpack image --push', it => {
  it('pushes, and tells what it sent; after a change of the code little', () =>
    inProject(async (dir, registry) => {
      const push = ['image', '--push', `${registry.host}/fn/{name}:1`, '--json']
      const first = only(await lpack(dir, push)).artifact
      assert.is(first.path, null)
      assert.is(first.reference, `${registry.host}/fn/hello@${first.digest}`)
      assert.is(digestOf(registry.manifests.get('fn/hello:1')?.bytes ?? ''), first.digest)
      assert.not.ok((await readdir(dir)).includes('lpack.out'))
      await writeFile(join(dir, 'app.py'), `${HANDLER}\n`)
      const second = only(await lpack(dir, push)).artifact
      assert.ok((second.uploadedBytes ?? 0) < (first.uploadedBytes ?? 0))
      const { out } = await lpack(dir, push.slice(0, 3))
      assert.match(out, `  ${registry.host}/fn/hello@${second.digest}\n    pushed, `)
      assert.match(out, `run     docker run --rm -p 9000:8080 --platform linux/amd64`)
    }))

  it('pushes nothing of several if one would not start', () =>
    inProject(async (dir, registry) => {
      const image = { base: `${registry.host}/${REPOSITORY}:3.13` }
      await configure(dir, { functions: { good: { image }, bad: { image, handler: 'gone.handler' } } })
      const push = ['image', '--push', `${registry.host}/fn/{name}:1`]
      const { code, err } = await lpack(dir, push)
      assert.is(code, 2)
      assert.match(err, '"bad" is not pushed, for it would not start:\n  HANDLER_MODULE_MISSING: ')
      assert.equal(
        [...registry.manifests.keys()].filter(key => key.startsWith('fn/')),
        [],
      )
      assert.is((await lpack(dir, [...push, '--no-check'])).code, 0)
      assert.ok(registry.manifests.has('fn/bad:1'))
    }))

  it('writes the layout, too, where that is asked', () =>
    inProject(async (dir, registry) => {
      const { out } = await lpack(dir, ['image', '--oci', '--push', `${registry.host}/fn/hello:1`])
      assert.match(out, '  lpack.out/hello.oci  written, 2 files; pushed, ')
      assert.match(out, `\n  ${registry.host}/fn/hello@sha256:`)
      assert.ok(registry.manifests.has('fn/hello:1'))
    }))

  it('fetches the base where the registry is another', () =>
    inProject(async dir =>
      withRegistry({}, async other => {
        const { artifact } = only(await lpack(dir, ['image', '--push', `${other.host}/fn/hello:1`, '--json']))
        const held = other.blobs.get('fn/hello')
        assert.ok(artifact.layers.every(({ digest }) => digest !== null && held?.has(digest)))
      }),
    ))
})

describe('lpack image with a pinned base', it => {
  it("names the digest of the architecture's manifest, and needs no network later", () =>
    inProject(async (dir, registry) => {
      const base = `${registry.host}/${REPOSITORY}:3.13`
      await configure(dir, { name: 'hello', image: { base, pin: true } })
      const { code, err } = await lpack(dir, ['image'])
      assert.is(code, 0, err)
      const dockerfile = () => readFile(join(dir, 'lpack.out/hello/Dockerfile'), 'utf8')
      const digest = digestOf(registry.manifests.get(`${REPOSITORY}:3.13`)?.bytes ?? '')
      assert.match(await dockerfile(), `\nFROM ${base}@${digest}\n`)
      await rm(join(dir, 'lpack.out'), { recursive: true })
      const asked = registry.requests.length
      assert.is((await lpack(dir, ['image', '--offline'])).code, 0)
      assert.match(await dockerfile(), `\nFROM ${base}@${digest}\n`)
      assert.is(registry.requests.length, asked)
    }))
})

interface Told {
  readonly artifact: {
    readonly kind: string
    readonly path: string | null
    readonly reference: string | null
    readonly digest: string | null
    readonly base: string
    readonly baseCounted: boolean
    readonly manifestBytes: number
    readonly layers: readonly {
      readonly kind: string
      readonly name: string
      readonly digest: string | null
      readonly files: number | null
    }[]
    readonly uploadedBytes: number | null
    readonly built: unknown
  }
  readonly ok: boolean
}

function only({ out, err }: Outcome): Told {
  if (err !== '') throw new Error(err)
  const [first] = (JSON.parse(out) as { readonly functions: readonly Told[] }).functions
  if (first === undefined) throw new Error('nothing was told')
  return first
}

/** A function with a model, and a registry that has its base. */
function inProject<T>(action: (dir: string, registry: FakeRegistry) => Promise<T>): Promise<T> {
  return withRegistry({}, registry =>
    inTemporaryFolder(async dir => {
      const blobs = new Map<string, Buffer>()
      for (const [path, { type, bytes }] of publish('3.13').shelf) {
        const [kind = '', name = ''] = path.split('/')
        if (kind === 'blobs') blobs.set(name, bytes)
        else registry.manifests.set(`${REPOSITORY}:${name}`, { mediaType: type, bytes })
      }
      registry.blobs.set(REPOSITORY, blobs)
      await writeTree(dir, { 'app.py': HANDLER, 'models/weights.bin': 'w'.repeat(1000) })
      const image = { base: `${registry.host}/${REPOSITORY}:3.13`, copy: ['models'] }
      await configure(dir, { name: 'hello', image })
      return action(dir, registry)
    }),
  )
}

function configure(dir: string, changes: Readonly<Record<string, unknown>>): Promise<void> {
  const config = { runtime: 'python3.13', handler: 'app.handler', dependencies: false, ...changes }
  return writeFile(join(dir, 'lpack.config.json'), JSON.stringify(config))
}
