import * as assert from 'uvu/assert'
import { readTarTexts } from '../../src/formats/tar.ts'
import { describe } from '../helpers.ts'
import { makeTar } from '../tars.ts'

describe('tar', it => {
  it('gives the texts of wanted files alone', () => {
    const tar = makeTar({
      'acme-1.0/setup.py': 'setup()\n',
      'acme-1.0/acme.py': 'x'.repeat(700),
      'acme-1.0/last.py': 'end',
    })
    const texts = readTarTexts(tar, name => /setup|last/.test(name))
    assert.equal(
      [...texts],
      [
        ['acme-1.0/setup.py', 'setup()\n'],
        ['acme-1.0/last.py', 'end'],
      ],
    )
  })

  it('joins the prefix of a long name', () => {
    const folder = 'd'.repeat(90)
    const tar = makeTar({ [`${folder}/${'f'.repeat(60)}.py`]: 'x' })
    assert.equal([...readTarTexts(tar, () => true).keys()], [`${folder}/${'f'.repeat(60)}.py`])
  })

  it('gives what it found before a damaged header', () => {
    const tar = Buffer.concat([makeTar({ 'a/setup.py': 'x' }).subarray(0, 1024), Buffer.alloc(512, 'z')])
    assert.equal([...readTarTexts(tar, () => true)], [['a/setup.py', 'x']])
  })
})
