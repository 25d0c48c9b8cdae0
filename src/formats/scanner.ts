/** Reads a short text token by token; tokens are sticky regular expressions, so each is tried at one place only. */
export interface Scanner {
  readonly text: string
  /** The token at the current place, which moves behind it; null, and nothing moves, if it is not there. */
  readonly take: (token: RegExp) => string | null
  readonly skipSpace: () => void
  readonly atEnd: () => boolean
  readonly position: () => number
  /** A SyntaxError that names the place. */
  readonly expected: (what: string, at?: number) => SyntaxError
}

const SPACE = /[ \t\r\n]+/y

/** A scanner at the start of the text. */
export function makeScanner(text: string): Scanner {
  let position = 0
  const take = (token: RegExp): string | null => {
    token.lastIndex = position
    const found = token.exec(text)?.[0]
    if (found === undefined) return null
    position += found.length
    return found
  }
  return {
    text,
    take,
    skipSpace: () => void take(SPACE),
    atEnd: () => position === text.length,
    position: () => position,
    expected: (what, at = position) => new SyntaxError(`"${shown(text)}" needs ${what} at column ${at + 1}`),
  }
}

/** Without the credentials of URLs: the text goes into messages, and those into logs. */
function shown(text: string): string {
  const safe = text.replace(/:\/\/[^/@\s]*@/g, '://***@')
  return safe.length > 200 ? `${safe.slice(0, 200)}…` : safe
}
