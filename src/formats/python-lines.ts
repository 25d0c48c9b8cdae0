/** A logical line of Python: one or more statements, however many physical lines they span. */
export interface LogicalLine {
  /** The column of the first token, with tabs to multiples of eight. */
  readonly indent: number
  /**
   * Names, keywords and operators as written, `"` for a string, `0` for a number; no comments.
   * The fields of an f-string follow its `"`, each between `(` and `)`.
   */
  readonly tokens: readonly string[]
  /** Where each token starts in the source. */
  readonly offsets: readonly number[]
}

/** The text of an f-string, or of a format specification inside it, that has begun and not ended. */
interface OpenText {
  readonly quote: string
  readonly raw: boolean
  readonly isSpecification: boolean
  /** How many brackets are open around the string; inside its fields there are more. */
  readonly depth: number
  readonly outer: OpenText | null
}

interface Nesting {
  /** How many brackets are open, f-string fields included. */
  readonly depth: number
  readonly text: OpenText | null
}

interface Step {
  /** Empty where an f-string's text ends. */
  readonly token: string
  readonly end: number
  readonly nesting: Nesting
}

const TAB_STOP = 8
const NEWLINE = 10
const COMMENT = 35
const BACKSLASH = 92
const PLAIN_PREFIXES: ReadonlySet<string> = new Set(['r', 'b', 'u', 'br', 'rb'])
const FORMAT_PREFIXES: ReadonlySet<string> = new Set(['f', 'fr', 'rf', 't', 'tr', 'rt'])
const BEFORE_EQUALS: ReadonlySet<string> = new Set('=!<>:+-*/%@&|^')

/**
 * The logical lines of a Python source whose newlines are `\n`, in order, empty ones left out. Never throws: what
 * CPython rejects is read as well as can be. Takes linear time.
 * https://docs.python.org/3/reference/lexical_analysis.html
 */
export function* logicalLines(source: string): Generator<LogicalLine> {
  let at = 0
  while (at < source.length) {
    const { indent, end } = readIndent(source, at)
    const line = readLine(source, end)
    if (line.tokens.length > 0) yield { indent, tokens: line.tokens, offsets: line.offsets }
    at = line.end
  }
}

function readIndent(source: string, start: number): { indent: number; end: number } {
  let column = 0
  let joined = 0
  for (let at = start; ; at++) {
    const character = source[at]
    if (character === ' ') column++
    else if (character === '\t') column = (Math.floor(column / TAB_STOP) + 1) * TAB_STOP
    else if (character === '\f') column = 0
    else if (character === '\\' && source[at + 1] === '\n') {
      // As CPython does: the indentation before the first backslash counts, unless there is none.
      joined ||= column
      at++
    } else return { indent: joined || column, end: at }
  }
}

function readLine(source: string, start: number): { tokens: string[]; offsets: number[]; end: number } {
  const tokens: string[] = []
  const offsets: number[] = []
  let nesting: Nesting = { depth: 0, text: null }
  let at = start
  while (at < source.length) {
    const { depth, text }: Nesting = nesting
    const code = source.charCodeAt(at)
    if (text?.depth !== depth) {
      if (code === NEWLINE && depth === 0) return { tokens, offsets, end: at + 1 }
      if (isBlank(code)) {
        at = blankEnd(source, at, code)
        continue
      }
    }
    const step: Step = text?.depth === depth ? textStep(source, at, text) : codeStep(source, at, nesting)
    if (step.token !== '') {
      tokens.push(step.token)
      offsets.push(at)
    }
    nesting = step.nesting
    at = step.end
  }
  return { tokens, offsets, end: at }
}

/** Spaces, tabs, form feeds, comments, joined lines, and newlines in brackets. */
function isBlank(code: number): boolean {
  return code === 32 || code === NEWLINE || code === COMMENT || code === BACKSLASH || code === 9 || code === 12
}

function blankEnd(source: string, at: number, code: number): number {
  if (code === COMMENT) return indexOrEnd(source, '\n', at)
  return code === BACKSLASH && source[at + 1] === '\n' ? at + 2 : at + 1
}

function codeStep(source: string, at: number, nesting: Nesting): Step {
  if (isWord(source.charCodeAt(at))) return wordStep(source, at, nesting)
  const { depth, text } = nesting
  const character = source[at] ?? ''
  switch (character) {
    case '"':
    case "'":
      return { token: '"', end: stringEnd(source, at), nesting }
    case '(':
    case '[':
    case '{':
      return { token: character, end: at + 1, nesting: { depth: depth + 1, text } }
    case ')':
    case ']':
    case '}': {
      const isField = text?.depth === depth - 1
      if (isField && character === '}') return { token: ')', end: at + 1, nesting: { depth: depth - 1, text } }
      return { token: character, end: at + 1, nesting: isField || depth === 0 ? nesting : { depth: depth - 1, text } }
    }
    case ':':
      // Even `:=` is no operator there: the specification starts with `=`.
      if (text?.depth === depth - 1) return { token: ')', end: at + 1, nesting: specification(text) }
  }
  const end = at + operatorLength(source, at, character)
  return { token: source.slice(at, end), end, nesting }
}

function specification(text: OpenText): Nesting {
  return { depth: text.depth, text: { ...text, isSpecification: true, outer: text } }
}

/** Only operators with `=` are read whole, so that none is taken for an assignment; others come in characters. */
function operatorLength(source: string, at: number, character: string): number {
  const next = source[at + 1]
  if (next === '=') return BEFORE_EQUALS.has(character) ? 2 : 1
  return next === character && (next === '<' || next === '>') && source[at + 2] === '=' ? 3 : 1
}

/** A name, a keyword, a number, or a string with a prefix. */
function wordStep(source: string, start: number, nesting: Nesting): Step {
  const end = wordEnd(source, start)
  if (isDigit(source.charCodeAt(start))) return { token: '0', end: numberEnd(source, end), nesting }
  const token = source.slice(start, end)
  if (end - start <= 2 && (source[end] === '"' || source[end] === "'")) {
    const prefix = token.toLowerCase()
    if (PLAIN_PREFIXES.has(prefix)) return { token: '"', end: stringEnd(source, end), nesting }
    if (FORMAT_PREFIXES.has(prefix)) {
      const quote = quoteAt(source, end)
      const { depth, text: outer } = nesting
      const text = { quote, raw: prefix.length === 2, isSpecification: false, depth, outer }
      return { token: '"', end: end + quote.length, nesting: { depth, text } }
    }
  }
  return { token, end, nesting }
}

function wordEnd(source: string, start: number): number {
  let at = start
  while (at < source.length && isWord(source.charCodeAt(at))) at++
  return at
}

function numberEnd(source: string, start: number): number {
  let at = start
  while (source[at] === '.') at = wordEnd(source, at + 1)
  return at
}

/** All that is valid outside strings and comments and not ASCII belongs to names. */
function isWord(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95 || isDigit(code) || code >= 128
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}

/** Behind the string whose quote stands at the start; at the end of the line if it is not closed there. */
function stringEnd(source: string, start: number): number {
  const quote = quoteAt(source, start)
  const quoteCode = quote.charCodeAt(0)
  for (let at = start + quote.length; at < source.length; at++) {
    const code = source.charCodeAt(at)
    if (code === BACKSLASH) at++
    else if (code === NEWLINE) {
      if (quote.length === 1) return at
    } else if (code === quoteCode && source.startsWith(quote, at)) return at + quote.length
  }
  return source.length
}

function quoteAt(source: string, at: number): string {
  const quote = source[at] ?? ''
  return source[at + 1] === quote && source[at + 2] === quote ? quote.repeat(3) : quote
}

function indexOrEnd(source: string, wanted: string, from: number): number {
  const at = source.indexOf(wanted, from)
  return at === -1 ? source.length : at
}

/** From the text of an f-string into a field, or behind the specification or the string that ends. */
function textStep(source: string, start: number, text: OpenText): Step {
  const at = textEnd(source, start, text)
  const { depth, quote } = text
  if (source[at] === '{') return { token: '(', end: at + 1, nesting: { depth: depth + 1, text } }
  if (source[at] === '}') return { token: '', end: at + 1, nesting: { depth, text: text.outer } }
  // The end of a string ends the specifications that are open in it.
  let outermost: OpenText | null = text
  while (outermost?.isSpecification) outermost = outermost.outer
  const end = source.startsWith(quote, at) ? at + quote.length : at
  return { token: '', end, nesting: { depth, text: outermost?.outer ?? null } }
}

/** Where the text of an f-string stops: at a field, or at the end of the specification, the string or the line. */
function textEnd(source: string, start: number, text: OpenText): number {
  for (let at = start; at < source.length; at++) {
    const character = source[at]
    const next = source[at + 1]
    if (character === '{') {
      if (next !== '{' || text.isSpecification) return at
      at++
    } else if (character === '}') {
      if (text.isSpecification) return at
    } else if (character === '\\') {
      if (!text.raw && next === 'N' && source[at + 2] === '{') at = indexOrEnd(source, '}', at)
      else if (next !== '{' && next !== '}') at++
    } else if (character === '\n') {
      if (text.quote.length === 1) return at
    } else if (character === text.quote[0] && source.startsWith(text.quote, at)) return at
  }
  return source.length
}
