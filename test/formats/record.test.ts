import * as assert from 'uvu/assert'
import { parseRecord, writeRecord } from '../../src/formats/record.ts'
import { describe } from '../helpers.ts'

const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

describe('RECORD', it => {
  it('gives paths with hashes in hex and sizes', () => {
    const text =
      'a.py,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0\r\n"b, ""c"".py",md5=xx,12\r\n../../bin/d,,\r\n\r\ne/RECORD,,'
    assert.equal(parseRecord(text), [
      { path: 'a.py', sha256: EMPTY, bytes: 0 },
      { path: 'b, "c".py', sha256: null, bytes: 12 },
      { path: '../../bin/d', sha256: null, bytes: null },
      { path: 'e/RECORD', sha256: null, bytes: null },
    ])
    assert.equal(parseRecord(''), [])
    assert.is(parseRecord('a,sha256=short,1')[0]?.sha256, null)
    assert.is(parseRecord(`a,sha256=${EMPTY},0`)[0]?.sha256, EMPTY)
  })

  it('reads a field of millions of doubled quotes', () => {
    const [entry] = parseRecord(`"${'a""'.repeat(3_000_000)}",,`)
    assert.is(entry?.path.length, 6_000_000)
  })

  it('refuses a quote without end', () => {
    assert.throws(
      () => parseRecord('a,,\n"b"c,,\n'),
      (error: unknown) => error instanceof SyntaxError && /^line 2: /.test(error.message),
    )
    assert.throws(
      () => parseRecord('a,,\n"b,,\n'),
      (error: unknown) => error instanceof SyntaxError && /^line 2: /.test(error.message),
    )
  })

  it('is written sorted by code unit, and reads back', () => {
    const paths = ['b.py', 'a, "x".py', 'B.py', 'é.py']
    const written = writeRecord(paths)
    assert.is(written, 'B.py,,\n"a, ""x"".py",,\nb.py,,\né.py,,\n')
    assert.equal(
      parseRecord(written).map(entry => entry.path),
      ['B.py', 'a, "x".py', 'b.py', 'é.py'],
    )
    assert.equal(paths[0], 'b.py')
  })
})
