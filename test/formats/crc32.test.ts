import sheetjs from 'crc-32'
import * as assert from 'uvu/assert'
import { crc32 } from '../../src/formats/crc32.ts'
import { describe } from '../helpers.ts'

describe('crc32', it => {
  it('gives the check value of the CRC catalogue', () => {
    assert.is(crc32(Buffer.from('123456789')), 0xcbf43926)
  })

  it('is the same by the package that older Node versions use', () => {
    const bytes = Buffer.from('123456789')
    assert.is(sheetjs.buf(bytes) >>> 0, crc32(bytes))
  })
})
