import { UserError } from '../../errors.ts'
import type { SendAnswer } from '../../system/system.ts'
import { ecrRegionOf } from './hosts.ts'
import { isBusy } from './retry.ts'
import type { Session } from './session.ts'
import { hasCode, toldBy } from './told.ts'

/** The sentence for an answer that isn't what was asked for. `doing` follows "can't", such as `give the manifest latest`. */
export function refusalOf(session: Session, doing: string, answer: Pick<SendAnswer, 'status' | 'body'>): UserError {
  const { auth, where, purpose } = session
  const known = auth.credentials()
  const isAnonymous = (known?.auth ?? null) === null
  if (isBusy(answer)) return busyAt(where, doing, answer, isAnonymous)
  if (answer.status === 401) return auth.unauthorized(answer)
  if (answer.status === 403) {
    if (isAnonymous && known !== null && known.trouble !== null) return known.trouble
    const verb = purpose.actions === 'push' ? 'push there' : 'pull from there'
    return new UserError('REGISTRY_FORBIDDEN', where, verb, known?.source ?? null, toldBy(answer))
  }
  if (hasCode(answer, 'NAME_UNKNOWN') || (answer.status === 404 && purpose.actions === 'push')) {
    return repositoryUnknown(session, answer)
  }
  return new UserError('REGISTRY_REFUSED', where, doing, answer.status, toldBy(answer))
}

/** For 408, 429 and 5xx. */
export function busyAt(
  where: string,
  doing: string,
  answer: Pick<SendAnswer, 'status' | 'body'>,
  isAnonymous: boolean,
): UserError {
  if (answer.status === 429) return new UserError('REGISTRY_BUSY', where, toldBy(answer), isAnonymous)
  return new UserError('REGISTRY_FAILED', where, doing, answer.status, toldBy(answer))
}

function repositoryUnknown({ purpose }: Session, answer: Pick<SendAnswer, 'body'>): UserError {
  const { registry, repository, actions } = purpose
  const region = actions === 'push' ? ecrRegionOf(registry) : null
  const create = `aws ecr create-repository --repository-name ${repository} --region ${region}`
  return new UserError('REPOSITORY_UNKNOWN', registry, repository, region === null ? null : create, toldBy(answer))
}
