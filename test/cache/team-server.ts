import { createHash, randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { deflateRawSync } from 'node:zlib'
import * as assert from 'uvu/assert'
import { openRemoteCache } from '../../src/cache/remote.ts'
import type { Batch, FinishedStream, RemoteCache } from '../../src/cache/types.ts'
import { crc32 } from '../../src/formats/crc32.ts'
import type { Network } from '../../src/system/system.ts'
import { type Loopback, quickNetwork, serving } from '../loopback.ts'
import { testSystem } from '../worlds.ts'

export interface TeamServer extends Loopback {
  /** By path, without query. */
  readonly kept: Map<string, Buffer>
  /** Such as `GET ac 404`, in order. */
  readonly log: string[]
}

/** What a server does instead of its work; false: nothing. */
export type Instead = (incoming: IncomingMessage, response: ServerResponse, kept: Map<string, Buffer>) => boolean

/** A server that keeps what it is sent, under any path. */
export async function servingTeam<T>(instead: Instead, action: (server: TeamServer) => Promise<T>): Promise<T> {
  const kept = new Map<string, Buffer>()
  const log: string[] = []
  const respond = async (incoming: IncomingMessage, response: ServerResponse) => {
    const [path = ''] = (incoming.url ?? '').split('?')
    response.on('close', () => log.push(`${incoming.method} ${path.split('/').at(-2)} ${response.statusCode}`))
    if (instead(incoming, response, kept)) return
    if (incoming.method === 'PUT') {
      const pieces: Buffer[] = []
      for await (const piece of incoming) pieces.push(piece as Buffer)
      const body = Buffer.concat(pieces)
      assert.is(incoming.headers['content-length'], String(body.length))
      kept.set(path, body)
      return void response.writeHead(201).end()
    }
    const body = kept.get(path)
    if (body === undefined) response.writeHead(404).end('<h1>Not Found</h1>')
    else response.writeHead(200, { 'content-length': body.length }).end(incoming.method === 'HEAD' ? undefined : body)
  }
  return serving(
    (incoming, response) => void respond(incoming, response),
    server => action({ ...server, kept, log }),
  )
}

export const NOTHING_ELSE: Instead = () => false

/** The network with a tenth of the asked patience. */
export function hasty(network: Network = quickNetwork()): Network {
  return {
    ...network,
    exchange: request =>
      network.exchange({ ...request, idleMs: request.idleMs / 10, deadlineMs: request.deadlineMs / 10 }),
  }
}

export interface Machine {
  readonly cache: RemoteCache
  readonly warnings: readonly string[]
}

/** A run of lpack on a machine of the team. */
export function machine(
  url: string,
  changes: {
    readonly env?: Readonly<Record<string, string>>
    readonly network?: Network
    readonly signal?: AbortSignal
    readonly encoderId?: string
  } = {},
): Machine {
  const { env, encoderId = 'zlib/9', ...rest } = changes
  const warnings: string[] = []
  const progress = { show: () => undefined, clear: () => undefined, warn: (text: string) => void warnings.push(text) }
  const system = testSystem({ network: hasty(), ...rest, progress, env: { LPACK_REMOTE_CACHE: url, ...env } })
  const cache = openRemoteCache(encoderId, system)
  if (cache === null) throw new Error('no remote cache')
  return { cache, warnings }
}

export function contentOf(bytes: number, seed = 1): Buffer {
  const text = Buffer.alloc(bytes)
  let state = seed
  for (let at = 0; at < bytes; at++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    // About three bits a byte.
    text[at] = 97 + (state >>> 29)
  }
  return text
}

export function incompressible(bytes: number): Buffer {
  return randomBytes(bytes)
}

export function batchOf(contents: readonly Buffer[]): Batch {
  return contents.map(content => ({ sha256: sha256(content), bytes: content.length, read: async () => content }))
}

export function finishedOf(content: Buffer): FinishedStream {
  const stream = deflateRawSync(content, { level: 6 })
  const facts = { sha256: sha256(content), bytes: content.length, crc32: crc32(content) }
  return stream.length < content.length ? { ...facts, method: 'deflate', stream } : { ...facts, method: 'store' }
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** Streams in a form that `assert.equal` compares, and shows, by their hashes. */
export function plain(streams: readonly FinishedStream[] | null) {
  const shown = (one: FinishedStream) => (one.method === 'store' ? one : { ...one, stream: sha256(one.stream) })
  return streams?.map(shown) ?? null
}

/** Runs an action that must end within a time. */
export async function within<T>(ms: number, action: () => Promise<T>): Promise<T> {
  const start = performance.now()
  const result = await action()
  const tookMs = performance.now() - start
  assert.ok(tookMs < ms, `it took ${Math.round(tookMs)} ms, not ${ms}`)
  return result
}
