import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { makeNetwork } from '../src/system/network.ts'
import type { Network } from '../src/system/system.ts'

export interface Request {
  readonly path: string
  readonly headers: IncomingHttpHeaders
}

export interface Loopback {
  /** Such as http://127.0.0.1:41234, without a slash. */
  readonly url: string
  /** What has been asked so far. */
  readonly requests: readonly Request[]
}

export type Respond = (request: IncomingMessage, response: ServerResponse) => void

/** Runs an action with a server on 127.0.0.1, which is closed afterwards with all its connections. */
export async function serving<T>(respond: Respond, action: (server: Loopback) => Promise<T>): Promise<T> {
  return run(createServer(), 'http', respond, action)
}

/** The same over https, with the certificate below. */
export async function servingSecurely<T>(respond: Respond, action: (server: Loopback) => Promise<T>): Promise<T> {
  return run(createSecureServer({ key: KEY, cert: CERTIFICATE }), 'https', respond, action)
}

async function run<T>(
  server: ReturnType<typeof createServer> | ReturnType<typeof createSecureServer>,
  scheme: string,
  respond: Respond,
  action: (server: Loopback) => Promise<T>,
): Promise<T> {
  const requests: Request[] = []
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    requests.push({ path: request.url ?? '', headers: request.headers })
    respond(request, response)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  try {
    return await action({ url: `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`, requests })
  } finally {
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
  }
}

/** The real network with little patience: half a second for an answer, retries at once. */
export function quickNetwork(
  env: Readonly<Record<string, string>> = {},
  signal = new AbortController().signal,
): Network {
  return makeNetwork(env, signal, { answerMs: 500, idleMs: 300, retries: 3, backoffMs: 1, longestWaitMs: 50 })
}

/** The address of a port that nobody listens on: it was free a moment ago. */
export async function deadUrl(): Promise<string> {
  return serving(
    () => undefined,
    async server => server.url,
  )
}

/** For localhost and 127.0.0.1, self-signed, until 2126; its key is public, so it proves nothing anywhere. */
export const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBmjCCAUGgAwIBAgIUG2kC1qqMwi5yWcGrD+AVVXbSN1YwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMzA2MDg0MloYDzIxMjYxMDMw
MDYwODQyWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAS3SZCk4NvR0ecoQqs+IFzbK0eXpmLWoaBiNfKMAqG/TJjdS8y5Mkqo
9phUIQr6pAZoqRui5+WPsMNVnNHfqgjPo28wbTAdBgNVHQ4EFgQUrA4PDeo0KAGq
MUwTOOi88lO0U88wHwYDVR0jBBgwFoAUrA4PDeo0KAGqMUwTOOi88lO0U88wDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDRwAwRAIgIy82Ny08I4PhB1/j8fQxNIdkFHT19162Cn8Z4i2PAH8CIGk8
ATf6XNyu5TwwakyBlWn2T+9bZdzE4a7pCaDPNntI
-----END CERTIFICATE-----
`

export const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgATy7NTuUcQwwbpTC
B7wDNNp4g6+ewahUCmjvElh8s0WhRANCAAS3SZCk4NvR0ecoQqs+IFzbK0eXpmLW
oaBiNfKMAqG/TJjdS8y5Mkqo9phUIQr6pAZoqRui5+WPsMNVnNHfqgjP
-----END PRIVATE KEY-----
`
