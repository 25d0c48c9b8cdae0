import { isSign, isWord } from './js-module.ts'
import type { Token } from './js-tokens.ts'
import type { ModuleExports } from './node-exports.ts'

const DECLARATIONS = ['const', 'let', 'var', 'function', 'class', 'async', 'export', 'import']

/** What an ES module exports. Takes time in proportion to its tokens. */
export function exportsOfTokens(tokens: readonly Token[]): ModuleExports {
  const names: string[] = []
  let isOpen = false
  for (const [at, token] of tokens.entries()) {
    if (token.depth !== 0 || !isWord(token, 'export') || isSign(tokens[at - 1], '.')) continue
    const next = tokens[at + 1]
    if (isSign(next, '{')) names.push(...listed(tokens, at + 1))
    else if (isSign(next, '*')) {
      const name = isWord(tokens[at + 2], 'as') ? tokens[at + 3]?.text : undefined
      if (name === undefined) isOpen = true
      else names.push(name)
    } else if (isWord(next, 'default')) names.push('default')
    else {
      const declared = declaredAt(tokens, at + 1)
      names.push(...declared.names)
      isOpen ||= declared.isOpen
    }
  }
  // Sorted for determinism; without a comparer, sort goes by code unit.
  return { names: [...new Set(names)].sort(), isOpen }
}

/** `{ a, b as c, d as "e" }` */
function listed(tokens: readonly Token[], open: number): readonly string[] {
  const names: string[] = []
  for (let at = open + 1; at < tokens.length && tokens[at]?.depth !== 0; at++) {
    const [token, next] = [tokens[at], tokens[at + 1]]
    if (token?.kind !== 'sign' && (isSign(next, ',') || isSign(next, '}'))) names.push(token?.text ?? '')
  }
  return names
}

/** The names of `const a = 1, b = 2` and of functions and classes; open where a pattern binds names. */
function declaredAt(tokens: readonly Token[], start: number): ModuleExports {
  const names: string[] = []
  let isOpen = false
  let awaitsName = true
  for (let at = start; at < tokens.length; at++) {
    const token = tokens[at]
    if (token === undefined || token.depth > 0) continue
    const isNext = token.kind === 'word' && DECLARATIONS.includes(token.text)
    if (isSign(token, ';') || (isNext && !awaitsName)) break
    if (isSign(token, ',')) awaitsName = true
    else if (awaitsName && token.kind === 'word' && !isNext) {
      names.push(token.text)
      awaitsName = false
    } else if (awaitsName && (isSign(token, '{') || isSign(token, '['))) {
      isOpen = true
      awaitsName = false
    }
  }
  return { names, isOpen }
}
