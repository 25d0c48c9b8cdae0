import { readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { type LayerStore, openLayers } from '../../src/cache/layers.ts'
import { trimIfDue } from '../../src/cache/trim.ts'
import { makeDisk } from '../../src/system/disk.ts'
import { describe, inTemporaryFolder } from '../helpers.ts'
import { sha256 } from '../image/base-registry.ts'
import { testSystem } from '../worlds.ts'

const system = testSystem()

describe('cache/layers', it => {
  it('keeps a blob under its digest, for other runs too', () =>
    inTemporaryFolder(async dir => {
      const { path } = await put('layer', openLayers(dir, join(dir, 'work'), system))
      assert.is(path, join(dir, 'layers', sha256('layer').slice(7)))
      assert.is(await readFile(path, 'utf8'), 'layer')
      assert.is(await openLayers(dir, join(dir, 'elsewhere'), system).find(named('layer')), path)
      assert.equal(await readdir(join(dir, 'layers')), [sha256('layer').slice(7)])
    }))

  it('finds nothing that is of another size or has other bytes, and throws it away', () =>
    inTemporaryFolder(async dir => {
      for (const damaged of ['lay', 'lAyer']) {
        const { path } = await put('layer', openLayers(dir, join(dir, 'work'), system))
        await writeFile(path, damaged)
        assert.is(await openLayers(dir, join(dir, 'work'), system).find(named('layer')), null)
        assert.equal(await readdir(join(dir, 'layers')), [])
      }
    }))

  it('leaves nothing where making fails', () =>
    inTemporaryFolder(async dir => {
      const store = openLayers(dir, join(dir, 'work'), system)
      const failing = async (draft: string) => {
        await writeFile(draft, 'half')
        throw new Error('the network is gone')
      }
      assert.is(await store.make(failing).catch(String), 'Error: the network is gone')
      assert.equal(await readdir(join(dir, 'layers')), [])
    }))

  it('marks what is used, and trims what was not for long', () =>
    inTemporaryFolder(async dir => {
      const store = openLayers(dir, join(dir, 'work'), system)
      const paths: string[] = []
      for (const name of ['old', 'older', 'used', 'new']) paths.push((await put(name, store)).path)
      for (const [place, age] of [3600, 7200, 10_000].entries()) {
        const time = Date.now() / 1000 - age
        await utimes(paths[place] ?? '', time, time)
      }
      await store.find(named('used'))
      assert.ok(Date.now() - (await stat(paths[2] ?? '')).mtimeMs < 10_000)
      await trimIfDue(dir, { limitBytes: 3 * 4096, encoderId: 'x' }, makeDisk())
      assert.equal(await left(dir), ['new', 'old', 'used'])
      // What may be on its way into an image stays, whatever the limit.
      await trimIfDue(dir, { limitBytes: 4096, encoderId: 'x' }, makeDisk())
      assert.equal(await left(dir), ['new', 'used'])
    }))
})

function named(text: string) {
  return { digest: sha256(text), size: text.length }
}

function put(text: string, store: LayerStore) {
  return store.make(async draft => {
    await writeFile(draft, text)
    return named(text)
  })
}

async function left(dir: string): Promise<string[]> {
  const names = await readdir(join(dir, 'layers'))
  return (await Promise.all(names.map(name => readFile(join(dir, 'layers', name), 'utf8')))).sort()
}
