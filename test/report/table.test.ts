import * as assert from 'uvu/assert'
import { widthOf } from '../../src/formats/text-width.ts'
import { type Column, tableLines } from '../../src/report/table.ts'
import { describe } from '../helpers.ts'

const NAMES: Column = {
  heading: 'name',
  cells: ['short', 'a name that is rather long'],
  align: 'left',
  cut: 'end',
  rank: 0,
}
const SIZES: Column = { heading: 'size', cells: ['1.0 KB', '22.0 MB'], align: 'right', cut: null, rank: 0 }
const COUNTS: Column = { heading: 'files', cells: ['7', '1,234'], align: 'right', cut: null, rank: 2 }
const PATHS: Column = {
  heading: 'where',
  cells: ['a/b.py', 'very/deep/down/module.py'],
  align: 'left',
  cut: 'start',
  rank: 1,
}

describe('report/table', it => {
  it('stands in columns, the headings first', () => {
    assert.equal(tableLines([NAMES, SIZES, COUNTS], { indent: 2, width: 80 }), [
      '  name                           size  files',
      '  short                        1.0 KB      7',
      '  a name that is rather long  22.0 MB  1,234',
    ])
  })

  it('cuts the last column that can be cut, then the one before', () => {
    assert.equal(tableLines([NAMES, SIZES, PATHS], { indent: 0, width: 56 }), [
      'name                           size  where',
      'short                        1.0 KB  a/b.py',
      'a name that is rather long  22.0 MB  …eep/down/module.py',
    ])
    assert.equal(tableLines([NAMES, SIZES, PATHS], { indent: 0, width: 40 }), [
      'name                  size  where',
      'short               1.0 KB  a/b.py',
      'a name that is r…  22.0 MB  …n/module.py',
    ])
  })

  it('leaves columns out by their rank where cutting is not enough', () => {
    assert.equal(tableLines([NAMES, SIZES, COUNTS, PATHS], { indent: 0, width: 36 }), [
      'name              size  where',
      'short           1.0 KB  a/b.py',
      'a name that …  22.0 MB  …n/module.py',
    ])
  })

  it('is never wider than its room, with letters that take two cells, too', () => {
    const wide: Column = { ...NAMES, cells: ['数据处理模块数据处理模块', '👨‍👩‍👧‍👦 family'] }
    for (let width = 26; width < 90; width++) {
      for (const line of tableLines([wide, SIZES, COUNTS, PATHS], { indent: 2, width })) {
        assert.ok(widthOf(line) <= width, `${width}: ${line}`)
      }
    }
  })
})
