/** What names an image in a registry. */
export interface ImageReference {
  /** Host, and port where one is written, such as `public.ecr.aws` or `localhost:5000`. Docker Hub is `docker.io`. */
  readonly registry: string
  /** Such as `lambda/python`. */
  readonly repository: string
  /** null where none is written: mostly `latest` is meant, unless there is a digest. */
  readonly tag: string | null
  /** `sha256:` and 64 hex digits, or another algorithm's; null where none is written. */
  readonly digest: string | null
}

const HUB = 'docker.io'
const MOST_NAME_CHARACTERS = 255

// https://github.com/distribution/reference/blob/main/regexp.go
const DOMAIN_PART = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])'
const DOMAIN = new RegExp(`^(?:${DOMAIN_PART}(?:\\.${DOMAIN_PART})*|\\[[a-fA-F0-9:]+\\])(?::\\d+)?$`)
const PATH_PART = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*'
const PATH = new RegExp(`^${PATH_PART}(?:/${PATH_PART})*$`)
const WHOLE = /^(?<name>.+?)(?::(?<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?(?:@(?<digest>[^@]*))?$/
const DIGEST = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/
const SHA256 = /^sha256:[0-9a-f]{64}$/

/** Reads a reference by Docker's rules: what has no host is on Docker Hub. null if the text isn't one. */
export function parseImageReference(text: string): ImageReference | null {
  const { name = '', tag = null, digest = null } = WHOLE.exec(text)?.groups ?? {}
  if (digest !== null && !isDigest(digest)) return null
  const [domain, path] = splitName(name)
  if (!DOMAIN.test(domain) || !PATH.test(path) || name.length > MOST_NAME_CHARACTERS) return null
  // Docker takes it for the identity of a local image.
  if (/^[0-9a-f]{64}$/.test(text)) return null
  if (!URL.canParse(`https://${domain}/`)) return null
  if (domain !== HUB && domain !== `index.${HUB}`) return { registry: domain, repository: path, tag, digest }
  return { registry: HUB, repository: path.includes('/') ? path : `library/${path}`, tag, digest }
}

/** The reference with all that is known of it, such as `docker.io/library/python:3.13@sha256:…`. */
export function printImageReference({ registry, repository, tag, digest }: ImageReference): string {
  return `${registry}/${repository}${tag === null ? '' : `:${tag}`}${digest === null ? '' : `@${digest}`}`
}

/** A function's name as a repository's: in lower case, without what that can't have. */
export function repositoryName(functionName: string): string {
  const sound = functionName
    .toLowerCase()
    .replaceAll(/[-_]+/g, run => (/^(?:__?|-+)$/.test(run) ? run : '-'))
    .replaceAll(/^[-_]+|[-_]+$/g, '')
  return sound === '' ? 'function' : sound
}

/** True of the one algorithm that lpack can verify, in the form that registries take. */
export function isSha256Digest(digest: string): boolean {
  return SHA256.test(digest)
}

function isDigest(text: string): boolean {
  return text.startsWith('sha256:') ? SHA256.test(text) : DIGEST.test(text)
}

/** The part before the first slash is a host only if it looks like one: no repository of Docker Hub does. */
function splitName(name: string): readonly [domain: string, path: string] {
  const slash = name.indexOf('/')
  const first = name.slice(0, Math.max(slash, 0))
  const isHost = /[.:A-Z]/.test(first) || first === 'localhost'
  return isHost ? [first, name.slice(slash + 1)] : [HUB, name]
}
