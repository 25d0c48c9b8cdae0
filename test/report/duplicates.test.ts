import * as assert from 'uvu/assert'
import type { PackageSize } from '../../src/model.ts'
import { duplicatesOf, isWorthTelling } from '../../src/report/duplicates.ts'
import { describe } from '../helpers.ts'

describe('report/duplicates', it => {
  it('tells files of the same bytes, with what all but the first weigh', () => {
    const files = [
      file('c/LICENSE', 100, 'one', 60),
      file('a/LICENSE', 100, 'one', 61),
      file('b/LICENSE', 100, 'one', 62),
      file('alone', 100, 'other', 60),
      file('unread', 100, null, 60),
    ]
    assert.equal(duplicatesOf(files, []), [
      { kind: 'content', paths: ['a/LICENSE', 'b/LICENSE', 'c/LICENSE'], bytes: 100, zippedBytes: 122 },
    ])
  })

  it('tells packages in several versions, with what all but the largest weigh', () => {
    const packages = [pkg('a', '2.0.0', 50), pkg('a', '10.0.0', 70), pkg('b', '1.0.0', 90), pkg('a', '1.0.0', 60)]
    assert.equal(duplicatesOf([], packages), [
      { kind: 'versions', name: 'a', versions: ['1.0.0', '10.0.0', '2.0.0'], zippedBytes: 110 },
    ])
  })

  it('puts the most wasteful first', () => {
    const files = [
      file('x', 1, 'small', 5),
      file('y', 1, 'small', 5),
      file('v', 9, 'large', 50),
      file('w', 9, 'large', 50),
    ]
    const found = duplicatesOf(files, [pkg('a', '1', 20), pkg('a', '2', 30)])
    assert.equal(
      found.map(({ zippedBytes }) => zippedBytes),
      [50, 20, 5],
    )
    // A few bytes twice are not worth a word to people.
    assert.equal(found.map(isWorthTelling), [false, true, false])
  })
})

function file(path: string, bytes: number, sha256: string | null, zippedBytes: number) {
  return { path, bytes, sha256, zippedBytes }
}

function pkg(name: string, version: string, zippedBytes: number): PackageSize {
  const id = `${name}@${version}`
  return { id, name, version, bytes: 1, zippedBytes, files: 1, requiredBy: [], licence: null }
}
