import { join, resolve, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import * as assert from 'uvu/assert'
import { percentDecoded, withoutFileScheme } from '../../src/formats/url-text.ts'
import { describe } from '../helpers.ts'

describe('formats/url-text', it => {
  for (const [text, expected] of [
    ['se%40cret', 'se@cret'],
    ['plain', 'plain'],
    ['100%', '100%'],
    ['%zz%ff', '%zz%ff'],
  ] as const) {
    it(`decodes ${text}`, () => assert.is(percentDecoded(text), expected))
  }

  it('takes the path of a file URL', () => {
    const path = join(sep, 'a b', 'c%.whl')
    assert.is(withoutFileScheme(pathToFileURL(path).href), resolve(path))
  })

  for (const location of ['https://example.com/a%20b', 'file:///a%2Fb', 'file://[', '../relative']) {
    it(`leaves ${location} as it is`, () => assert.is(withoutFileScheme(location), location))
  }
})
