import * as assert from 'uvu/assert'
import { documentAsMarkdown, SUMMARY_BYTES } from '../../src/report/markdown.ts'
import { code, escaped, prose } from '../../src/report/markdown-text.ts'
import { isGolden } from '../golden.ts'
import { describe } from '../helpers.ts'
import { hostile, sample, testFileRow, testReport } from './documents.ts'

const OPTIONS = { changes: new Map<string, string>(), mostBytes: SUMMARY_BYTES }

/** What text of others becomes. */
const ESCAPED: readonly (readonly [string, string])[] = [
  ['plain text, 100 %', 'plain text, 100 %'],
  ['x86_64 and __init__', 'x86_64 and &#95;&#95;init&#95;&#95;'],
  ['a|b', 'a&#124;b'],
  ['<b>&amp;', '&#60;b&#62;&#38;amp;'],
  ['*a* ~b~ `c`', '&#42;a&#42; &#126;b&#126; &#96;c&#96;'],
  ['@me #1', '&#64;&#8203;me &#35;&#8203;1'],
  ['note: https://a.b', 'note: https&#58;//a.b'],
  ['größe 数据 👍', 'größe 数据 👍'],
  ['a\nb\u001b', 'a&#92;u&#123;a&#125;b&#92;u&#123;1b&#125;'],
]

const CODES: readonly (readonly [string, string])[] = [
  ['a/b_c.py', '`a/b_c.py`'],
  ['<b>', '`<b>`'],
  ['@me/#1', '`@me/#1`'],
  ['a|b', '<code>a&#124;b</code>'],
  ['a`b', '<code>a&#96;b</code>'],
  ['a\\b', '<code>a&#92;b</code>'],
  [' a', '<code>&#32;a</code>'],
  ['a\nb', '<code>a&#92;u&#123;a&#125;b</code>'],
  ['数|据', '<code>数&#124;据</code>'],
  ['', '<code></code>'],
]

describe('report/markdown', it => {
  it('has the verdict first, and lists that are folded', () => {
    isGolden(documentAsMarkdown(sample(), OPTIONS), 'report/sample.md')
  })

  it('makes nothing of the names in a zip', () => {
    isGolden(documentAsMarkdown(hostile(), OPTIONS), 'report/hostile.md')
  })

  it('has as many cells in each row as its table has headings', () => {
    let columns = 0
    for (const line of documentAsMarkdown(hostile(), OPTIONS).split('\n')) {
      if (!line.startsWith('|')) columns = 0
      else if (columns === 0) columns = line.split('|').length
      else assert.is(line.split('|').length, columns, line)
    }
  })

  for (const [text, expected] of ESCAPED) {
    it(`escapes ${JSON.stringify(text)}`, () => {
      assert.is(escaped(text), expected)
    })
  }
  for (const [text, expected] of CODES) {
    it(`writes ${JSON.stringify(text)} as code`, () => {
      assert.is(code(text), expected)
    })
  }

  it('takes backticks of a sentence for code', () => {
    assert.is(prose('Set `budget.zipped`: <b>'), 'Set `budget.zipped`: &#60;b&#62;')
    assert.is(prose('an odd ` alone'), 'an odd &#96; alone')
  })

  it('puts what has changed between the limits and the lists', () => {
    const markdown = documentAsMarkdown(sample(), { ...OPTIONS, changes: new Map([['api', '**changed**\n']]) })
    assert.ok(markdown.indexOf('**changed**') > markdown.indexOf('| unzipped |'))
    assert.ok(markdown.indexOf('**changed**') < markdown.indexOf('<details>'))
  })

  it('leaves lists out, then functions, where it would be too long', () => {
    const functions = Array.from({ length: 400 }, (_, place) =>
      testReport({
        name: `function-${place}`,
        files: Array.from({ length: 15 }, (_, file) => testFileRow(`${'folder/'.repeat(20)}${file}.py`, 100, 200)),
      }),
    )
    const document = { version: '1', functions, total: null }
    const full = documentAsMarkdown(document, OPTIONS)
    assert.ok(Buffer.byteLength(full) <= SUMMARY_BYTES)
    assert.ok(Buffer.byteLength(full) > SUMMARY_BYTES / 2)
    assert.match(full, 'function-399')
    for (const mostBytes of [1024, 10_000, 65_536, 300_000]) {
      const markdown = documentAsMarkdown(document, { ...OPTIONS, mostBytes })
      assert.ok(Buffer.byteLength(markdown) <= mostBytes, `${Buffer.byteLength(markdown)} of ${mostBytes}`)
      assert.ok(markdown.endsWith('\n'))
    }
    assert.match(documentAsMarkdown(document, { ...OPTIONS, mostBytes: 10_000 }), 'The rest is left out')
  })
})
