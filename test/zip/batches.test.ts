import { setImmediate as turn } from 'node:timers/promises'
import * as assert from 'uvu/assert'
import type { FileEntry } from '../../src/model.ts'
import { batchesOf, type FileBatch, largestFirst } from '../../src/zip/batches.ts'
import { describe } from '../helpers.ts'
import { testFile, testFileSet } from '../worlds.ts'

const KIB = 1024

describe('zip/batches', it => {
  it('keep the files of a package together, and large files alone', () => {
    const files = [
      file('a/1', 10 * KIB, 'a'),
      file('a/2', 300 * KIB, 'a'),
      file('a/3', 10 * KIB, 'a'),
      file('b/1', 10 * KIB, 'b'),
      file('own', 10 * KIB, null),
    ]
    assert.equal(pathsOf(batchesOf([testFileSet(files)])), [['a/2'], ['a/1', 'a/3'], ['b/1'], ['own']])
  })

  it('hold a mebibyte or 256 files', () => {
    const many = Array.from({ length: 300 }, (_, place) => file(`many/${place}`, 1, 'many'))
    const heavy = Array.from({ length: 9 }, (_, place) => file(`heavy/${place}`, 200 * KIB, 'heavy'))
    const batches = batchesOf([testFileSet([...many, ...heavy])])
    assert.equal(
      batches.map(({ files }) => files.length),
      [256, 44, 5, 4],
    )
    assert.equal(
      batches.map(({ bytes }) => bytes),
      [256, 44, 1000 * KIB, 800 * KIB],
    )
  })

  it('are the same for a package whatever else is packed', () => {
    const shared = [file('numpy/1', 5, 'numpy'), file('numpy/2', 6, 'numpy')]
    const [alone] = batchesOf([testFileSet(shared)])
    const [, among] = batchesOf([testFileSet([file('boto3/1', 1, 'boto3'), ...shared])])
    assert.equal(pathsOf([alone, among]), [
      ['numpy/1', 'numpy/2'],
      ['numpy/1', 'numpy/2'],
    ])
  })

  it('name a source of several functions once', () => {
    const content = { kind: 'disk', path: '/shared/tool.py' } as const
    const sets = ['one', 'two'].map(name => testFileSet([testFile(`${name}.py`, '', { content, bytes: 5 })]))
    assert.equal(pathsOf(batchesOf(sets)), [['one.py']])
  })

  it('run large ones first, as many as there is room for', async () => {
    const log: string[] = []
    const ends = new Map<number, () => void>()
    const batches = [5, 30, 20, 40].map(bytes => ({ files: [], bytes }))
    const all = largestFirst(batches, { atOnce: 2, bytesAtOnce: 60 }, ({ bytes }) => {
      log.push(`+${bytes}`)
      return new Promise(resolve => ends.set(bytes, resolve))
    })
    // 30 has to wait for 40; 20 and 5 do not.
    for (const bytes of [20, 5, 40, 30]) {
      await turn()
      log.push(`-${bytes}`)
      ends.get(bytes)?.()
    }
    await all
    assert.equal(log, ['+40', '+20', '-20', '+5', '-5', '-40', '+30', '-30'])
  })

  it('run one that is larger than the room alone', async () => {
    let atOnce = 0
    let most = 0
    const batches = [100, 50, 1].map(bytes => ({ files: [], bytes }))
    await largestFirst(batches, { atOnce: 9, bytesAtOnce: 60 }, async ({ bytes }) => {
      atOnce++
      if (bytes === 100) most = atOnce
      await new Promise(resolve => setTimeout(resolve, 5))
      assert.ok(bytes !== 100 || atOnce === 1)
      atOnce--
    })
    assert.is(most, 1)
  })

  it('after a failure start no other, and wait for those that run', async () => {
    const started: number[] = []
    let ended = 0
    const batches = [9, 8, 7, 6].map(bytes => ({ files: [], bytes }))
    const outcome = await largestFirst(batches, { atOnce: 2, bytesAtOnce: 99 }, async ({ bytes }) => {
      started.push(bytes)
      await new Promise(resolve => setTimeout(resolve, bytes === 9 ? 5 : 30))
      ended++
      if (bytes === 9) throw new Error('the disk is gone')
    }).catch((error: Error) => error.message)
    assert.equal([outcome, started, ended], ['the disk is gone', [9, 8], 2])
  })
})

function file(path: string, bytes: number, owner: string | null): FileEntry {
  return testFile(path, '', { bytes, owner })
}

function pathsOf(batches: readonly (FileBatch | undefined)[]): string[][] {
  return batches.map(batch => batch?.files.map(({ path }) => path) ?? [])
}
