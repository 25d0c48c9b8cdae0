import { UserError } from '../../errors.ts'
import { parseChallenges } from '../../formats/www-authenticate.ts'
import type { SendAnswer, System } from '../../system/system.ts'
import { type Credentials, findCredentials } from './credentials.ts'
import { ecrRegionOf } from './hosts.ts'
import { busyAt } from './refusals.ts'
import { isBusy } from './retry.ts'
import { makeTokenSource, type Purpose, type TokenSource } from './token-source.ts'
import { basicOf } from './tokens.ts'
import { toldBy } from './told.ts'

export interface Auth {
  /** The Authorization to send; null: none, as far as is known. */
  readonly header: () => Promise<string | null>
  /**
   * After a 401: true if there is another Authorization now than the one that was refused. Throws UserError where those who give
   * tokens refuse, or can't be trusted with credentials.
   */
  readonly renew: (refused: SendAnswer, used: string | null) => Promise<boolean>
  /** False where tokens are given for the repository alone. */
  readonly canMount: () => boolean
  /** The sentence for a 401 that stays. */
  readonly unauthorized: (refused: Pick<SendAnswer, 'body'>) => UserError
  /** null until credentials were wanted. */
  readonly credentials: () => Credentials | null
}

interface Held {
  readonly header: string | null
  /** By performance.now(). */
  readonly until: number
}

/** A token is used for this part of its life, for clocks differ and requests take a while. */
const USED_LIFE = 0.9
const NOTHING: Held = { header: null, until: Number.POSITIVE_INFINITY }

/** Credentials of one repository, found out when they are first wanted. */
export function makeAuth(purpose: Purpose, origin: string, system: System): Auth {
  const lookup = makeLookup(purpose, system)
  const unauthorized: Auth['unauthorized'] = refused => unauthorizedAt(purpose, lookup.known(), refused)
  let held: Promise<Held> = Promise.resolve(NOTHING)
  let tokens: TokenSource | null = null

  const freshHeader = async (refused: SendAnswer, last: Held): Promise<Held> => {
    const challenges = parseChallenges(refused.headers['www-authenticate'] ?? '')
    const bearer = challenges.find(({ scheme }) => scheme === 'bearer')
    if (bearer !== undefined) {
      tokens ??= makeTokenSource(purpose, origin, system)
      tokens.challenge(bearer)
      return bearerHeader(tokens, { purpose, lookup, unauthorized })
    }
    if (!challenges.some(({ scheme }) => scheme === 'basic')) return last
    const { auth } = await lookup.find()
    return auth?.kind === 'password' ? { ...NOTHING, header: basicOf(auth) } : NOTHING
  }
  return {
    header: async () => {
      const seen = held
      const { until } = await seen
      const isOver = tokens !== null && seen === held && performance.now() > until
      if (tokens !== null && isOver) held = bearerHeader(tokens, { purpose, lookup, unauthorized })
      return (await held).header
    },
    renew: async (refused, used) => {
      const seen = held
      const last = await seen
      // Unless another request has been here in the meantime.
      if (last.header === used && seen === held) held = freshHeader(refused, last)
      return (await held).header !== used
    },
    canMount: () => tokens?.canMount() ?? true,
    unauthorized,
    credentials: lookup.known,
  }
}

interface Lookup {
  readonly find: () => Promise<Credentials>
  /** null before something was found out. */
  readonly known: () => Credentials | null
}

function makeLookup({ registry, repository }: Purpose, system: System): Lookup {
  let finding: Promise<Credentials> | null = null
  let known: Credentials | null = null
  return {
    find: async () => {
      finding ??= findCredentials(registry, repository, system)
      known = await finding
      return known
    },
    known: () => known,
  }
}

async function bearerHeader(
  tokens: TokenSource,
  { purpose, lookup, unauthorized }: { purpose: Purpose; lookup: Lookup; unauthorized: Auth['unauthorized'] },
): Promise<Held> {
  const { auth } = await lookup.find()
  if (auth?.kind === 'bearer') return { ...NOTHING, header: `Bearer ${auth.token}` }
  const answer = await tokens.fetch(auth)
  if ('token' in answer) {
    const { value, lifeMs } = answer.token
    return { header: `Bearer ${value}`, until: performance.now() + lifeMs * USED_LIFE }
  }
  if (!isBusy(answer.refused)) throw unauthorized(answer.refused)
  throw busyAt(`The token server of ${purpose.registry}`, 'give a token', answer.refused, auth === null)
}

function unauthorizedAt(
  { registry, repository }: Purpose,
  known: Credentials | null,
  refused: Pick<SendAnswer, 'body'>,
): UserError {
  if (known !== null && known.auth === null && known.trouble !== null) return known.trouble
  const region = ecrRegionOf(registry)
  const help =
    region === null
      ? `Log in with \`docker login ${registry}\` (or podman's, skopeo's, crane's), or correct the name.`
      : `Log in: \`aws ecr get-login-password --region ${region} | docker login --username AWS --password-stdin ${registry}\`, or put docker-credential-ecr-login on PATH.`
  const where = `${registry}/${repository}`
  return new UserError('REGISTRY_UNAUTHORIZED', where, known?.source ?? null, known?.asked ?? [], toldBy(refused), help)
}
