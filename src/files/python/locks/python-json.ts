// Poetry, PDM and Pipenv hash a manifest as Python's json.dumps(…, sort_keys=True) writes it.
import { createHash } from 'node:crypto'

export type JsonStyle = 'spaced' | 'compact'

/**
 * The sha256 in hex of a value in the very bytes of Python's json.dumps with sorted keys.
 * TOML floats without a fraction can't be told from integers here; the hashed keys hold none.
 */
export function pythonJsonSha256(value: unknown, style: JsonStyle): string {
  return createHash('sha256').update(pythonJson(value, style)).digest('hex')
}

export function pythonJson(value: unknown, style: JsonStyle): string {
  const [comma, colon] = style === 'spaced' ? [', ', ': '] : [',', ':']
  if (Array.isArray(value)) return `[${value.map(item => pythonJson(item, style)).join(comma)}]`
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined)
    const pairs = entries
      .sort(([a], [b]) => byCodePoint(a, b))
      .map(([key, item]) => pythonString(key) + colon + pythonJson(item, style))
    return `{${pairs.join(comma)}}`
  }
  if (typeof value === 'string') return pythonString(value)
  return value === undefined || value === null ? 'null' : String(value)
}

/** Python escapes everything outside space to tilde, in UTF-16 units as JavaScript has them. */
function pythonString(value: string): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** Python orders strings by code point, JavaScript by UTF-16 unit; UTF-8 bytes order as code points do. */
function byCodePoint(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
