import { spawn } from 'node:child_process'
import { createHash, randomUUID, sign } from 'node:crypto'
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { writeTree } from '../../helpers.ts'
import { CERTIFICATE, deadUrl, KEY, serving } from '../../loopback.ts'
import { output } from '../programs.ts'

/** Who may do anything; anonymous people may pull where a registry has tokens. */
export const USER = { name: 'ci', password: 's3cret' } as const

/** What a program finds that is told where somebody's Docker config is, with their password in it. */
export async function loggedIn(
  host: string,
  dir: string,
  password: string = USER.password,
): Promise<NodeJS.ProcessEnv> {
  const config = { auths: { [host]: { auth: btoa(`${USER.name}:${password}`) } } }
  await writeTree(join(dir, 'docker'), { 'config.json': JSON.stringify(config) })
  return { DOCKER_CONFIG: join(dir, 'docker') }
}

export type Access = 'open' | 'basic' | 'bearer'

/** Debian's docker-registry, which keeps its blobs in a folder. */
export interface Registry {
  /** Such as 127.0.0.1:41234. */
  readonly host: string
  readonly kill: (signal: 'SIGTERM' | 'SIGKILL') => Promise<void>
  /** Scopes that were asked for, where the registry has tokens. */
  readonly scopes: readonly string[]
}

export interface RegistryOptions {
  readonly access?: Access
  /** How long a token is good for; negative: it is stale when it is given. */
  readonly tokenSeconds?: number
  /** Where it listens; of its own choice otherwise. */
  readonly host?: string
}

/** Runs an action with a registry, whose blobs and settings are in the folder. */
export async function withRegistry<T>(
  dir: string,
  options: RegistryOptions,
  action: (registry: Registry) => Promise<T>,
): Promise<T> {
  const { access = 'open', tokenSeconds = 300 } = options
  if (access !== 'bearer') return running(dir, await accessSettings(dir, access), options, [], action)
  const scopes: string[] = []
  return serving(
    (request, response) => giveToken(request, response, { scopes, tokenSeconds }),
    ({ url }) =>
      running(
        dir,
        { token: { ...TOKENS, realm: `${url}/token`, rootcertbundle: join(dir, 'issuer.pem') } },
        options,
        scopes,
        action,
      ),
  )
}

async function running<T>(
  dir: string,
  auth: object,
  { host = '' }: RegistryOptions,
  scopes: readonly string[],
  action: (registry: Registry) => Promise<T>,
): Promise<T> {
  const own = host === '' ? new URL(await deadUrl()).host : host
  const registry = await startRegistry(dir, auth, own)
  try {
    return await action({ ...registry, scopes })
  } finally {
    await registry.kill('SIGTERM')
  }
}

/** Starts a registry that the caller ends. JSON is YAML. */
export async function startRegistry(
  dir: string,
  auth: object,
  host: string,
): Promise<Omit<Registry, 'scopes'> & { readonly pid: number }> {
  await mkdir(join(dir, 'blobs'), { recursive: true })
  const settings = {
    version: 0.1,
    log: { level: 'error', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: join(dir, 'blobs') }, delete: { enabled: true } },
    // Answers name no host, so that a proxy may stand before it.
    http: { addr: host, relativeurls: true },
    auth,
  }
  await writeTree(dir, { 'registry.yml': JSON.stringify(settings), 'issuer.pem': CERTIFICATE })
  const child = spawn('docker-registry', ['serve', join(dir, 'registry.yml')], { stdio: 'ignore' })
  const ended = once(child, 'exit')
  // One that stays to the end of the run mustn't make it longer.
  child.unref()
  await answering(host)
  return {
    host,
    pid: child.pid ?? 0,
    kill: async signal => {
      child.ref()
      child.kill(signal)
      await ended
    },
  }
}

async function answering(host: string): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const isThere = await fetch(`http://${host}/v2/`).then(
      response => response.body?.cancel().then(() => true) ?? true,
      () => false,
    )
    if (isThere) return
    await sleep(50)
  }
  throw new Error('docker-registry does not start')
}

async function accessSettings(dir: string, access: 'open' | 'basic'): Promise<object> {
  if (access === 'open') return {}
  const program = 'import crypt, sys; print(crypt.crypt(sys.argv[1], crypt.mksalt(crypt.METHOD_BLOWFISH, rounds=16)))'
  const hash = await output('/usr/bin/python3', ['-W', 'ignore', '-c', program, USER.password])
  await writeTree(dir, { htpasswd: `${USER.name}:${hash}\n` })
  return { htpasswd: { realm: 'registry', path: join(dir, 'htpasswd') } }
}

const TOKENS = { service: 'registry', issuer: 'lpack-tests' } as const

/** As of public.ecr.aws and Docker Hub. https://distribution.github.io/distribution/spec/auth/token/ */
function giveToken(
  request: IncomingMessage,
  response: ServerResponse,
  { scopes, tokenSeconds }: { readonly scopes: string[]; readonly tokenSeconds: number },
): void {
  const asked = new URL(request.url ?? '', 'http://localhost').searchParams
    .getAll('scope')
    .flatMap(one => one.split(' '))
  scopes.push(...asked)
  const given = request.headers.authorization ?? ''
  const isUser = given === `Basic ${btoa(`${USER.name}:${USER.password}`)}`
  if (given !== '' && !isUser) {
    response.writeHead(401).end()
    return
  }
  const access = asked.map(scope => {
    const [type, name, actions = ''] = scope.split(':')
    return { type, name, actions: actions.split(',').filter(action => isUser || action === 'pull') }
  })
  const token = tokenOf(access, isUser ? USER.name : '', tokenSeconds)
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify({ token, expires_in: Math.max(60, tokenSeconds) }))
}

function tokenOf(access: readonly object[], subject: string, seconds: number): string {
  const now = Math.floor(Date.now() / 1000)
  const header = { alg: 'ES256', typ: 'JWT', x5c: [CERTIFICATE.replace(/-----[^-]+-----|\s/g, '')] }
  const claims = {
    ...{ iss: TOKENS.issuer, sub: subject, aud: TOKENS.service, exp: now + seconds, nbf: now - 600, iat: now - 600 },
    ...{ jti: randomUUID(), access },
  }
  const text = [header, claims].map(part => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  const signature = sign('sha256', Buffer.from(text), { key: KEY, dsaEncoding: 'ieee-p1363' })
  return `${text}.${signature.toString('base64url')}`
}

interface Blob {
  readonly digest: string
  readonly size: number
}

export interface FoundManifest {
  readonly digest: string
  readonly mediaType: string
  readonly bytes: number
  readonly config: Blob
  readonly layers: readonly Blob[]
}

/** The manifest that a tag has, or null. Asks as the user. */
export async function manifestAt(host: string, name: string, reference: string): Promise<FoundManifest | null> {
  const url = `http://${host}/v2/${name}/manifests/${reference}`
  const accept = 'application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json'
  const basic = `Basic ${btoa(`${USER.name}:${USER.password}`)}`
  let response = await fetch(url, { headers: { accept } })
  const challenge = response.headers.get('www-authenticate') ?? ''
  if (response.status === 401) {
    const authorization = /^Bearer/i.test(challenge) ? await tokenFor(challenge, basic) : basic
    response = await fetch(url, { headers: { accept, authorization } })
  }
  const bytes = Buffer.from(await response.arrayBuffer())
  if (response.status === 404) return null
  if (!response.ok) throw new Error(`${response.status} ${bytes}`)
  const { config, layers } = JSON.parse(bytes.toString()) as Pick<FoundManifest, 'config' | 'layers'>
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
  return { digest, mediaType: response.headers.get('content-type') ?? '', bytes: bytes.length, config, layers }
}

async function tokenFor(challenge: string, authorization: string): Promise<string> {
  const [realm, service, scope] = ['realm', 'service', 'scope'].map(
    name => new RegExp(`${name}="([^"]*)"`).exec(challenge)?.[1] ?? '',
  )
  const response = await fetch(`${realm}?${new URLSearchParams({ service: service ?? '', scope: scope ?? '' })}`, {
    headers: { authorization },
  })
  const { token } = (await response.json()) as { readonly token: string }
  return `Bearer ${token}`
}
