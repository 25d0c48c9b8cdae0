import { endOfRegexp, endOfString, endOfTemplatePart, endOfWord, kindAt, skipTrivia } from './js-lexemes.ts'

export interface FunctionBody {
  /** Where the brace stands that closes it. */
  readonly close: number
  /** Where the first `import.meta` stands in it; -1: nowhere. */
  readonly meta: number
}

/** What came last, as far as it tells whether a slash divides. */
type Last = 'operator' | 'value' | 'word' | 'block' | 'head'

const BEFORE_EXPRESSION =
  /^(?:return|typeof|case|in|of|do|else|void|delete|throw|new|instanceof|yield|await|extends|default)$/
const BEFORE_OBJECT = /^(?:return|typeof|throw|default|case|in|of|new|yield|await|delete|void)$/
const HEADS = /^(?:if|while|for|with)$/

const [OPEN_PAREN, OPEN_HEAD, OPEN_BRACKET, OPEN_BLOCK, OPEN_OBJECT, OPEN_TEMPLATE] = [1, 2, 3, 4, 5, 6]

/**
 * Finds the end of a function's body, whose text starts behind its opening brace, looking at no more than that takes; null: it has none.
 */
export function readBody(text: string, from: number, to: number): FunctionBody | null {
  const open: number[] = [OPEN_BLOCK]
  let last: Last = 'operator'
  let [wordStart, wordEnd] = [from, from]
  let meta = -1
  let at = from
  const lastWord = () =>
    last === 'word' && wordEnd - wordStart < 11 && text[wordStart - 1] !== '.' ? text.slice(wordStart, wordEnd) : ''
  const template = (start: number): boolean => {
    at = endOfTemplatePart(text, start, to)
    if (at === -1) return false
    const isDone = text.charCodeAt(at - 1) === 0x60
    if (!isDone) open.push(OPEN_TEMPLATE)
    last = isDone ? 'value' : 'operator'
    return true
  }
  for (;;) {
    at = skipTrivia(text, at, to)
    if (at === -1 || at >= to) return null
    const code = text.charCodeAt(at)
    switch (code) {
      case 0x28:
        open.push(last === 'word' && wordEnd - wordStart < 6 && HEADS.test(lastWord()) ? OPEN_HEAD : OPEN_PAREN)
        last = 'operator'
        at++
        break
      case 0x5b:
        open.push(OPEN_BRACKET)
        last = 'operator'
        at++
        break
      case 0x7b: {
        // After `)`, `=>`, `;` and words a block, else an object; what is wrong of them is so rare that it may be.
        const before = text.charCodeAt(at - 1)
        const isObject = last === 'operator' && before !== 0x3b && before !== 0x7b && before !== 0x3e && before !== 0x3a
        open.push(isObject || (last === 'word' && BEFORE_OBJECT.test(lastWord())) ? OPEN_OBJECT : OPEN_BLOCK)
        last = 'operator'
        at++
        break
      }
      case 0x29: {
        const opener = open.pop()
        if (opener !== OPEN_PAREN && opener !== OPEN_HEAD) return null
        last = opener === OPEN_HEAD ? 'head' : 'value'
        at++
        break
      }
      case 0x5d:
        if (open.pop() !== OPEN_BRACKET) return null
        last = 'value'
        at++
        break
      case 0x7d: {
        const opener = open.pop()
        if (opener === OPEN_TEMPLATE) {
          if (!template(at + 1)) return null
          break
        }
        if (opener !== OPEN_BLOCK && opener !== OPEN_OBJECT) return null
        if (open.length === 0) return { close: at, meta }
        last = opener === OPEN_OBJECT ? 'value' : 'block'
        at++
        break
      }
      case 0x60:
        if (!template(at + 1)) return null
        break
      case 0x22:
      case 0x27:
        at = endOfString(text, at, to)
        if (at === -1) return null
        last = 'value'
        break
      case 0x2f:
        if (last === 'value' || (last === 'word' && !BEFORE_EXPRESSION.test(lastWord()))) {
          last = 'operator'
          at++
          break
        }
        at = endOfRegexp(text, at, to)
        if (at === -1) return null
        last = 'value'
        break
      case 0x2e:
        if (meta === -1 && wordEnd - wordStart === 6 && lastWord() === 'import' && text.startsWith('meta', at + 1))
          meta = wordStart
        last = 'operator'
        at++
        break
      default: {
        const kind = kindAt(text, at)
        if (kind === 'sign') {
          const isDoubled = (code === 0x2b || code === 0x2d) && text.charCodeAt(at + 1) === code
          // `a++ / b`; before a word it makes no difference.
          last = isDoubled ? 'value' : 'operator'
          at += isDoubled ? 2 : 1
          break
        }
        wordStart = at
        at = endOfWord(text, at, to)
        wordEnd = at
        last = kind === 'word' ? 'word' : 'value'
      }
    }
  }
}
