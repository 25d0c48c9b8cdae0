import { UserError } from '../../errors.ts'
import { ExchangeFailure } from '../../system/exchange.ts'
import type { SendAnswer, SendRequest, System } from '../../system/system.ts'
import type { Descriptor } from '../types.ts'
import { type Auth, makeAuth } from './auth.ts'
import { following } from './follow.ts'
import { apiHostOf, isLoopback } from './hosts.ts'
import { busyAt } from './refusals.ts'
import { isBusy, patiently, userAgentOf } from './retry.ts'
import type { Purpose } from './token-source.ts'

/** Requests to one repository of a registry. */
export interface Session {
  readonly purpose: Purpose
  /** Such as public.ecr.aws/lambda/python. */
  readonly where: string
  /** Such as https://public.ecr.aws. */
  readonly origin: string
  readonly auth: Auth
  readonly system: System
  /** Of a part of the repository, such as `manifests/latest`. */
  readonly urlOf: (part: string) => string
  /** Once, with credentials at the registry's own origin, and once more if other credentials may do. Throws ExchangeFailure. */
  readonly ask: (request: Ask) => Promise<SendAnswer>
  /** The same, again where that can help. Throws UserError NETWORK_UNREACHABLE. */
  readonly askPatiently: (request: Ask) => Promise<SendAnswer>
  /** Shows how far all uploads together are. */
  readonly showSent: (blob: Descriptor, bytes: number) => void
}

export interface Ask extends Pick<SendRequest, 'method' | 'url'> {
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: SendRequest['body']
  /** More than the words that come with a status, where those are wanted. */
  readonly maxBytes?: number
  readonly onSent?: (bytes: number) => void
}

/** More than the words that come with a status. */
const WORDS_BYTES = 65_536
/** When much was sent, some still is on its way, and then it is hashed and stored. */
const LONG_ANSWERS = 8

/** Finds the registry, and whether it wants credentials. */
export async function openSession(purpose: Purpose, system: System): Promise<Session> {
  const { origin, answer } = await findOrigin(purpose.registry, system)
  const session = makeSession(purpose, origin, system)
  if (answer.status === 401) await session.auth.renew(answer, null)
  return session
}

function makeSession(purpose: Purpose, origin: string, system: System): Session {
  const auth = makeAuth(purpose, origin, system)
  const { patience } = system.network
  const askWith = (request: Ask, authorization: string | null): Promise<SendAnswer> => {
    const { method, url, headers = {}, body = null, maxBytes = WORDS_BYTES, onSent } = request
    const sent = {
      method,
      url,
      headers: { 'user-agent': userAgentOf(system), ...headers, ...(authorization === null ? {} : { authorization }) },
      body,
      maxBytes,
      answerMs: patience.answerMs * (method === 'PUT' || method === 'PATCH' ? LONG_ANSWERS : 1),
      signal: system.signal,
      ...(onSent === undefined ? {} : { onSent }),
    }
    return method === 'GET' || method === 'HEAD' ? following(system.network, sent) : system.network.send(sent)
  }
  const ask = async (request: Ask): Promise<SendAnswer> => {
    if (new URL(request.url).origin !== origin) return askWith(request, null)
    const used = await auth.header()
    const answer = await askWith(request, used)
    const isOurs = answer.status === 401 && new URL(answer.url).origin === origin
    if (!isOurs || !(await auth.renew(answer, used))) return answer
    return askWith(request, await auth.header())
  }
  return {
    purpose,
    where: `${purpose.registry}/${purpose.repository}`,
    origin,
    auth,
    system,
    urlOf: part => `${origin}/v2/${purpose.repository}/${part}`,
    ask,
    askPatiently: request => patiently(request.url, system, () => ask(request)),
    showSent: showUploads(`uploading to ${purpose.registry}/${purpose.repository}`, system),
  }
}

function showUploads(activity: string, { progress }: System): Session['showSent'] {
  const uploads = new Map<string, { readonly sent: number; readonly size: number }>()
  return ({ digest, size }, sent) => {
    uploads.set(digest, { sent, size })
    const all = [...uploads.values()]
    const sum = (key: 'sent' | 'size') => all.reduce((total, upload) => total + upload[key], 0)
    progress.show(activity, sum('sent'), sum('size'))
  }
}

/** Registries have https; only this machine's own may do without. */
async function findOrigin(registry: string, system: System): Promise<{ origin: string; answer: SendAnswer }> {
  const host = apiHostOf(registry)
  const secure = new URL(`https://${host}`)
  const plain = new URL(`http://${host}`)
  const isHere = isLoopback(secure.hostname)
  for (const { origin } of isHere ? [plain, secure] : []) {
    const answer = await ping(origin, system).catch((error: unknown) => {
      if (error instanceof ExchangeFailure) return null
      throw error
    })
    if (answer !== null && answersAsRegistry(answer)) return { origin, answer }
  }
  const { origin } = isHere ? plain : secure
  const answer = await patiently(`${origin}/v2/`, system, () => ping(origin, system))
  if (answersAsRegistry(answer)) return { origin, answer }
  if (isBusy(answer)) throw busyAt(registry, 'say whether it is there', answer, true)
  throw new UserError('REGISTRY_NOT_ONE', registry, `${origin}/v2/`, `answers ${answer.status}`)
}

async function ping(origin: string, system: System): Promise<SendAnswer> {
  return following(system.network, {
    method: 'GET',
    url: `${origin}/v2/`,
    headers: { 'user-agent': userAgentOf(system) },
    body: null,
    maxBytes: WORDS_BYTES,
    answerMs: system.network.patience.answerMs,
    signal: system.signal,
  })
}

/** https://github.com/opencontainers/distribution-spec/blob/main/spec.md#determining-support */
function answersAsRegistry({ status }: SendAnswer): boolean {
  return status === 200 || status === 401
}
