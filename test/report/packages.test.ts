import * as assert from 'uvu/assert'
import { toArchivePath } from '../../src/formats/archive-path.ts'
import type { PackedPackage } from '../../src/model.ts'
import { apportion, OWN, type WeighedFile, weigh } from '../../src/report/packages.ts'
import { describe } from '../helpers.ts'

const APPORTIONED: readonly (readonly [number, readonly number[], readonly number[]])[] = [
  [10, [1, 1], [5, 5]],
  [10, [1, 1, 1], [4, 3, 3]],
  [7, [5, 3, 2], [4, 2, 1]],
  [1, [1, 1000, 1], [0, 1, 0]],
  [0, [3, 4], [0, 0]],
  [9, [0, 0], [9, 0]],
  [3, [0, 5], [0, 3]],
  // Doubles would lose the products of these.
  [262_144_001, [262_144_003, 262_144_003], [131_072_001, 131_072_000]],
]

describe('report/packages', it => {
  for (const [total, weights, expected] of APPORTIONED) {
    it(`apportions ${total} by ${weights.join(' : ')}`, () => {
      assert.equal(apportion(total, weights), expected)
    })
  }

  it('apportions whole numbers that add up, each within one of its exact share', () => {
    let seed = 7
    const random = (most: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
      return seed % most
    }
    for (let round = 0; round < 500; round++) {
      const weights = Array.from({ length: 1 + random(30) }, () => random(100_000))
      const total = random(3_000_000)
      const shares = apportion(total, weights)
      const sum = weights.reduce((all, weight) => all + weight, 0)
      assert.is(
        shares.reduce((all, share) => all + share, 0),
        total,
      )
      for (const [place, weight] of weights.entries()) {
        assert.ok(sum === 0 || Math.abs((shares[place] ?? 0) - (total * weight) / sum) < 1)
      }
    }
  })

  it('gives each file to one package, the rest to the function', () => {
    const files = [file('a.py', 10, 8, null), file('numpy/x.so', 100, 50, 'numpy'), file('numpy/y.py', 7, 9, 'numpy')]
    const { packages, inlined } = weigh({ packages: [pkg('numpy'), pkg('idle')], inlined: [] }, files)
    assert.equal(sizesOf(packages), [
      ['numpy', 107, 59, 2],
      [OWN, 10, 8, 1],
      ['idle', 0, 0, 0],
    ])
    assert.equal(inlined, [])
  })

  it('shares a bundle by what is in it, and keeps the rest for its owner', () => {
    const files = [file('index.mjs', 1000, 101, null), file('node_modules/b/x.js', 10, 90, 'b@1')]
    const { packages, inlined } = weigh(
      { packages: [pkg('a@1'), pkg('b@1')], inlined: [part('b@1', 250), part('a@1', 500), part('a@1', 50)] },
      files,
    )
    assert.equal(sizesOf(packages), [
      ['b@1', 260, 115, 1],
      ['a@1', 550, 56, 0],
      [OWN, 200, 20, 1],
    ])
    assert.equal(inlined, [
      { path: 'index.mjs', package: 'a@1', bytes: 550, zippedBytes: 56 },
      { path: 'index.mjs', package: 'b@1', bytes: 250, zippedBytes: 25 },
    ])
    assert.is(
      packages.map(one => one.zippedBytes).reduce((sum, bytes) => sum + bytes),
      101 + 90,
    )
  })

  it('lets no bundle have parts that are more than all of it', () => {
    const { packages } = weigh({ packages: [pkg('a@1')], inlined: [part('a@1', 5000)] }, [
      file('index.mjs', 1000, 101, null),
    ])
    assert.equal(sizesOf(packages), [
      ['a@1', 1000, 101, 0],
      [OWN, 0, 0, 1],
    ])
  })

  it('takes a file of a package that nobody knows for the function’s own', () => {
    const { packages } = weigh({ packages: [], inlined: [part('gone@1', 3)] }, [file('index.mjs', 9, 9, 'gone@1')])
    assert.equal(sizesOf(packages), [[OWN, 9, 9, 1]])
  })
})

function file(path: string, bytes: number, zippedBytes: number, owner: string | null): WeighedFile {
  return { path, bytes, zippedBytes, owner }
}

function pkg(id: string): PackedPackage {
  return { id, name: id, version: '1', requiredBy: [], licence: null }
}

function part(owner: string, bytes: number) {
  return { path: toArchivePath('index.mjs'), owner, bytes }
}

function sizesOf(packages: ReturnType<typeof weigh>['packages']) {
  return packages.map(one => [one.id, one.bytes, one.zippedBytes, one.files])
}
