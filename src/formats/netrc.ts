/** An entry of a .netrc: credentials for a machine. */
export interface NetrcEntry {
  /** null for `default`: any machine that is not named before. */
  readonly machine: string | null
  readonly login: string | null
  readonly password: string | null
}

interface Word {
  readonly text: string
  readonly line: number
}

/** Parses a .netrc as Python's netrc module does (quotes, backslashes, comments, macros). Throws a SyntaxError that names the line. */
export function parseNetrc(text: string): readonly NetrcEntry[] {
  const reader = makeReader(text)
  const entries: { machine: string | null; login: string | null; password: string | null }[] = []
  for (let word = reader.keyword(); word !== null; word = reader.keyword()) {
    const entry = entries.at(-1)
    if (word.text === 'machine') {
      entries.push({ machine: reader.value(word), login: null, password: null })
    } else if (word.text === 'default') {
      entries.push({ machine: null, login: null, password: null })
    } else if (word.text === 'macdef') {
      reader.value(word)
      reader.skipMacro()
    } else if (entry === undefined) {
      throw new SyntaxError(
        `line ${word.line}: "${word.text}" stands where \`machine\`, \`default\` or \`macdef\` is expected`,
      )
    } else if (word.text === 'login' || word.text === 'user') {
      entry.login = reader.value(word)
    } else if (word.text === 'password') {
      entry.password = reader.value(word)
    } else if (word.text === 'account') {
      reader.value(word)
    } else {
      // Its text is not told: it may be a password that wants quotes.
      throw new SyntaxError(`line ${word.line}: a word stands where \`login\`, \`password\` or \`machine\` is expected`)
    }
  }
  return entries
}

const SPACE = /\s*/y
const WORD = /"([^"\\]*(?:\\.[^"\\]*)*)"|((?!")(?:[^\s\\]|\\.)+)|\\$/sy
const COMMENT = /#[^\n]*/y

function makeReader(text: string) {
  let position = text.startsWith('\uFEFF') ? 1 : 0
  let line = 1
  const take = (token: RegExp): RegExpExecArray | null => {
    token.lastIndex = position
    const match = token.exec(text)
    for (const character of match?.[0] ?? '') if (character === '\n') line++
    position += match?.[0].length ?? 0
    return match
  }
  const word = (): Word | null => {
    take(SPACE)
    const start = line
    const match = take(WORD)
    if (match === null) {
      if (position < text.length) throw new SyntaxError(`line ${start}: a quote has no end`)
      return null
    }
    return { text: (match[1] ?? match[2] ?? '').replace(/\\(.)/gs, '$1'), line: start }
  }
  const keyword = (): Word | null => {
    do take(SPACE)
    while (take(COMMENT) !== null)
    return word()
  }
  const value = (after: Word): string => {
    const found = word()
    if (found === null) throw new SyntaxError(`line ${after.line}: a value is missing after \`${after.text}\``)
    return found.text
  }
  /** A macro ends at the first empty line. */
  const skipMacro = (): void => {
    const end = text.slice(position).search(/\n\r?\n/)
    const skipped = end < 0 ? text.length : position + end
    for (; position < skipped; position++) if (text[position] === '\n') line++
  }
  return { keyword, value, skipMacro }
}
