import { readFileSync } from 'node:fs'
import { rootCertificates } from 'node:tls'
import * as assert from 'uvu/assert'
import { findPrivateKey, isKeystoreWithKey, isPrivateKeyDer } from '../../src/formats/private-key.ts'
import { describe } from '../helpers.ts'
import { letters, PRIVATE, pem, privateKey } from './secrets.ts'

const folded = (text: string) => text.replaceAll(/(.{64})/g, '$1\n')
const openssh = () =>
  folded(Buffer.concat([Buffer.from('openssh-key-v1\0'), Buffer.from(letters(300))]).toString('base64'))

describe('formats/private-key', it => {
  for (const kind of ['pkcs1', 'pkcs8', 'sec1', 'encrypted', 'ed25519'] as const) {
    it(`finds a ${kind} key as a file, in JSON, in code and indented`, () => {
      const key = privateKey(kind)
      const texts = [
        key,
        key.replaceAll('\n', '\r\n'),
        JSON.stringify({ key }),
        JSON.stringify(JSON.stringify({ key })),
        `KEY = (\n${key
          .trim()
          .split('\n')
          .map(line => `    "${line}\\n"`)
          .join('\n')}\n)`,
        `const key = '${key.trim().split('\n').join("\\n' +\n  '")}'`,
        `key: |\n${key.replaceAll(/^/gm, '    ')}`,
        `# ${key.trim().replaceAll('\n', '\n# ')}`,
        `KEY="${key.trim().replaceAll('\n', ' ')}"`,
      ]
      for (const text of texts) assert.is(findPrivateKey(text)?.what, 'a private key', text.slice(0, 40))
    })

    it(`knows a ${kind} key in DER`, () => {
      const der = Buffer.from(privateKey(kind).replaceAll(/-.*-|\s/g, ''), 'base64')
      assert.ok(isPrivateKeyDer(der))
      assert.not.ok(isPrivateKeyDer(der.subarray(0, -1)))
    })
  }

  const OTHERS: [string, string, string][] = [
    ['an OpenSSH key', pem(`OPENSSH ${PRIVATE}`, openssh()), 'an SSH private key'],
    [
      'an encrypted key of the old kind',
      pem(`RSA ${PRIVATE}`, `Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0A0B\n\n${folded(letters(320))}`),
      'a private key',
    ],
    [
      'a PGP key',
      pem(
        `PGP ${PRIVATE} BLOCK`,
        `Version: GnuPG v2\n\n${folded(Buffer.concat([Buffer.from([0x95, 3]), Buffer.from(letters(250))]).toString('base64'))}\n=aB3d`,
      ),
      'a PGP private key',
    ],
    [
      'a PuTTY key',
      `PuTTY-User-Key-File-${'2'}: ssh-rsa\nEncryption: none\nPrivate-Lines: 8\n${letters(64)}\n`,
      'a PuTTY private key',
    ],
  ]
  for (const [name, text, what] of OTHERS) {
    it(`finds ${name}`, () => {
      assert.is(findPrivateKey(`text\n${text}`)?.what, what)
    })
  }

  const key = privateKey('pkcs8')
  const NONE: [string, string][] = [
    ['a bundle of public certificates', rootCertificates.join('\n')],
    ['a public key', pem('PUBLIC KEY', folded(letters(300)))],
    ['the words in code', `if line == "-----BEGIN ${PRIVATE}-----": return parse(lines, "-----END ${PRIVATE}-----")`],
    ['a pattern', `/-----BEGIN (?:RSA )?${PRIVATE}-----[\\s\\S]+-----END (?:RSA )?${PRIVATE}-----/`],
    ['documents with a shortened key', pem(PRIVATE, 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASC...\n...')],
    ['a placeholder', pem(PRIVATE, 'YOUR PRIVATE KEY HERE')],
    ['a placeholder of letters', pem(`RSA ${PRIVATE}`, 'x'.repeat(640))],
    ["a key of AWS's documents", `${key.slice(0, 300)}${'EXAMPLE'}${key.slice(307)}`],
    ['a key without its end', key.slice(0, 400)],
    ['a key whose middle is left out', `${key.slice(0, 200)}\n${key.slice(-120)}`],
    ['random base64', pem(`EC ${PRIVATE}`, folded(letters(320)))],
  ]
  for (const [name, text] of NONE) {
    it(`finds nothing in ${name}`, () => {
      assert.is(findPrivateKey(text), null)
    })
  }

  it('finds the key behind the words', () => {
    assert.is(findPrivateKey(`"-----BEGIN ${PRIVATE}-----" ${'-'.repeat(10)}\n${key}`)?.what, 'a private key')
  })

  it('tells a keystore with a key from one of certificates alone', () => {
    const bag = Buffer.from('060b2a864886f70d010c0a0102', 'hex')
    assert.ok(isKeystoreWithKey(Buffer.concat([Buffer.from('30820400', 'hex'), Buffer.alloc(40), bag])))
    assert.not.ok(isKeystoreWithKey(Buffer.concat([Buffer.from('30820400', 'hex'), Buffer.alloc(60)])))
    assert.ok(isKeystoreWithKey(jks(2, 1)))
    assert.ok(isKeystoreWithKey(jks(1)))
    assert.not.ok(isKeystoreWithKey(jks(2, 2)))
    assert.not.ok(isKeystoreWithKey(jks(2, 2).subarray(0, 30)))
    assert.not.ok(isKeystoreWithKey(Buffer.from('not a keystore at all')))
  })

  it('survives random and cut bytes', () => {
    const der = Buffer.from(privateKey('pkcs1').replaceAll(/-.*-|\s/g, ''), 'base64')
    let state = 1
    const next = () => {
      state = (state * 1_103_515_245 + 12_345) & 0x7fffffff
      return state >>> 8
    }
    for (let round = 0; round < 3000; round++) {
      const bytes = Buffer.from(round % 2 === 0 ? der : jks(2, 2, 1)).subarray(0, next() % 400)
      for (let edit = 0; edit < 4 && bytes.length > 0; edit++) bytes[next() % bytes.length] = next() & 0xff
      isPrivateKeyDer(bytes)
      isKeystoreWithKey(bytes)
      findPrivateKey(pem(PRIVATE, bytes.toString(round % 3 === 0 ? 'latin1' : 'base64')))
    }
  })

  it('is not slow on heads without ends', () => {
    const start = performance.now()
    findPrivateKey(`-----BEGIN ${PRIVATE}-----\n`.repeat(5000))
    findPrivateKey(`-----BEGIN ${PRIVATE}-----\n${'A'.repeat(2_000_000)}`)
    assert.ok(performance.now() - start < 1500, `${performance.now() - start} ms`)
  })

  it('is not about this file', () => {
    const source = readFileSync(new URL(import.meta.url), 'utf8')
    assert.is(findPrivateKey(source), null)
  })
})

/** A keystore of Java with entries of these kinds: 1 key, 2 certificate. */
function jks(...kinds: readonly number[]): Buffer {
  const number = (value: number, bytes: number) => {
    const buffer = Buffer.alloc(bytes)
    buffer.writeUIntBE(value, 0, bytes)
    return buffer
  }
  const text = (value: string) => Buffer.concat([number(value.length, 2), Buffer.from(value)])
  const entries = kinds.map(kind =>
    Buffer.concat([
      number(kind, 4),
      text('alias'),
      Buffer.alloc(8),
      ...(kind === 2 ? [text('X.509'), number(20, 4), Buffer.alloc(20)] : [number(20, 4), Buffer.alloc(24)]),
    ]),
  )
  return Buffer.concat([number(0xfeedfeed, 4), number(2, 4), number(kinds.length, 4), ...entries])
}
