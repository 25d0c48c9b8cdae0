import * as assert from 'uvu/assert'
import { isMajorInRange } from '../../src/formats/node-range.ts'
import { describe } from '../helpers.ts'

const MAJORS = [18, 20, 22, 24, 26]

/** A range → the majors of which it allows a version; null: it can't be read. */
const CASES: readonly [string, readonly number[] | null][] = [
  ['22', [22]],
  ['v22', [22]],
  ['=22.1.0', [22]],
  ['22.x', [22]],
  ['22.*', [22]],
  ['*', MAJORS],
  ['', MAJORS],
  ['x', MAJORS],
  ['^20.9.0', [20]],
  ['~20.9', [20]],
  ['~> 20', [20]],
  ['>=20', [20, 22, 24, 26]],
  ['>= 20.0.0', [20, 22, 24, 26]],
  ['>20', [22, 24, 26]],
  ['>20.3', [20, 22, 24, 26]],
  ['<22', [18, 20]],
  ['<22.1', [18, 20, 22]],
  ['<=22', [18, 20, 22]],
  ['>=18.18 <23', [18, 20, 22]],
  ['>=18.18, <23', [18, 20, 22]],
  ['18 - 22', [18, 20, 22]],
  ['18.1.0 - 22.4', [18, 20, 22]],
  ['18 || 22 || ^24', [18, 22, 24]],
  ['^18.18.0 || >=20.9.0 <21', [18, 20]],
  ['>=22.0.0-rc.1', [22, 24, 26]],
  ['>24 <22', []],
  ['>*', []],
  ['lts', null],
  ['>=20 or so', null],
]

describe('formats/node-range', it => {
  for (const [range, expected] of CASES) {
    it(`reads "${range}"`, () => {
      if (expected === null) assert.is(isMajorInRange(range, 22), null)
      else
        assert.equal(
          MAJORS.filter(major => isMajorInRange(range, major)),
          expected,
        )
    })
  }
})
