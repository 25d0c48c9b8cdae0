import { stripVTControlCharacters } from 'node:util'
import * as assert from 'uvu/assert'
import { widthOf } from '../../src/formats/text-width.ts'
import type { TextStyle } from '../../src/report/lines.ts'
import { documentAsText } from '../../src/report/measured-text.ts'
import { isGolden } from '../golden.ts'
import { describe } from '../helpers.ts'
import { hostile, sample, testFileRow, testReport } from './documents.ts'

const PLAIN: TextStyle = { color: false, verbose: false, cwd: '/project', width: 80 }

describe('report/measured-text', it => {
  it('has the verdict first, then limits, packages, files, and what else there is to know', () => {
    isGolden(documentAsText(sample(), PLAIN), 'report/sample-80.txt')
  })

  it('is readable in 40 columns', () => {
    isGolden(documentAsText(sample(), { ...PLAIN, width: 40 }), 'report/sample-40.txt')
  })

  it('tells everything, to the byte, with verbose', () => {
    isGolden(documentAsText(sample(), { ...PLAIN, verbose: true }), 'report/sample-verbose.txt')
  })

  it('shows names that a terminal would obey, and cuts wide ones', () => {
    isGolden(documentAsText(hostile(), { ...PLAIN, width: 60, verbose: true }), 'report/hostile-60.txt')
    assert.not.match(documentAsText(hostile(), PLAIN), /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/)
  })

  for (const width of [40, 50, 60, 80, 100, 120]) {
    it(`has no line of more than ${width} cells where a terminal has so many, but of one word or a hash`, () => {
      for (const document of [sample(), hostile()]) {
        for (const verbose of [true, false]) {
          for (const line of documentAsText(document, { ...PLAIN, width, verbose }).split('\n')) {
            const isWhole = /^ *(CodeSha256 +)?[^ ]+$/.test(line)
            assert.ok(isWhole || widthOf(line) <= width, `${widthOf(line)}: ${line}`)
          }
        }
      }
    })
  }

  it('says the same with colour as without', () => {
    const coloured = documentAsText(sample(), { ...PLAIN, color: true })
    assert.is(stripVTControlCharacters(coloured), documentAsText(sample(), PLAIN))
    assert.ok(coloured.includes('\u001b['))
  })

  it('has what has changed in place of the lists, and both with verbose', () => {
    const changes = new Map([['hello', 'hello  compared with old.zip\n  identical\n']])
    const document = { version: '1', functions: [testReport({ files: [testFileRow('app.py', 10, 20)] })], total: null }
    const text = documentAsText(document, PLAIN, changes)
    assert.match(text, '\n\nhello  compared with old.zip\n  identical\n')
    assert.not.match(text, 'app.py  ')
    assert.match(documentAsText(document, { ...PLAIN, verbose: true }, changes), 'app.py  ')
  })
})
