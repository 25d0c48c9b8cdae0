import * as assert from 'uvu/assert'
import { wrap, wrapTalk } from '../../src/report/wrap.ts'
import { describe } from '../helpers.ts'

describe('report/wrap', it => {
  it('breaks lines at spaces, and leaves longer words whole', () => {
    assert.equal(wrap('one two three\nfour', 8), ['one two', 'three', 'four'])
    assert.equal(wrap('see /a/very/long/path now', 8), ['see', '/a/very/long/path', 'now'])
    assert.equal(wrap('', 8), [''])
  })

  it('does not break code that fits a line', () => {
    assert.equal(wrap('Now run `npm ci` there', 12), ['Now run', '`npm ci`', 'there'])
    assert.equal(wrap('(`npm ci`, `uv sync`).', 12), ['(`npm ci`,', '`uv sync`).'])
    assert.equal(wrap('run `npm ci --all` now', 9), ['run `npm', 'ci --all`', 'now'])
    assert.equal(wrap('a stray ` is no code', 9), ['a stray `', 'is no', 'code'])
  })

  it('leaves lists and what programs say as they are, and everything where there is no terminal', () => {
    assert.is(wrapTalk('one two three\n  - one two three', 8), 'one two\nthree\n  - one two three')
    assert.is(wrapTalk('one two three', null), 'one two three')
  })
})
