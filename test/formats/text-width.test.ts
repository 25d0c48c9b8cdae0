import * as assert from 'uvu/assert'
import { cut, cutStart, padEnd, padStart, visible, widthOf } from '../../src/formats/text-width.ts'
import { describe } from '../helpers.ts'

/** A family of four, a flag, a letter with an accent of its own, a heart that is an emoji by a selector. */
const FAMILY = '👨‍👩‍👧‍👦'
const FLAG = '🇩🇪'
const ACCENT = 'e\u0301'
const HEART = '❤\ufe0f'

const WIDTHS: readonly (readonly [string, number])[] = [
  ['', 0],
  ['abc', 3],
  ['größe', 5],
  ['数据', 4],
  ['ﾃﾞｰﾀ', 4],
  ['한국어', 6],
  ['한국'.normalize('NFD'), 4],
  [ACCENT, 1],
  [FAMILY, 2],
  [FLAG, 2],
  [HEART, 2],
  ['…', 1],
]

describe('formats/text-width', it => {
  for (const [text, cells] of WIDTHS) {
    it(`takes ${JSON.stringify(text)} for ${cells} cells`, () => {
      assert.is(widthOf(text), cells)
      assert.is(widthOf(padEnd(text, 12)), 12)
      assert.is(widthOf(padStart(text, 12)), 12)
    })
  }

  it('cuts at either end, between letters, and never beyond the room', () => {
    assert.is(cut('数据处理', 8), '数据处理')
    assert.is(cut('数据处理', 7), '数据处…')
    assert.is(cut('数据处理', 6), '数据…')
    assert.is(cutStart('数据处理', 6), '…处理')
    assert.is(cutStart('a/b/c/module.py', 10), '…module.py')
    assert.is(cut(`${FAMILY}${FAMILY}${ACCENT}${ACCENT}`, 4), `${FAMILY}…`)
    for (const text of ['数据处理数据', `a${FAMILY}b${FLAG}${ACCENT}c`, 'abcdefgh']) {
      for (let cells = 1; cells < 12; cells++) {
        assert.ok(widthOf(cut(text, cells)) <= cells, `${text} in ${cells}`)
        assert.ok(widthOf(cutStart(text, cells)) <= cells, `${text} in ${cells}`)
      }
    }
  })

  it('shows what a terminal would obey, or what turns text round', () => {
    assert.is(visible('a\u001b[31mb\nc\u0007'), 'a\\u{1b}[31mb\\u{a}c\\u{7}')
    assert.is(visible('invoice\u202efdp.exe'), 'invoice\\u{202e}fdp.exe')
    assert.is(visible('\ud800'), '\\u{d800}')
    assert.is(visible(`größe 数据 ${FAMILY}`), `größe 数据 ${FAMILY}`)
  })
})
