import * as assert from 'uvu/assert'
import { makeMatcher } from '../../src/formats/glob.ts'
import { describe } from '../helpers.ts'

describe('formats/glob', it => {
  for (const [glob, path] of [
    ['*.py', '.hidden.py'],
    ['**/*.py', 'a/b/c.py'],
    ['**/*.py', 'line\nbreak/c.py'],
    ['**', 'line\nbreak'],
    ['!important.txt', '!important.txt'],
    ['{a,b}/[cd].py', 'b/d.py'],
    ['+(ab).py', 'abab.py'],
    ['[ab]+.py', 'b+.py'],
  ] as const) {
    it(`takes ${JSON.stringify(path)} for ${glob}`, () => assert.ok(makeMatcher([glob])(path)))
  }

  for (const [glob, path] of [
    ['*.py', 'a/b.py'],
    ['[ab]+.py', 'ab.py'],
  ] as const) {
    it(`does not take ${path} for ${glob}`, () => assert.not.ok(makeMatcher([glob])(path)))
  }

  it('takes no time for what would be a quantifier of a quantifier', () => {
    const began = performance.now()
    assert.not.ok(makeMatcher(['(a+)+b'])('a'.repeat(40)))
    assert.ok(performance.now() - began < 1000)
  })
})
