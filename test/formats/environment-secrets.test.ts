import * as assert from 'uvu/assert'
import { secretVariables } from '../../src/formats/environment-secrets.ts'
import { describe } from '../helpers.ts'
import { awsKeyId, awsSecret, checksummed, letters, privateKey, tokens } from './secrets.ts'

describe('formats/environment-secrets', it => {
  it('names the variables of tokens and private keys, and not what they hold', () => {
    const found = secretVariables({
      STAGE: 'live',
      NPM: checksummed('npm_'),
      KEY: privateKey('sec1').toString(),
      HEADER: `Bearer ${checksummed('ghp_')}`,
    })
    assert.equal(found, [
      { name: 'HEADER', what: 'a GitHub token' },
      { name: 'KEY', what: 'a private key' },
      { name: 'NPM', what: 'an npm token' },
    ])
  })

  for (const [what, token] of tokens()) {
    it(`finds ${what} (${token.slice(0, 6)}…)`, () => {
      assert.equal(secretVariables({ VALUE: token }), [{ name: 'VALUE', what }])
    })
  }

  it('finds the secret of an AWS key beside its id, which is none', () => {
    const secret = awsSecret()
    assert.equal(secretVariables({ THE_SECRET: secret, THE_ID: awsKeyId(), OTHER: 'x' }), [
      { name: 'THE_SECRET', what: 'an AWS secret access key' },
    ])
    assert.equal(secretVariables({ THE_SECRET: secret }), [])
    assert.equal(secretVariables({ THE_ID: awsKeyId() }), [])
  })

  it('takes usual values for what they are', () => {
    const environment = { TABLE: 'orders', URL: 'https://example.com/v1', COMMIT: letters(40, '0123456789abcdef') }
    assert.equal(secretVariables(environment), [])
  })
})
