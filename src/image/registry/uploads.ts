import { UserError } from '../../errors.ts'
import { ExchangeFailure } from '../../system/exchange.ts'
import type { SendAnswer, SendRequest } from '../../system/system.ts'
import type { Descriptor } from '../types.ts'
import { hasBlob } from './blobs.ts'
import { isLoopback, isPrivate } from './hosts.ts'
import { refusalOf } from './refusals.ts'
import { askedWaitMs, isBusy, unreachable, waitBefore, withoutQuery } from './retry.ts'
import type { Session } from './session.ts'
import { hasCode } from './told.ts'

/** An upload that the registry has begun. */
export interface Begun {
  readonly url: string
  /** So many bytes are there. */
  readonly offset: number
  /** True if the bytes go by PATCH, and only the end is told by PUT: what is resumed, and where a registry won't take them by PUT. */
  readonly isPatched: boolean
}

export type BlobSource = { readonly path: string } | { readonly bytes: Uint8Array }

/** What came in between. */
interface Setback {
  /** Told if there is no end to it. */
  readonly reason: UserError
  readonly waitMs: number | null
  /** `otherwise`: anew, by PATCH instead of PUT or the other way round, for not every registry takes both. */
  readonly next: 'resume' | 'anew' | 'otherwise'
}

/** An upload that was cut has not used up a retry if it got this much further. */
const REAL_PROGRESS_BYTES = 1_048_576

/**
 * Mounts a blob of another repository. null: it is there; else how an upload of it can go on, or that it must be begun. Whatever the
 * registry has against mounting, the upload will tell if it matters.
 */
export async function mountBlob(session: Session, digest: string, from: string): Promise<Begun | 'none' | null> {
  if (!session.auth.canMount()) return 'none'
  const query = new URLSearchParams({ mount: digest, from })
  const url = `${session.urlOf('blobs/uploads/')}?${query}`
  const answer = await session.ask({ method: 'POST', url }).catch((error: unknown) => {
    if (error instanceof ExchangeFailure) return null
    throw error
  })
  if (answer?.status === 201) return null
  return answer?.status === 202 ? { url: uploadUrl(session, answer), offset: 0, isPatched: false } : 'none'
}

/** Uploads a blob whole; after a cut it asks what has arrived and goes on from there. See Repository.uploadBlob. */
export async function uploadBlob(
  session: Session,
  blob: Descriptor,
  source: BlobSource,
  mounted: Begun | null,
): Promise<void> {
  const { patience } = session.system.network
  let begun = mounted
  let failures = 0
  let isPatched = false
  for (;;) {
    begun ??= await begin(session, blob, isPatched)
    const setback = await attempt(session, blob, source, begun)
    if (setback === null) return
    failures++
    if (failures > patience.retries) throw setback.reason
    await waitBefore(failures, setback.waitMs, session.system)
    // The answer alone may have been lost.
    const canResume = setback.next === 'resume'
    if (canResume && (await hasBlob(session, blob.digest))) return
    if (setback.next === 'otherwise') isPatched = !begun.isPatched
    const resumed: Begun | null = canResume ? await stateOf(session, begun, blob) : null
    if (resumed !== null && resumed.offset - begun.offset >= REAL_PROGRESS_BYTES) failures = 0
    begun = resumed
  }
}

async function begin(session: Session, blob: Descriptor, isPatched: boolean): Promise<Begun> {
  const answer = await session.askPatiently({ method: 'POST', url: session.urlOf('blobs/uploads/') })
  if (answer.status !== 202) throw refusalOf(session, `take the blob ${blob.digest}`, answer)
  return { url: uploadUrl(session, answer), offset: 0, isPatched }
}

/** null: the blob is there. */
async function attempt(session: Session, blob: Descriptor, source: BlobSource, begun: Begun): Promise<Setback | null> {
  const onSent = (bytes: number) => session.showSent(blob, begun.offset + bytes)
  try {
    let url = begun.url
    let body: SendRequest['body'] = bodyOf(source, begun.offset, blob.size)
    if (begun.isPatched) {
      const range = `${begun.offset}-${blob.size - 1}`
      const part = begun.offset === 0 ? {} : { 'content-range': range }
      const headers = { 'content-type': 'application/octet-stream', ...part }
      const taken = await session.ask({ method: 'PATCH', url, headers, body, onSent })
      if (taken.status !== 202) return setbackOf(session, blob, taken, true)
      url = uploadUrl(session, taken)
      body = null
    }
    const headers = { 'content-type': 'application/octet-stream' }
    const answer = await session.ask({ method: 'PUT', url: withDigest(url, blob.digest), headers, body, onSent })
    if ([200, 201, 204].includes(answer.status)) return null
    return setbackOf(session, blob, answer, begun.isPatched)
  } catch (error) {
    if (!(error instanceof ExchangeFailure)) throw error
    const reason = unreachable(begun.url, error)
    if (error.isFinal) throw reason
    return { reason, waitMs: null, next: 'resume' }
  }
}

function bodyOf(source: BlobSource, offset: number, size: number): SendRequest['body'] {
  if ('bytes' in source) return source.bytes.subarray(offset)
  return { path: source.path, offset, bytes: size - offset }
}

/** What another try may get over; throws what it can't. */
function setbackOf(session: Session, { digest }: Descriptor, answer: SendAnswer, wasPatched: boolean): Setback {
  const doing = `take the blob ${digest}`
  const waitMs = askedWaitMs(answer)
  if (isBusy(answer)) return { reason: refusalOf(session, doing, answer), waitMs, next: 'resume' }
  const isLost = hasCode(answer, 'BLOB_UPLOAD_UNKNOWN', 'BLOB_UPLOAD_INVALID', 'UNSUPPORTED')
  const isOdd = isLost || [404, 405, 416, 501].includes(answer.status)
  if (hasCode(answer, 'DIGEST_INVALID')) {
    const reason = new UserError('REGISTRY_DIGEST_WRONG', session.where, 'an upload', digest, 'other bytes')
    return { reason, waitMs, next: 'anew' }
  }
  if (isOdd || wasPatched) return { reason: refusalOf(session, doing, answer), waitMs, next: 'otherwise' }
  throw refusalOf(session, doing, answer)
}

/** What has arrived of an upload; null if that isn't known, or nothing has. */
async function stateOf(session: Session, { url }: Begun, { size }: Descriptor): Promise<Begun | null> {
  const answer = await session.askPatiently({ method: 'GET', url })
  // A single byte looks like none. https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-a-blob-in-chunks
  const last = Number(/^(?:bytes=)?0-([1-9]\d*)$/.exec(answer.headers['range'] ?? '')?.[1] ?? 'NaN')
  const isUsable = answer.status === 204 && last < size
  if (!isUsable) return null
  return {
    url: answer.headers['location'] === undefined ? url : uploadUrl(session, answer),
    offset: last + 1,
    isPatched: true,
  }
}

/**
 * Where an upload goes on. Only https, or this machine's own registry, and never an address inside of this network that isn't the
 * registry's own. Credentials stay with the registry whatever it says.
 */
function uploadUrl({ where, origin }: Session, answer: SendAnswer): string {
  const location = answer.headers['location'] ?? ''
  if (location === '' || !URL.canParse(location, answer.url)) {
    throw new UserError(
      'REGISTRY_ODD',
      where,
      `it takes uploads, and names ${location === '' ? 'no place' : 'what is no place'} for them`,
    )
  }
  const url = new URL(location, answer.url)
  const own = new URL(origin)
  const unsafe = (why: string) => new UserError('REGISTRY_UPLOAD_UNSAFE', where, withoutQuery(url.href), why)
  const isPlainHere = own.protocol === 'http:' && url.protocol === 'http:' && isLoopback(url.hostname)
  if (url.protocol !== 'https:' && !isPlainHere) throw unsafe("which isn't https")
  const isOther = url.hostname !== own.hostname
  if (isOther && isPrivate(url.hostname) && !isPlainHere) throw unsafe('an address inside of this network')
  return url.href
}

function withDigest(upload: string, digest: string): string {
  const url = new URL(upload)
  url.searchParams.set('digest', digest)
  return url.href
}
