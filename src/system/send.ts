import { type FileHandle, open } from 'node:fs/promises'
import { UserError } from '../errors.ts'
import { ExchangeFailure, failureFor } from './exchange.ts'
import { type Answer, type Line, onLine, type Watch, watched } from './line.ts'
import { Unreachable, withoutCredentials } from './network-failure.ts'
import type { SendAnswer, SendRequest } from './system.ts'
import { isHttp, lengthOf, piecesOf } from './transfer.ts'

const PIECE_BYTES = 262_144

/** Sends once and returns what is answered. See Network.send. */
export async function send(line: Line, request: SendRequest): Promise<SendAnswer> {
  let body: Body | null = null
  try {
    if (!isHttp(request.url)) throw new Unreachable(request.url, "it isn't an http or https URL")
    const url = withoutCredentials(request.url)
    return await watched(line, request.signal, async watch => {
      body = await bodyOf(request)
      const answer = await requested(line, watch, { ...request, url }, body)
      return { status: answer.status, url, headers: headersOf(answer), ...(await keptOf(answer, request, watch)) }
    })
  } catch (error) {
    // What the disk did wrong comes out of fetch as a fault of the network.
    const fault = (body as Body | null)?.fault() ?? null
    throw fault === null ? failureFor(error) : fault.reason
  } finally {
    await (body as Body | null)?.close()
  }
}

async function requested(line: Line, watch: Watch, request: SendRequest, body: Body | null): Promise<Answer> {
  const { method, url, answerMs, onSent } = request
  const headers: Record<string, string> = { ...request.headers, 'accept-encoding': 'identity' }
  const expectAnswer = () => watch.expect(answerMs, 'no answer came')
  expectAnswer()
  const common = { method, headers, redirect: 'manual', signal: watch.signal } as const
  if (body === null) return onLine(watch, url, () => line.fetch(url, { ...common, body: null })).finally(watch.rest)
  headers['content-length'] = String(body.bytes)
  const pieces = piecesToSend(body, sent => {
    if (sent === body.bytes) expectAnswer()
    else watch.expect(Math.max(watch.idleMs, sent === 0 ? answerMs : 0), 'nothing more was taken')
    onSent?.(sent)
  })
  return onLine(watch, url, () => line.fetch(url, { ...common, body: pieces })).finally(() => {
    body.stop()
    watch.rest()
  })
}

interface Body {
  readonly bytes: number
  /** Empty at the end. */
  readonly read: (offset: number) => Promise<Uint8Array>
  readonly fault: () => { readonly reason: unknown } | null
  /** Nothing more is reported, though the rest may still be read. */
  readonly stop: () => void
  readonly isStopped: () => boolean
  readonly close: () => Promise<void>
}

async function bodyOf({ body: source }: SendRequest): Promise<Body | null> {
  const bytes = source instanceof Uint8Array ? source.length : (source?.bytes ?? 0)
  // What has no bytes is announced by fetch, as each method wants it.
  return source === null || bytes === 0 ? null : openBody(source)
}

async function openBody(source: NonNullable<SendRequest['body']>): Promise<Body> {
  let fault: { readonly reason: unknown } | null = null
  let isStopped = false
  const common = {
    fault: () => fault,
    stop: () => {
      isStopped = true
    },
    isStopped: () => isStopped,
  }
  if (source instanceof Uint8Array) {
    const read = async (offset: number) => source.subarray(offset, offset + PIECE_BYTES)
    return { ...common, bytes: source.length, read, close: async () => undefined }
  }
  const handle = await open(source.path, 'r')
  const read = (offset: number) =>
    readPiece(handle, source, offset).catch((reason: unknown) => {
      // After the answer nobody wants the rest, and the file may be closed.
      if (!isStopped) fault = { reason }
      throw reason
    })
  return { ...common, bytes: source.bytes, read, close: () => handle.close() }
}

async function readPiece(
  handle: FileHandle,
  { path, offset, bytes }: { readonly path: string; readonly offset: number; readonly bytes: number },
  done: number,
): Promise<Uint8Array> {
  const wanted = Math.min(PIECE_BYTES, bytes - done)
  if (wanted === 0) return new Uint8Array()
  const { buffer, bytesRead } = await handle.read(new Uint8Array(wanted), 0, wanted, offset + done)
  if (bytesRead === 0) throw new UserError('FILE_CHANGED', path)
  return buffer.subarray(0, bytesRead)
}

/** Read only as fast as it is sent. */
async function* piecesToSend(body: Body, onTaken: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  for (let taken = 0; ; ) {
    if (!body.isStopped()) onTaken(taken)
    if (taken === body.bytes) return
    const piece = await body.read(taken)
    taken += piece.length
    yield piece
  }
}

function headersOf(answer: Answer): Readonly<Record<string, string>> {
  const headers = new Map<string, string>()
  answer.headers.forEach((value, name) => void headers.set(name.toLowerCase(), value))
  return Object.fromEntries(headers)
}

async function keptOf(
  answer: Answer,
  { method, maxBytes }: SendRequest,
  watch: Watch,
): Promise<Pick<SendAnswer, 'body' | 'isWhole'>> {
  const length = method === 'HEAD' ? null : lengthOf(answer)
  const pieces: Uint8Array[] = []
  let bytes = 0
  for await (const piece of piecesOf(answer, watch)) {
    pieces.push(piece)
    bytes += piece.length
    if (bytes > maxBytes) break
  }
  const body = Buffer.concat(pieces).subarray(0, maxBytes)
  if (bytes > maxBytes) return { body, isWhole: false }
  if (length !== null && bytes !== length) {
    throw new ExchangeFailure(`the answer ended after ${bytes} of ${length} bytes`)
  }
  return { body, isWhole: true }
}
