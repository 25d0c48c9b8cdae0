// https://www.rfc-editor.org/rfc/rfc7468, https://www.rfc-editor.org/rfc/rfc5958
const SEQUENCE = 0x30
const INTEGER = 0x02
const OCTETS = 0x04

/** Where a text holds a private key, and of which kind. */
export interface FoundKey {
  readonly what: string
  readonly index: number
}

/** https://github.com/openssh/openssh-portable/blob/master/ssh-keygen.c (SSH_COM_PRIVATE_KEY_MAGIC) */
const SSH2_MAGIC = '3f6ff9eb'

const KEY_HEAD =
  /-----BEGIN (?:([A-Z0-9]+) )?(?:(ENCRYPTED) )?PRIVATE KEY( BLOCK)?-----|---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----|PuTTY-User-Key-File-[123]: \S+/g

/** No private key in text is longer, in characters. */
const KEY_TEXT = 32_768

/**
 * The first private key in a text that has a body: certificates, public keys, and the mere words are none.
 * In a string of a program or of JSON its lines may end in `\n`.
 */
export function findPrivateKey(text: string): FoundKey | null {
  for (const match of text.matchAll(KEY_HEAD)) {
    const [head, kind = ''] = match
    const body = text.slice(match.index + head.length, match.index + head.length + KEY_TEXT)
    if (head.startsWith('PuTTY')) {
      if (/Private-Lines: \d+\r?\n[0-9A-Za-z+/]{16}/.test(body))
        return { what: 'a PuTTY private key', index: match.index }
    } else if (isKeyBody(kind, body)) {
      return { what: whatOf(head, kind), index: match.index }
    }
  }
  return null
}

function whatOf(head: string, kind: string): string {
  if (kind === 'PGP') return 'a PGP private key'
  if (kind === 'OPENSSH' || head.includes('SSH2')) return 'an SSH private key'
  return 'a private key'
}

function isKeyBody(kind: string, text: string): boolean {
  const end = text.search(/-{4,5} ?END /)
  if (end === -1) return false
  const { headers, bytes } = bytesOf(text.slice(0, end))
  // In the old format of OpenSSL the whole body is encrypted, and so is all of SSH2's and PGP's that could be looked at.
  if (/Proc-Type: ?4, ?ENCRYPTED/.test(headers)) return bytes.length >= 32 && bytes.length % 8 === 0
  if (kind === 'OPENSSH') return bytes.toString('latin1', 0, 15) === 'openssh-key-v1\0'
  if (kind === 'PGP') return bytes.length >= 64 && ((bytes[0] ?? 0) & 0x80) !== 0
  if (bytes.toString('hex', 0, 4) === SSH2_MAGIC) return true
  return isPrivateKeyDer(bytes)
}

/** What is between head and end, without the string or comment that it may be written in. */
function bytesOf(text: string): { readonly headers: string; readonly bytes: Buffer } {
  const lines = text.split(/(?:\\+[rn]|[\r\n])+/).map(line => line.replace(/^\s*(?:\/\/|[*#])\s+/, ''))
  const isHeader = (line: string) => /^[\s"'`]*[A-Za-z-]+: ?\S/.test(line)
  const body = lines
    .filter(line => !isHeader(line))
    .map(unquoted)
    // The checksum of PGP.
    .filter(line => !/^=[0-9A-Za-z+/]{4}$/.test(line))
    .join('')
  // AWS's documents show whole keys with this word in them.
  const isBase64 = /^[0-9A-Za-z+/]+={0,2}$/.test(body) && !body.includes('EXAMPLE')
  return { headers: lines.filter(isHeader).join('\n'), bytes: Buffer.from(isBase64 ? body : '', 'base64') }
}

/** A + beside a quote joins strings; else it is of base64. */
function unquoted(line: string): string {
  return line.replaceAll(/["'`]\s*\+\s*(?=["'`]|$)|^\s*\+\s*(?=["'`])/g, '').replaceAll(/["'`,;\s\\()]/g, '')
}

/** True for a whole private key in DER: PKCS #1, PKCS #8, encrypted PKCS #8, SEC 1 or DSA's old format. */
export function isPrivateKeyDer(bytes: Uint8Array): boolean {
  const outer = elementAt(bytes, 0)
  if (outer === null || outer.tag !== SEQUENCE || outer.end > bytes.length || outer.end - outer.start < 24) return false
  const first = elementAt(bytes, outer.start)
  if (first === null) return false
  const second = elementAt(bytes, first.end)
  if (second === null || second.end > outer.end) return false
  // EncryptedPrivateKeyInfo: the algorithm, then the encrypted octets, and no more.
  if (first.tag === SEQUENCE)
    return second.tag === OCTETS && second.end === outer.end && isAlgorithm(bytes, first.start)
  if (first.tag !== INTEGER || first.end - first.start !== 1 || (bytes[first.start] ?? 9) > 1) return false
  const third = elementAt(bytes, second.end)
  if (second.tag === SEQUENCE) return third?.tag === OCTETS && isAlgorithm(bytes, second.start)
  return second.tag === OCTETS || (second.tag === INTEGER && third?.tag === INTEGER)
}

function isAlgorithm(bytes: Uint8Array, at: number): boolean {
  return elementAt(bytes, at)?.tag === 0x06
}

interface Element {
  readonly tag: number
  readonly start: number
  readonly end: number
}

function elementAt(bytes: Uint8Array, at: number): Element | null {
  const tag = bytes[at]
  const short = bytes[at + 1]
  if (tag === undefined || short === undefined) return null
  if (short < 0x80) return { tag, start: at + 2, end: at + 2 + short }
  const places = short & 0x7f
  if (places === 0 || places > 4 || at + 2 + places > bytes.length) return null
  const length = bytes.subarray(at + 2, at + 2 + places).reduce((sum, byte) => sum * 256 + byte, 0)
  return { tag, start: at + 2 + places, end: at + 2 + places + length }
}

/** pkcs-12-keyBag and pkcs-12-pkcs8ShroudedKeyBag. https://www.rfc-editor.org/rfc/rfc7292#section-4.2 */
const KEY_BAGS = ['01', '02'].map(last => Buffer.from(`060b2a864886f70d010c0a01${last}`, 'hex'))
const JKS = 0xfeedfeed
const JCEKS = 0xcececece
const CERTIFICATE_ENTRY = 2

/** True for a keystore (PKCS #12, JKS or JCEKS) in which a key stands; one of trusted certificates alone is public. */
export function isKeystoreWithKey(content: Uint8Array): boolean {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength)
  if (bytes.length < 12) return false
  if (bytes[0] === SEQUENCE) return KEY_BAGS.some(bag => bytes.includes(bag))
  return [JKS, JCEKS].includes(bytes.readUInt32BE(0)) && hasKeyEntry(bytes)
}

/** Entries stand one after the other; those before a key's are certificates, whose lengths lead on. */
function hasKeyEntry(bytes: Buffer): boolean {
  let at = 12
  const skip = (lengthBytes: 2 | 4): void => {
    at += lengthBytes + (at + lengthBytes <= bytes.length ? bytes.readUIntBE(at, lengthBytes) : bytes.length)
  }
  for (let left = bytes.readUInt32BE(8); left > 0 && at + 4 <= bytes.length; left--) {
    if (bytes.readUInt32BE(at) !== CERTIFICATE_ENTRY) return true
    at += 4
    skip(2)
    at += 8
    skip(2)
    skip(4)
  }
  return false
}
