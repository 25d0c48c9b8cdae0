import * as assert from 'uvu/assert'
import { compareSemver } from '../../src/formats/semver.ts'
import { describe } from '../helpers.ts'

// The order of https://semver.org/#spec-item-11, and numbers beyond what a double holds.
const ORDERED = [
  '0.9.10',
  '1.0.0-alpha',
  '1.0.0-alpha.1',
  '1.0.0-alpha.beta',
  '1.0.0-beta',
  '1.0.0-beta.2',
  '1.0.0-beta.11',
  '1.0.0-rc.1',
  '1.0.0',
  '1.0.90071992547409930',
  '1.0.90071992547409931',
  '2.0.0-0',
  '2.0.0',
  '10.0.0',
]

describe('npm versions', it => {
  it('come in the order of the standard', () => {
    for (const [at, a] of ORDERED.entries()) {
      for (const [place, b] of ORDERED.entries()) {
        assert.is(Math.sign(compareSemver(a, b) ?? Number.NaN), Math.sign(at - place), `${a} and ${b}`)
      }
    }
  })

  it('are the same whatever was built', () => assert.is(compareSemver('1.0.0+a', 'v1.0.0+b'), 0))

  it('are not told of what is none', () => {
    for (const text of ['', '1.0', 'latest', '1.0.0.0', 'git+ssh://x']) assert.is(compareSemver(text, '1.0.0'), null)
  })
})
