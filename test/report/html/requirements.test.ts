import * as assert from 'uvu/assert'
import type { PackageSize } from '../../../src/model.ts'
import { requirementsOf } from '../../../src/report/html/page/requirements.ts'
import { describe } from '../../helpers.ts'
import { OWN } from './documents.ts'

/** a and b are wanted; both want c; c wants d, which wants c; e comes with b alone; f from nowhere. */
const PACKAGES = [
  { ...OWN, bytes: 1, zippedBytes: 1, files: 1 },
  one('a', '(direct)'),
  one('b', '(direct)'),
  one('c', 'a', 'b', 'd'),
  one('d', 'c'),
  one('e', 'b'),
  one('f'),
]

describe('requirements', it => {
  it('start at what the function requires', () => {
    const { direct, unknown } = requirementsOf(PACKAGES)
    assert.equal([direct.map(({ name }) => name), unknown.map(({ name }) => name)], [['a', 'b'], ['f']])
  })

  for (const [name, expected] of [
    ['a', ['a']],
    ['b', ['b', 'e']],
    ['c', ['c', 'd']],
    ['f', ['f']],
  ] as const) {
    it(`say that with ${name} goes ${expected.join(' and ')}`, () => {
      const found = PACKAGES.find(one => one.name === name)
      assert.equal(
        found &&
          requirementsOf(PACKAGES)
            .goesWith(found)
            .map(one => one.name),
        expected,
      )
    })
  }
})

function one(name: string, ...requiredBy: readonly string[]): PackageSize {
  return { id: name, name, version: '1', bytes: 10, zippedBytes: 5, files: 1, requiredBy, licence: null }
}
