import * as assert from 'uvu/assert'
import { aliasesOf } from '../../src/files/zip-links.ts'
import { describe } from '../helpers.ts'
import { testFile } from '../worlds.ts'

describe('links of a zip', it => {
  it('lead to files, through each other too', () => {
    const links = [
      { path: 'a', target: 'lib' },
      { path: 'b/c', target: '../a/x.py' },
    ]
    assert.equal(
      aliasesOf(links, [testFile('lib/x.py', '')]).map(({ path }) => String(path)),
      ['a/x.py', 'b/c'],
    )
  })

  it('end when they lead in long circles, thousands of them', () => {
    const deep = 'a/'.repeat(2000)
    const circle = Array.from({ length: 41 }, (_, at) => ({ path: `${deep}k${at}`, target: `k${(at + 1) % 41}` }))
    const ways = Array.from({ length: 5000 }, (_, at) => ({ path: `way-${at}`, target: `${deep}k0` }))
    const start = performance.now()
    assert.equal(aliasesOf([...circle, ...ways], []), [])
    // Without a bound it is half an hour.
    assert.ok(performance.now() - start < 30_000)
  })
})
