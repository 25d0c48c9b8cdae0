import { boundNames } from './python-bindings.ts'
import { identifier, importClauses } from './python-imports.ts'
import { statements } from './python-statements.ts'

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
