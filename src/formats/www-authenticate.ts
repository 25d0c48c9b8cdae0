/** One way to authenticate that a server offers. https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1 */
export interface Challenge {
  /** Lower-case, such as `bearer`. */
  readonly scheme: string
  /** By lower-case names. */
  readonly parameters: ReadonlyMap<string, string>
}

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"
const SEPARATOR = /[\s,]*/y
const PARAMETER = new RegExp(`(${TOKEN})[ \\t]*=[ \\t]*(?:"((?:[^"\\\\]|\\\\.)*)"|(${TOKEN}))(?=[\\s,]|$)`, 'sy')
const SCHEME = new RegExp(`(${TOKEN})(?=[\\s,]|$)`, 'y')
const REST_OF_PIECE = /[^\s,]+/y

/** Reads a WWW-Authenticate header, or several that were joined by commas. What makes no sense in it is passed over. */
export function parseChallenges(header: string): readonly Challenge[] {
  const challenges: { scheme: string; parameters: Map<string, string> }[] = []
  let position = 0
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = position
    const match = pattern.exec(header)
    position += match?.[0].length ?? 0
    return match
  }
  for (take(SEPARATOR); position < header.length; take(SEPARATOR)) {
    const parameter = take(PARAMETER)
    if (parameter !== null) {
      const [, name = '', quoted, bare = ''] = parameter
      challenges.at(-1)?.parameters.set(name.toLowerCase(), quoted?.replace(/\\(.)/gs, '$1') ?? bare)
      continue
    }
    const scheme = take(SCHEME)
    if (scheme !== null) challenges.push({ scheme: (scheme[1] ?? '').toLowerCase(), parameters: new Map() })
    else take(REST_OF_PIECE)
  }
  return challenges
}
