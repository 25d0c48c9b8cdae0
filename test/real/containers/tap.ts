import { once } from 'node:events'
import { request as forward, type IncomingMessage, type ServerResponse } from 'node:http'
import { serving } from '../../loopback.ts'

/** A request that a registry got. */
export interface Tapped {
  readonly method: string
  readonly path: string
  readonly status: number
  /** Of its body. */
  readonly bytes: number
}

export interface Tap {
  /** Takes the registry's place in references. */
  readonly host: string
  /** Those that were answered so far. */
  readonly requests: readonly Tapped[]
}

/** What goes wrong on the way. */
export interface Faults {
  /** Answers in the registry's place; true if it did. */
  readonly answer?: (request: IncomingMessage, response: ServerResponse) => boolean
  /** Told with each piece of an upload how much of it has come; may destroy the request, and doesn't get more before it resolves. */
  readonly onUpload?: (bytes: number, request: IncomingMessage) => Promise<void> | void
}

/** Runs an action with a proxy before a registry. */
export async function withTap<T>(
  host: string,
  { answer = () => false, onUpload = () => undefined }: Faults,
  action: (tap: Tap) => Promise<T>,
): Promise<T> {
  const requests: Tapped[] = []
  const respond = (request: IncomingMessage, response: ServerResponse) => {
    let bytes = 0
    response.once('finish', () =>
      requests.push({ method: request.method ?? '', path: request.url ?? '', status: response.statusCode, bytes }),
    )
    if (answer(request, response)) return void request.resume()
    // As `answer` may have changed them.
    const { method = '', url = '' } = request
    const options = { method, path: url, headers: request.headers, agent: false }
    const there = forward(`http://${host}`, options, back => {
      response.writeHead(back.statusCode ?? 502, back.headers)
      back.on('error', () => response.destroy())
      back.pipe(response)
    })
    const closed = new Promise(resolve => there.once('close', resolve))
    there.on('error', () => response.destroy())
    request.on('error', () => there.destroy())
    request.once('close', () => request.complete || there.destroy())
    void send(async piece => {
      bytes += piece.length
      await onUpload(bytes, request)
      if (!there.write(piece)) await Promise.race([once(there, 'drain'), closed])
    })
    async function send(pass: (piece: Buffer) => Promise<void>): Promise<void> {
      try {
        for await (const piece of request) await pass(piece as Buffer)
        there.end()
      } catch {
        // The request was destroyed, by its sender or by onUpload.
        there.destroy()
      }
    }
  }
  return serving(respond, ({ url }) => action({ host: new URL(url).host, requests }))
}

/** What was uploaded: blobs by their digests, and manifests by their tags, each with its bytes. */
export function uploads(requests: readonly Tapped[]): Readonly<Record<string, number>> {
  const done = requests.filter(({ method, status }) => method === 'PUT' && status === 201)
  return Object.fromEntries(
    done.map(({ path, bytes }) => [new URL(path, 'http://localhost').searchParams.get('digest') ?? path, bytes]),
  )
}
