import { createHash } from 'node:crypto'
import { chmod, mkdir, readdir, readFile, rename, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import * as assert from 'uvu/assert'
import { openStreams, withFallback } from '../../src/cache/streams.ts'
import type { FinishedStream } from '../../src/cache/types.ts'
import { makeDisk } from '../../src/system/disk.ts'
import type { Disk } from '../../src/system/system.ts'
import { describe, inTemporaryFolder } from '../helpers.ts'
import { testSystem } from '../worlds.ts'

const ENCODER = 'libdeflate-0.1.0/12'
const DEFLATED = stream('some content', { method: 'deflate', stream: Buffer.from('not really deflated') })
const STORED = stream('stored', { method: 'store' })

describe('cache/streams', it => {
  for (const finished of [DEFLATED, STORED, { ...DEFLATED, bytes: 2 ** 40, crc32: 0xffffffff }]) {
    it(`gives back what was written: ${finished.method}, ${finished.bytes} bytes`, () =>
      inTemporaryFolder(async dir => {
        const streams = openStreams(dir, ENCODER, makeDisk())
        assert.is(await streams.has(finished.sha256), false)
        assert.is(await streams.read(finished.sha256), null)
        await streams.write(finished)
        const another = openStreams(dir, ENCODER, makeDisk())
        assert.is(await another.has(finished.sha256), true)
        assert.equal(await another.read(finished.sha256), finished)
      }))
  }

  it('leaves one file for an entry, and no draft', () =>
    withEntry(async (dir, path) => {
      const { sha256 } = DEFLATED
      const files = (await readdir(dir, { recursive: true, withFileTypes: true })).filter(one => one.isFile())
      assert.equal(
        files.map(({ name }) => name),
        [sha256],
      )
      assert.match(path, new RegExp(`[/\\\\]streams[/\\\\]libdeflate-0-1-0-12-[0-9a-f]{8}[/\\\\]${sha256.slice(0, 2)}`))
    }))

  it('keeps encoders apart, though their ids be alike', () =>
    inTemporaryFolder(async dir => {
      await openStreams(dir, 'a/1', makeDisk()).write(DEFLATED)
      for (const id of ['a-1', 'A/1', 'a/1 ', '']) {
        assert.is(await openStreams(dir, id, makeDisk()).has(DEFLATED.sha256), false, id)
      }
    }))

  it('finds every flipped byte, and removes the entry', () =>
    withEntry(async (dir, path) => {
      const whole = await readFile(path)
      for (let place = 0; place < whole.length; place++) {
        const damaged = Buffer.from(whole)
        damaged[place] = (damaged[place] ?? 0) ^ (1 << (place % 8))
        await checkDiscarded(dir, path, () => writeFile(path, damaged))
      }
    }))

  it('finds a cut at every length, and removes the entry', () =>
    withEntry(async (dir, path) => {
      const whole = await readFile(path)
      for (let length = 0; length < whole.length; length++) {
        await checkDiscarded(dir, path, () => writeFile(path, whole.subarray(0, length)))
      }
    }))

  it('finds what was added', () =>
    withEntry(async (dir, path) => {
      const whole = await readFile(path)
      await checkDiscarded(dir, path, () => writeFile(path, Buffer.concat([whole, Buffer.from([0])])))
    }))

  it('has none where a file was emptied', () =>
    withEntry(async (dir, path) => {
      await writeFile(path, '')
      assert.is(await openStreams(dir, ENCODER, makeDisk()).has(DEFLATED.sha256), false)
    }))

  it("does not take another content's entry that was renamed", () =>
    withEntry(async (dir, path) => {
      await checkDiscarded(dir, path, async () => {
        await openStreams(dir, ENCODER, makeDisk()).write(STORED)
        await rename(join(dirname(dirname(path)), STORED.sha256.slice(0, 2), STORED.sha256), path)
      })
    }))

  it("does not take another encoder's entry that was moved", () =>
    withEntry(async (dir, path) => {
      await checkDiscarded(dir, path, async () => {
        await openStreams(dir, 'another', makeDisk()).write(DEFLATED)
        const [folder] = (await readdir(join(dir, 'streams'))).filter(name => name.startsWith('another'))
        await rename(join(dir, 'streams', folder ?? '', DEFLATED.sha256.slice(0, 2), DEFLATED.sha256), path)
      })
    }))

  it('removes a folder that stands in the place of an entry, and writes there again', () =>
    withEntry(async (dir, path) => {
      await checkDiscarded(dir, path, async () => {
        await rm(path)
        await mkdir(join(path, 'inside'), { recursive: true })
      })
      await mkdir(join(path, 'inside'), { recursive: true })
      await checkWritable(dir)
    }))

  const unix = process.platform === 'win32' ? it.skip : it
  unix('removes a link that stands in the place of an entry, and leaves what it leads to', () =>
    withEntry(async (dir, path) => {
      await writeFile(join(dir, 'mine.txt'), 'mine')
      for (const target of [join(dir, 'mine.txt'), join(dir, 'nothing'), path, '/dev/null']) {
        await checkDiscarded(dir, path, async () => {
          await rm(path, { force: true })
          await symlink(target, path)
        })
      }
      assert.is(await readFile(join(dir, 'mine.txt'), 'utf8'), 'mine')
    }),
  )

  const ordinary = process.platform === 'win32' || process.getuid?.() === 0 ? it.skip : it
  ordinary('removes an entry that may not be read', () =>
    withEntry(async (dir, path) => {
      await checkDiscarded(dir, path, () => chmod(path, 0))
    }),
  )

  for (const code of ['EACCES', 'EIO']) {
    it(`removes an entry whose reading ends with ${code}`, () =>
      withEntry(async (dir, path) => {
        assert.is(await openStreams(dir, ENCODER, failing('readBytes', code)).read(DEFLATED.sha256), null)
        assert.equal(await readdir(dirname(path)), [])
      }))
  }

  it('keeps an entry when too many files are open', () =>
    withEntry(async dir => {
      assert.is(await openStreams(dir, ENCODER, failing('readBytes', 'EMFILE')).read(DEFLATED.sha256), null)
      assert.equal(await openStreams(dir, ENCODER, makeDisk()).read(DEFLATED.sha256), DEFLATED)
    }))

  it('has nothing in a folder that may not be looked into', async () => {
    const streams = openStreams('/cache', ENCODER, failing('lstat', 'EACCES'))
    assert.is(await streams.has(DEFLATED.sha256), false)
    assert.is(await streams.read(DEFLATED.sha256), null)
  })

  it('is content with a good entry that it can not replace', () =>
    withEntry(async dir => {
      await openStreams(dir, ENCODER, failing('replace', 'EPERM')).write(DEFLATED)
      assert.equal(await openStreams(dir, ENCODER, makeDisk()).read(DEFLATED.sha256), DEFLATED)
    }))

  it('goes on when the cache is cleared meanwhile', () =>
    inTemporaryFolder(async dir => {
      const streams = openStreams(dir, ENCODER, makeDisk())
      await streams.write(DEFLATED)
      await rm(join(dir, 'streams'), { recursive: true })
      assert.is(await streams.read(DEFLATED.sha256), null)
      await streams.write(DEFLATED)
      assert.equal(await streams.read(DEFLATED.sha256), DEFLATED)
    }))

  it('makes way where files stand for its folders', () =>
    withEntry(async (dir, path) => {
      for (const folder of [dirname(path), dirname(dirname(path))]) {
        await rm(folder, { recursive: true })
        await writeFile(folder, 'in the way')
        assert.is(await openStreams(dir, ENCODER, makeDisk()).read(DEFLATED.sha256), null)
        await checkWritable(dir)
      }
    }))

  it('renews the mark of use of an entry when it is older than an hour', () =>
    withEntry(async (dir, path) => {
      const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000)
      for (const [minutes, isRenewed] of [
        [10, false],
        [70, true],
        [-70, true],
      ] as const) {
        await utimes(path, minutesAgo(minutes), minutesAgo(minutes))
        await openStreams(dir, ENCODER, makeDisk()).read(DEFLATED.sha256)
        const age = Date.now() - (await stat(path)).mtimeMs
        assert.is(Math.abs(age) < 60_000, isRenewed, `${minutes} minutes`)
      }
    }))

  it('reads where it can not mark', () =>
    withEntry(async (dir, path) => {
      await utimes(path, 0, 0)
      assert.equal(await openStreams(dir, ENCODER, failing('touch', 'EROFS')).read(DEFLATED.sha256), DEFLATED)
    }))

  it('takes many writers of the same entries, and no reader sees half of one', () =>
    inTemporaryFolder(async dir => {
      const large = Array.from({ length: 8 }, (_, place) =>
        stream(`content ${place}`, { method: 'deflate', stream: Buffer.alloc(300_000, place) }),
      )
      const stores = Array.from({ length: 6 }, () => openStreams(dir, ENCODER, makeDisk()))
      let readings = 0
      const work = stores.map(async store => {
        for (let round = 0; round < 5; round++) {
          for (const one of large) {
            await store.write(one)
            const found = await store.read(one.sha256)
            assert.ok(found?.method === 'deflate' && one.method === 'deflate')
            assert.is(Buffer.compare(found.stream, one.stream), 0)
            readings++
          }
        }
      })
      await Promise.all(work)
      assert.is(readings, 240)
    }))

  it('writes 3,000 small entries and reads them in seconds', () =>
    inTemporaryFolder(async dir => {
      const many = Array.from({ length: 3000 }, (_, place) => stream(`content ${place}`, { method: 'store' }))
      const streams = openStreams(dir, ENCODER, makeDisk())
      const start = performance.now()
      for (const one of many) await streams.write(one)
      for (const one of many) assert.ok(await streams.read(one.sha256))
      assert.ok(performance.now() - start < 3000)
    }))
})

describe('cache/streams with a fallback', it => {
  for (const [code, sentence] of [
    ['ENOSPC', 'the disk is full (ENOSPC)'],
    ['EDQUOT', 'the quota is used up (EDQUOT)'],
    ['EROFS', 'the file system is read-only (EROFS)'],
    ['EACCES', 'permission denied (EACCES)'],
  ] as const) {
    it(`takes the second store after ${code}, with one warning`, () =>
      inTemporaryFolder(async dir => {
        const warnings: string[] = []
        const kept = openStreams(join(dir, 'cache'), ENCODER, makeDisk())
        await kept.write(STORED)
        let tries = 0
        const refusing: Disk = {
          ...makeDisk(),
          replace: () => {
            tries++
            return Promise.reject(Object.assign(new Error(code), { code }))
          },
        }
        const streams = withFallback(
          openStreams(join(dir, 'cache'), ENCODER, refusing),
          openStreams(join(dir, 'run'), ENCODER, makeDisk()),
          { ...testSystem().progress, warn: one => warnings.push(one) },
        )
        const others = ['a', 'b', 'c'].map(text => stream(text, { method: 'store' }))
        await Promise.all([DEFLATED, ...others].map(streams.write))
        const afterwards = tries
        await streams.write(stream('d', { method: 'store' }))
        assert.is(tries, afterwards)
        assert.equal(warnings, [
          `The cache folder ${join(dir, 'cache')} can't be written: ${sentence}. This run goes on without it, and makes the same.`,
        ])
        for (const one of [STORED, DEFLATED, ...others]) {
          assert.is(await streams.has(one.sha256), true)
          assert.equal(await streams.read(one.sha256), one)
        }
        assert.is(await streams.has('0'.repeat(64)), false)
        assert.is(await streams.read('0'.repeat(64)), null)
      }))
  }

  it('takes it where a file stands for the cache folder, which stays', () =>
    inTemporaryFolder(async dir => {
      await writeFile(join(dir, 'cache'), 'mine')
      const warnings: string[] = []
      const streams = withFallback(
        openStreams(join(dir, 'cache'), ENCODER, makeDisk()),
        openStreams(join(dir, 'run'), ENCODER, makeDisk()),
        { ...testSystem().progress, warn: one => warnings.push(one) },
      )
      await streams.write(DEFLATED)
      assert.equal(await streams.read(DEFLATED.sha256), DEFLATED)
      assert.is(warnings.length, 1)
      assert.is(await readFile(join(dir, 'cache'), 'utf8'), 'mine')
    }))

  it('does not hide a bug', () =>
    inTemporaryFolder(async dir => {
      const broken: Disk = { ...makeDisk(), replace: () => Promise.reject(new TypeError('a bug')) }
      const own = openStreams(join(dir, 'run'), ENCODER, makeDisk())
      const streams = withFallback(openStreams(dir, ENCODER, broken), own, testSystem().progress)
      const outcome = await streams.write(DEFLATED).catch((error: Error) => error.message)
      assert.is(outcome, 'a bug')
    }))
})

type Way = { readonly method: 'store' } | { readonly method: 'deflate'; readonly stream: Uint8Array }

function stream(content: string, way: Way): FinishedStream {
  return { sha256: createHash('sha256').update(content).digest('hex'), bytes: content.length, crc32: 7, ...way }
}

/** A cache with one entry, and the path of its file. */
function withEntry(action: (dir: string, path: string) => Promise<void>): Promise<void> {
  return inTemporaryFolder(async dir => {
    await openStreams(dir, ENCODER, makeDisk()).write(DEFLATED)
    const [encoder] = (await readdir(join(dir, 'streams'))).filter(name => !name.startsWith('.'))
    await action(dir, join(dir, 'streams', encoder ?? '', DEFLATED.sha256.slice(0, 2), DEFLATED.sha256))
  })
}

async function checkDiscarded(dir: string, path: string, damage: () => Promise<void>): Promise<void> {
  await damage()
  assert.ok((await readdir(dirname(path))).includes(DEFLATED.sha256))
  assert.is(await openStreams(dir, ENCODER, makeDisk()).read(DEFLATED.sha256), null)
  assert.equal(await readdir(dirname(path)), [])
}

async function checkWritable(dir: string): Promise<void> {
  const streams = openStreams(dir, ENCODER, makeDisk())
  await streams.write(DEFLATED)
  assert.equal(await streams.read(DEFLATED.sha256), DEFLATED)
}

/** The real disk, but one call always fails. */
function failing(call: 'readBytes' | 'lstat' | 'touch' | 'replace', code: string): Disk {
  return { ...makeDisk(), [call]: () => Promise.reject(Object.assign(new Error(code), { code })) }
}
