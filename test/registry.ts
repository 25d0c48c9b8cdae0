import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Loopback, serving } from './loopback.ts'

/** One that is asked for a while; an honest registry as the distribution specification has it, and what a test wants instead. */
export interface FakeRegistry {
  /** Such as 127.0.0.1:41234. */
  readonly host: string
  readonly url: string
  /** By repository and digest. */
  readonly blobs: Map<string, Map<string, Buffer>>
  /** By `repository:reference`, tags and digests alike. */
  readonly manifests: Map<string, StoredManifest>
  readonly uploads: Map<string, Upload>
  /** Each request, such as `HEAD blobs 404`, without those for tokens and the ping. */
  readonly log: readonly string[]
  /** Each request for a token. */
  readonly tokenRequests: readonly TokenRequest[]
  readonly requests: Loopback['requests']
  /** No token that was given so far is good any more. */
  readonly expireTokens: () => void
}

export interface StoredManifest {
  readonly mediaType: string
  readonly bytes: Buffer
}

export interface Upload {
  readonly repository: string
  bytes: Buffer
}

export interface TokenRequest {
  readonly method: string
  readonly scopes: readonly string[]
  readonly user: string | null
  readonly form: Readonly<Record<string, string>>
}

export interface Asked {
  readonly method: string
  /** `root`, `token`, `blobs`, `uploads` (to begin one), `upload` (that was begun), `manifests`. */
  readonly kind: string
  readonly repository: string
  /** Digest, tag or upload. */
  readonly name: string
  readonly url: URL
  readonly request: IncomingMessage
}

export interface Manners {
  readonly auth?: 'none' | 'basic' | 'bearer'
  /** True: strangers may pull. */
  readonly isPublic?: boolean
  /** True where it has answered, or does not want to. Bodies are not read yet. */
  readonly instead?: (asked: Asked, response: ServerResponse, registry: FakeRegistry) => boolean
  /** What an upload's Location is, of its path with its query. */
  readonly location?: (path: string, registry: FakeRegistry) => string
}

export const USER = 'me'
export const PASSWORD = 'se:cret'
export const IDENTITY_TOKEN = 'identity'

export function digestOf(bytes: Uint8Array | string): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

/** Runs an action with a registry on loopback. */
export function withRegistry<T>(manners: Manners, action: (registry: FakeRegistry) => Promise<T>): Promise<T> {
  let registry: FakeRegistry | null = null
  const tokens = new Map<string, readonly string[]>()
  const log: string[] = []
  const tokenRequests: TokenRequest[] = []
  return serving(
    (request, response) => {
      if (registry === null) throw new Error('asked too early')
      const asked = askedOf(request)
      const isLogged = !['root', 'token'].includes(asked.kind)
      const line = `${asked.method} ${asked.kind}`
      response.on('finish', () => void (isLogged && log.push(`${line} ${response.statusCode}`)))
      request.on('error', () => undefined)
      if (manners.instead?.(asked, response, registry) === true) return
      respond({ asked, response, registry, manners, tokens, tokenRequests }).catch(() => response.destroy())
    },
    server => {
      registry = {
        host: new URL(server.url).host,
        url: server.url,
        blobs: new Map(),
        manifests: new Map(),
        uploads: new Map(),
        log,
        tokenRequests,
        requests: server.requests,
        expireTokens: () => tokens.clear(),
      }
      return action(registry)
    },
  )
}

export function putBlob({ blobs }: FakeRegistry, repository: string, bytes: Uint8Array): string {
  const digest = digestOf(bytes)
  const own = blobs.get(repository) ?? new Map<string, Buffer>()
  blobs.set(repository, own.set(digest, Buffer.from(bytes)))
  return digest
}

export function answerError(response: ServerResponse, status: number, code: string, message: string): true {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ errors: [{ code, message, detail: {} }] }))
  return true
}

interface Turn {
  readonly asked: Asked
  readonly response: ServerResponse
  readonly registry: FakeRegistry
  readonly manners: Manners
  readonly tokens: Map<string, readonly string[]>
  readonly tokenRequests: TokenRequest[]
}

function askedOf(request: IncomingMessage): Asked {
  const url = new URL(request.url ?? '', 'http://registry.test')
  const match = /^\/v2\/(.+)\/(?:(blobs\/uploads)\/|(blobs)\/|(manifests)\/)([^/]*)$/.exec(url.pathname)
  const [, repository = '', uploads, blobs, manifests, name = ''] = match ?? []
  const kind =
    uploads === undefined
      ? (blobs ?? manifests ?? (url.pathname === '/token' ? 'token' : 'root'))
      : name === ''
        ? 'uploads'
        : 'upload'
  return { method: request.method ?? '', kind, repository, name, url, request }
}

async function respond(turn: Turn): Promise<void> {
  if (turn.asked.kind === 'token') return giveToken(turn)
  if (!isAllowed(turn)) return challenge(turn)
  const answers: Readonly<Record<string, (turn: Turn) => Promise<unknown> | unknown>> = {
    root: ({ response }) => response.end('{}'),
    blobs: giveBlob,
    uploads: beginUpload,
    upload: goOn,
    manifests: ({ asked }) => (asked.method === 'PUT' ? takeManifest(turn) : giveManifest(turn)),
  }
  await answers[turn.asked.kind]?.(turn)
}

function neededScope({ asked: { method, kind, repository } }: Turn): string | null {
  const isPull = ['GET', 'HEAD'].includes(method) && kind !== 'upload'
  return kind === 'root' ? null : `repository:${repository}:${isPull ? 'pull' : 'push'}`
}

function isAllowed(turn: Turn): boolean {
  const { manners, asked, tokens } = turn
  const { auth = 'none' } = manners
  const sent = asked.request.headers.authorization ?? ''
  if (auth === 'none') return true
  if (auth === 'basic') return sent === `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString('base64')}`
  const scopes = tokens.get(sent.replace('Bearer ', ''))
  const needed = neededScope(turn)
  return scopes !== undefined && (needed === null || scopes.includes(needed))
}

function challenge(turn: Turn): void {
  const { response, registry, manners } = turn
  const needed = neededScope(turn)
  const scope = needed === null ? '' : `,scope="${needed}"`
  const bearer = `Bearer realm="${registry.url}/token",service="fake"${scope}`
  response.setHeader('www-authenticate', manners.auth === 'basic' ? 'Basic realm="fake"' : bearer)
  // An unread body would keep the connection.
  turn.asked.request.resume()
  answerError(response, 401, 'UNAUTHORIZED', 'authentication required')
}

async function giveToken({ asked, response, tokens, tokenRequests, manners }: Turn): Promise<void> {
  const { url, request, method } = asked
  const form = Object.fromEntries(new URLSearchParams((await bytesOf(request)).toString()))
  const basic = /^Basic (.*)$/.exec(request.headers.authorization ?? '')?.[1]
  const pair = basic === undefined ? null : Buffer.from(basic, 'base64').toString()
  const scopes = [...url.searchParams.getAll('scope'), ...(form['scope'] ?? '').split(' ')].filter(
    scope => scope !== '',
  )
  tokenRequests.push({ method, scopes, user: pair?.split(':')[0] ?? null, form })
  const isKnown = pair === `${USER}:${PASSWORD}` || form['refresh_token'] === IDENTITY_TOKEN
  if (pair !== null && !isKnown) return void answerError(response, 401, 'UNAUTHORIZED', 'wrong password')
  const token = `token-${tokenRequests.length}`
  const each = scopes.flatMap(scope => {
    const [type, name, actions = ''] = scope.split(':')
    return actions.split(',').map(action => `${type}:${name}:${action}`)
  })
  const isOpen = manners.isPublic ?? false
  tokens.set(token, isKnown ? each : each.filter(scope => isOpen && scope.endsWith(':pull')))
  response.end(JSON.stringify({ token, expires_in: 300 }))
}

function giveBlob({ asked, response, registry }: Turn): unknown {
  const bytes = registry.blobs.get(asked.repository)?.get(asked.name)
  if (bytes === undefined) return answerError(response, 404, 'BLOB_UNKNOWN', 'blob unknown to registry')
  const [, start, end] = /^bytes=(\d+)-(\d*)$/.exec(asked.request.headers.range ?? '') ?? []
  if (start === undefined) return response.writeHead(200, { 'content-length': bytes.length }).end(bytes)
  const part = bytes.subarray(Number(start), end === '' ? undefined : Number(end) + 1)
  const range = `bytes ${start}-${Number(start) + part.length - 1}/${bytes.length}`
  return response.writeHead(206, { 'content-range': range, 'content-length': part.length }).end(part)
}

function beginUpload({ asked, response, registry, manners }: Turn): unknown {
  const mount = asked.url.searchParams.get('mount')
  const mounted = registry.blobs.get(asked.url.searchParams.get('from') ?? '')?.get(mount ?? '')
  if (mounted !== undefined) {
    putBlob(registry, asked.repository, mounted)
    return response.writeHead(201, { location: `/v2/${asked.repository}/blobs/${mount}` }).end()
  }
  const id = `upload-${registry.uploads.size + 1}`
  registry.uploads.set(id, { repository: asked.repository, bytes: Buffer.alloc(0) })
  return response.writeHead(202, { location: placeOf(id, asked.repository, registry, manners) }).end()
}

function placeOf(id: string, repository: string, registry: FakeRegistry, { location }: Manners): string {
  const path = `/v2/${repository}/blobs/uploads/${id}?_state=a%2Fb%3D`
  return location === undefined ? path : location(path, registry)
}

async function goOn({ asked, response, registry, manners }: Turn): Promise<unknown> {
  const upload = registry.uploads.get(asked.name)
  if (upload === undefined || asked.url.searchParams.get('_state') !== 'a/b=') {
    asked.request.resume()
    return answerError(response, 404, 'BLOB_UPLOAD_UNKNOWN', 'blob upload unknown to registry')
  }
  const location = placeOf(asked.name, asked.repository, registry, manners)
  const told = () => ({ location, range: `0-${Math.max(0, upload.bytes.length - 1)}` })
  if (asked.method === 'GET') return response.writeHead(204, told()).end()
  const start = /^(\d+)-\d+$/.exec(asked.request.headers['content-range'] ?? '')?.[1]
  if (start !== undefined && Number(start) !== upload.bytes.length) return response.writeHead(416, told()).end()
  upload.bytes = Buffer.concat([upload.bytes, await bytesOf(asked.request)])
  if (asked.method === 'PATCH') return response.writeHead(202, told()).end()
  registry.uploads.delete(asked.name)
  const digest = asked.url.searchParams.get('digest') ?? ''
  if (digestOf(upload.bytes) !== digest)
    return answerError(response, 400, 'DIGEST_INVALID', 'provided digest did not match')
  putBlob(registry, upload.repository, upload.bytes)
  return response.writeHead(201, { 'docker-content-digest': digest }).end()
}

function giveManifest({ asked, response, registry }: Turn): unknown {
  const found = registry.manifests.get(`${asked.repository}:${asked.name}`)
  if (found === undefined || !(asked.request.headers.accept ?? '').includes(found.mediaType)) {
    return answerError(response, 404, 'MANIFEST_UNKNOWN', 'manifest unknown')
  }
  const headers = { 'content-type': found.mediaType, 'docker-content-digest': digestOf(found.bytes) }
  return response.writeHead(200, headers).end(found.bytes)
}

async function takeManifest({ asked, response, registry }: Turn): Promise<unknown> {
  const bytes = await bytesOf(asked.request)
  const mediaType = asked.request.headers['content-type'] ?? ''
  const document = JSON.parse(bytes.toString()) as {
    mediaType?: string
    config: { digest: string }
    layers: { digest: string }[]
  }
  const blobs = registry.blobs.get(asked.repository)
  if (document.mediaType !== mediaType) return answerError(response, 400, 'MANIFEST_INVALID', 'other media type')
  const missing = [document.config, ...document.layers].find(({ digest }) => blobs?.has(digest) !== true)
  if (missing !== undefined) return answerError(response, 400, 'MANIFEST_BLOB_UNKNOWN', missing.digest)
  for (const name of [asked.name, digestOf(bytes)])
    registry.manifests.set(`${asked.repository}:${name}`, { mediaType, bytes })
  return response.writeHead(201, { 'docker-content-digest': digestOf(bytes) }).end()
}

async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of request) pieces.push(piece as Buffer)
  return Buffer.concat(pieces)
}
