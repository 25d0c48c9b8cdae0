import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { crc32 } from '../../src/formats/crc32.ts'

// Secrets are made when tests run: none stands in a file, where a scanner would find it.

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const BASE64 = `${BASE62}+/`
const BASE64URL = `${BASE62}-_`
const HEX = '0123456789abcdef'

/** Letters that look random, and are the same at each run. */
export function letters(count: number, alphabet = BASE62): string {
  let state = 88_172_645
  let text = ''
  while (text.length < count) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    text += alphabet.charAt((state >>> 0) % alphabet.length)
  }
  return text
}

/** With the checksum that GitHub and npm append. */
export function checksummed(prefix: string): string {
  const body = letters(30)
  let rest = crc32(Buffer.from(body))
  let digits = ''
  for (let place = 0; place < 6; place++) {
    digits = BASE62.charAt(rest % 62) + digits
    rest = Math.floor(rest / 62)
  }
  return prefix + body + digits
}

function pypiToken(): string {
  const head = [Buffer.from([2, 1, 8]), Buffer.from('pypi.org'), Buffer.from([2, 36]), Buffer.from(letters(36))]
  const tail = [Buffer.from([0, 0, 6, 32]), Buffer.from(letters(32))]
  return ['pypi', Buffer.concat([...head, ...tail]).toString('base64url')].join('-')
}

/** One of each kind that is known, by what it is called. */
export function tokens(): readonly (readonly [string, string])[] {
  return [
    ['a GitHub token', checksummed(['ghp', ''].join('_'))],
    ['a GitHub token', checksummed(['ghs', ''].join('_'))],
    ['a GitHub token', ['github', 'pat', letters(22), letters(59)].join('_')],
    ['a GitLab token', ['glpat', letters(20)].join('-')],
    ['an npm token', checksummed(['npm', ''].join('_'))],
    ['a PyPI token', pypiToken()],
    ['a Slack token', ['xoxb', letters(12, '0123456789'), letters(12, '9876543210'), letters(24)].join('-')],
    [
      'a Slack token',
      ['xapp', '1', letters(11, BASE62.slice(0, 36)), letters(12, '0123456789'), letters(64, HEX)].join('-'),
    ],
    [
      'the address of a Slack webhook',
      `https://hooks.slack.${'com/services'}/T0${letters(8, BASE62.slice(0, 36))}/B0${letters(8, BASE62.slice(0, 36))}/${letters(24)}`,
    ],
    ['a Stripe key', ['sk', 'live', letters(24)].join('_')],
    ['a SendGrid key', ['SG', letters(22, BASE64URL), letters(43, BASE62)].join('.')],
    ['a Google API key', `AI${'za'}${letters(35)}`],
    ['a Google OAuth client secret', ['GOCSPX', letters(28)].join('-')],
    ['a Hugging Face token', ['hf', letters(34)].join('_')],
    ['a DigitalOcean token', ['dop', 'v1', letters(64, HEX)].join('_')],
    ['an Anthropic key', ['sk', 'ant', 'api03', `${letters(93)}AA`].join('-')],
    ['an OpenAI key', ['sk', `${letters(20)}T3Blbk${'FJ'}${letters(20)}`].join('-')],
    ['an OpenAI key', ['sk', 'proj', `${letters(74)}T3Blbk${'FJ'}${letters(74)}`].join('-')],
    ['an Azure storage key', `Account${'Key'}=${letters(86, BASE64)}==`],
    ['an Azure shared access key', `SharedAccess${'Key'}=${letters(43, BASE64)}=`],
    ['an Entra client secret', `${letters(3)}8${'Q~'}${letters(34)}`],
    ['a Shopify token', ['shpat', letters(32, HEX)].join('_')],
    ['a Vault token', ['hvs', letters(95)].join('.')],
    ['a HCP Terraform token', [letters(14), 'atlasv1', letters(67)].join('.')],
    ['a Databricks token', ['da', 'pi', letters(32, HEX)].join('')],
    ['an Atlassian token', `ATA${'TT3'}${letters(186)}`],
    ['an age secret key', ['AGE', 'SECRET', 'KEY', `1${letters(58, 'QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L')}`].join('-')],
    ['an AWS secret access key', `id = ${awsKeyId()}\nsecret = ${letters(40, BASE64)}\n`],
  ]
}

export function awsKeyId(): string {
  return `AK${'IA'}${letters(16, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567')}`
}

export function awsSecret(): string {
  return letters(40, BASE64)
}

type Kind = 'pkcs8' | 'pkcs1' | 'sec1' | 'encrypted' | 'ed25519'

/** A new private key in PEM. */
export function privateKey(kind: Kind): string {
  const rsa = () => generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey
  const ec = () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey
  switch (kind) {
    case 'pkcs1':
      return rsa().export({ type: 'pkcs1', format: 'pem' }).toString()
    case 'sec1':
      return ec().export({ type: 'sec1', format: 'pem' }).toString()
    case 'ed25519':
      return generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    case 'encrypted':
      return ec()
        .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: randomBytes(8).toString('hex') })
        .toString()
    default:
      return rsa().export({ type: 'pkcs8', format: 'pem' }).toString()
  }
}

/** `-----BEGIN … KEY-----`, split so that no file has it whole. */
export function pem(label: string, body: string): string {
  return `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`
}

export const PRIVATE = ['PRIVATE', 'KEY'].join(' ')
