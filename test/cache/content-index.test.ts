import { createHash } from 'node:crypto'
import { readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { type ContentIndex, openContentIndex } from '../../src/cache/content-index.ts'
import type { Content } from '../../src/model.ts'
import { describe, inTemporaryFolder } from '../helpers.ts'
import { testSystem } from '../worlds.ts'

const HASH = 'a'.repeat(64)
const YEAR_2020 = new Date('2020-01-01')

describe('cache/content-index', it => {
  it('knows a file that looks as it did when it was read', () =>
    withFile(async ({ content, open }) => {
      await learn(await open(), content)
      assert.is(await (await open()).known(content), HASH)
    }))

  it('knows the members of an archive one by one', () =>
    withFile(async ({ path, open }) => {
      const [one, other] = [member(path, 0), member(path, 99)]
      await learn(await open(), one)
      const index = await open()
      assert.equal([await index.known(one), await index.known(other)], [HASH, null])
    }))

  for (const [what, change] of [
    ['another size', (path: string) => writeFile(path, 'longer').then(() => utimes(path, YEAR_2020, YEAR_2020))],
    ['another time', (path: string) => utimes(path, YEAR_2020, new Date('2021-01-01'))],
    ['another inode', (path: string) => rm(path).then(() => writeFile(path, 'text'))],
  ] as const) {
    it(`does not know a file of ${what}`, () =>
      withFile(async ({ path, content, open }) => {
        await learn(await open(), content)
        await change(path)
        assert.is(await (await open()).known(content), null)
      }))
  }

  it('does not know one that was put back with its size and time, but not its time of change', () =>
    withFile(async ({ path, content, open }) => {
      await learn(await open(), content)
      await writeFile(path, 'TEXT')
      await utimes(path, YEAR_2020, YEAR_2020)
      assert.is(await (await open()).known(content), null)
    }))

  it('does not keep a file that was written a moment before it was read', () =>
    withFile(
      async ({ content, open }) => {
        const index = await open()
        await learn(index, content)
        assert.is(await index.known(content), HASH, 'in this run it is known')
        assert.is(await (await open()).known(content), null)
      },
      { isFresh: true },
    ))

  it('forgets files that a run did not see', () =>
    withFile(async ({ path, content, open }) => {
      await learn(await open(), content)
      await writeFile(`${path}.zip`, '')
      await learn(await open(), member(`${path}.zip`, 5))
      const other = await open()
      assert.is(await other.known(content), null, 'the run before saw only the archive')
    }))

  it('is written only when something was learnt', () =>
    withFile(async ({ content, cacheDir, open }) => {
      await learn(await open(), content)
      const [name = ''] = await readdir(join(cacheDir, 'index'))
      const file = join(cacheDir, 'index', name)
      await utimes(file, YEAR_2020, YEAR_2020)
      const index = await open()
      await index.known(content)
      await index.save()
      assert.is((await testSystem().disk.stat(file))?.ageMs === undefined, false)
      assert.ok(((await testSystem().disk.stat(file))?.ageMs ?? 0) > 1e9)
    }))

  it('is as none where a byte of it is another, at any place, or where it is cut', () =>
    withFile(async ({ content, cacheDir, open }) => {
      await learn(await open(), content)
      const [name = ''] = await readdir(join(cacheDir, 'index'))
      const file = join(cacheDir, 'index', name)
      const whole = await readFile(file)
      for (let place = 0; place < whole.length; place++) {
        const flipped = Buffer.from(whole)
        flipped[place] = (flipped[place] ?? 0) ^ 1
        for (const damaged of [flipped, whole.subarray(0, place)]) {
          await writeFile(file, damaged)
          assert.is(await (await open()).known(content), null, `at ${place}`)
        }
      }
      await writeFile(file, whole)
      assert.is(await (await open()).known(content), HASH, 'and the whole one is one')
    }))

  it('knows bytes in memory', () =>
    withFile(async ({ open }) => {
      const content = { kind: 'bytes', bytes: Buffer.from('made') } as const
      assert.is(await (await open()).known(content), createHash('sha256').update('made').digest('hex'))
    }))
})

interface World {
  readonly path: string
  readonly content: Content
  readonly cacheDir: string
  readonly open: () => Promise<ContentIndex>
}

function withFile(action: (world: World) => Promise<void>, { isFresh = false } = {}): Promise<void> {
  return inTemporaryFolder(async dir => {
    const path = join(dir, 'file')
    const cacheDir = join(dir, 'cache')
    await writeFile(path, 'text')
    await utimes(path, YEAR_2020, YEAR_2020)
    const { disk } = testSystem()
    // The time of change can't be set, and waiting for it would cost every test two seconds.
    const patient = isFresh
      ? disk
      : {
          ...disk,
          stat: async (asked: string) => {
            const stat = await disk.stat(asked)
            return stat === null ? null : { ...stat, isSettled: true }
          },
        }
    await action({
      path,
      cacheDir,
      content: { kind: 'disk', path },
      open: () => openContentIndex(cacheDir, 'scope', patient),
    })
  })
}

async function learn(index: ContentIndex, content: Content): Promise<void> {
  await index.known(content)
  index.learn(content, HASH)
  await index.save()
}

function member(archive: string, headerOffset: number): Content {
  const rest = { name: 'm', bytes: 1, compressedBytes: 1, method: 0, crc32: 0, executable: false }
  return { kind: 'member', archive, member: { ...rest, headerOffset } }
}
