import { UserError } from '../errors.ts'

/** A failure that another try may not meet. The message is the reason for people. */
export class Transient extends Error {
  override readonly name = 'Transient'
  /** What the server asks for; null: nothing. */
  readonly waitMs: number | null
  /** True if the attempt brought the work further, so that giving up would be too early. */
  readonly isFurther: boolean
  constructor(why: string, waitMs: number | null = null, isFurther = false) {
    super(why)
    this.waitMs = waitMs
    this.isFurther = isFurther
  }
}

/** No way to the server that another try could find. `why` is the reason alone, for sentences that don't show the URL. */
export class Unreachable extends UserError<'NETWORK_UNREACHABLE'> {
  readonly why: string
  constructor(url: string, why: string) {
    super('NETWORK_UNREACHABLE', url, why)
    this.why = why
  }
}

/** A download that the server answered otherwise than with the file. */
export class Refused extends UserError<'DOWNLOAD_REFUSED'> {
  readonly status: number
  constructor(url: string, status: number) {
    super('DOWNLOAD_REFUSED', url, status)
    this.status = status
  }
}

// https://nodejs.org/api/tls.html#x509-certificate-error-codes
const CERTIFICATE_CODE =
  /^(CERT_|ERR_TLS_CERT|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_GET_|UNABLE_TO_VERIFY_|INVALID_CA|HOSTNAME_MISMATCH)/

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  UND_ERR_SOCKET: 'the connection was cut',
  ENOTFOUND: 'its host name is unknown',
  EAI_AGAIN: 'its host name could not be looked up',
  ETIMEDOUT: 'the connection timed out',
  UND_ERR_CONNECT_TIMEOUT: 'the connection timed out',
  EHOSTUNREACH: 'there is no way to its host',
  ENETUNREACH: 'there is no network to its host',
}

/** Makes what fetch threw into a Transient, or into a UserError where trying again can't help. */
export function failureOf(error: unknown, url: string): Error {
  if (error instanceof UserError) return error
  const causes = causesOf(error)
  const codes = causes.map(cause => cause.code).filter(code => typeof code === 'string')
  const certificate = codes.find(code => CERTIFICATE_CODE.test(code))
  if (certificate !== undefined) {
    const why = `its certificate isn't trusted (${certificate}); SSL_CERT_FILE can name the certificates to trust`
    return new Unreachable(url, why)
  }
  const known = codes.find(code => REASONS[code] !== undefined)
  const last = causes.at(-1)
  return new Transient((known === undefined ? undefined : REASONS[known]) ?? last?.message ?? String(error))
}

interface Cause {
  readonly message: string
  readonly code?: unknown
}

/** The error and its causes, outermost first, and the first of each group that Happy Eyeballs made. */
function causesOf(error: unknown): readonly Cause[] {
  if (!(error instanceof Error)) return []
  const inner = error instanceof AggregateError ? (error.errors[0] as unknown) : error.cause
  return [error, ...causesOf(inner)]
}

/** A URL as it may be shown. */
export function withoutCredentials(url: string): string {
  const parsed = new URL(url)
  parsed.username = ''
  parsed.password = ''
  return parsed.href
}
