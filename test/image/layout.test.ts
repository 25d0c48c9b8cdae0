import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { compose } from '../../src/image/compose.ts'
import { isLayout, isStandingLayout, writeLayout } from '../../src/image/layout.ts'
import type { ComposedImage, ImageLayer, Recipe } from '../../src/image/types.ts'
import { makeDisk } from '../../src/system/disk.ts'
import { describe, inTemporaryFolder, rejects } from '../helpers.ts'
import { testConfig } from '../worlds.ts'
import { sha256, testBase } from './base-registry.ts'

const disk = makeDisk()
const TAG = 'hello:latest'

describe('image/layout', it => {
  it('holds the image under its digests, named by its tag', () =>
    withImage(async (image, dir) => {
      await writeLayout(image, dir, TAG, disk)
      assert.equal((await readdir(dir)).sort(), ['blobs', 'index.json', 'oci-layout'])
      assert.is(await readFile(join(dir, 'oci-layout'), 'utf8'), '{"imageLayoutVersion":"1.0.0"}')
      const index = JSON.parse(await readFile(join(dir, 'index.json'), 'utf8'))
      assert.equal(index.manifests, [
        {
          mediaType: 'application/vnd.oci.image.manifest.v1+json',
          digest: image.oci.digest,
          size: image.oci.bytes.length,
          annotations: { 'org.opencontainers.image.ref.name': TAG },
        },
      ])
      const manifest = JSON.parse(await readFile(join(dir, blob(image.oci.digest)), 'utf8'))
      const wanted = [index.manifests[0], manifest.config, ...manifest.layers]
      for (const { digest, size } of wanted) {
        assert.is(sha256(await readFile(join(dir, blob(digest)))), digest)
        assert.is((await stat(join(dir, blob(digest)))).size, size)
      }
      const unique = new Set(wanted.map(({ digest }) => blob(digest)))
      assert.is((await readdir(join(dir, 'blobs', 'sha256'))).length, unique.size)
    }))

  it('stands until a byte of it changes, or something comes to it', () =>
    withImage(async (image, dir) => {
      const stands = () => isStandingLayout(image, dir, TAG, disk)
      assert.is(await stands(), false)
      for (const damage of [
        (path: string) => writeFile(join(dir, path), 'another'),
        (path: string) => rm(join(dir, path)),
      ]) {
        for (const path of [blob(image.layers[0]?.digest ?? ''), blob(image.oci.digest), 'index.json', 'oci-layout']) {
          await rm(dir, { recursive: true, force: true })
          await writeLayout(image, dir, TAG, disk)
          assert.is(await stands(), true)
          await damage(path)
          assert.is(await stands(), false, path)
        }
      }
      for (const more of ['README', 'blobs/x', 'blobs/sha256/x']) {
        await rm(dir, { recursive: true, force: true })
        await writeLayout(image, dir, TAG, disk)
        assert.is(await isStandingLayout(image, dir, 'other:tag', disk), false)
        await writeFile(join(dir, more), '')
        assert.is(await stands(), false, more)
      }
    }))

  it('is told from any other folder', () =>
    withImage(async (image, dir) => {
      assert.is(await isLayout(dir, disk), false)
      await writeLayout(image, dir, TAG, disk)
      assert.is(await isLayout(dir, disk), true)
      await rm(join(dir, 'oci-layout'))
      assert.is(await isLayout(dir, disk), false)
    }))

  it('shares no file with the cache: what is written into it changes nothing there', () =>
    withImage(async (image, dir) => {
      await writeLayout(image, dir, TAG, disk)
      const [layer] = image.layers
      await writeFile(join(dir, blob(layer?.digest ?? '')), 'another')
      assert.is(sha256(await readFile(layer?.path ?? '')), layer?.digest)
    }))

  it('says what the disk says', () =>
    withImage(async (image, dir) => {
      const full = { ...disk, copy: () => Promise.reject(Object.assign(new Error(), { code: 'ENOSPC' })) }
      await rejects(() => writeLayout(image, dir, TAG, full), 'OUTPUT_UNWRITABLE')
    }))
})

function blob(digest: string): string {
  return `blobs/sha256/${digest.replace('sha256:', '')}`
}

/** An image with the layers of a base and of code on disk, of which two are the same. */
function withImage(action: (image: ComposedImage, dir: string) => Promise<void>): Promise<void> {
  return inTemporaryFolder(async dir => {
    const layers: ImageLayer[] = []
    for (const text of ['base', 'code', 'code']) {
      const path = join(dir, text)
      await writeFile(path, text)
      const kind = text === 'base' ? 'base' : 'code'
      const size = text.length
      layers.push({
        kind,
        mediaType: '',
        digest: sha256(text),
        size,
        diffId: sha256(`${text}.tar`),
        unzippedBytes: 9,
        path,
      })
    }
    const config = testConfig('/app')
    const recipe: Recipe = {
      config,
      architecture: config.architecture,
      base: config.image.base,
      packageManager: 'dnf',
      environment: [],
      labels: [],
      installs: [],
      layers: [],
    }
    const base = testBase({ layers: layers.slice(0, 1) })
    await action(
      compose(recipe, base, { layers: layers.slice(1), created: '1970-01-01T00:00:00Z' }),
      join(dir, 'hello.oci'),
    )
  })
}
