import * as assert from 'uvu/assert'
import { parseNetrc } from '../../src/formats/netrc.ts'
import { describe } from '../helpers.ts'

const refuses = (text: string, part: string): void =>
  assert.throws(
    () => parseNetrc(text),
    (error: unknown) => error instanceof SyntaxError && error.message.includes(part),
  )

describe('.netrc', it => {
  it('gives machines, then the default', () => {
    const text =
      '# mine\nmachine a.example login me password "s p\\"x" account z\nmachine b.example\n\tpassword #hash\\ x\n  # comment machine no\n\tuser you\nmacdef init\ncd /x\nlogin none\n\ndefault login anonymous password a@b\n'
    assert.equal(parseNetrc(text), [
      { machine: 'a.example', login: 'me', password: 's p"x' },
      { machine: 'b.example', login: 'you', password: '#hash x' },
      { machine: null, login: 'anonymous', password: 'a@b' },
    ])
    assert.equal(parseNetrc(''), [])
  })

  it('names the line that it cannot read, without its secrets', () => {
    refuses('machine a\nlogin', 'line 2: a value is missing after `login`')
    refuses('login me', 'line 1: "login" stands where')
    refuses('machine a password "open\n', 'line 1: a quote has no end')
    assert.throws(
      () => parseNetrc('machine a login b\npassword my secret'),
      (error: unknown) =>
        error instanceof SyntaxError && /^line 2: /.test(error.message) && !/secret/.test(error.message),
    )
  })
})
