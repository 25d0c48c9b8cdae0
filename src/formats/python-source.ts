import { boundNames } from './python-bindings.ts'
import { identifier, importClauses } from './python-imports.ts'
import { type Statement, statements } from './python-statements.ts'

/** A module that a Python source imports. */
export interface ImportedModule {
  /** Dotted; empty for `from . import name`. */
  readonly module: string
  /** The names taken from the module, as they are called there; `*` for all; none for `import module`. */
  readonly names: readonly string[]
  /** The number of leading dots of a relative import. */
  readonly level: number
  readonly line: number
  /**
   * Whether the source can be imported without it: the import stands in a function, a branch, a loop, a `try`
   * statement or a `with suppress(…)`.
   */
  readonly optional: boolean
}

/** An import statement, with the place where it starts in the source. */
export interface ModuleImport extends ImportedModule {
  readonly offset: number
}

/** What a Python source binds at module level. */
export interface TopLevelNames {
  /** Functions, classes, imports and assigned names, also those in branches, loops, `with` and `try`; sorted, unique. */
  readonly names: readonly string[]
  /** Those of the names that an `async def` binds. */
  readonly asyncDefs: readonly string[]
  /** The modules of `from … import *`, relative ones with their leading dots. */
  readonly stars: readonly string[]
}

/** The imports of a Python source, in order. Never throws: what CPython rejects is read as well as can be. */
export function scanImports(source: string): readonly ImportedModule[] {
  const text = withPlainNewlines(source)
  const imports: ImportedModule[] = []
  let line = 1
  let counted = 0
  for (const { tokens, offset, optional } of statements(text)) {
    const clauses = importClauses(tokens)
    if (clauses.length === 0) continue
    line += newlinesBetween(text, counted, offset)
    counted = offset
    for (const { module, level, names } of clauses) {
      imports.push({ module, names: names.map(({ name }) => name), level, line, optional })
    }
  }
  return imports
}

/**
 * The imports that run whenever a Python module is imported, in order: those that start in the first column and are not
 * optional. Reads only as far as the last one, so it is quick. Never throws.
 */
export function mandatoryImports(source: string): readonly ModuleImport[] {
  const text = withPlainNewlines(source)
  const last = lastImport(text)
  const imports: ModuleImport[] = []
  if (last === -1) return imports
  let line = 1
  let counted = 0
  for (const { tokens, offset, optional } of statements(text)) {
    const startsLine = offset === 0 || text[offset - 1] === '\n'
    if (offset > last && startsLine) break
    const clauses = optional ? [] : importClauses(tokens)
    if (clauses.length === 0 || isIndented(text, offset)) continue
    line += newlinesBetween(text, counted, offset)
    counted = offset
    for (const { module, level, names } of clauses) {
      imports.push({ module, names: names.map(({ name }) => name), level, line, optional, offset })
    }
  }
  return imports
}

/** Where the last line starts that may be an import statement without indentation; -1 if there is none. */
function lastImport(text: string): number {
  let last = -1
  for (const { index } of text.matchAll(/^(?:import|from)\b/gm)) last = index
  return last
}

function isIndented(text: string, offset: number): boolean {
  const first = text[text.lastIndexOf('\n', offset - 1) + 1]
  return first === ' ' || first === '\t' || first === '\f'
}

/** The names that a Python module has once it is imported, as far as its source tells. Never throws. */
export function topLevelNames(source: string): TopLevelNames {
  const names = new Set<string>()
  const asyncDefs = new Set<string>()
  const stars = new Set<string>()
  for (const statement of statements(withPlainNewlines(source))) {
    const { ofModule, header, isAsync, tokens } = statement
    if (!ofModule) continue
    for (const name of boundNames(statement)) names.add(name)
    if (header === 'def' && isAsync) asyncDefs.add(identifier(tokens[1] ?? ''))
    for (const { module, level, names: taken } of importClauses(tokens)) {
      if (taken.some(({ name }) => name === '*')) stars.add('.'.repeat(level) + module)
    }
  }
  return { names: sorted(names), asyncDefs: sorted(asyncDefs), stars: sorted(stars) }
}

/** The place of the first statement that binds a name at module level, by name. Never throws. */
export function bindingOffsets(source: string): ReadonlyMap<string, number> {
  const offsets = new Map<string, number>()
  for (const statement of statements(withPlainNewlines(source))) {
    if (!statement.ofModule) continue
    for (const name of boundNames(statement)) if (!offsets.has(name)) offsets.set(name, statement.offset)
  }
  return offsets
}

/** How a Python source comes by a name of the module. */
export type Definition =
  | { readonly kind: 'async' }
  | { readonly kind: 'imported'; readonly module: string; readonly level: number; readonly name: string }
  | { readonly kind: 'alias'; readonly name: string }
  /** Anything else, or several of these. */
  | { readonly kind: 'other' }

/** What the one statement that binds a name at module level binds it to: an `async def` without decorators, say. */
export function definitionOf(source: string, name: string): Definition {
  let found: Definition | null = null
  let isDecorated = false
  for (const statement of statements(withPlainNewlines(source))) {
    const { tokens, ofModule, optional } = statement
    if (ofModule && boundNames(statement).includes(name)) {
      if (found !== null || optional) return { kind: 'other' }
      found = isDecorated ? { kind: 'other' } : definitionIn(statement, name)
    }
    isDecorated = tokens[0] === '@'
  }
  return found ?? { kind: 'other' }
}

function definitionIn({ header, isAsync, tokens }: Statement, name: string): Definition {
  if (header === 'def' && isAsync) return { kind: 'async' }
  const [clause] = importClauses(tokens)
  const taken = clause?.names.find(({ bound }) => bound === name)
  if (clause !== undefined && taken !== undefined) {
    return { kind: 'imported', module: clause.module, level: clause.level, name: taken.name }
  }
  const [target, operator, value = '', more] = tokens
  const isAlias = target === name && operator === '=' && more === undefined && /^[A-Za-z_\u0080-\uffff]/.test(value)
  return isAlias ? { kind: 'alias', name: value } : { kind: 'other' }
}

/** Without a byte order mark, and with every newline as Python sees it. */
function withPlainNewlines(source: string): string {
  const text = source.startsWith('\ufeff') ? source.slice(1) : source
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text
}

function newlinesBetween(text: string, start: number, end: number): number {
  let count = 0
  for (let at = start; at < end; at++) if (text[at] === '\n') count++
  return count
}

// Sorted for determinism; without a comparer, sort goes by code unit.
function sorted(names: ReadonlySet<string>): readonly string[] {
  return [...names].sort()
}
