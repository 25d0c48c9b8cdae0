import { percentDecoded } from './url-text.ts'

/** A file that an index or a page of links offers. */
export interface IndexFile {
  readonly filename: string
  /** Absolute, without fragment. */
  readonly url: string
  /** Lower-case hex; null if the page does not tell. */
  readonly sha256: string | null
  readonly bytes: number | null
  /** A PEP 440 specifier. */
  readonly requiresPython: string | null
  readonly yanked: boolean
}

/**
 * Parses a project's page of a package index, JSON (https://peps.python.org/pep-0691/) or HTML
 * (https://peps.python.org/pep-0503/), or an HTML page of links, in the order of the page.
 * Throws a SyntaxError for JSON that is broken or of another major version.
 */
export function parseSimpleIndex(text: string, contentType: string, pageUrl: string): readonly IndexFile[] {
  return /^[^;]*\bjson\b/i.test(contentType) ? parseJsonPage(text, pageUrl) : parseHtmlPage(text, pageUrl)
}

// ── JSON ─────────────────────────────────────────────────────────────────────────────────────────

function parseJsonPage(text: string, pageUrl: string): readonly IndexFile[] {
  const page: unknown = JSON.parse(text)
  if (!isRecord(page) || !Array.isArray(page['files'])) throw new SyntaxError('the page has no list of "files"')
  const apiVersion = isRecord(page['meta']) ? page['meta']['api-version'] : undefined
  if (typeof apiVersion === 'string' && !apiVersion.startsWith('1.')) {
    throw new SyntaxError(`the page is of API version ${apiVersion}, and only 1.x is known`)
  }
  return page['files'].flatMap((file: unknown) => {
    if (!isRecord(file) || typeof file['filename'] !== 'string' || typeof file['url'] !== 'string') return []
    const url = absoluteUrl(file['url'], pageUrl)
    if (url === null) return []
    const hashes = isRecord(file['hashes']) ? file['hashes'] : {}
    return {
      filename: file['filename'],
      url: withoutFragment(url),
      sha256: textOrNull(hashes['sha256'])?.toLowerCase() ?? sha256OfFragment(url),
      bytes: typeof file['size'] === 'number' ? file['size'] : null,
      requiresPython: textOrNull(file['requires-python']),
      yanked: file['yanked'] === true || typeof file['yanked'] === 'string',
    }
  })
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const textOrNull = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null)

// ── HTML ─────────────────────────────────────────────────────────────────────────────────────────

function parseHtmlPage(text: string, pageUrl: string): readonly IndexFile[] {
  const tags = [...startTags(text)]
  const baseHref = tags.find(tag => tag.name === 'base')?.attributes.get('href')
  const base = (baseHref === undefined ? null : absoluteUrl(baseHref, pageUrl)) ?? pageUrl
  return tags.flatMap(tag => {
    const href = tag.name === 'a' ? tag.attributes.get('href') : undefined
    const url = href === undefined ? null : absoluteUrl(href, base)
    const filename = url === null ? null : lastSegment(url)
    if (url === null || filename === null) return []
    return {
      filename,
      url: withoutFragment(url),
      sha256: sha256OfFragment(url),
      bytes: null,
      requiresPython: textOrNull(tag.attributes.get('data-requires-python')),
      yanked: tag.attributes.has('data-yanked'),
    }
  })
}

interface StartTag {
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
}

const TAG_NAME = /[a-zA-Z][^\s/>]*/y
const BETWEEN = /[\s/]*/y
const ATTRIBUTE = /([^\s/>=]+)\s*(?:=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"'][^\s>]*)))?/y

function* startTags(text: string): Iterable<StartTag> {
  for (let position = text.indexOf('<'); position >= 0; position = text.indexOf('<', position)) {
    if (text.startsWith('<!--', position)) {
      const end = text.indexOf('-->', position + 4)
      if (end < 0) return
      position = end
      continue
    }
    position++
    TAG_NAME.lastIndex = position
    const name = TAG_NAME.exec(text)?.[0]
    if (name === undefined) continue
    const { attributes, end } = readAttributes(text, position + name.length)
    position = end
    yield { name: name.toLowerCase(), attributes }
  }
}

function readAttributes(
  text: string,
  start: number,
): { readonly attributes: ReadonlyMap<string, string>; readonly end: number } {
  const attributes = new Map<string, string>()
  let position = start
  for (;;) {
    BETWEEN.lastIndex = position
    position += BETWEEN.exec(text)?.[0].length ?? 0
    ATTRIBUTE.lastIndex = position
    const match = ATTRIBUTE.exec(text)
    if (match === null) return { attributes, end: position }
    position += match[0].length
    const [, name = '', double, single, bare] = match
    const key = name.toLowerCase()
    // HTML takes the first of equal attributes.
    if (!attributes.has(key)) attributes.set(key, decodeEntities(double ?? single ?? bare ?? ''))
  }
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00A0' }

function decodeEntities(text: string): string {
  return text.replace(
    /&(?:#x([0-9a-f]{1,6})|#([0-9]{1,7})|([a-z]{2,4}));/gi,
    (whole, hex?: string, decimal?: string, name?: string) => {
      if (name !== undefined) return ENTITIES[name.toLowerCase()] ?? whole
      const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole
    },
  )
}

// ── URLs ─────────────────────────────────────────────────────────────────────────────────────────

function absoluteUrl(url: string, base: string): string | null {
  try {
    return new URL(url.trim(), base).href
  } catch {
    // A link that no client could follow offers nothing.
    return null
  }
}

const withoutFragment = (url: string): string => url.split('#')[0] ?? url

function sha256OfFragment(url: string): string | null {
  const match = /[#&]sha256=([0-9a-f]{64})(?:&|$)/i.exec(url.slice(Math.max(0, url.indexOf('#'))))
  return match?.[1]?.toLowerCase() ?? null
}

function lastSegment(url: string): string | null {
  const segment = new URL(url).pathname.split('/').at(-1) ?? ''
  return segment === '' ? null : percentDecoded(segment)
}
