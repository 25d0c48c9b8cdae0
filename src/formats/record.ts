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

// A quoted field, or a bare one, and what ends it.
const FIELD = /(?:"([^"]*(?:""[^"]*)*)"|([^",\r\n][^,\r\n]*)?)(,|\r\n|\n|\r|$)/y

function parseCsv(text: string): readonly (readonly string[])[] {
  const rows: string[][] = [[]]
  FIELD.lastIndex = text.startsWith('\uFEFF') ? 1 : 0
  while (FIELD.lastIndex < text.length) {
    const match = FIELD.exec(text)
    if (match === null)
      throw new SyntaxError(`line ${rows.length}: text behind a closing quote, or a quote without end`)
    const [, quoted, bare = '', end] = match
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? bare)
    if (end !== ',') rows.push([])
  }
  return rows
}
