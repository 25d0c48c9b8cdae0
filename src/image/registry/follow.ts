import type { Network, SendAnswer, SendRequest } from '../../system/system.ts'

const MOST_REDIRECTS = 10

/** Sends a GET or HEAD, and follows where it leads. Credentials stay with the scheme, host and port they were given for. */
export async function following(network: Network, request: SendRequest): Promise<SendAnswer> {
  let { url, headers } = request
  for (let hop = 0; ; hop++) {
    const answer = await network.send({ ...request, url, headers })
    const next = hop < MOST_REDIRECTS ? redirectOf(answer) : null
    if (next === null) return answer
    if (new URL(next).origin !== new URL(url).origin) {
      const { authorization: _, ...others } = headers
      headers = others
    }
    url = next
  }
}

function redirectOf({ status, headers, url }: SendAnswer): string | null {
  const location = headers['location']
  const isRedirect = [301, 302, 303, 307, 308].includes(status)
  return isRedirect && location !== undefined && URL.canParse(location, url) ? new URL(location, url).href : null
}
