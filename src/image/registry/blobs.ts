import { UserError } from '../../errors.ts'
import { isSha256Digest } from '../../formats/image-reference.ts'
import { Refused } from '../../system/network-failure.ts'
import type { Descriptor } from '../types.ts'
import { refusalOf } from './refusals.ts'
import { userAgentOf } from './retry.ts'
import type { Session } from './session.ts'

/** See Repository.hasBlob. */
export async function hasBlob(session: Session, digest: string): Promise<boolean> {
  const answer = await session.askPatiently({ method: 'HEAD', url: blobUrl(session, digest) })
  if (answer.status === 200) return true
  if (answer.status === 404) return false
  throw refusalOf(session, `say whether it has the blob ${digest}`, answer)
}

/** See Repository.downloadBlob. */
export async function downloadBlob(session: Session, blob: Descriptor, path: string): Promise<void> {
  const { system, where } = session
  const { bytes, sha256 } = await downloadWithAuth(session, blob, path).catch((error: unknown) => {
    throw error instanceof Refused ? refusedBlob(session, blob, error.status) : error
  })
  const got = `sha256:${sha256}`
  if (got === blob.digest && bytes === blob.size) return
  await system.disk.remove(path)
  const [wanted, has] = got === blob.digest ? [`${blob.size} bytes`, `${bytes}`] : [blob.digest, got]
  throw new UserError('REGISTRY_DIGEST_WRONG', where, `the blob ${blob.digest}`, wanted, has)
}

/** See Repository.tailOf. */
export async function tailOf(session: Session, blob: Descriptor, length: number): Promise<Uint8Array | null> {
  const start = Math.max(0, blob.size - length)
  const answer = await session.askPatiently({
    method: 'GET',
    url: blobUrl(session, blob.digest),
    headers: { range: `bytes=${start}-${blob.size - 1}` },
    maxBytes: blob.size - start,
  })
  if (answer.status === 206) return answer.isWhole && answer.body.length === blob.size - start ? answer.body : null
  if (answer.status === 200 || answer.status === 416) return null
  throw refusedBlob(session, blob, answer.status)
}

function downloadWithAuth(session: Session, blob: Descriptor, path: string) {
  const { system, where } = session
  const url = blobUrl(session, blob.digest)
  const attempt = async () => {
    const authorization = await session.auth.header()
    return system.network.download({
      url,
      path,
      headers: { 'user-agent': userAgentOf(system), ...(authorization === null ? {} : { authorization }) },
      maxBytes: blob.size,
      signal: system.signal,
      onProgress: bytes => system.progress.show(`downloading from ${where}`, bytes, blob.size),
    })
  }
  return attempt().catch(async (error: unknown) => {
    if (!(error instanceof Refused) || error.status !== 401) throw error
    // Renews what has expired.
    await session.askPatiently({ method: 'HEAD', url })
    return attempt()
  })
}

function refusedBlob(session: Session, { digest }: Descriptor, status: number): UserError {
  if (status === 404) return new UserError('BLOB_UNKNOWN', session.where, digest)
  return refusalOf(session, `give the blob ${digest}`, { status, body: new Uint8Array() })
}

function blobUrl(session: Session, digest: string): string {
  if (!isSha256Digest(digest)) throw new UserError('IMAGE_DIGEST_UNSUPPORTED', `A blob of ${session.where}`, digest)
  return session.urlOf(`blobs/${digest}`)
}
