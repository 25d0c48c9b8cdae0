/** One module of an import statement. */
export interface ImportClause {
  /** Dotted; empty for `from . import name`. */
  readonly module: string
  readonly level: number
  /** For `from … import …`; `*` is a name of its own. */
  readonly names: readonly { readonly name: string; readonly bound: string }[]
  /** The name that `import …` binds; null for `from … import …`. */
  readonly bound: string | null
}

const LONGEST_NORMALISED = 255

/** The modules that a statement imports, from its tokens; none if it is no import statement. */
export function importClauses(tokens: readonly string[]): readonly ImportClause[] {
  if (tokens[0] === 'import') return aliases(tokens.slice(1)).map(({ name, alias }) => plainImport(name, alias))
  const keyword = tokens[0] === 'from' ? tokens.indexOf('import') : -1
  if (keyword === -1) return []
  const path = tokens.slice(1, keyword)
  const level = path.findIndex(token => token !== '.')
  const names = aliases(tokens.slice(keyword + 1).filter(token => token !== '(' && token !== ')'))
  return [
    {
      module: level === -1 ? '' : identifier(path.slice(level).join('')),
      level: level === -1 ? path.length : level,
      names: names.map(({ name, alias }) => ({ name, bound: alias ?? name })),
      bound: null,
    },
  ]
}

function plainImport(module: string, alias: string | null): ImportClause {
  return { module, level: 0, names: [], bound: alias ?? module.split('.', 1).join() }
}

/** Reads `a.b as c, d`. */
function aliases(tokens: readonly string[]): readonly { name: string; alias: string | null }[] {
  const found: { name: string; alias: string | null }[] = []
  for (let start = 0; start < tokens.length; ) {
    const comma = tokens.indexOf(',', start)
    const clause = tokens.slice(start, comma === -1 ? tokens.length : comma)
    const as = clause.indexOf('as')
    const name = identifier(clause.slice(0, as === -1 ? clause.length : as).join(''))
    if (name !== '') found.push({ name, alias: as === -1 ? null : identifier(clause[as + 1] ?? '') })
    start += clause.length + 1
  }
  return found
}

/** A name as Python compares it. https://docs.python.org/3/reference/lexical_analysis.html#identifiers */
export function identifier(text: string): string {
  // Normalising takes time that grows with the square of the length, for names made of combining marks.
  return text.length > LONGEST_NORMALISED ? text : text.normalize('NFKC')
}
