import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { type KeptPlace, keep, readKept } from '../../src/cache/kept.ts'
import { makeDisk } from '../../src/system/disk.ts'
import { describe, inTemporaryFolder } from '../helpers.ts'

const VALUE = { digest: 'abc', sizes: [[1, 2]] }

describe('cache/kept', it => {
  it('gives back what was kept, and leaves no draft', () =>
    withKept(async (place, path) => {
      assert.equal(await readKept(place, makeDisk()), VALUE)
      assert.equal((await readdir(join(path, '..'))).length, 1)
    }))

  it('finds every flipped byte and every cut', () =>
    withKept(async (place, path) => {
      const whole = await readFile(path)
      for (let length = 0; length < whole.length; length++) {
        const flipped = Buffer.from(whole)
        flipped[length] = (flipped[length] ?? 0) ^ 1
        for (const damaged of [flipped, whole.subarray(0, length)]) {
          await writeFile(path, damaged)
          assert.is(await readKept(place, makeDisk()), null)
        }
      }
    }))

  it('has nothing where there is no folder to keep it in', async () => {
    const place = { dir: null, kind: 'index', key: 'a' }
    await keep(place, VALUE, makeDisk())
    assert.is(await readKept(place, makeDisk()), null)
  })

  it('reads no folder that stands in its place', () =>
    withKept(async (place, path) => {
      await rm(path)
      await mkdir(path)
      assert.is(await readKept(place, makeDisk()), null)
      await keep(place, VALUE, makeDisk())
    }))

  const unix = process.platform === 'win32' ? it.skip : it
  unix('takes no device for a value, and puts one in its place', () =>
    withKept(async (place, path) => {
      await rm(path)
      await symlink('/dev/zero', path)
      assert.is(await readKept(place, makeDisk()), null)
      await keep(place, VALUE, makeDisk())
      assert.equal(await readKept(place, makeDisk()), VALUE)
    }),
  )

  for (const code of ['ENOSPC', 'EROFS', 'EACCES']) {
    it(`goes on without after ${code}`, () =>
      withKept(async place => {
        const fault = Object.assign(new Error(code), { code })
        await keep(place, { other: 1 }, { ...makeDisk(), replace: () => Promise.reject(fault) })
        assert.equal(await readKept(place, makeDisk()), VALUE)
      }))
  }
})

function withKept(action: (place: KeptPlace, path: string) => Promise<void>): Promise<void> {
  return inTemporaryFolder(async dir => {
    const place = { dir, kind: 'artifacts', key: '/project/app.zip' }
    await keep(place, VALUE, makeDisk())
    const [name] = await readdir(join(dir, 'artifacts'))
    await action(place, join(dir, 'artifacts', name ?? ''))
  })
}
