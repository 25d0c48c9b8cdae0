import * as assert from 'uvu/assert'
import { checkLeaks } from '../../src/check/leaks.ts'
import { makeSubject } from '../../src/check/subject.ts'
import { describe, inTemporaryFolder } from '../helpers.ts'
import { testFileSet, testPlan } from '../worlds.ts'
import { DISTRIBUTIONS, VERSIONS_OF } from './distributions.ts'
import { collect } from './packed.ts'
import { pin } from './pip.ts'
import { systemWith } from './python-tools.ts'

const PLATFORM = { python: '3.12', architecture: 'x86_64' } as const

/** Distributions that publish the private keys of their tests, and every one of these. */
const WITH_KEYS: Readonly<Record<string, readonly string[]>> = {
  gevent: [
    'gevent/tests/2_7_keycert.pem:1',
    'gevent/tests/badcert.pem:1',
    'gevent/tests/keycert.pem:1',
    'gevent/tests/server.key:1',
    'gevent/tests/test_server.key:1',
    'gevent/tests/wrongcert.pem:1',
  ],
  jwcrypto: ['jwcrypto/tests.py:181'],
  tornado: ['tornado/test/test.key:1'],
  twisted: [
    'twisted/conch/test/keydata.py:179',
    'twisted/conch/test/test_keys.py:335',
    'twisted/test/key.pem.no_trailing_newline:1',
    'twisted/test/server.pem:71',
  ],
}

describe('leaks in published code', it => {
  it(`finds nothing in ${DISTRIBUTIONS.length} distributions, taken for a function's own files`, () =>
    inTemporaryFolder(async dir => {
      const names = DISTRIBUTIONS.map(({ name }) => name)
      const { found, count } = await leaksIn(names, dir)
      assert.ok(count >= names.length)
      assert.equal(found, [])
    }))

  it('finds the keys that are published for tests, and nothing else', () =>
    inTemporaryFolder(async dir => {
      const { found } = await leaksIn(Object.keys(WITH_KEYS), dir)
      const expected = Object.values(WITH_KEYS).flat()
      assert.equal(
        found,
        expected.map(place => `LEAK_PRIVATE_KEY ${place} holds a private key`),
      )
    }))
})

/** Code and place of what is found in all files of the distributions and of what they require. */
async function leaksIn(names: readonly string[], dir: string) {
  const pinned = await pin(names, { day: VERSIONS_OF, platform: PLATFORM, dir })
  const { files, packages } = await collect(pinned, PLATFORM, 'none', dir)
  const own = files.map(file => ({ ...file, owner: null }))
  const findings = await checkLeaks(makeSubject(testPlan(dir), testFileSet(own), await systemWith('none')))
  return {
    found: findings.map(({ code, message }) => `${code} ${message.split('. ')[0]}`).sort(),
    count: packages.length,
  }
}
