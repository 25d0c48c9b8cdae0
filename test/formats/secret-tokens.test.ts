import * as assert from 'uvu/assert'
import { makeTokenFinder } from '../../src/formats/secret-tokens.ts'
import { describe } from '../helpers.ts'
import { awsKeyId, awsSecret, checksummed, letters, tokens } from './secrets.ts'

const findTokens = makeTokenFinder()

describe('formats/secret-tokens', it => {
  for (const [what, token] of tokens()) {
    it(`finds ${what} wherever it stands (${token.slice(0, 6)}…)`, () => {
      for (const text of [
        token,
        `KEY = "${token}"\n`,
        `const key='${token}';`,
        `{"key":"a\\n${token}\\n"}`,
        `key:\t${token}`,
      ]) {
        assert.equal(
          findTokens(text).map(one => one.what),
          [what],
          text.replaceAll(token, '…'),
        )
      }
    })
  }

  it('says where it is', () => {
    assert.equal(findTokens(`line\n  ${checksummed('npm_')}`), [{ what: 'an npm token', index: 7 }])
  })

  it('tells each kind once', () => {
    const all = tokens().map(([, token]) => token)
    assert.is(findTokens([...all, ...all].join('\n')).length, new Set(tokens().map(([what]) => what)).size)
  })

  const changed = (token: string) => token.slice(0, -1) + (token.endsWith('0') ? '1' : '0')
  const NONE: [string, string][] = [
    ['a GitHub token whose checksum is wrong', changed(checksummed('ghp_'))],
    ['an npm token whose checksum is wrong', changed(checksummed('npm_'))],
    ['a GitHub token of x', `ghp_${'x'.repeat(36)}`],
    ['the beginning of a name', `npm_${letters(36).toLowerCase()}_config`],
    ['a token that is part of a longer word', `my${checksummed('ghp_')}`],
    ['a pattern for tokens', 'ghp_[0-9A-Za-z]{36}|sk_live_[0-9a-zA-Z]{24}'],
    ['a Stripe key for tests', ['sk', 'test', letters(24)].join('_')],
    ['a placeholder', `sk_live_your${letters(20)}`],
    ['a key that counts', `AIza${'SyA1234567890abcdefghijklmnopqrstuv'}`],
    ['a Hugging Face token of one letter', `hf_${'a'.repeat(34)}`],
    ['a function whose name starts so', `hf_${'download_the_model_from_somewhere_x'}`],
    ['a documented Slack token', ['xoxb', '123456789012', '1234567890123', 'abcdefghijklmnopqrstuvwx'].join('-')],
    [
      'the public key of the Azure emulator',
      `AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq${'/K1SZFPTOtr/KBHBeksoGMGw=='}`,
    ],
    ['an AWS key id alone', `AWS_ACCESS_KEY_ID=${awsKeyId()}`],
    ['an AWS key id beside a commit', `${awsKeyId()} ${letters(40, '0123456789abcdef')}`],
    ['an AWS key id far from a secret', `${awsKeyId()}${'\n'.repeat(2000)}${awsSecret()}`],
    [
      "the example keys of AWS's documents",
      `aws_access_key_id = AKIA${'IOSFODNN7EXAMPLE'}\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG/${'bPxRfiCYEXAMPLEKEY'}`,
    ],
    ['a real key id beside the example secret', `${awsKeyId()}\nwJalrXUtnFEMI/K7MDENG/${'bPxRfiCYEXAMPLEKEY'}`],
    ['what merely starts like a PyPI token', `pypi-${'AgEIcHlwaS5vcmc'}${letters(120)}`],
    ['a package of the name', 'import SG.model; sk-learn; pypi-AgE'],
  ]
  for (const [name, text] of NONE) {
    it(`finds nothing in ${name}`, () => {
      assert.equal(findTokens(text), [])
    })
  }

  it('is not slow on what almost matches', () => {
    const text = `${'sk-'.repeat(100_000)}${'gh'.repeat(100_000)}${'xoxb-1234567890-'.repeat(20_000)}${'sk-a'.repeat(50_000)}`
    const start = performance.now()
    findTokens(text)
    assert.ok(performance.now() - start < 1000, `${performance.now() - start} ms`)
  })
})
