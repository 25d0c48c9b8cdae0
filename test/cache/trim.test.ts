import { createHash } from 'node:crypto'
import { appendFile, mkdir, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { encoderFolder } from '../../src/cache/kinds.ts'
import { openStreams } from '../../src/cache/streams.ts'
import { cacheLimit, noteWritten, trimIfDue } from '../../src/cache/trim.ts'
import { makeDisk } from '../../src/system/disk.ts'
import type { Disk } from '../../src/system/system.ts'
import { describe, inTemporaryFolder, rejects, writeTree } from '../helpers.ts'

const ENCODER = 'libdeflate-0.1.0/12'
const KB = 1024
/** Each file takes a block. */
const BLOCK = 4 * KB

describe('cache/trim', it => {
  it('removes what was used least recently, down to four fifths of the limit', () =>
    withStreams({ oldest: 600, older: 500, middle: 400, newer: 300, newest: 200, now: 0 }, async dir => {
      await settle(dir, 5 * BLOCK)
      assert.equal(await left(dir), ['middle', 'newer', 'newest', 'now'])
      assert.is(await readFile(join(dir, 'written.log'), 'utf8'), `= ${4 * BLOCK}\n`)
    }))

  it('removes nothing below the limit', () =>
    withStreams({ old: 6000, now: 0 }, async dir => {
      await settle(dir, 2 * BLOCK)
      assert.equal(await left(dir), ['now', 'old'])
    }))

  it('counts a small file as the block that it takes', () =>
    withStreams({ a: 3, b: 2, c: 1 }, async dir => {
      await settle(dir, 3 * BLOCK - 1)
      assert.equal(await left(dir), ['b', 'c'])
    }))

  it("removes another encoder's streams first, if they were not used for a day", () =>
    withStreams({ mine: 100 * 60 }, async dir => {
      await put(dir, encoderFolder('another'), { foreign: 30 * 60, 'in-use': 20 * 60 })
      await settle(dir, 2.6 * BLOCK)
      assert.equal(await left(dir), ['in-use', 'mine'])
    }))

  it('counts and removes kept values, but no wheels and nothing of others', () =>
    withStreams({ stream: 5 }, async dir => {
      const entry = '0'.repeat(64)
      await writeTree(dir, {
        [`index/${entry}`]: 'index',
        [`artifacts/${entry}`]: 'artifact',
        [`wheels/${entry}/a.whl`]: 'wheel',
        [`built/${entry}-3.13/b.whl`]: 'wheel',
        'index/mine.txt': 'mine',
        'streams/mine/mine.txt': 'mine',
      })
      for (const kind of ['index', 'artifacts']) await utimes(join(dir, kind, entry), 1000, 1000)
      await settle(dir, BLOCK + 1)
      const files = (await readdir(dir, { recursive: true, withFileTypes: true })).filter(one => one.isFile())
      assert.equal(files.map(({ name }) => name).sort(), ['a.whl', 'b.whl', 'mine.txt', 'mine.txt', 'written.log'])
    }))

  it('does not look at the files while the log is below the limit', () =>
    withStreams({ a: 1, b: 2 }, async dir => {
      await settle(dir, 10 * BLOCK)
      assert.is(await readFile(join(dir, 'written.log'), 'utf8'), `= ${2 * BLOCK}\n`)
      await noteWritten(dir, 7 * BLOCK, makeDisk())
      const blind: Disk = { ...makeDisk(), list: () => Promise.reject(new Error('looked')) }
      let isCounted = false
      const watching: Disk = {
        ...blind,
        replace: () => {
          isCounted = true
          return Promise.resolve()
        },
      }
      await trimIfDue(dir, { limitBytes: 10 * BLOCK, encoderId: ENCODER }, watching)
      assert.is(isCounted, false)
      await noteWritten(dir, 2 * BLOCK, makeDisk())
      await trimIfDue(dir, { limitBytes: 10 * BLOCK, encoderId: ENCODER }, watching)
      assert.is(isCounted, true)
    }))

  for (const [what, log] of [
    ['missing', null],
    ['empty', ''],
    ['cut', '= 12'],
    ['garbled', '= 0\n+ 1+ 2\n\n'],
    ['without a count', '+ 4096\n'],
    ['binary', '\0\0\0\0'],
    ['very long', `= 0\n${'+ 0\n'.repeat(20_000)}`],
  ] as const) {
    it(`counts anew where the log is ${what}`, () =>
      withStreams({ a: 2, b: 1 }, async dir => {
        if (log !== null) await writeFile(join(dir, 'written.log'), log)
        await settle(dir, BLOCK + 1)
        assert.equal(await left(dir), [])
        assert.is(await readFile(join(dir, 'written.log'), 'utf8'), '= 0\n')
      }))
  }

  it('notes what a store writes, also of a run that does not end', () =>
    inTemporaryFolder(async dir => {
      const streams = openStreams(dir, ENCODER, makeDisk())
      for (let place = 0; place < 300; place++) await streams.write(stream(place))
      const log = await readFile(join(dir, 'written.log'), 'utf8')
      assert.is(log, `+ ${256 * BLOCK}\n`)
      await streams.settle(1000 * BLOCK)
      assert.is(await readFile(join(dir, 'written.log'), 'utf8'), `= ${300 * BLOCK}\n`)
      await streams.settle(1000 * BLOCK)
      await streams.write(stream(300))
      await streams.settle(1000 * BLOCK)
      assert.is(await readFile(join(dir, 'written.log'), 'utf8'), `= ${300 * BLOCK}\n+ ${BLOCK}\n`)
    }))

  it('stays bounded with several stores at work, each of which finds its own entries or none', () =>
    inTemporaryFolder(async dir => {
      const limitBytes = 40 * BLOCK
      const perRun = 10
      const runs = Array.from({ length: 60 }, (_, run) => async () => {
        const streams = openStreams(dir, ENCODER, makeDisk())
        for (let place = 0; place < perRun; place++) {
          const one = stream(run * perRun + place)
          await streams.write(one)
          const found = await streams.read(one.sha256)
          assert.ok(found === null || found.sha256 === one.sha256)
        }
        await streams.settle(limitBytes)
      })
      for (let first = 0; first < runs.length; first += 4) {
        await Promise.all(runs.slice(first, first + 4).map(run => run()))
        assert.ok((await left(dir)).length * BLOCK <= limitBytes + 4 * perRun * BLOCK)
      }
      assert.ok((await left(dir)).length > 20)
    }))

  it('loses no line of runs that note at once', () =>
    inTemporaryFolder(async dir => {
      await writeFile(join(dir, 'written.log'), '= 0\n')
      const notes = Array.from({ length: 200 }, (_, place) => noteWritten(dir, place + 1, makeDisk()))
      await Promise.all(notes)
      const lines = (await readFile(join(dir, 'written.log'), 'utf8')).trimEnd().split('\n')
      assert.is(lines.length, 201)
    }))

  it('goes on where an entry can not be removed', () =>
    withStreams({ stuck: 50, old: 40, now: 0 }, async dir => {
      const disk = makeDisk()
      const sticky: Disk = {
        ...disk,
        remove: path => (path.endsWith('stuck') ? Promise.reject(new Error('stuck')) : disk.remove(path)),
      }
      await openStreams(dir, ENCODER, sticky).settle(2 * BLOCK + 1)
      assert.equal(await left(dir), ['stuck'])
    }))

  it('minds no cache that is missing or can not be written', () =>
    inTemporaryFolder(async dir => {
      await settle(join(dir, 'none'), BLOCK)
      await rm(join(dir, 'none'), { recursive: true, force: true })
      await writeFile(join(dir, 'none'), 'a file')
      await noteWritten(join(dir, 'none'), BLOCK, makeDisk())
      await settle(join(dir, 'none'), BLOCK)
      assert.is(await readFile(join(dir, 'none'), 'utf8'), 'a file')
    }))

  it('reads the limit of LPACK_CACHE_SIZE', () => {
    assert.is(cacheLimit({}), 2 * 1024 ** 3)
    assert.is(cacheLimit({ LPACK_CACHE_SIZE: '' }), 2 * 1024 ** 3)
    assert.is(cacheLimit({ LPACK_CACHE_SIZE: ' 500 MB ' }), 500 * 1024 ** 2)
    assert.is(cacheLimit({ LPACK_CACHE_SIZE: '1000000' }), 1_000_000)
  })

  for (const text of ['0', 'much', '5 XB', '-1', '1e9', '2GB;']) {
    it(`refuses "${text}" as a limit`, async () => {
      const error = await rejects(() => cacheLimit({ LPACK_CACHE_SIZE: text }), 'CACHE_SIZE_UNREADABLE')
      assert.match(error.message, `LPACK_CACHE_SIZE is "${text}". Write a size, such as "500 MB"`)
    })
  }

  it('counts and trims two thousand entries in seconds', () =>
    inTemporaryFolder(async dir => {
      const folder = join(dir, 'streams', encoderFolder(ENCODER))
      for (let group = 0; group < 16; group++) {
        const name = group.toString(16).padStart(2, '0')
        await mkdir(join(folder, name), { recursive: true })
        for (let place = 0; place < 125; place++) await appendFile(join(folder, name, `${place}`), 'x')
      }
      const start = performance.now()
      await settle(dir, 1000 * BLOCK)
      assert.ok(performance.now() - start < 2000)
      assert.is((await left(dir)).length, 800)
    }))
})

/** A cache with streams of so many minutes. */
function withStreams(ages: Readonly<Record<string, number>>, action: (dir: string) => Promise<void>): Promise<void> {
  return inTemporaryFolder(async dir => {
    await put(dir, encoderFolder(ENCODER), ages)
    await action(dir)
  })
}

async function put(dir: string, encoder: string, minutes: Readonly<Record<string, number>>): Promise<void> {
  for (const [name, age] of Object.entries(minutes)) {
    await writeTree(join(dir, 'streams', encoder), { [`00/${name}`]: name })
    const then = new Date(Date.now() - age * 60_000)
    await utimes(join(dir, 'streams', encoder, '00', name), then, then)
  }
}

async function settle(dir: string, limitBytes: number): Promise<void> {
  await openStreams(dir, ENCODER, makeDisk()).settle(limitBytes)
}

/** The names of all streams. */
async function left(dir: string): Promise<string[]> {
  const files = await readdir(join(dir, 'streams'), { recursive: true, withFileTypes: true })
  return files
    .filter(one => one.isFile())
    .map(({ name }) => name)
    .sort()
}

function stream(place: number) {
  const sha256 = createHash('sha256').update(`${place}`).digest('hex')
  return { sha256, bytes: 10, crc32: 7, method: 'store' } as const
}
