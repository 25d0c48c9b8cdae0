import * as assert from 'uvu/assert'
import { parseGrowth, parseSize } from '../../src/formats/size.ts'
import { describe } from '../helpers.ts'

const CASES: readonly [number | string, number | null][] = [
  ['5 MB', 5 * 1_048_576],
  ['50 MiB', 50 * 1_048_576],
  ['1.5 GB', 1_610_612_736],
  ['300 KB', 307_200],
  ['300kb', 307_200],
  ['0.5 KiB', 512],
  [1, 1],
  [262_144_000, 262_144_000],
  ['0 MB', null],
  ['0.0001 KB', null],
  ['999999999999999 GB', null],
  ['1.2.3 MB', null],
  [0, null],
]

const GROWTH: readonly [number | string, object | null][] = [
  ['+5%', { kind: 'share', share: 0.05 }],
  ['12.5 %', { kind: 'share', share: 0.125 }],
  ['200 KB', { kind: 'bytes', bytes: 204_800 }],
  ['+1 MB', { kind: 'bytes', bytes: 1_048_576 }],
  [500, { kind: 'bytes', bytes: 500 }],
  ['0%', null],
  ['+0 KB', null],
  ['1.2.3%', null],
  [0, null],
]

describe('formats/size', it => {
  for (const [size, bytes] of CASES) {
    it(`reads ${JSON.stringify(size)} as ${bytes}`, () => assert.is(parseSize(size), bytes))
  }
  for (const [text, growth] of GROWTH) {
    it(`reads ${JSON.stringify(text)} as growth by ${JSON.stringify(growth)}`, () =>
      assert.equal(parseGrowth(text), growth))
  }
})
