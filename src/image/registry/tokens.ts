import { UserError } from '../../errors.ts'
import type { RegistryAuth } from '../../formats/docker-config.ts'
import type { SendAnswer, System } from '../../system/system.ts'
import { following } from './follow.ts'
import { isLoopback, isPrivate } from './hosts.ts'
import { patiently, userAgentOf } from './retry.ts'

/** Who gives tokens for a registry, as its challenge says. https://distribution.github.io/distribution/spec/auth/token/ */
export interface TokenServer {
  readonly registry: string
  readonly realm: URL
  readonly service: string | null
}

export interface Token {
  readonly value: string
  readonly lifeMs: number
}

/** What the server refused with; the caller knows whether fewer scopes may do. */
export type TokenAnswer = { readonly token: Token } | { readonly refused: SendAnswer }

const MOST_BYTES = 65_536
/** Of a server that tells none. https://distribution.github.io/distribution/spec/auth/token/#token-response-fields */
const LIFE_S = 60
const CLIENT_ID = 'lpack'

/**
 * The realm of a challenge, if credentials may be sent there: it has https, or it and the registry are this machine's own; and a
 * registry elsewhere doesn't lead to addresses inside of this network. Throws UserError REGISTRY_REALM_UNSAFE.
 */
export function safeRealm(registry: string, origin: string, realm: string): URL {
  const unsafe = (why: string) => new UserError('REGISTRY_REALM_UNSAFE', registry, realm, why)
  if (!URL.canParse(realm)) throw unsafe('which is no URL')
  const url = new URL(realm)
  const own = new URL(origin)
  const isPlainHere = own.protocol === 'http:' && url.protocol === 'http:' && isLoopback(url.hostname)
  if (url.protocol !== 'https:' && !isPlainHere) throw unsafe("which isn't https")
  if (url.hostname !== own.hostname && isPrivate(url.hostname) && !isPrivate(own.hostname)) {
    throw unsafe('an address inside of this network')
  }
  return url
}

/** Asks for a token. Throws UserError TOKEN_SERVER_ODD and NETWORK_UNREACHABLE. */
export async function fetchToken(
  server: TokenServer,
  scopes: readonly string[],
  auth: Exclude<RegistryAuth, { kind: 'bearer' }> | null,
  system: System,
): Promise<TokenAnswer> {
  const url = new URL(server.realm)
  url.username = ''
  url.password = ''
  const isExchange = auth?.kind === 'identity'
  const common = {
    maxBytes: MOST_BYTES,
    answerMs: system.network.patience.answerMs,
    signal: system.signal,
  }
  const userAgent = userAgentOf(system)
  if (!isExchange) {
    if (server.service !== null) url.searchParams.set('service', server.service)
    for (const scope of scopes) url.searchParams.append('scope', scope)
  }
  const answer = await patiently(url.href, system, () => {
    if (isExchange) {
      const headers = { 'user-agent': userAgent, 'content-type': 'application/x-www-form-urlencoded' }
      const body = Buffer.from(formOf(server, scopes, auth.token))
      return system.network.send({ ...common, method: 'POST', url: url.href, headers, body })
    }
    const headers = { 'user-agent': userAgent, ...(auth === null ? {} : { authorization: basicOf(auth) }) }
    return following(system.network, { ...common, method: 'GET', url: url.href, headers, body: null })
  })
  if (answer.status !== 200) return { refused: answer }
  return { token: tokenOf(server, answer) }
}

export function basicOf({ username, password }: { readonly username: string; readonly password: string }): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
}

// https://distribution.github.io/distribution/spec/auth/oauth/
function formOf({ service }: TokenServer, scopes: readonly string[], token: string): string {
  const form = new URLSearchParams({ grant_type: 'refresh_token', client_id: CLIENT_ID })
  if (service !== null) form.set('service', service)
  if (scopes.length > 0) form.set('scope', scopes.join(' '))
  form.set('refresh_token', token)
  return form.toString()
}

function tokenOf({ registry, realm }: TokenServer, { body, isWhole }: SendAnswer): Token {
  const odd = (why: string) => new UserError('TOKEN_SERVER_ODD', registry, `${realm.origin}${realm.pathname}`, why)
  if (!isWhole) throw odd(`its answer has more than ${MOST_BYTES} bytes`)
  const document = objectOf(body)
  const value = [document['token'], document['access_token']].find(one => typeof one === 'string' && one !== '')
  // What isn't visible ASCII could not be sent as a header.
  if (typeof value !== 'string' || !/^[!-~]+$/.test(value)) throw odd('there is no token in its answer')
  const seconds = document['expires_in']
  const lifeS = typeof seconds === 'number' && seconds > 0 ? seconds : LIFE_S
  return { value, lifeMs: lifeS * 1000 }
}

function objectOf(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    const document: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'))
    return typeof document === 'object' && document !== null ? (document as Readonly<Record<string, unknown>>) : {}
  } catch (error) {
    if (error instanceof SyntaxError) return {}
    throw error
  }
}
