import * as assert from 'uvu/assert'
import { parseIni } from '../../src/formats/ini.ts'
import { describe } from '../helpers.ts'

const read = (text: string): unknown => JSON.parse(JSON.stringify(parseIni(text)))
const refuses = (text: string, part: string): void =>
  assert.throws(
    () => parseIni(text),
    (error: unknown) => error instanceof SyntaxError && error.message.includes(part),
  )

describe('pip.conf', it => {
  it('has sections, keys in one spelling, comments and values of several lines', () => {
    const text =
      '\uFEFF# mine\r\n[global]\r\nIndex_URL = https://a/simple#x ; kept\r\nextra-index-url=\r\n    https://b/simple\r\n\r\n    # not this\r\n\thttps://c/simple\r\n[install]\r\nno-index: true\r\n[global]\r\ntimeout = 1\r\ntimeout = 60'
    assert.equal(read(text), {
      global: {
        'index-url': 'https://a/simple#x ; kept',
        'extra-index-url': 'https://b/simple\nhttps://c/simple',
        timeout: '60',
      },
      install: { 'no-index': 'true' },
    })
  })

  it('treats names of JavaScript as names', () => {
    const ini = parseIni('[__proto__]\n__proto__ = 1\n[constructor]\n')
    assert.equal(
      Object.values(ini).map(section => Object.entries(section)),
      [[['--proto--', '1']], []],
    )
    assert.equal(Object.keys(ini), ['__proto__', 'constructor'])
    assert.is(parseIni('')['toString'], undefined)
  })

  it('names the line that it cannot read', () => {
    refuses('timeout = 60', 'line 1: a key stands before')
    refuses('[global]\n\nnonsense', 'line 3: a key needs `=`')
    refuses('[global', 'line 1: a section needs')
    refuses('[]', 'line 1: a section needs')
  })
})
