import * as assert from 'uvu/assert'
import { parseMetadata, parseWheelFile } from '../../src/formats/metadata.ts'
import { describe } from '../helpers.ts'

describe('METADATA', it => {
  it('gives what is required, whatever the case, the line ends and the folding', () => {
    const text = [
      'Metadata-Version: 2.1',
      'name: Foo.Bar',
      'VERSION: 1.0',
      'Requires-Python: >=3.9',
      'License: one',
      '        two',
      'Requires-Dist: a (>=1.0)',
      'Requires-Dist: b ;',
      "  extra == 'x'",
      'Provides-Extra: x',
      'Dynamic: Requires-Dist',
      '',
      'Requires-Dist: c',
      '',
    ]
    for (const end of ['\n', '\r\n']) {
      assert.equal(parseMetadata(text.join(end)), {
        name: 'Foo.Bar',
        version: '1.0',
        requiresPython: '>=3.9',
        requiresDist: ['a (>=1.0)', "b ; extra == 'x'"],
        providesExtra: ['x'],
        licence: 'one two',
        dynamic: ['requires-dist'],
      })
    }
  })

  it('without requirements requires nothing', () => {
    const { requiresPython, requiresDist } = parseMetadata(
      'Name: a\nVersion: 1\nRequires-Python: UNKNOWN\nSummary: b: c',
    )
    assert.equal({ requiresPython, requiresDist }, { requiresPython: null, requiresDist: [] })
  })

  it('without a name or a version is refused', () => {
    assert.throws(
      () => parseMetadata('Version: 1\n\nName: body'),
      (error: unknown) => error instanceof SyntaxError && /no Name/.test(error.message),
    )
    assert.throws(
      () => parseMetadata('Name: a\nno header\nVersion: 1'),
      (error: unknown) => error instanceof SyntaxError && /no Version/.test(error.message),
    )
  })
})

describe('WHEEL', it => {
  it('gives the place of the files and single tags', () => {
    assert.equal(
      parseWheelFile(
        'Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: cp39-abi3-linux_x86_64\nTag: py2.py3-none-any\n',
      ),
      {
        rootIsPurelib: false,
        tags: ['cp39-abi3-linux_x86_64', 'py2-none-any', 'py3-none-any'],
      },
    )
    assert.is(parseWheelFile('Root-Is-Purelib: True').rootIsPurelib, true)
  })
})
