import { licenceOfMetadata as licenceOf } from './licence.ts'
import { expandTags } from './wheel-name.ts'

/** What of a METADATA file matters here: https://packaging.python.org/en/latest/specifications/core-metadata/ */
export interface Metadata {
  /** As written. */
  readonly name: string
  readonly version: string
  readonly requiresPython: string | null
  readonly requiresDist: readonly string[]
  readonly providesExtra: readonly string[]
  /** As `licenceOf` reads it; null: nothing short says it. */
  readonly licence: string | null
  /** Names of fields, lower-case, whose values only a build tells (sdists). */
  readonly dynamic: readonly string[]
}

/** Parses METADATA or PKG-INFO. Throws a SyntaxError if it has no Name or no Version. */
export function parseMetadata(text: string): Metadata {
  const headers = parseHeaders(text)
  const first = (key: string): string => headers.get(key)?.[0] ?? ''
  for (const key of ['Name', 'Version']) {
    if (first(key.toLowerCase()) === '') throw new SyntaxError(`there is no ${key} field`)
  }
  const requiresPython = first('requires-python')
  return {
    name: first('name'),
    version: first('version'),
    requiresPython: requiresPython === '' || requiresPython === 'UNKNOWN' ? null : requiresPython,
    requiresDist: (headers.get('requires-dist') ?? []).filter(value => value !== ''),
    providesExtra: headers.get('provides-extra') ?? [],
    licence: licenceOf(headers),
    dynamic: (headers.get('dynamic') ?? []).map(value => value.toLowerCase()),
  }
}

/** What a wheel's WHEEL file says: https://packaging.python.org/en/latest/specifications/binary-distribution-format/ */
export interface WheelFile {
  readonly rootIsPurelib: boolean
  /** One tag each, such as cp313-abi3-manylinux_2_28_x86_64. */
  readonly tags: readonly string[]
}

export function parseWheelFile(text: string): WheelFile {
  const headers = parseHeaders(text)
  return {
    rootIsPurelib: headers.get('root-is-purelib')?.[0]?.toLowerCase() === 'true',
    tags: (headers.get('tag') ?? []).flatMap(tag => expandTags(tag) ?? []),
  }
}

/** Values by lower-case key, in order. Headers end at the first line that is empty or none. */
function parseHeaders(text: string): ReadonlyMap<string, readonly string[]> {
  const headers = new Map<string, string[]>()
  let values: string[] = []
  for (const line of headerLines(text)) {
    const colon = line.indexOf(':')
    if (/^[ \t]/.test(line)) {
      const last = values.pop()
      if (last !== undefined) values.push(`${last} ${line.trim()}`.trim())
    } else if (colon > 0 && !/\s/.test(line.slice(0, colon))) {
      const key = line.slice(0, colon).toLowerCase()
      values = headers.get(key) ?? []
      values.push(line.slice(colon + 1).trim())
      headers.set(key, values)
    } else {
      break
    }
  }
  return headers
}

function* headerLines(text: string): Iterable<string> {
  // A description of megabytes stands below the headers, so the text is not split as a whole.
  let start = text.startsWith('\uFEFF') ? 1 : 0
  while (start < text.length) {
    const end = text.indexOf('\n', start)
    const line = text.slice(start, end < 0 ? undefined : end).replace(/\r$/, '')
    if (line === '') return
    yield line
    start = end < 0 ? text.length : end + 1
  }
}
