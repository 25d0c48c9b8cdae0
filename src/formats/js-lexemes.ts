export type LexemeKind = 'word' | 'number' | 'string' | 'template' | 'regexp' | 'sign'

const SPACE = 1
const BREAK = 2
const WORD = 4
const DIGIT = 8

/** The start of the next lexeme, behind spaces and comments; -1 where a comment has no end. */
export function skipTrivia(text: string, from: number, to: number): number {
  let at = from
  while (at < to) {
    const code = text.charCodeAt(at)
    if (classOf(code) & (SPACE | BREAK)) at++
    else if (code !== 0x2f) return at
    else if (text.charCodeAt(at + 1) === 0x2f) at = endOfLine(text, at)
    else if (text.charCodeAt(at + 1) === 0x2a) {
      const end = text.indexOf('*/', at + 2)
      if (end === -1) return -1
      at = end + 2
    } else return at
  }
  return Math.min(at, to)
}

export function hasLineBreak(text: string, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (classOf(text.charCodeAt(at)) & BREAK) return true
  return false
}

/** What starts at a position; a slash is a sign here. */
export function kindAt(text: string, at: number): LexemeKind {
  const code = text.charCodeAt(at)
  const group = classOf(code)
  if (group & DIGIT) return 'number'
  if (group & WORD) return 'word'
  if (code === 0x22 || code === 0x27) return 'string'
  return code === 0x60 ? 'template' : 'sign'
}

/** The end of a word or number. */
export function endOfWord(text: string, from: number, to: number): number {
  let at = from + 1
  while (at < to && classOf(text.charCodeAt(at)) & (WORD | DIGIT)) at++
  return at
}

/** The end of a string; -1 where it has none on its line. */
export function endOfString(text: string, from: number, to: number): number {
  const quote = text.charCodeAt(from)
  for (let at = from + 1; at < to; at++) {
    const code = text.charCodeAt(at)
    if (code === quote) return at + 1
    // A line may be broken by a backslash, which a CR LF follows as one.
    if (code === 0x5c) at += text.charCodeAt(at + 1) === 13 && text.charCodeAt(at + 2) === 10 ? 2 : 1
    else if (code === 10 || code === 13) return -1
  }
  return -1
}

/** The end of a part of a template: behind its backtick, or behind `${`; -1 where it has neither. */
export function endOfTemplatePart(text: string, from: number, to: number): number {
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at)
    if (code === 0x60) return at + 1
    if (code === 0x5c) at++
    else if (code === 0x24 && text.charCodeAt(at + 1) === 0x7b) return at + 2
  }
  return -1
}

/** The end of a regular expression with its flags; -1 where it has none on its line. */
export function endOfRegexp(text: string, from: number, to: number): number {
  let isInClass = false
  for (let at = from + 1; at < to; at++) {
    const code = text.charCodeAt(at)
    if (code === 0x5c) at++
    else if (code === 10 || code === 13) return -1
    else if (code === 0x5b) isInClass = true
    else if (code === 0x5d) isInClass = false
    else if (code === 0x2f && !isInClass) return endOfWord(text, at, to)
  }
  return -1
}

/** Signs of several characters that mean other than their parts; all others are read one by one. */
const SIGNS = ['...', '=>', '??', '?.', '&&', '||', '++', '--', '==', '!=', '>=', '<=']

export function signAt(text: string, at: number): string {
  const next = text.charCodeAt(at + 1)
  // Few signs have a second part.
  if (classOf(next) & (WORD | DIGIT | SPACE | BREAK)) return text[at] ?? ''
  for (const sign of SIGNS) {
    if (text.charCodeAt(at) !== sign.charCodeAt(0) || !text.startsWith(sign, at)) continue
    // `a?.5:b` is a choice.
    if (sign === '?.' && classOf(text.charCodeAt(at + 2)) & DIGIT) continue
    return sign
  }
  return text[at] ?? ''
}

function endOfLine(text: string, from: number): number {
  for (let at = from; at < text.length; at++) if (classOf(text.charCodeAt(at)) & BREAK) return at
  return text.length
}

/** Of what is not ASCII all but spaces counts as a letter. */
function classOf(code: number): number {
  if (code >= 97 && code <= 122) return WORD
  if (code === 32 || (code >= 9 && code <= 12 && code !== 10) || code === 0xa0 || code === 0xfeff) return SPACE
  if (code === 10 || code === 13 || code === 0x2028 || code === 0x2029) return BREAK
  if (code >= 65 && code <= 90) return WORD
  if (code >= 48 && code <= 57) return DIGIT
  // `$`, `_`, `#` of private names and `\` of escaped letters.
  return code === 36 || code === 95 || code === 35 || code === 92 || code > 127 ? WORD : 0
}
