import { UserError } from '../errors.ts'
import { finding } from '../findings.ts'
import {
  findCredential,
  isCredentialFile,
  isEnvironmentFile,
  isServiceAccountKey,
  isTerraformState,
  setsVariable,
} from '../formats/credential-files.ts'
import { makePattern } from '../formats/glob.ts'
import { findPrivateKey, isKeystoreWithKey, isPrivateKeyDer } from '../formats/private-key.ts'
import { makeTokenFinder } from '../formats/secret-tokens.ts'
import type { FileEntry, Finding } from '../model.ts'
import { contentOf, headOf, type Subject } from './subject.ts'

/** Of a larger file only so much is looked at, in bytes: secrets are not written at the end of data. */
const MOST_BYTES = 5 * 1024 * 1024
/** In so many first bytes a binary file has a NUL, as git has it. */
const BINARY_HEAD_BYTES = 8000

/** Files of packages that no owner is known for. */
const OF_PACKAGES = /(?:^|\/)(?:node_modules|site-packages|dist-packages)\//
const REPOSITORY = /^(?:.*\/)?\.(?:git|hg|svn)(?=\/(?:HEAD|config|objects\/|hgrc|store\/|wc\.db|entries))/
const KEYSTORE = /\.(?:p12|pfx|jks|jceks|keystore)$/i
const DER_KEY = /\.(?:der|key|pk8)$/i
/** No secret is written into these, and they are the bulk of the bytes. */
const DATA =
  /\.(?:so(?:\.[\d.]+)?|node|wasm|png|jpe?g|gif|webp|ico|woff2?|ttf|otf|gz|bz2|xz|zst|zip|whl|jar|parquet|npy|npz|onnx|pdf|mp[34])$/i

/**
 * Secrets in the function's own files. Says where one is and of which kind, never what it is.
 * Throws UserError PATTERN_MATCHES_NOTHING for a pattern of `leaks.allow`.
 */
export async function checkLeaks(subject: Subject): Promise<Finding[]> {
  const { config } = subject.plan
  const own = subject.fileSet.files.filter(({ owner, path }) => owner === null && !OF_PACKAGES.test(path))
  const allowed = allowedOf(subject, own)
  const forbidden = own.filter(file => !allowed.has(file))
  const repositories = new Set(forbidden.flatMap(({ path }) => REPOSITORY.exec(path)?.[0] ?? []))
  const findings = [...repositories].map(path => finding('LEAK_REPOSITORY', path, path))
  const findTokens = makeTokenFinder()
  for (const file of forbidden) {
    const isCommitted = [...repositories].some(folder => file.path.startsWith(`${folder}/`))
    if (isCommitted || file.bytes === 0 || DATA.test(file.path)) continue
    const { text, holdsKey } = await lookInto(file, subject)
    if (holdsKey) findings.push(finding('LEAK_PRIVATE_KEY', file.path, file.path, 'a private key'))
    else if (text !== null) findings.push(...textFindings(file.path, text, findTokens))
  }
  return findings.map(one => ({ ...one, severity: config.leaks.severity }))
}

function allowedOf({ plan: { config } }: Subject, own: readonly FileEntry[]): ReadonlySet<FileEntry> {
  const allowed = new Set<FileEntry>()
  for (const text of config.leaks.allow) {
    const { matches } = makePattern(text)
    const matching = own.filter(({ path }) => matches(path))
    if (matching.length === 0) {
      throw new UserError(
        'PATTERN_MATCHES_NOTHING',
        config.name,
        'leaks.allow',
        text,
        'what is packed of the function itself',
      )
    }
    for (const file of matching) allowed.add(file)
  }
  return allowed
}

interface Look {
  /** null: it is binary. */
  readonly text: string | null
  readonly holdsKey: boolean
}

async function lookInto(file: FileEntry, subject: Subject): Promise<Look> {
  if (KEYSTORE.test(file.path)) {
    return { text: null, holdsKey: isKeystoreWithKey(await contentOf(file, subject)) }
  }
  const bytes = await firstBytes(file, subject)
  return { text: textOf(bytes), holdsKey: DER_KEY.test(file.path) && isPrivateKeyDer(bytes) }
}

/** All of a small file, the first of a large one; of a large one that is binary the head is enough. */
async function firstBytes(file: FileEntry, subject: Subject): Promise<Uint8Array> {
  if (file.bytes <= BINARY_HEAD_BYTES * 8) return contentOf(file, subject)
  const head = await headOf(file, BINARY_HEAD_BYTES, subject)
  if (textOf(head) === null) return head
  return file.bytes > MOST_BYTES ? headOf(file, MOST_BYTES, subject) : contentOf(file, subject)
}

/** null: binary. All that secrets are written with is ASCII, so a byte is a character. */
function textOf(bytes: Uint8Array): string | null {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  // What PowerShell writes.
  if (buffer[0] === 0xff && buffer[1] === 0xfe) return buffer.toString('utf16le', 2)
  return buffer.subarray(0, BINARY_HEAD_BYTES).includes(0) ? null : buffer.toString('latin1')
}

function textFindings(path: string, text: string, findTokens: ReturnType<typeof makeTokenFinder>): Finding[] {
  if (isTerraformState(path, text)) return [finding('LEAK_TERRAFORM_STATE', path, path)]
  if (isEnvironmentFile(path) && setsVariable(text)) return [finding('ENV_FILE_PACKED', path, path)]
  const place = (index: number) => `${path}:${lineOf(text, index)}`
  const key = text.includes('PRIVATE KEY') || text.includes('PuTTY-User-Key') ? findPrivateKey(text) : null
  const credential = isCredentialFile(path) ? findCredential(path, text) : null
  const what = key !== null && isServiceAccountKey(text) ? 'a key of a Google Cloud service account' : key?.what
  return [
    ...(key === null || what === undefined ? [] : [finding('LEAK_PRIVATE_KEY', path, place(key.index), what)]),
    ...(credential === null ? [] : [finding('LEAK_CREDENTIAL', path, place(credential.index), credential.what)]),
    // The file's own rule says it already.
    ...(credential === null ? findTokens(text) : []).map(one =>
      finding('LEAK_TOKEN', path, place(one.index), one.what),
    ),
  ]
}

function lineOf(text: string, index: number): number {
  let line = 1
  for (let at = text.indexOf('\n'); at !== -1 && at < index; at = text.indexOf('\n', at + 1)) line++
  return line
}
