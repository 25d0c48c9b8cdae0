import { createHash } from 'node:crypto'
import { open, rm } from 'node:fs/promises'
import { UserError } from '../errors.ts'
import { percentDecoded } from '../formats/url-text.ts'
import { type Answer, type FetchOptions, type Line, onLine, persist, type Watch, watched } from './line.ts'
import { Refused, Transient, Unreachable, withoutCredentials } from './network-failure.ts'
import type { DownloadRequest } from './system.ts'

type Headers = Readonly<Record<string, string>>

const MAX_REDIRECTS = 10
/** A cut download that got this much further has not used up a retry. */
const REAL_PROGRESS_BYTES = 1 << 20

/** The text behind a URL, whatever its status. */
export function get(line: Line, url: string, headers: Headers) {
  return persist(line, line.signal, url, isLast =>
    watched(line, line.signal, async watch => {
      const { answer, at } = await ask(line, watch, documentAt(url, headers))
      if (isWorthRetrying(answer.status) && !isLast) throw await later(answer)
      const pieces: Uint8Array[] = []
      for await (const piece of piecesOf(answer, watch)) pieces.push(piece)
      const contentType = answer.headers.get('content-type') ?? ''
      return { status: answer.status, url: at, contentType, text: Buffer.concat(pieces).toString('utf8') }
    }),
  )
}

/** A file, written to disk while it is hashed; the file is removed when this throws. */
export async function download(line: Line, request: DownloadRequest) {
  const sink = await openSink(request.path)
  try {
    await persist(line, request.signal, request.url, isLast =>
      watched(line, request.signal, watch => fetchInto(sink, { line, request, watch, isLast })),
    )
    await sink.close()
    return { bytes: sink.received(), sha256: sink.sha256() }
  } catch (error) {
    await sink.close()
    await rm(request.path, { force: true })
    throw error
  }
}

interface Attempt {
  readonly line: Line
  readonly request: DownloadRequest
  readonly watch: Watch
  readonly isLast: boolean
}

async function fetchInto(sink: Sink, { line, request, watch, isLast }: Attempt): Promise<void> {
  // Compressed transfer would make Content-Length and ranges speak of other bytes than the file's.
  const headers = { ...request.headers, 'accept-encoding': 'identity', ...sink.resumeHeaders() }
  const { answer } = await ask(line, watch, documentAt(request.url, headers))
  if (isWorthRetrying(answer.status) && !isLast) throw await later(answer)
  const range = rangeOf(answer)
  if (answer.status === 416 || (answer.status === 206 && range?.start !== sink.received())) {
    await discard(answer)
    await sink.restart(null)
    throw new Transient('the server mixed up the parts of the file')
  }
  if (answer.status !== 200 && answer.status !== 206) {
    await discard(answer)
    throw new Refused(withoutCredentials(request.url), answer.status)
  }
  if (answer.status === 200) await sink.restart(validatorOf(answer))
  const start = sink.received()
  const end = range?.total ?? lengthOf(answer)
  const isFurther = () => sink.canResume() && sink.received() - start >= REAL_PROGRESS_BYTES
  try {
    for await (const piece of piecesOf(answer, watch)) {
      if (sink.received() + piece.length > request.maxBytes) {
        throw new UserError('DOWNLOAD_TOO_LARGE', withoutCredentials(request.url), request.maxBytes)
      }
      await sink.write(piece)
      request.onProgress(sink.received())
    }
  } catch (error) {
    throw error instanceof Transient ? new Transient(error.message, null, isFurther()) : error
  }
  if (end !== null && sink.received() < end) {
    throw new Transient(`the answer ended after ${sink.received()} of ${end} bytes`, null, isFurther())
  }
}

type Sink = Awaited<ReturnType<typeof openSink>>

async function openSink(path: string) {
  const handle = await open(path, 'w')
  let hash = createHash('sha256')
  let received = 0
  let validator: string | null = null
  return {
    received: () => received,
    sha256: () => hash.digest('hex'),
    canResume: () => validator !== null,
    /** Without a validator nothing says that the rest is of the same file, so it starts over. */
    resumeHeaders: (): Headers =>
      received === 0 || validator === null ? {} : { range: `bytes=${received}-`, 'if-range': validator },
    restart: async (newValidator: string | null) => {
      await handle.truncate(0)
      hash = createHash('sha256')
      received = 0
      validator = newValidator
    },
    write: async (piece: Uint8Array) => {
      let written = 0
      while (written < piece.length) {
        written += (await handle.write(piece, written, piece.length - written, received + written)).bytesWritten
      }
      hash.update(piece)
      received += piece.length
    },
    // Closed on every way out, so twice at times.
    close: () => handle.close().catch(() => undefined),
  }
}

export interface Question {
  readonly method: FetchOptions['method']
  readonly url: string
  readonly headers: Headers
  readonly body: Uint8Array | null
}

function documentAt(url: string, headers: Headers): Question {
  return { method: 'GET', url, headers, body: null }
}

/** Asks, following redirects. Credentials stay with the scheme, host and port they were given for. */
export async function ask(line: Line, watch: Watch, { method, url, headers, body }: Question) {
  if (!isHttp(url)) throw new Unreachable(url, "it isn't an http or https URL")
  let sent: Headers = { ...basicOf(url), ...headers }
  let at = withoutCredentials(url)
  for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
    watch.expect(line.patience.answerMs, 'no answer came')
    const options = { method, body, headers: { ...sent }, redirect: 'manual', signal: watch.signal } as const
    const answer = await onLine(watch, at, () => line.fetch(at, options))
    watch.rest()
    const next = redirectOf(answer, at, method)
    if (next === null) return { answer, at }
    await discard(answer)
    if (!isHttp(next)) throw new Unreachable(withoutCredentials(url), `it leads to ${next}`)
    if (new URL(next).origin !== new URL(at).origin) sent = withoutAuthorization(sent)
    at = withoutCredentials(next)
  }
  throw new Unreachable(withoutCredentials(url), `more than ${MAX_REDIRECTS} redirects`)
}

function redirectOf(answer: Answer, at: string, method: string): string | null {
  const location = answer.headers.get('location')
  // The others turn what is sent into a question. https://www.rfc-editor.org/rfc/rfc9110#section-15.4
  const followed = method === 'PUT' ? [307, 308] : [301, 302, 303, 307, 308]
  if (!followed.includes(answer.status) || location === null) return null
  return URL.canParse(location, at) ? new URL(location, at).href : location
}

function withoutAuthorization(headers: Headers): Headers {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'authorization'))
}

function basicOf(url: string): Headers {
  const { username, password } = new URL(url)
  if (username === '' && password === '') return {}
  const pair = `${percentDecoded(username)}:${percentDecoded(password)}`
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }
}

export function isHttp(url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)
}

export async function* piecesOf(answer: Answer, watch: Watch): AsyncGenerator<Uint8Array> {
  if (answer.body === null) return
  const reader = answer.body.getReader()
  let isDone = false
  try {
    while (!isDone) {
      watch.expect(watch.idleMs, 'nothing more came')
      const piece = await onLine(watch, '', () => reader.read())
      watch.rest()
      isDone = piece.done
      if (piece.value !== undefined) yield piece.value
    }
  } finally {
    // A body that is left half read would hold its connection. It may be broken already.
    if (!isDone) await reader.cancel().catch(() => undefined)
  }
}

export async function discard(answer: Answer): Promise<void> {
  // What a body that nobody wants breaks with is of no interest.
  await answer.body?.cancel().catch(() => undefined)
}

export function isWorthRetrying(status: number): boolean {
  return status === 408 || status === 429 || (status >= 500 && status !== 501 && status !== 505)
}

async function later(answer: Answer): Promise<Transient> {
  await discard(answer)
  return new Transient(
    `the server answered ${answer.status}`,
    retryAfterMs(name => answer.headers.get(name)),
  )
}

/** In seconds, or as a date, which is compared with the server's own clock. */
export function retryAfterMs(header: (name: string) => string | null): number | null {
  const text = header('retry-after')
  if (text === null) return null
  if (/^\d+$/.test(text.trim())) return Number(text) * 1000
  const wait = Date.parse(text) - Date.parse(header('date') ?? '')
  return Number.isFinite(wait) && wait > 0 ? wait : null
}

/** Null when the bytes of the body aren't the file's own. */
export function lengthOf(answer: Answer): number | null {
  const encoding = answer.headers.get('content-encoding')
  const length = answer.headers.get('content-length')
  return length === null || (encoding !== null && encoding !== 'identity') ? null : Number(length)
}

/** What If-Range may hold: a strong ETag, else the date. https://www.rfc-editor.org/rfc/rfc9110#field.if-range */
function validatorOf(answer: Answer): string | null {
  if (lengthOf(answer) === null) return null
  const etag = answer.headers.get('etag')
  return etag?.startsWith('"') ? etag : answer.headers.get('last-modified')
}

function rangeOf(answer: Answer): { readonly start: number; readonly total: number | null } | null {
  const match = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(answer.headers.get('content-range') ?? '')
  if (answer.status !== 206 || match === null) return null
  return { start: Number(match[1]), total: match[2] === '*' ? null : Number(match[2]) }
}
