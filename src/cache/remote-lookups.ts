import { ExchangeFailure } from '../system/exchange.ts'
import { type Allowance, makeAllowance } from './allowance.ts'
import type { Breaker } from './breaker.ts'
import { decodeOffers, distinct, keyOf, mostResultBytes, type Offer, sha256Of } from './remote-format.ts'
import type { RemoteRequest, RemoteServer } from './remote-server.ts'
import type { Batch, FinishedStream, RemoteCache } from './types.ts'
import { verifiedStore, verifiedStream } from './verified.ts'

export interface RemoteTools {
  readonly server: RemoteServer
  readonly encoderId: string
  /** The user's interruption. */
  readonly signal: AbortSignal
  readonly breaker: Breaker
  /** What the server has under a name that is not its hash; it must be sent again. */
  readonly damaged: Set<string>
}

/** A timer may fire a little before its time. */
const TIMER_SLACK_MS = 20

/** All lookups of a run together take no longer than `allowedMs` says of the bytes that were looked for. */
export function makeLookups(tools: RemoteTools): RemoteCache['get'] {
  const { signal, breaker } = tools
  const allowance = makeAllowance()
  return async batch => {
    signal.throwIfAborted()
    if (breaker.isOff() || batch.length === 0) return null
    const contents = distinct(batch)
    const bytes = contents.reduce((sum, content) => sum + content.bytes, 0)
    return allowance.during(bytes, async () => {
      try {
        const found = await lookUp(contents, allowance, tools)
        breaker.worked()
        return found === null ? null : inOrderOf(batch, found)
      } catch (error) {
        signal.throwIfAborted()
        if (!(error instanceof ExchangeFailure)) throw error
        if (allowance.leftMs() <= TIMER_SLACK_MS) breaker.turnOff('it answers more slowly than compressing takes')
        else breaker.failed(error.message)
        return null
      }
    })
  }
}

function inOrderOf(batch: Batch, found: readonly FinishedStream[]): readonly FinishedStream[] | null {
  const bySha256 = new Map(found.map(finished => [finished.sha256, finished]))
  const streams = batch.map(({ sha256 }) => bySha256.get(sha256)).filter(finished => finished !== undefined)
  return streams.length === batch.length ? streams : null
}

async function lookUp(contents: Batch, allowance: Allowance, tools: RemoteTools): Promise<FinishedStream[] | null> {
  const { encoderId } = tools
  const request = { folder: 'ac', key: keyOf(encoderId, contents), maxBytes: mostResultBytes(contents) } as const
  const result = await fetchBytes(request, allowance, tools)
  if (result === null) return null
  const offers = decodeOffers(result, contents)
  if (offers === null) throw new ExchangeFailure('its answer for a batch makes no sense')
  const found: FinishedStream[] = []
  // One after another, so that one content is in memory at a time.
  for (const [place, content] of contents.entries()) {
    const offer = offers[place]
    const finished = offer === undefined ? null : await finish(offer, content, allowance, tools)
    if (finished === null) return null
    found.push(finished)
  }
  return found
}

async function finish(
  offer: Offer,
  content: Batch[number],
  allowance: Allowance,
  tools: RemoteTools,
): Promise<FinishedStream | null> {
  if (offer.kind === 'store') return verifiedStore(await content.read(), content)
  const stream = offer.kind === 'inline' ? offer.stream : await fetchBlob(offer.digest, allowance, tools)
  if (stream === null) return null
  const finished = await verifiedStream(stream, content)
  if (finished === null) throw new ExchangeFailure('it sent a stream of another content')
  return finished
}

async function fetchBlob(
  { hash, bytes }: { readonly hash: string; readonly bytes: number },
  allowance: Allowance,
  tools: RemoteTools,
): Promise<Uint8Array | null> {
  const blob = await fetchBytes({ folder: 'cas', key: hash, maxBytes: bytes }, allowance, tools)
  if (blob !== null && (blob.length !== bytes || sha256Of(blob) !== hash)) {
    tools.damaged.add(hash)
    throw new ExchangeFailure('it sent other bytes than it was asked for')
  }
  return blob
}

/** Null if there are none. */
async function fetchBytes(
  place: Pick<RemoteRequest, 'folder' | 'key' | 'maxBytes'>,
  allowance: Allowance,
  { server, breaker }: RemoteTools,
): Promise<Uint8Array | null> {
  const fixed = { method: 'GET', body: null, signal: breaker.signal } as const
  const { status, body } = await server.ask({ ...fixed, ...place, deadlineMs: allowance.leftMs() })
  if (status === 200) return body
  if (status === 404 || status === 410) return null
  if (status === 401 || status === 403) breaker.turnOff(`it answered ${status}, so it wants other credentials`)
  throw new ExchangeFailure(`it answered ${status}`)
}
