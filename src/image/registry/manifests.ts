import { createHash } from 'node:crypto'
import { UserError } from '../../errors.ts'
import type { SendAnswer } from '../../system/system.ts'
import type { ComposedManifest, Repository } from '../types.ts'
import { refusalOf } from './refusals.ts'
import type { Session } from './session.ts'
import { toldBy } from './told.ts'

type FetchedManifest = Awaited<ReturnType<Repository['manifest']>>

/** Registries refuse larger ones. https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-manifests */
const MOST_BYTES = 4 * 1_048_576

/** Images and indexes, of OCI and of Docker. A registry has none for who doesn't name its type. */
const MEDIA_TYPES = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
]

/** See Repository.manifest. */
export async function fetchManifest(session: Session, reference: string): Promise<FetchedManifest> {
  const { where, purpose } = session
  const answer = await session.askPatiently({
    method: 'GET',
    url: session.urlOf(`manifests/${reference}`),
    headers: { accept: MEDIA_TYPES.join(', ') },
    maxBytes: MOST_BYTES,
  })
  if (answer.status === 404) {
    throw new UserError('IMAGE_UNKNOWN', purpose.registry, purpose.repository, reference, toldBy(answer))
  }
  if (answer.status !== 200) throw refusalOf(session, `give the manifest ${reference}`, answer)
  if (!answer.isWhole) throw new UserError('REGISTRY_ODD', where, `the manifest ${reference} has more than 4 MiB`)
  const digest = digestOf(answer.body)
  const wanted = reference.includes(':') ? reference : (answer.headers['docker-content-digest'] ?? digest)
  if (wanted !== digest) {
    throw new UserError('REGISTRY_DIGEST_WRONG', where, `the manifest ${reference}`, wanted, digest)
  }
  return { mediaType: mediaTypeOf(session, reference, answer), digest, bytes: answer.body }
}

/** See Repository.putManifest. */
export async function putManifest(session: Session, reference: string, manifest: ComposedManifest): Promise<void> {
  const answer = await session.askPatiently({
    method: 'PUT',
    url: session.urlOf(`manifests/${reference}`),
    headers: { 'content-type': manifest.mediaType },
    body: manifest.bytes,
  })
  if (answer.status < 200 || answer.status > 299) throw refusalOf(session, `take the manifest ${reference}`, answer)
  const got = answer.headers['docker-content-digest'] ?? manifest.digest
  if (got !== manifest.digest) {
    throw new UserError('REGISTRY_DIGEST_WRONG', session.where, `the manifest ${reference}`, manifest.digest, got)
  }
}

export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

/** What the document says of itself counts, as it is covered by the digest. */
function mediaTypeOf({ where }: Session, reference: string, { headers, body }: SendAnswer): string {
  const own = documentOf(body)?.['mediaType']
  const told = headers['content-type']?.replace(/\s*;.*$/s, '').toLowerCase()
  const mediaType = typeof own === 'string' ? own : told
  const known = MEDIA_TYPES.find(one => one === mediaType)
  if (documentOf(body) !== null && known !== undefined) return known
  const what = documentOf(body) === null ? 'no JSON object' : `of the type ${JSON.stringify(mediaType ?? '')}`
  throw new UserError('REGISTRY_ODD', where, `the manifest ${reference} is ${what}`)
}

function documentOf(bytes: Uint8Array): Readonly<Record<string, unknown>> | null {
  try {
    const document: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'))
    const isObject = typeof document === 'object' && document !== null && !Array.isArray(document)
    return isObject ? (document as Readonly<Record<string, unknown>>) : null
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}
