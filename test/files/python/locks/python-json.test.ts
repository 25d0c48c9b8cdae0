import * as assert from 'uvu/assert'
import { pythonJson } from '../../../../src/files/python/locks/python-json.ts'
import { describe } from '../../../helpers.ts'

// Expected texts are what Python 3.11's json.dumps(value, sort_keys=True) printed.
describe('JSON as Python writes it', it => {
  it('puts spaces after commas and colons, and sorts keys', () => {
    assert.is(
      pythonJson({ b: [1, true, null, 'x'], a: {}, B: [] }, 'spaced'),
      '{"B": [], "a": {}, "b": [1, true, null, "x"]}',
    )
    assert.is(pythonJson({ b: [1, false], a: { c: 'd' } }, 'compact'), '{"a":{"c":"d"},"b":[1,false]}')
  })
  it('escapes what is not ASCII, in lower-case hex and surrogate pairs', () => {
    assert.is(
      pythonJson('Grüße ☃ 𝄞 \u007f \u0001 \t \\ " /', 'spaced'),
      String.raw`"Gr\u00fc\u00dfe \u2603 \ud834\udd1e \u007f \u0001 \t \\ \" /"`,
    )
  })
  it('orders keys by code point, not by UTF-16 unit', () => {
    assert.is(pythonJson({ '\uffee': 1, '𝄞': 2 }, 'compact'), String.raw`{"\uffee":1,"\ud834\udd1e":2}`)
  })
})
