import { crc32 } from './crc32.ts'

/** A secret in a text. Its value is never told. */
export interface FoundSecret {
  /** What it is, such as "a GitHub token". */
  readonly what: string
  /** Where it starts. */
  readonly index: number
}

interface TokenRule {
  readonly what: string
  /** The two letters that the pattern can begin with, by which a search skips; several where they differ. */
  readonly starts: readonly string[]
  /** What stands before or after it is no letter, digit, `_` or `-`. */
  readonly pattern: string
  /** What its issuer builds in, beyond the pattern. null: the letters must look random. */
  readonly isGenuine: ((token: string) => boolean) | null
}

/** Tokens that are recognised by how they are written. Sources: the issuers, and gitleaks' rules, which name their own. https://github.com/gitleaks/gitleaks/blob/master/config/gitleaks.toml */
const RULES: readonly TokenRule[] = [
  // https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/
  { what: 'a GitHub token', starts: ['gh'], pattern: 'gh[pousr]_[0-9A-Za-z]{36}', isGenuine: hasChecksum },
  {
    what: 'a GitHub token',
    starts: ['gi'],
    pattern: 'github_pat_[0-9A-Za-z]{22}_[0-9A-Za-z]{59}',
    isGenuine: null,
  },
  // https://docs.gitlab.com/security/tokens/#token-prefixes
  {
    what: 'a GitLab token',
    starts: ['gl'],
    pattern: 'gl(?:pat|dt|rt|soat|cbt|ptt|ft|imt|agent)-[0-9A-Za-z_-]{20}',
    isGenuine: null,
  },
  {
    what: 'a GitLab token',
    starts: ['gl'],
    pattern: 'gl(?:pat|dt|rt|soat)-[0-9A-Za-z_-]{27,300}\\.[0-9a-z]{2}[0-9a-z]{7}',
    isGenuine: null,
  },
  // https://github.blog/changelog/2021-09-23-npm-has-a-new-access-token-format/
  { what: 'an npm token', starts: ['np'], pattern: 'npm_[0-9A-Za-z]{36}', isGenuine: hasChecksum },
  // https://pypi.org/help/#apitoken: a macaroon of pypi.org or test.pypi.org.
  { what: 'a PyPI token', starts: ['py'], pattern: 'pypi-AgE[IN][A-Za-z0-9_-]{80,1000}', isGenuine: isMacaroon },
  // https://api.slack.com/concepts/token-types
  {
    what: 'a Slack token',
    starts: ['xo'],
    pattern: 'xoxb-[0-9]{8,14}-(?:[0-9]{8,14}-)?[0-9A-Za-z]{18,34}',
    isGenuine: null,
  },
  {
    what: 'a Slack token',
    starts: ['xo'],
    pattern: 'xox[pesr](?:-[0-9]{8,14}){3}-[0-9A-Za-z]{28,64}',
    isGenuine: null,
  },
  { what: 'a Slack token', starts: ['xo'], pattern: 'xox[ar]-(?:[0-9]-)?[0-9A-Za-z]{24,48}', isGenuine: null },
  {
    what: 'a Slack token',
    starts: ['xa'],
    pattern: 'xapp-[0-9]-[A-Z0-9]{8,14}-[0-9]{8,14}-[0-9a-f]{64}',
    isGenuine: null,
  },
  {
    what: 'the address of a Slack webhook',
    starts: ['ho'],
    pattern: 'hooks\\.slack\\.com/services/T[0-9A-Z]{8,12}/B[0-9A-Z]{8,12}/[0-9A-Za-z]{24}',
    isGenuine: token => looksRandom(token.slice(token.lastIndexOf('/') + 1)),
  },
  // https://docs.stripe.com/keys
  { what: 'a Stripe key', starts: ['sk', 'rk'], pattern: '[sr]k_live_[0-9A-Za-z]{24,247}', isGenuine: null },
  // https://www.twilio.com/docs/sendgrid/ui/account-and-settings/api-keys
  { what: 'a SendGrid key', starts: ['SG'], pattern: 'SG\\.[0-9A-Za-z_-]{22}\\.[0-9A-Za-z_-]{43}', isGenuine: null },
  // https://docs.cloud.google.com/docs/authentication/api-keys
  { what: 'a Google API key', starts: ['AI'], pattern: 'AIza[0-9A-Za-z_-]{35}', isGenuine: null },
  { what: 'a Google OAuth client secret', starts: ['GO'], pattern: 'GOCSPX-[0-9A-Za-z_-]{28}', isGenuine: null },
  // https://huggingface.co/docs/hub/security-tokens
  { what: 'a Hugging Face token', starts: ['hf'], pattern: 'hf_[A-Za-z0-9]{34}', isGenuine: null },
  // https://docs.digitalocean.com/reference/api/create-personal-access-token/
  { what: 'a DigitalOcean token', starts: ['do'], pattern: 'do[opr]_v1_[0-9a-f]{64}', isGenuine: null },
  // https://github.com/gitleaks/gitleaks/blob/master/cmd/generate/config/rules/anthropic.go
  {
    what: 'an Anthropic key',
    starts: ['sk'],
    pattern: 'sk-ant-(?:api03|admin01|oat01|ort01)-[0-9A-Za-z_-]{93}AA',
    isGenuine: null,
  },
  // T3BlbkFJ is "OpenAI" in base64. https://github.com/gitleaks/gitleaks/blob/master/cmd/generate/config/rules/openai.go
  {
    what: 'an OpenAI key',
    starts: ['sk'],
    pattern: 'sk-(?:(?:proj|svcacct|admin|None)-)?[0-9A-Za-z_-]{20,90}T3BlbkFJ[0-9A-Za-z_-]{20,90}',
    isGenuine: null,
  },
  // https://learn.microsoft.com/azure/storage/common/storage-account-keys-manage: 64 bytes. The one of the emulator is public.
  {
    what: 'an Azure storage key',
    starts: ['Ac'],
    pattern: 'AccountKey=[0-9A-Za-z+/]{86}==',
    isGenuine: token =>
      looksRandom(token) && !token.includes('Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6'),
  },
  {
    what: 'an Azure shared access key',
    starts: ['Sh'],
    pattern: 'SharedAccessKey=[0-9A-Za-z+/]{43}=',
    isGenuine: null,
  },
  // https://learn.microsoft.com/purview/sit-defn-client-secret-api-key
  {
    what: 'an Entra client secret',
    starts: ['Q~'],
    pattern: '(?<=(?:(?<![\\w~.-])|(?<=\\\\[nrt]))[0-9A-Za-z_~.]{3}[0-9])Q~[0-9A-Za-z_~.-]{31,34}',
    isGenuine: null,
  },
  // https://shopify.dev/docs/apps/build/authentication-authorization
  { what: 'a Shopify token', starts: ['sh'], pattern: 'shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}', isGenuine: null },
  // https://developer.hashicorp.com/vault/docs/concepts/tokens
  { what: 'a Vault token', starts: ['hv'], pattern: 'hvs\\.[0-9A-Za-z_-]{90,120}', isGenuine: null },
  {
    what: 'a HCP Terraform token',
    starts: ['.a'],
    pattern: '(?<=(?:(?<![\\w-])|(?<=\\\\[nrt]))[0-9A-Za-z]{14})\\.atlasv1\\.[0-9A-Za-z_-]{60,70}',
    isGenuine: null,
  },
  // https://docs.databricks.com/dev-tools/auth/pat.html
  { what: 'a Databricks token', starts: ['da'], pattern: 'dapi[0-9a-f]{32}', isGenuine: null },
  // https://support.atlassian.com/atlassian-account/docs/manage-api-tokens-for-your-atlassian-account/
  { what: 'an Atlassian token', starts: ['AT'], pattern: 'ATATT3[0-9A-Za-z_=-]{186}', isGenuine: null },
  // https://age-encryption.org/v1: Bech32.
  {
    what: 'an age secret key',
    starts: ['AG'],
    pattern: 'AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}',
    isGenuine: token => looksRandom(token.slice(-58)),
  },
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-prefixes; alone it is no secret.
  { what: 'an AWS secret access key', starts: ['AK', 'AS'], pattern: 'A[KS]IA[A-Z2-7]{16}', isGenuine: null },
]

const AWS_KEY_ID = /^A[KS]IA/

/** Texts longer than this are not searched further for what belongs to an AWS key id, in characters to each side. */
const NEARBY = 400

let known: Searches | null = null

/** Finds secrets in text after text. */
export function makeTokenFinder(): (text: string) => readonly FoundSecret[] {
  // The patterns take milliseconds to make, which counts where many small artifacts are checked.
  known ??= makeSearches()
  const searches = known
  return text => findTokens(text, searches)
}

/**
 * Secrets of known kinds in a text, in its order, the first of each kind. Examples and placeholders are none.
 * Only words that are as long as a token are looked at, which few of a program's are.
 */
function findTokens(text: string, searches: Searches): readonly FoundSecret[] {
  const found = new Map<string, FoundSecret>()
  for (let [start, end] = longWord(text, 0); start < text.length; [start, end] = longWord(text, end)) {
    for (let at = start; at < end - 1; at++) {
      for (const { rule, pattern } of searches[pairAt(text, at)] ?? []) {
        pattern.lastIndex = at
        const value = pattern.exec(text)?.[0]
        if (value === undefined || found.has(rule.what) || !isSecret(text, { value, index: at }, rule)) continue
        found.set(rule.what, { what: rule.what, index: at })
      }
    }
  }
  return [...found.values()]
}

interface Search {
  readonly rule: TokenRule
  readonly pattern: RegExp
}

/** The rules by the two letters that a token begins with, as a number. */
type Searches = readonly (readonly Search[] | undefined)[]

function makeSearches(): Searches {
  const searches: Search[][] = []
  for (const rule of RULES) {
    const search = { rule, pattern: new RegExp(rule.pattern, 'y') }
    for (const start of rule.starts) searches[pairAt(start, 0)] = [...(searches[pairAt(start, 0)] ?? []), search]
  }
  return Array.from({ length: 128 * 128 }, (_, pair) => searches[pair])
}

/** Two letters of ASCII as one number. */
function pairAt(text: string, at: number): number {
  return text.charCodeAt(at) * 128 + text.charCodeAt(at + 1)
}

interface FoundToken {
  readonly value: string
  readonly index: number
}

/** The shortest token of the rules is an AWS key id. */
const SHORTEST = 20

const LETTERS = Uint8Array.from({ length: 128 }, (_, code) => (/[\w.~+/=-]/.test(String.fromCharCode(code)) ? 1 : 0))

/** Start and end of the next run of at least SHORTEST letters that tokens are written with; looks at one letter in several. */
function longWord(text: string, from: number): readonly [number, number] {
  const isLetter = (at: number) => LETTERS[text.charCodeAt(at)] === 1
  let start = from
  while (start + SHORTEST <= text.length) {
    let at = start + SHORTEST - 1
    while (at >= start && isLetter(at)) at--
    if (at >= start) {
      start = at + 1
      continue
    }
    let end = start + SHORTEST
    while (end < text.length && isLetter(end)) end++
    return [start, end]
  }
  return [text.length, text.length]
}

function isSecret(text: string, token: FoundToken, rule: TokenRule): boolean {
  if (!standsAlone(text, token, rule)) return false
  return AWS_KEY_ID.test(token.value) ? hasSecretNearby(text, token) : isGenuine(rule, token.value)
}

function isGenuine(rule: TokenRule, token: string): boolean {
  return rule.isGenuine === null ? looksRandom(token) : rule.isGenuine(token)
}

/** Part of a longer word it is no token; behind an escape in a string (`\n`) it is one. */
function standsAlone(text: string, { value, index }: FoundToken, { pattern }: TokenRule): boolean {
  if (/[\w-]/.test(text.charAt(index + value.length))) return false
  if (pattern.startsWith('(?<=') || !/[\w-]/.test(text.charAt(index - 1))) return true
  return /^\\[nrt]$/.test(text.slice(index - 2, index))
}

const STAND_INS =
  /example|sample|placeholder|dummy|fake|redacted|secret|password|your|changeme|insert|replace|notreal|x{4}|0{6}|1{6}|a{6}|\.{3}|\*{3}|1234567|abcdef|qwert/i

/** False for what people write where a secret would stand. */
function looksRandom(value: string): boolean {
  return !STAND_INS.test(value) && entropyOf(value) >= Math.min(3.2, Math.log2(value.length) - 1) && !hasRun(value)
}

/** Bits a character. */
function entropyOf(value: string): number {
  const counts = new Map<string, number>()
  for (const letter of value) counts.set(letter, (counts.get(letter) ?? 0) + 1)
  return [...counts.values()].reduce((sum, count) => sum - (count / value.length) * Math.log2(count / value.length), 0)
}

/** Seven neighbours of the alphabet, as in bcdefgh or 2345678, or the same letter five times. */
function hasRun(value: string): boolean {
  let rising = 1
  let same = 1
  for (let at = 1; at < value.length; at++) {
    const step = value.charCodeAt(at) - value.charCodeAt(at - 1)
    rising = step === 1 ? rising + 1 : 1
    same = step === 0 ? same + 1 : 1
    if (rising >= 7 || same >= 5) return true
  }
  return false
}

/** An id is public; with its secret, 40 characters of base64, it lets in. */
function hasSecretNearby(text: string, { value, index }: FoundToken): boolean {
  if (STAND_INS.test(value)) return false
  const around = text.slice(Math.max(0, index - NEARBY), index + NEARBY)
  const candidates = around.match(/(?<![0-9A-Za-z+/])[0-9A-Za-z+/]{40}(?![0-9A-Za-z+/=])/g) ?? []
  return candidates.some(
    one => /[a-z]/.test(one) && /[A-Z]/.test(one) && /[0-9]/.test(one) && entropyOf(one) > 4 && looksRandom(one),
  )
}

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** The last six characters are the CRC-32 of what is between them and the prefix, in base 62. */
function hasChecksum(token: string): boolean {
  const body = token.slice(token.indexOf('_') + 1, -6)
  let rest = crc32(Buffer.from(body))
  let digits = ''
  for (let place = 0; place < 6; place++) {
    digits = BASE62.charAt(rest % 62) + digits
    rest = Math.floor(rest / 62)
  }
  return token.endsWith(digits)
}

/** Version 2, whose last field is a signature of 32 bytes. https://github.com/rescrv/libmacaroons/blob/master/doc/format.txt */
function isMacaroon(token: string): boolean {
  const bytes = Buffer.from(token.slice('pypi-'.length), 'base64url')
  const location = bytes.toString('latin1', 3, 3 + (bytes[2] ?? 0))
  return /^(?:test\.)?pypi\.org$/.test(location) && bytes.at(-34) === 6 && bytes.at(-33) === 32 && bytes.at(-35) === 0
}
