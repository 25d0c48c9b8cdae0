import * as assert from 'uvu/assert'
import { parseToml } from '../../src/formats/toml.ts'
import { describe } from '../helpers.ts'

describe('TOML', it => {
  it('gives tables, a byte order mark or not', () => {
    const table = parseToml('\uFEFF[[package]]\r\nname = "a"\r\ndependencies = [{ name = "b", marker = "x" }]\r\n')
    // Tables have no prototype.
    assert.equal(JSON.parse(JSON.stringify(table)), {
      package: [{ name: 'a', dependencies: [{ name: 'b', marker: 'x' }] }],
    })
  })

  it('names line and column of what it cannot read', () => {
    assert.throws(
      () => parseToml('[a]\nb = 1\nc = = 2\n'),
      (error: unknown) =>
        error instanceof SyntaxError && /^line 3, column 5: \S/.test(error.message) && !error.message.includes('\n'),
    )
  })
})
