import { readBody } from './js-body.ts'
import { makeFrames } from './js-frames.ts'
import {
  endOfRegexp,
  endOfString,
  endOfTemplatePart,
  endOfWord,
  hasLineBreak,
  kindAt,
  type LexemeKind,
  signAt,
  skipTrivia,
} from './js-lexemes.ts'

/** A token of JavaScript that is not inside a function's body. */
export interface Token {
  readonly kind: LexemeKind
  /** Of a string or a whole template the content, as it is written; of a number or regular expression ''. */
  readonly text: string
  readonly start: number
  readonly end: number
  /** How many brackets it is in. */
  readonly depth: number
  /** True if it is evaluated whenever the module is, and nothing would catch what it throws. */
  readonly isSure: boolean
  /** True if a line break is before it. */
  readonly isFirst: boolean
}

export interface ModuleTokens {
  readonly tokens: readonly Token[]
  /** Where the first `import.meta` is, in functions, too; null: nowhere. */
  readonly metaOffset: number | null
}

/**
 * The tokens of JavaScript text that are outside of functions' bodies; null where the text is not understood to its end, as
 * where a bracket has no partner. Takes time in proportion to the text.
 */
export function readTokens(text: string, from = 0, to = text.length): ModuleTokens | null {
  const frames = makeFrames()
  const tokens: Token[] = []
  let metaOffset: number | null = null
  let previous = ''
  let at = text.startsWith('#!', from) ? text.indexOf('\n', from) : from
  if (at === -1) return { tokens, metaOffset }
  for (;;) {
    const start = skipTrivia(text, at, to)
    if (start === -1) return null
    if (start >= to) break
    const isFirst = start > at && hasLineBreak(text, at, start)
    const isResumed = text.charCodeAt(start) === 0x7d && frames.isInTemplate()
    const kind = isResumed ? 'template' : lexemeKind(text, start, frames.awaitsExpression)
    const sign = kind === 'sign' ? signAt(text, start) : ''
    const end = kind === 'sign' ? start + sign.length : endOf(kind, text, start, to)
    if (end === -1) return null
    // What the frames are to know: of a template that goes on, that it does.
    const told = kind === 'template' ? (text[end - 1] === '`' && end > start + 1 ? '' : '${') : ''
    const content = kind === 'sign' ? sign : contentOf(kind, text, start, end)
    if (!frames.before(isResumed ? 'sign' : kind, isResumed ? '}' : content, isFirst)) return null
    if (!frames.isInFunction()) {
      const place = { depth: frames.depth(), isSure: frames.isSure(), isFirst }
      tokens.push({ kind, text: content, start, end, ...place })
    }
    frames.after(kind, kind === 'template' ? told : content)
    if (previous === 'import' && content === '.' && text.startsWith('meta', end))
      metaOffset ??= text.lastIndexOf('import', start)
    previous = content
    at = end
    if (sign !== '{' || !frames.isInFunction()) continue
    const body = readBody(text, end, to)
    if (body === null) return null
    if (body.meta !== -1) metaOffset ??= body.meta
    at = body.close
  }
  return frames.end() ? { tokens, metaOffset } : null
}

function lexemeKind(text: string, start: number, awaitsExpression: () => boolean): LexemeKind {
  if (text.charCodeAt(start) === 0x2f && awaitsExpression()) return 'regexp'
  return kindAt(text, start)
}

function endOf(kind: Exclude<LexemeKind, 'sign'>, text: string, start: number, to: number): number {
  switch (kind) {
    case 'string':
      return endOfString(text, start, to)
    case 'template':
      return endOfTemplatePart(text, start + 1, to)
    case 'regexp':
      return endOfRegexp(text, start, to)
    default:
      return endOfWord(text, start, to)
  }
}

function contentOf(kind: LexemeKind, text: string, start: number, end: number): string {
  switch (kind) {
    case 'word':
      return text.slice(start, end)
    case 'string':
      return text.slice(start + 1, end - 1)
    case 'template':
      return text[start] === '`' && text[end - 1] === '`' && end > start + 1 ? text.slice(start + 1, end - 1) : ''
    default:
      return ''
  }
}
