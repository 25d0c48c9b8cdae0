/** One line of a RECORD: https://packaging.python.org/en/latest/specifications/recording-installed-packages/ */
export interface RecordEntry {
  readonly path: string
  /** Lower-case hex; null without a hash or with another algorithm. */
  readonly sha256: string | null
  readonly bytes: number | null
}

/** Parses a RECORD, which is CSV; empty lines count for nothing. */
export function parseRecord(text: string): readonly RecordEntry[] {
  return parseCsv(text)
    .filter(([path = '']) => path !== '')
    .map(([path = '', hash = '', bytes = '']) => ({
      path,
      sha256: sha256Of(hash),
      bytes: /^[0-9]+$/.test(bytes) ? Number(bytes) : null,
    }))
}

/** A RECORD of paths alone, `path,,` lines: the standard lets hash and size be empty. */
export function writeRecord(paths: readonly string[]): string {
  // Sorted for determinism
  return [...paths]
    .sort()
    .map(path => `${quote(path)},,\n`)
    .join('')
}

const quote = (path: string): string => (/[",\r\n]/.test(path) ? `"${path.replaceAll('"', '""')}"` : path)

function sha256Of(hash: string): string | null {
  const [algorithm, digest = ''] = hash.split('=')
  if (algorithm !== 'sha256') return null
  // Debian's own packages write hex where the standard says URL-safe base64.
  const hex = digest.length === 64 ? digest.toLowerCase() : Buffer.from(digest, 'base64url').toString('hex')
  return /^[0-9a-f]{64}$/.test(hex) ? hex : null
}

const BARE = /(?:[^",\r\n][^,\r\n]*)?/y
const END = /,|\r\n|\n|\r|$/y

function parseCsv(text: string): readonly (readonly string[])[] {
  const rows: string[][] = [[]]
  let position = text.startsWith('\uFEFF') ? 1 : 0
  while (position < text.length) {
    const isQuoted = text[position] === '"'
    const fieldEnd = isQuoted ? endOfQuoted(text, position) : matchAt(BARE, text, position).end
    const end = matchAt(END, text, fieldEnd)
    if (fieldEnd < 0 || !end.isFound)
      throw new SyntaxError(`line ${rows.length}: text behind a closing quote, or a quote without end`)
    const field = text.slice(position, fieldEnd)
    rows.at(-1)?.push(isQuoted ? field.slice(1, -1).replaceAll('""', '"') : field)
    if (text[fieldEnd] !== ',') rows.push([])
    position = end.end
  }
  return rows
}

/** Behind the closing quote, or -1. A pattern would need a stack as deep as there are doubled quotes. */
function endOfQuoted(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at >= 0; at = text.indexOf('"', at + 2)) {
    if (text[at + 1] !== '"') return at + 1
  }
  return -1
}

function matchAt(pattern: RegExp, text: string, position: number): { readonly isFound: boolean; readonly end: number } {
  pattern.lastIndex = Math.max(0, position)
  const match = pattern.exec(text)
  return { isFound: match !== null, end: position + (match?.[0].length ?? 0) }
}
