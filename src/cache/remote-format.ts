import { createHash } from 'node:crypto'
import { type Digest, decodeActionResult, encodeActionResult, type OutputFile } from '../formats/action-result.ts'
import type { FinishedStream } from './types.ts'

/** Part of every key, so that streams that were written otherwise are not found. */
const FORMAT = 'lpack streams 1'

/** Up to here a stream is in the answer itself: a request costs more than the bytes. */
const INLINE_BYTES = 65_536
/** What a file of an answer takes beside its stream, and what a server may add to all of them. */
const FILE_OVERHEAD_BYTES = 256
const RESULT_OVERHEAD_BYTES = 65_536

interface Wanted {
  readonly sha256: string
  readonly bytes: number
}

/** What a server says of one content. `blob`: the stream is in a place of its own. */
export type Offer =
  | { readonly kind: 'store' }
  | { readonly kind: 'inline'; readonly stream: Uint8Array }
  | { readonly kind: 'blob'; readonly digest: Digest }

export interface Blob {
  readonly sha256: string
  readonly stream: Uint8Array
}

/** Each content once, in order. */
export function distinct<T extends { readonly sha256: string }>(contents: readonly T[]): readonly T[] {
  return [...new Map(contents.map(content => [content.sha256, content])).values()]
}

/** Names the streams that an encoder makes of distinct contents. */
export function keyOf(encoderId: string, contents: readonly { readonly sha256: string }[]): string {
  const lines = [FORMAT, encoderId, ...contents.map(({ sha256 }) => sha256)]
  return sha256Of(`${lines.join('\n')}\n`)
}

/** The streams of distinct contents as an ActionResult, and those that must be where it points to. */
export function encodeStreams(finished: readonly FinishedStream[]): {
  readonly result: Uint8Array
  readonly blobs: readonly Blob[]
} {
  const blobs: Blob[] = []
  const files = finished.map((one): OutputFile => {
    // Servers that check what is pointed to have the empty file always.
    const stream = one.method === 'deflate' ? one.stream : new Uint8Array()
    const digest = { hash: sha256Of(stream), bytes: stream.length }
    const isInline = stream.length <= INLINE_BYTES
    if (!isInline) blobs.push({ sha256: digest.hash, stream })
    return { path: pathOf(one, one.method), digest, contents: isInline ? stream : new Uint8Array() }
  })
  return { result: encodeActionResult(files), blobs }
}

/** What is offered for each of the distinct contents; null if the bytes are no answer for them. */
export function decodeOffers(bytes: Uint8Array, contents: readonly Wanted[]): readonly Offer[] | null {
  const files = decodeActionResult(bytes, contents.length)
  if (files === null || files.length !== contents.length) return null
  const offers = files.map((file, place) => offerOf(file, contents[place]))
  const made = offers.filter(offer => offer !== null)
  return made.length === contents.length ? made : null
}

/** No answer for these contents is larger. */
export function mostResultBytes(contents: readonly Wanted[]): number {
  const most = ({ bytes }: Wanted) => Math.min(bytes, INLINE_BYTES) + FILE_OVERHEAD_BYTES
  return contents.reduce((sum, content) => sum + most(content), RESULT_OVERHEAD_BYTES)
}

function offerOf({ path, digest, contents }: OutputFile, wanted: Wanted | undefined): Offer | null {
  if (wanted === undefined) return null
  if (path === pathOf(wanted, 'store')) return { kind: 'store' }
  // What is no smaller than its content is stored.
  if (path !== pathOf(wanted, 'deflate') || digest.bytes === 0 || digest.bytes >= wanted.bytes) return null
  if (contents.length === 0) return { kind: 'blob', digest }
  // A copy, for the answer is to be forgotten.
  return contents.length === digest.bytes ? { kind: 'inline', stream: new Uint8Array(contents) } : null
}

function pathOf({ sha256 }: { readonly sha256: string }, method: FinishedStream['method']): string {
  return `${sha256}.${method}`
}

export function sha256Of(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex')
}
