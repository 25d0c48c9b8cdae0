import { type LogicalLine, logicalLines } from './python-lines.ts'

/** What follows from the blocks around a statement. */
interface Surroundings {
  /** Whether the statement may not run when the module is imported, or may fail without harm. */
  readonly optional: boolean
  /** Whether names bound by the statement are the module's. */
  readonly ofModule: boolean
  readonly inMatch: boolean
}

/** A simple statement, or the header of a compound one without its colon. */
export interface Statement extends Surroundings {
  /** The keyword of a header, such as `def` for `async def`; null for a simple statement. */
  readonly header: string | null
  /** As in LogicalLine, but without the `async` of a header. */
  readonly tokens: readonly string[]
  readonly isAsync: boolean
  /** Where the statement starts in the source. */
  readonly offset: number
}

interface Block extends Surroundings {
  readonly indent: number
}

const MODULE: Surroundings = { optional: false, ofModule: true, inMatch: false }
const AFTER_ASYNC: ReadonlySet<string> = new Set(['def', 'for', 'with'])
const HEADERS: ReadonlySet<string> = new Set('if elif else try except finally for while with def class'.split(' '))

/** The statements of a Python source whose newlines are `\n`, in order, each with what its blocks mean for it. */
export function* statements(source: string): Generator<Statement> {
  const blocks: Block[] = []
  let opened: Surroundings | null = null
  for (const line of logicalLines(source)) {
    if (opened !== null && line.indent > (blocks.at(-1)?.indent ?? 0)) blocks.push({ ...opened, indent: line.indent })
    else while (line.indent < (blocks.at(-1)?.indent ?? 0)) blocks.pop()
    const found = statementsOf(line, blocks.at(-1) ?? MODULE)
    yield* found
    const [first] = found
    opened = first !== undefined && first.header !== null && line.tokens.at(-1) === ':' ? surroundingsIn(first) : null
  }
}

function statementsOf({ tokens, offsets }: LogicalLine, around: Surroundings): readonly Statement[] {
  const statement = (inside: Surroundings, header: string | null, start: number, end: number): Statement => ({
    optional: inside.optional,
    ofModule: inside.ofModule,
    inMatch: inside.inMatch,
    header,
    isAsync: header !== null && tokens[0] === 'async',
    tokens: start === 0 && end === tokens.length ? tokens : tokens.slice(start, end),
    offset: offsets[start] ?? 0,
  })
  const keyword = headerOf(tokens, around)
  if (keyword === null && !tokens.includes(';')) return [statement(around, null, 0, tokens.length)]
  const found: Statement[] = []
  let inside = around
  let start = 0
  if (keyword !== null) {
    const colon = blockColon(tokens)
    const header = statement(around, keyword, tokens[0] === 'async' ? 1 : 0, colon)
    found.push(header)
    inside = surroundingsIn(header)
    start = colon + 1
  }
  while (start < tokens.length) {
    const semicolon = tokens.indexOf(';', start)
    const end = semicolon === -1 ? tokens.length : semicolon
    if (end > start) found.push(statement(inside, null, start, end))
    start = end + 1
  }
  return found
}

function headerOf(tokens: readonly string[], around: Surroundings): string | null {
  const [first = '', second = ''] = tokens
  if (first === 'async') return AFTER_ASYNC.has(second) ? second : null
  if (HEADERS.has(first)) return first
  if (first === 'match') return tokens.at(-1) === ':' ? first : null
  return first === 'case' && around.inMatch ? first : null
}

function surroundingsIn(header: Statement): Surroundings {
  const { optional, ofModule } = header
  switch (header.header) {
    case 'class':
      return { optional, ofModule: false, inMatch: false }
    case 'def':
      return { optional: true, ofModule: false, inMatch: false }
    case 'with':
      // `with contextlib.suppress(ImportError):` is another way to write `try:`.
      return { optional: optional || header.tokens.includes('suppress'), ofModule, inMatch: false }
    default:
      return { optional: true, ofModule, inMatch: header.header === 'match' }
  }
}

/** The first colon outside brackets that belongs to no lambda; the end if there is none. */
function blockColon(tokens: readonly string[]): number {
  let depth = 0
  let lambdas = 0
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index] ?? ''
    depth += depthChange(token)
    if (depth > 0) continue
    if (token === 'lambda') lambdas++
    else if (token === ':' && lambdas-- === 0) return index
  }
  return tokens.length
}

/** How a token changes the number of open brackets. */
export function depthChange(token: string): -1 | 0 | 1 {
  switch (token) {
    case '(':
    case '[':
    case '{':
      return 1
    case ')':
    case ']':
    case '}':
      return -1
    default:
      return 0
  }
}
