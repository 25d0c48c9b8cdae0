import type { Challenge } from '../../formats/www-authenticate.ts'
import type { System } from '../../system/system.ts'
import { isBusy } from './retry.ts'
import { fetchToken, safeRealm, type TokenServer } from './tokens.ts'

/** What is to be done where, so that tokens are asked for once for all of it. */
export interface Purpose {
  readonly registry: string
  readonly repository: string
  readonly actions: 'pull' | 'push'
  /** Other repositories there that blobs are mounted from. */
  readonly from: readonly string[]
}

/** Tokens for one purpose, from where the registry's challenges lead. */
export interface TokenSource {
  readonly challenge: (challenge: Challenge) => void
  readonly fetch: (auth: Parameters<typeof fetchToken>[2]) => ReturnType<typeof fetchToken>
  readonly canMount: () => boolean
}

export function makeTokenSource(
  { registry, repository, actions, from }: Purpose,
  origin: string,
  system: System,
): TokenSource {
  const own = `repository:${repository}:${actions === 'push' ? 'pull,push' : 'pull'}`
  const scopes = new Set([own])
  let others = from.filter(other => other !== repository).map(other => `repository:${other}:pull`)
  let server: TokenServer | null = null
  return {
    challenge: ({ parameters }) => {
      const realm = safeRealm(registry, origin, parameters.get('realm') ?? '')
      server = { registry, realm, service: parameters.get('service') ?? null }
      // What is asked for the registry's root is of no repository.
      for (const scope of (parameters.get('scope') ?? '').split(' ')) {
        if (scope.startsWith('repository:') && !coveredBy(scope, own)) scopes.add(scope)
      }
    },
    fetch: async auth => {
      if (server === null) throw new Error('tokens are asked for before a challenge')
      const answer = await fetchToken(server, [...scopes, ...others], auth, system)
      if ('token' in answer || others.length === 0 || isBusy(answer.refused)) return answer
      // Some give none where one of several scopes is not allowed.
      others = []
      return fetchToken(server, [...scopes], auth, system)
    },
    canMount: () => others.length > 0 || from.length === 0,
  }
}

function coveredBy(scope: string, own: string): boolean {
  const [, name, actions = ''] = scope.split(':')
  const [, ownName, ownActions = ''] = own.split(':')
  return name === ownName && actions.split(',').every(action => ownActions.split(',').includes(action))
}
