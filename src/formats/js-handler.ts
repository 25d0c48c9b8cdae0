import { isSign, isWord } from './js-module.ts'
import { readTokens, type Token } from './js-tokens.ts'

/** Text and its tokens; of a module that a bundler wrapped in a function, those of its body. */
interface Code {
  readonly text: string
  readonly tokens: readonly Token[]
  /** The names of `exports` and `module` in it. */
  readonly exports: string
  readonly module: string
}

/** Definitions that lead to definitions; more than code that people write ever has. */
const MOST_STEPS = 12

/**
 * The `length` of the function that a module exports under a name: its parameters before the first that has a default or is a rest.
 * null: not told for sure, as where the function comes out of a call. Also reads what esbuild writes, with `keepNames`, too.
 */
export function parametersOfExport(text: string, tokens: readonly Token[], name: string): number | null {
  // Functions that stream are marked by a symbol of this name, or by Lambda's own function.
  if (text.includes('aws.lambda.runtime.handler.streaming')) return null
  const code: Code = { text, tokens, exports: 'exports', module: 'module' }
  const local = exportedByModule(tokens, name)
  if (local !== null) return parametersOfName(code, local, MOST_STEPS)
  return parametersOfProperty(code, name, MOST_STEPS)
}

/** The name that an ES module exports under another. */
function exportedByModule(tokens: readonly Token[], name: string): string | null {
  const found = tokens.flatMap((token, at) => {
    if (!isWord(token, 'export') || token.depth !== 0) return []
    if (isSign(tokens[at + 1], '{')) return listedAt(tokens, at + 1, name)
    const words = tokens.slice(at + 1, at + 5)
    const declared = words.find(
      one => one.kind === 'word' && !['async', 'function', 'const', 'let', 'var'].includes(one.text),
    )
    return declared?.text === name && !isWord(words[0], 'default') ? [name] : []
  })
  return found.length === 1 ? (found[0] ?? null) : null
}

/** `{ a as handler, handler }`; nothing where the list is of another module. */
function listedAt(tokens: readonly Token[], open: number, name: string): readonly string[] {
  const close = closing(tokens, open)
  if (close === -1 || isWord(tokens[close + 1], 'from')) return []
  for (let at = open + 1; at < close; at++) {
    const [token, next] = [tokens[at], tokens[at + 1]]
    if (token?.text !== name || !(isSign(next, ',') || isSign(next, '}'))) continue
    const local = isWord(tokens[at - 1], 'as') ? tokens[at - 2] : token
    return local?.kind === 'word' ? [local.text] : []
  }
  return []
}

/** Of a name that is defined once and never set again outside of functions. */
function parametersOfName(code: Code, name: string, steps: number): number | null {
  const at = definitionOf(code.tokens, name)
  if (at === null) return null
  return isSign(code.tokens[at], '=') ? parametersAt(code, at + 1, steps - 1) : parametersAt(code, at, steps - 1)
}

/** The index of the `=` of `var name =`, or of `function`. */
function definitionOf(tokens: readonly Token[], name: string): number | null {
  const found = tokens.flatMap((token, at) => {
    if (!isWord(token, name) || isSign(tokens[at - 1], '.')) return []
    if (isWord(tokens[at - 1], 'function')) return [at - 1]
    if (isSign(tokens[at - 1], '*') && isWord(tokens[at - 2], 'function')) return [at - 2]
    if (isSign(tokens[at + 1], '=')) return [at + 1]
    // `a ||= b`, `a += b` and marks such as `handler[symbol] = 'response'`.
    return ['||', '&&', '??', '['].includes(tokens[at + 1]?.text ?? '') ? [-1] : []
  })
  return found.length === 1 && found[0] !== -1 ? (found[0] ?? null) : null
}

/** Of a property of `exports`. */
function parametersOfProperty(code: Code, name: string, steps: number): number | null {
  if (steps <= 0) return null
  const { tokens } = code
  const values: number[] = []
  for (const [at, token] of tokens.entries()) {
    if (token.kind !== 'word' || isSign(tokens[at - 1], '.')) continue
    if (values.length > 1) return null
    const isModule = token.text === code.module && isSign(tokens[at + 1], '.') && isWord(tokens[at + 2], 'exports')
    if (!isModule && token.text !== code.exports) continue
    const next = isModule ? at + 3 : at + 1
    if (isSign(tokens[next], '.') && isWord(tokens[next + 1], name) && isSign(tokens[next + 2], '=')) {
      if (!isUndefined(tokens, next + 3)) values.push(token.isSure ? next + 3 : -1)
    } else if (isModule && isSign(tokens[next], '=') && token.isSure) values.push(propertyOf(code, next + 1, name))
  }
  const [value] = values
  if (values.length !== 1 || value === undefined || value === -1) return null
  if (!isGetter(tokens, value)) return parametersAt(code, value, steps - 1)
  const local = /^\s*([\w$]+)\s*[,}]/.exec(code.text.slice(tokens[value + 2]?.end ?? 0))?.[1]
  return local === undefined ? null : parametersOfName(code, local, steps - 1)
}

/** The index where the value of a property starts, in an object that is written there or that esbuild fills; -1: not told. */
function propertyOf({ tokens }: Code, at: number, name: string): number {
  if (isSign(tokens[at], '{')) return valueIn(tokens, at, name)
  // `__export(all, { handler: () => handler }); module.exports = __toCommonJS(all)`
  const all = tokens[at + 2]?.text
  if (all === undefined || !isSign(tokens[at + 1], '(') || !isSign(tokens[at + 3], ')')) return -1
  const filled = tokens.findIndex(
    (token, index) =>
      isWord(token, all) &&
      isSign(tokens[index - 1], '(') &&
      isSign(tokens[index + 1], ',') &&
      isSign(tokens[index + 2], '{'),
  )
  return filled === -1 ? -1 : valueIn(tokens, filled + 2, name)
}

function valueIn(tokens: readonly Token[], open: number, name: string): number {
  const depth = tokens[open]?.depth ?? 0
  const close = closing(tokens, open)
  const found = tokens.flatMap((token, at) => {
    if (at <= open || at >= close || token.depth !== depth + 1 || token.text !== name) return []
    if (!isSign(tokens[at - 1], '{') && !isSign(tokens[at - 1], ',')) return []
    if (isSign(tokens[at + 1], ':')) return [at + 2]
    return isSign(tokens[at + 1], ',') || isSign(tokens[at + 1], '}') ? [at] : []
  })
  return found.length === 1 && !hasSpread(tokens, open, close) ? (found[0] ?? -1) : -1
}

function hasSpread(tokens: readonly Token[], open: number, close: number): boolean {
  return tokens.slice(open, close).some(token => isSign(token, '...'))
}

function isGetter(tokens: readonly Token[], at: number): boolean {
  return isSign(tokens[at], '(') && isSign(tokens[at + 1], ')') && isSign(tokens[at + 2], '=>')
}

function isUndefined(tokens: readonly Token[], at: number): boolean {
  return isWord(tokens[at], 'void') || isWord(tokens[at], 'undefined')
}

/** Of the expression that starts at an index, if that is a function and nothing more. */
function parametersAt(code: Code, start: number, steps: number): number | null {
  const { tokens } = code
  if (steps <= 0) return null
  const at = isWord(tokens[start], 'async') && tokens[start + 1]?.isFirst === false ? start + 1 : start
  if (isWord(tokens[at], 'function')) return parametersOfFunction(tokens, at)
  if (isSign(tokens[at], '(')) {
    const close = closing(tokens, at)
    return isSign(tokens[close + 1], '=>') ? countParameters(tokens.slice(at + 1, close), tokens[at]?.depth ?? 0) : null
  }
  const [token, next] = [tokens[at], tokens[at + 1]]
  if (token?.kind !== 'word') return null
  if (isSign(next, '=>')) return 1
  if (isEnd(next)) return parametersOfName(code, token.text, steps)
  if (isSign(next, '(')) return parametersOfCall(code, at, steps)
  if (!isSign(next, '.') || tokens[at + 2]?.kind !== 'word' || !isEnd(tokens[at + 3])) return null
  return parametersOfMember(code, { object: token.text, name: tokens[at + 2]?.text ?? '' }, steps)
}

function isEnd(token: Token | undefined): boolean {
  return token === undefined || token.isFirst || [';', ',', '}', ')'].some(text => isSign(token, text))
}

function parametersOfFunction(tokens: readonly Token[], at: number): number | null {
  const open = tokens.findIndex((token, index) => index > at && isSign(token, '('))
  const close = closing(tokens, open)
  const end = closing(tokens, close + 1)
  const next = tokens[end + 1]
  const isUsed = next?.kind === 'template' || ['.', '(', '[', '?.'].some(text => isSign(next, text) && !next?.isFirst)
  return isUsed || end === -1 ? null : countParameters(tokens.slice(open + 1, close), tokens[open]?.depth ?? 0)
}

/** `__name(function, "handler")` of esbuild, and `require_app().handler` of a module that it wrapped. */
function parametersOfCall(code: Code, at: number, steps: number): number | null {
  const { tokens } = code
  const close = closing(tokens, at + 1)
  const callee = tokens[at]?.text ?? ''
  if (tokens[close - 1]?.kind === 'string' && isSign(tokens[close - 2], ',') && isNameKeeper(code, callee)) {
    return isEnd(tokens[close + 1]) ? parametersAt(code, at + 2, steps - 1) : null
  }
  if (close !== at + 2) return null
  const [first, second, third] = tokens.slice(close + 1, close + 4)
  const name = isSign(first, '.') ? second : isSign(first, '[') && isSign(third, ']') ? second : undefined
  const after = tokens[close + (isSign(first, '.') ? 3 : 4)]
  return name === undefined || !isEnd(after) ? null : parametersOfWrapped(code, callee, name.text, steps - 1)
}

/** `var app = require_app(), handler = app.handler` */
function parametersOfMember(
  code: Code,
  { object, name }: { object: string; name: string },
  steps: number,
): number | null {
  const at = definitionOf(code.tokens, object)
  const [callee, open, close, after] = at === null ? [] : code.tokens.slice(at + 1, at + 5)
  if (callee?.kind !== 'word' || !isSign(open, '(') || !isSign(close, ')') || !isEnd(after)) return null
  return parametersOfWrapped(code, callee.text, name, steps - 1)
}

/** `var require_app = __commonJS((exports, module) => { … })`, or with the function in an object. */
function parametersOfWrapped(code: Code, wrapper: string, name: string, steps: number): number | null {
  const { text, tokens } = code
  const at = definitionOf(tokens, wrapper)
  if (at === null || steps <= 0 || !isSign(tokens[at + 2], '(')) return null
  const open = tokens.findIndex((token, index) => index > at + 2 && isSign(token, '('))
  const isBare = open !== -1 || tokens[at + 3]?.kind === 'word'
  const head = isSign(tokens[at + 3], '(') || isSign(tokens[at + 3], '{') ? open : -1
  const close = head === -1 ? at + 3 : closing(tokens, head)
  const body = isSign(tokens[close + 1], '=>') ? close + 2 : close + 1
  if (!isBare || !isSign(tokens[body], '{')) return null
  const [from, to] = [tokens[body]?.end ?? 0, tokens[closing(tokens, body)]?.start ?? 0]
  const names = (head === -1 ? [tokens[close]] : tokens.slice(head + 1, close)).filter(token => token?.kind === 'word')
  const inner = readTokens(text, from, to)
  if (inner === null) return null
  const [exports = '', module = ''] = names.map(token => token?.text ?? '')
  return parametersOfProperty({ text, tokens: inner.tokens, exports, module }, name, steps)
}

/** `var a = (b, c) => d(b, "name", { value: c, configurable: true })` */
function isNameKeeper({ text }: Code, name: string): boolean {
  const arrow = String.raw`=\s*\(\s*[\w$]+\s*,\s*[\w$]+\s*\)\s*=>\s*[\w$.]+\(\s*[\w$]+\s*,\s*["']name["']\s*,\s*\{\s*value\s*[:,]`
  return new RegExp(String.raw`(?<![\w$.])${name.replaceAll('$', '\\$')}\s*${arrow}`).test(text)
}

/** The index of the bracket that closes the one at an index; -1: there is none. */
function closing(tokens: readonly Token[], open: number): number {
  const depth = tokens[open]?.depth
  for (let at = open + 1; open !== -1 && at < tokens.length; at++) if (tokens[at]?.depth === depth) return at
  return -1
}

/** As `length` of a function counts. */
function countParameters(tokens: readonly Token[], depth: number): number {
  let count = 0
  for (const [at, token] of tokens.entries()) {
    if (token.depth !== depth + 1) continue
    if (isSign(token, '=') || isSign(token, '...')) return count - (isSign(token, '=') ? 1 : 0)
    if (at === 0 || isSign(tokens[at - 1], ',')) if (!isSign(token, ',')) count++
  }
  return count
}
