import { join } from 'node:path'
import { UserError } from '../../../errors.ts'
import { type NetrcEntry, parseNetrc } from '../../../formats/netrc.ts'
import { percentDecoded } from '../../../formats/url-text.ts'
import type { System } from '../../../system/system.ts'
import type { Index } from './layer.ts'

/** The headers that authorise a request for a URL; none where no credentials are known for its host. */
export type HeadersFor = (url: string) => Readonly<Record<string, string>>

/**
 * Credentials by URL: its own, else those of the index on the same scheme, host and port whose path is most like it, else
 * netrc's. They go nowhere else; netrc's `default` entry, which would go to every host, isn't used.
 */
export async function readCredentials(indexes: readonly Index[], system: System): Promise<HeadersFor> {
  const netrc = await readNetrc(system)
  return text => {
    if (!/^https?:/i.test(text) || !URL.canParse(text)) return {}
    const url = new URL(text)
    const own = { username: percentDecoded(url.username), password: percentDecoded(url.password) }
    const index = own.username === '' && own.password === '' ? nearestIndex(indexes, url) : null
    const username = index === null ? own.username : (index.username ?? '')
    const password = index === null ? own.password : (index.password ?? '')
    if (password !== '') return basic(username, password)
    const entry = netrc.find(
      ({ machine, login }) => machine === url.hostname && (username === '' || login === username),
    )
    if (entry !== undefined) return basic(entry.login ?? '', entry.password ?? '')
    // Some indexes take a token in place of the name.
    return username === '' ? {} : basic(username, '')
  }
}

function basic(username: string, password: string) {
  return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` }
}

function nearestIndex(indexes: readonly Index[], url: URL): Index | null {
  const known = indexes.filter(
    index =>
      (index.username !== null || index.password !== null) &&
      URL.canParse(index.url) &&
      new URL(index.url).origin === url.origin,
  )
  const likeness = (index: Index) => commonSegments(new URL(index.url).pathname, url.pathname)
  return known.reduce<Index | null>(
    (best, index) => (best === null || likeness(index) > likeness(best) ? index : best),
    null,
  )
}

function commonSegments(a: string, b: string): number {
  const others = b.split('/')
  const differs = a.split('/').findIndex((segment, place) => segment !== others[place])
  return differs < 0 ? a.split('/').length : differs
}

async function readNetrc({ env, homeDir, disk }: System): Promise<readonly NetrcEntry[]> {
  const paths = env['NETRC'] ? [env['NETRC']] : [join(homeDir, '.netrc'), join(homeDir, '_netrc')]
  for (const path of paths) {
    if ((await disk.stat(path))?.kind !== 'file') continue
    try {
      return parseNetrc(await disk.readText(path))
    } catch (error) {
      if (error instanceof SyntaxError) throw new UserError('INDEX_SETTINGS_BROKEN', path, error.message)
      throw error
    }
  }
  return []
}
