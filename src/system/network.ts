import { setMaxListeners } from 'node:events'
import { readFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { createSecureContext, type SecureContext } from 'node:tls'
import type Undici from 'undici'
import { UserError } from '../errors.ts'
import { percentDecoded } from '../formats/url-text.ts'
import { exchange } from './exchange.ts'
import { reasonOfFault } from './fault.ts'
import type { Answer, Fetch, FetchOptions, Line } from './line.ts'
import { send } from './send.ts'
import type { Network, NetworkSettings, Patience } from './system.ts'
import { download, get } from './transfer.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** How long the network is waited for. */
export const PATIENCE: Patience = {
  answerMs: 30_000,
  idleMs: 30_000,
  retries: 3,
  backoffMs: 500,
  longestWaitMs: 30_000,
}

/** An exchange that is given up leaves a connection behind that isn't there yet, and that keeps the process until it is or fails. */
const EXCHANGE_CONNECT_MS = 3_000

// What curl, pip (requests) and uv read, in no order: what any of them names is trusted.
const CERTIFICATE_VARIABLES = ['SSL_CERT_FILE', 'PIP_CERT', 'REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE']

/**
 * The real network: HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY (lower case, too) and the certificate files that pip, uv
 * and curl know are heeded. A named certificate file replaces Node's own roots, as it does in pip and uv.
 */
export function makeNetwork(env: Environment, signal: AbortSignal, patience: Patience = PATIENCE): Network {
  // As many wait for it as there are requests.
  setMaxListeners(0, signal)
  return networkWith(env, { signal, patience }, { caFile: null, proxy: null })
}

function networkWith(env: Environment, limits: Omit<Line, 'fetch'>, settings: NetworkSettings): Network {
  const lineWith = (connectMs: number): Line => {
    let client: Promise<Fetch> | null = null
    const fetch: Fetch = async (url, init) => {
      client ??= makeClient(env, settings, connectMs)
      return (await client)(url, init)
    }
    return { ...limits, fetch }
  }
  const line = lineWith(limits.patience.answerMs)
  const exchangeLine = lineWith(EXCHANGE_CONNECT_MS)
  return {
    get: (url, headers) => get(line, url, headers),
    download: request => download(line, request),
    exchange: request => exchange(exchangeLine, request),
    send: request => send(line, request),
    patience: limits.patience,
    configured: added => networkWith(env, limits, added),
  }
}

async function makeClient(env: Environment, settings: NetworkSettings, connectMs: number): Promise<Fetch> {
  const secureContext = await readCertificates(env, settings)
  const proxyOf = proxyChooser(env, settings)
  // Not Node's own fetch, which can't be kept from pausing. Of a bundled CommonJS module only the default export is there.
  const { default: undici } = await import('undici')
  const connect = { timeout: connectMs, ...(secureContext === null ? {} : { secureContext }) }
  const direct = new undici.Agent({ connect })
  const unpaused = makeUnpaused(undici)
  const proxies = new Map<string, InstanceType<typeof undici.ProxyAgent>>()
  const throughProxy = (proxy: string) => {
    const { uri, token } = splitProxy(proxy)
    // Only https needs a tunnel; many proxies refuse one to port 80.
    const tls = { requestTls: connect, proxyTls: connect, proxyTunnel: false }
    const agent = proxies.get(proxy) ?? new undici.ProxyAgent({ uri, ...tls, ...(token === null ? {} : { token }) })
    proxies.set(proxy, agent)
    return agent
  }
  return (url, init) => {
    const proxy = proxyOf === null ? null : proxyOf(new URL(url))
    const dispatcher = (proxy === null ? direct : throughProxy(proxy)).compose(unpaused)
    const { body, ...options } = init
    if (body === null || body instanceof Uint8Array) return undici.fetch(url, { ...options, body, dispatcher })
    return sendPieces(undici, url, Readable.from(body, { objectMode: false }), { ...options, dispatcher })
  }
}

/** fetch would keep all the pieces in memory until the answer comes, for a redirect that it might follow. */
async function sendPieces(
  undici: typeof Undici,
  url: string,
  body: Readable,
  { method, headers: sent, signal, dispatcher }: Omit<FetchOptions, 'body'> & { dispatcher: Undici.Dispatcher },
): Promise<Answer> {
  const answer = await undici.request(url, { method, headers: sent, body, signal, dispatcher })
  const headers = new Headers()
  for (const [name, value] of Object.entries(answer.headers)) {
    for (const one of [value ?? []].flat()) headers.append(name, one)
  }
  return { status: answer.statusCode, headers, body: Readable.toWeb(answer.body) as ReadableStream<Uint8Array> }
}

/**
 * Takes in whatever comes, and lets what the disk can't take yet wait in memory. A server that closes its connection while undici pauses
 * it ends this process with an AssertionError that nobody can catch. https://github.com/nodejs/undici/issues/5360
 */
function makeUnpaused({ DecoratorHandler }: typeof Undici): Undici.Dispatcher.DispatcherComposeInterceptor {
  return dispatch => (options, handler) => {
    const onData = (chunk: Buffer) => {
      handler.onData?.(chunk)
      return true
    }
    return dispatch(options, Object.assign(new DecoratorHandler(handler), { onData }))
  }
}

async function readCertificates(env: Environment, settings: NetworkSettings): Promise<SecureContext | null> {
  const files = new Map<string, string>()
  for (const variable of CERTIFICATE_VARIABLES) {
    const path = env[variable]
    if (path !== undefined && path !== '') files.set(path, variable)
  }
  if (settings.caFile !== null && !files.has(settings.caFile)) files.set(settings.caFile, "pip's configuration")
  const texts: string[] = []
  for (const [path, from] of files) {
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      // requests allows a folder of hashed certificates here; the files and Node's roots have to do.
      if (error.code === 'EISDIR') return null
      throw new UserError('CERTIFICATES_UNREADABLE', from, path, reasonOfFault(error) ?? error.message)
    })
    if (text !== null) texts.push(text)
  }
  // One context for all connections: each would parse the whole file again.
  return texts.length === 0 ? null : createSecureContext({ ca: texts })
}

/** Says which proxy a URL goes through; null if none is configured at all. */
function proxyChooser(env: Environment, settings: NetworkSettings): ((url: URL) => string | null) | null {
  const secure = settings.proxy ?? variable(env, ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'])
  const plain = settings.proxy ?? variable(env, ['http_proxy', 'HTTP_PROXY', 'all_proxy', 'ALL_PROXY'])
  if (secure === null && plain === null) return null
  const exempt = (variable(env, ['no_proxy', 'NO_PROXY']) ?? '').split(/[,\s]+/).filter(entry => entry !== '')
  return url => {
    if (exempt.some(entry => exempts(entry, url))) return null
    return url.protocol === 'https:' ? secure : plain
  }
}

function variable(env: Environment, names: readonly string[]): string | null {
  for (const name of names) {
    const value = env[name]
    if (value !== undefined && value !== '') return value
  }
  return null
}

/** As curl: `*`, a host, or a domain with all its hosts, with or without a port. */
function exempts(entry: string, url: URL): boolean {
  if (entry === '*') return true
  const [, host = entry, port] = /^(.+?)(?::(\d+))?$/.exec(entry.toLowerCase()) ?? []
  const usedPort = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port
  if (port !== undefined && port !== usedPort) return false
  const domain = host.replace(/^\*?\./, '')
  return url.hostname === domain || url.hostname.endsWith(`.${domain}`)
}

/** undici takes a proxy's credentials as a header, and reads them from a URL only if both are there. */
function splitProxy(proxy: string): { readonly uri: string; readonly token: string | null } {
  const text = /^[a-z0-9+.-]+:\/\//i.test(proxy) ? proxy : `http://${proxy}`
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new UserError('PROXY_UNSUPPORTED', 'The proxy setting', text.replace(/\/\/.*@/, '//…@'))
  }
  const { username, password } = url
  url.username = ''
  url.password = ''
  if (username === '') return { uri: url.href, token: null }
  const pair = `${percentDecoded(username)}:${percentDecoded(password)}`
  return { uri: url.href, token: `Basic ${Buffer.from(pair).toString('base64')}` }
}
