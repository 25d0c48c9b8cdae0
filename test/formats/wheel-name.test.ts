import * as assert from 'uvu/assert'
import { parseWheelName } from '../../src/formats/wheel-name.ts'
import { describe } from '../helpers.ts'

describe('wheel names', it => {
  it('do not expand without measure', () => {
    const set = Array.from({ length: 1000 }, (_, i) => `x${i}`).join('.')
    assert.is(parseWheelName(`a-1.0-${set}-${set}-${set}.whl`), null)
  })

  it('tell name, version and every tag of compressed sets', () => {
    assert.equal(parseWheelName('Zope.Interface-5.0+cpu-py2.py3-none-manylinux1_x86_64.manylinux2014_x86_64.whl'), {
      name: 'zope-interface',
      version: '5.0+cpu',
      build: null,
      tags: [
        'py2-none-manylinux1_x86_64',
        'py2-none-manylinux2014_x86_64',
        'py3-none-manylinux1_x86_64',
        'py3-none-manylinux2014_x86_64',
      ],
    })
  })

  it('tell the build tag', () => {
    assert.equal(parseWheelName('a_b-1.0-12cu118-py3-none-any.whl')?.build, [12, 'cu118'])
    assert.equal(parseWheelName('a_b-1.0-12-py3-none-any.whl')?.build, [12, ''])
  })

  for (const filename of [
    'a-1.0.tar.gz',
    'a-1.0-py3-none.whl',
    'a-1.0-x1-py3-none-any.whl',
    'pytz-2011k-py3-none-any.whl',
    '-1.0-py3-none-any.whl',
    'a-1.0-py3-none-.whl',
    'a-1.0-1-2-py3-none-any.whl',
    'a-1.0-py3-none-any.WHL',
    '../a-1.0-py3-none-any.whl',
  ]) {
    it(`are told from ${filename}`, () => assert.is(parseWheelName(filename), null))
  }
})
