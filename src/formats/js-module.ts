import { readTokens, type Token } from './js-tokens.ts'

/** What a module can't be loaded without. */
export interface ModuleLink {
  readonly kind: 'import' | 'require'
  readonly specifier: string
  /** Where in the text it is said. */
  readonly offset: number
  /** Whether `with { … }` follows. */
  readonly hasAttributes: boolean
}

/** What the text of a module tells of how it is loaded. */
export interface ModuleText {
  /** In the order of the text. Those in functions, conditions and `try` are left out. */
  readonly links: readonly ModuleLink[]
  /** Where it says what only an ES module may, such as an `import` that is no call, or `import.meta`; null: nowhere. */
  readonly esmOffset: number | null
  /** Where it awaits outside of functions; null: nowhere. */
  readonly awaitOffset: number | null
  /** Where it surely uses what an ES module doesn't have, and nothing defines; null: nowhere. */
  readonly cjs: { readonly offset: number; readonly name: string } | null
  /** True if the code changes how Node.js finds modules. */
  readonly changesResolution: boolean
  readonly tokens: readonly Token[]
}

const CHANGES =
  /\b_resolveFilename\b|\b_nodeModulePaths\b|\b_initPaths\b|\bglobalPaths\b|\bregisterHooks\b|\bmodule\.register\(|\brequire\(\s*['"]esm['"]/
const DECLARING = ['const', 'let', 'var', 'function', 'class', 'import', 'as']

/** Reads JavaScript as far as it decides how it loads; null where it is not understood. Never throws. */
export function readModule(text: string): ModuleText | null {
  const read = readTokens(text)
  if (read === null) return null
  const { tokens, metaOffset } = read
  const imports = importsIn(tokens)
  const definition = definitionOfRequire(tokens)
  const requires = definition === 'other' ? [] : requiresIn(tokens)
  return {
    links: [...imports.links, ...requires].sort((a, b) => a.offset - b.offset),
    esmOffset: imports.offset ?? metaOffset,
    awaitOffset: awaitIn(tokens),
    cjs: commonJsIn(tokens, definition === null ? requires[0] : undefined),
    changesResolution: CHANGES.test(text),
    tokens,
  }
}

/** The line of an offset, from 1. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length
}

function importsIn(tokens: readonly Token[]): { readonly links: ModuleLink[]; readonly offset: number | null } {
  const links: ModuleLink[] = []
  let offset: number | null = null
  for (const [at, token] of tokens.entries()) {
    if (token.depth !== 0 || token.kind !== 'word') continue
    if ((token.text !== 'import' && token.text !== 'export') || isSign(tokens[at - 1], '.')) continue
    const next = tokens[at + 1]
    // import(…) and import.meta are expressions.
    if (next === undefined || (next.kind === 'sign' && next.text !== '{' && next.text !== '*')) continue
    offset ??= token.start
    const source = sourceOf(tokens, at)
    if (source !== null) links.push(linkOf('import', tokens, source))
  }
  return { links, offset }
}

/** The index of the string that an import or a re-export is from. */
function sourceOf(tokens: readonly Token[], start: number): number | null {
  if (tokens[start + 1]?.kind === 'string') return start + 1
  const isImport = tokens[start]?.text === 'import'
  for (let at = start + 1; at < tokens.length; at++) {
    const token = tokens[at]
    if (token === undefined || (token.depth > 0 && at > start + 1)) continue
    if (token.kind === 'word' && token.text === 'from' && tokens[at + 1]?.kind === 'string') return at + 1
    if (token.text === 'import' || token.text === 'export') return null
    const isOfClause =
      token.kind === 'word' ? isImport || isAliasOfAll(tokens, at) : ['{', '}', '*', ','].includes(token.text)
    if (!isOfClause) return null
  }
  return null
}

/** `export * as name from` */
function isAliasOfAll(tokens: readonly Token[], at: number): boolean {
  return isSign(tokens[at - 1], '*') || isSign(tokens[at - 2], '*')
}

function requiresIn(tokens: readonly Token[]): ModuleLink[] {
  const links: ModuleLink[] = []
  for (const [at, token] of tokens.entries()) {
    if (token.text !== 'require' || token.kind !== 'word' || !token.isSure || isSign(tokens[at - 1], '.')) continue
    const named = tokens[at + 2]
    const isNamed = named?.kind === 'string' || (named?.kind === 'template' && named.text !== '')
    if (isNamed && isSign(tokens[at + 1], '(') && isSign(tokens[at + 3], ')'))
      links.push(linkOf('require', tokens, at + 2))
  }
  return links
}

function linkOf(kind: ModuleLink['kind'], tokens: readonly Token[], at: number): ModuleLink {
  const next = tokens[at + 1]
  const hasAttributes = next?.kind === 'word' && ['with', 'assert'].includes(next.text)
  return { kind, specifier: tokens[at]?.text ?? '', offset: tokens[at]?.start ?? 0, hasAttributes }
}

/** 'made': by createRequire; null: nothing outside of functions defines it. */
function definitionOfRequire(tokens: readonly Token[]): 'made' | 'other' | null {
  const at = tokens.findIndex((token, index) => isWord(token, 'require') && isDefined(tokens, index))
  if (at === -1) return null
  const value = tokens.slice(at + 1, at + 12)
  const isMade = value.some((token, index) => isWord(token, 'meta') && isWord(value[index + 2], 'url'))
  return isSign(value[0], '=') && isMade ? 'made' : 'other'
}

function isDefined(tokens: readonly Token[], at: number): boolean {
  const [before, next] = [tokens[at - 1], tokens[at + 1]]
  if (before?.kind === 'word' && DECLARING.includes(before.text)) return true
  if (isSign(before, '{') || isSign(before, ',')) return isSign(next, ',') || isSign(next, '}') || isSign(next, '=')
  return isSign(next, '=') && !isSign(before, '.')
}

function awaitIn(tokens: readonly Token[]): number | null {
  const at = tokens.findIndex((token, index) => {
    if (!isWord(token, 'await') || isSign(tokens[index - 1], '.')) return false
    const next = tokens[index + 1]
    // Where it is not a keyword, it is a name, which no word follows on its line.
    return (
      isWord(tokens[index - 1], 'for') ||
      (next?.kind === 'word' && !next.isFirst && !['in', 'of', 'instanceof'].includes(next.text))
    )
  })
  return tokens[at]?.start ?? null
}

function commonJsIn(tokens: readonly Token[], required: ModuleLink | undefined): ModuleText['cjs'] {
  const defined = new Set(tokens.flatMap((token, at) => (isDefined(tokens, at) ? [token.text] : [])))
  const found = tokens.find((token, at) => token.isSure && !defined.has(token.text) && isCommonJsUse(tokens, at))
  if (found !== undefined && (required === undefined || found.start < required.offset)) {
    return { offset: found.start, name: found.text }
  }
  return required === undefined ? null : { offset: required.offset, name: 'require' }
}

function isCommonJsUse(tokens: readonly Token[], at: number): boolean {
  const [before, token, next] = [tokens[at - 1], tokens[at], tokens[at + 1]]
  if (isSign(before, '.') || isWord(before, 'typeof')) return false
  if (isWord(token, 'exports')) return isSign(next, '.') && isSign(tokens[at + 3], '=')
  if (isWord(token, 'module')) return isSign(next, '.') && isWord(tokens[at + 2], 'exports')
  // As arguments or operands, not as names of properties.
  const isName = isWord(token, '__dirname') || isWord(token, '__filename')
  return isName && [',', ')', '+', ';'].some(text => isSign(next, text)) && !isSign(before, '{')
}

export function isSign(token: Token | undefined, text: string): boolean {
  return token?.kind === 'sign' && token.text === text
}

export function isWord(token: Token | undefined, text: string): boolean {
  return token?.kind === 'word' && token.text === text
}
