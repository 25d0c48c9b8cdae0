import { UserError } from '../errors.ts'
import type { ExchangeAnswer, ExchangeRequest, System } from '../system/system.ts'

/** Where a team's streams are: two folders of a server, as Bazel's HTTP caching protocol has them. https://bazel.build/remote/caching */
export interface RemoteServer {
  /** Without credentials and query, which may be one. */
  readonly shown: string
  readonly isReadOnly: boolean
  readonly ask: (request: RemoteRequest) => Promise<ExchangeAnswer>
}

export interface RemoteRequest extends Omit<ExchangeRequest, 'url' | 'headers' | 'idleMs'> {
  /** `ac`: by the key of what was asked for; `cas`: by the content's own hash. */
  readonly folder: 'ac' | 'cas'
  /** 64 hex digits. */
  readonly key: string
}

/** A server that says nothing for so long is taken for a broken one. */
const IDLE_MS = 3_000

/**
 * The server of LPACK_REMOTE_CACHE, asked with the token of LPACK_REMOTE_CACHE_TOKEN or with `user:password@` of its URL; null if none
 * is set. The URL's query goes with every request. Throws UserError REMOTE_CACHE_UNUSABLE and REMOTE_CACHE_TOKEN_UNUSABLE.
 */
export function serverOf({ env, network }: Pick<System, 'env' | 'network'>): RemoteServer | null {
  const base = env['LPACK_REMOTE_CACHE']?.trim() ?? ''
  if (base === '') return null
  const isUsable = /^https?:\/\//i.test(base) && URL.canParse(base)
  if (!isUsable) throw new UserError('REMOTE_CACHE_UNUSABLE', withoutSecrets(base))
  const token = env['LPACK_REMOTE_CACHE_TOKEN']?.trim() ?? ''
  if (!/^[!-~]*$/.test(token)) throw new UserError('REMOTE_CACHE_TOKEN_UNUSABLE')
  const { origin, pathname } = new URL(base)
  const authorization = token === '' ? {} : { authorization: `Bearer ${token}` }
  return {
    shown: `${origin}${pathname}`.replace(/\/+$/, ''),
    isReadOnly: (env['LPACK_REMOTE_CACHE_READ_ONLY'] ?? '') !== '',
    ask: ({ folder, key, ...request }) => {
      const type = request.body === null ? {} : { 'content-type': 'application/octet-stream' }
      const url = addressOf(base, `${folder}/${key}`)
      return network.exchange({ ...request, url, headers: { ...authorization, ...type }, idleMs: IDLE_MS })
    },
  }
}

function addressOf(base: string, path: string): string {
  const url = new URL(base)
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/${path}`
  url.hash = ''
  return url.href
}

function withoutSecrets(text: string): string {
  return text.replace(/^.*@/, '…@').replace(/[?#].*$/, '?…')
}
