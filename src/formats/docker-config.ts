/** A config.json of Docker, or an auth.json of Podman, as far as it is about credentials. */
export interface DockerConfig {
  /** By registry: names of programs `docker-credential-<name>`. */
  readonly credHelpers: ReadonlyMap<string, string>
  readonly credsStore: string | null
  readonly auths: ReadonlyMap<string, RegistryAuth>
}

/** What a registry, or the one who gives tokens for it, wants to know. */
export type RegistryAuth =
  | { readonly kind: 'password'; readonly username: string; readonly password: string }
  /** Exchanged for tokens by OAuth2. */
  | { readonly kind: 'identity'; readonly token: string }
  /** Sent as it is. */
  | { readonly kind: 'bearer'; readonly token: string }

/** The user name by which helpers say that the secret is an identity token. */
const IDENTITY_USER = '<token>'
const HUB = 'docker.io'

/** Throws a SyntaxError where the text isn't such a file; entries that say nothing are left out. */
export function parseDockerConfig(text: string): DockerConfig {
  const document: unknown = JSON.parse(text)
  if (!isRecord(document)) throw new SyntaxError('it holds no object')
  const { credHelpers, credsStore, auths } = document
  return {
    credHelpers: new Map(entriesOf(credHelpers).flatMap(([host, name]) => (isText(name) ? [[host, name]] : []))),
    credsStore: isText(credsStore) ? credsStore : null,
    auths: new Map(
      entriesOf(auths).flatMap(([host, entry]) => {
        const auth = authOf(entry)
        return auth === null ? [] : [[host, auth]]
      }),
    ),
  }
}

/** What `docker-credential-… get` prints; null if it isn't that. */
export function parseHelperAnswer(text: string): RegistryAuth | null {
  const document = parsed(text)
  if (!isRecord(document)) return null
  const { Username: username, Secret: secret } = document
  if (typeof username !== 'string' || !isText(secret)) return null
  return username === IDENTITY_USER
    ? { kind: 'identity', token: secret }
    : { kind: 'password', username, password: secret }
}

/** The helper that is asked for a registry. */
export function helperFor({ credHelpers, credsStore }: DockerConfig, registry: string): string | null {
  const names = registryNames(registry)
  const own = [...credHelpers].find(([key]) => names.includes(hostOf(key)))
  return own?.[1] ?? credsStore
}

/** The credentials of the file itself; Podman's may be for a part of a registry, the longest one wins. */
export function authFor({ auths }: DockerConfig, registry: string, repository: string): RegistryAuth | null {
  const names = registryNames(registry)
  const keys = [...auths].map(([key, auth]) => ({ host: hostOf(key), place: placeOf(key), auth }))
  const fitting = keys.filter(({ host, place }) => {
    const isWithin = place === '' || `${repository}/`.startsWith(`${place}/`)
    return names.includes(host) && isWithin
  })
  return (
    fitting.reduce<(typeof keys)[number] | null>(
      (best, one) => (best === null || one.place.length > best.place.length ? one : best),
      null,
    )?.auth ?? null
  )
}

/** How a registry is named to helpers and in Docker's files. */
export function serverName(registry: string): string {
  return registry === HUB ? `https://index.${HUB}/v1/` : registry
}

function registryNames(registry: string): readonly string[] {
  return registry === HUB ? [HUB, `index.${HUB}`, `registry-1.${HUB}`] : [registry.toLowerCase()]
}

function hostOf(key: string): string {
  return key
    .replace(/^https?:\/\//i, '')
    .replace(/\/.*$/s, '')
    .toLowerCase()
}

/** Docker writes the API's version after some hosts. */
function placeOf(key: string): string {
  const place = /^[^/]*\/(.*?)\/?$/s.exec(key.replace(/^https?:\/\//i, ''))?.[1] ?? ''
  return /^v[12]$/.test(place) ? '' : place
}

function authOf(entry: unknown): RegistryAuth | null {
  if (!isRecord(entry)) return null
  const { auth, username, password, identitytoken, registrytoken } = entry
  if (isText(registrytoken)) return { kind: 'bearer', token: registrytoken }
  if (isText(identitytoken)) return { kind: 'identity', token: identitytoken }
  if (isText(username) && isText(password)) return { kind: 'password', username, password }
  // Docker's own files may end with a NUL. A password may have colons, a user name not.
  const pair = isText(auth) ? Buffer.from(auth, 'base64').toString('utf8').replace(/\0+$/, '') : ''
  const colon = pair.indexOf(':')
  if (colon < 1) return null
  return { kind: 'password', username: pair.slice(0, colon), password: pair.slice(colon + 1) }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  return isRecord(value) ? Object.entries(value) : []
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
