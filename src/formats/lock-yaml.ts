// The part of YAML that pnpm and Yarn write: block mappings and lists, plain and quoted scalars, short flow collections,
// block scalars. Files that people write may hold more, which is a SyntaxError here.

/** A document as maps, lists and texts; of several documents the last. Throws SyntaxError with the line. */
export function parseLockYaml(text: string): unknown {
  const documents = text.replace(/^\uFEFF/, '').split(/^---(?:[ \t].*)?\r?$/m)
  const lines = (documents.at(-1) ?? '').split(/\r?\n/).flatMap(lineOf)
  const state = { lines, next: 0 }
  const value = lines.length === 0 ? {} : block(state, lines[0]?.indent ?? 0)
  if (state.next < lines.length) throw unexpected(lines[state.next])
  return value
}

interface Line {
  readonly number: number
  readonly indent: number
  readonly text: string
}

interface State {
  readonly lines: readonly Line[]
  next: number
}

function lineOf(raw: string, index: number): Line[] {
  const text = raw.trim()
  return text === '' || text.startsWith('#')
    ? []
    : [{ number: index + 1, indent: raw.length - raw.trimStart().length, text }]
}

function block(state: State, indent: number): unknown {
  return state.lines[state.next]?.text.match(/^-(\s|$)/) ? list(state, indent) : mapping(state, indent)
}

function list(state: State, indent: number): readonly unknown[] {
  const values: unknown[] = []
  for (
    let line = state.lines[state.next];
    line?.indent === indent && /^-(\s|$)/.test(line.text);
    line = state.lines[state.next]
  ) {
    const text = line.text.slice(1).trim()
    state.next++
    values.push(text === '' ? nested(state, indent) : scalar(text, line))
  }
  return values
}

function mapping(state: State, indent: number): Readonly<Record<string, unknown>> {
  // Without a prototype, as names like __proto__ and constructor are packages.
  const values: Record<string, unknown> = Object.create(null)
  for (let line = state.lines[state.next]; line?.indent === indent; line = state.lines[state.next]) {
    const { key, rest } = keyOf(state, line)
    values[key] =
      rest === '' ? nested(state, indent) : /^[|>][+-]?$/.test(rest) ? skipped(state, indent) : scalar(rest, line)
  }
  return values
}

/** Keys of more than 1,024 characters stand behind a question mark, their value on the next line. */
function keyOf(state: State, line: Line): { readonly key: string; readonly rest: string } {
  state.next++
  if (line.text.startsWith('? ')) {
    const value = state.lines[state.next]
    if (value?.indent !== line.indent || !/^:(\s|$)/.test(value.text)) throw unexpected(line)
    state.next++
    return { key: String(scalar(line.text.slice(2).trim(), line)), rest: value.text.slice(1).trim() }
  }
  const match =
    /^("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s"'#[\]{},&*!|>%@`-](?:[^:#]|:(?!\s|$)|(?<!\s)#)*?)\s*:(?:\s+(.*))?$/.exec(
      line.text,
    )
  if (match === null) throw unexpected(line)
  return { key: String(scalar(match[1] ?? '', line)), rest: (match[2] ?? '').replace(/^#.*$/, '') }
}

function nested(state: State, indent: number): unknown {
  const line = state.lines[state.next]
  if (line === undefined) return ''
  // A list may stand as deep as its key.
  if (line.indent > indent || (line.indent === indent && /^-(\s|$)/.test(line.text))) return block(state, line.indent)
  return ''
}

/** Texts of several lines are deprecation messages, which nobody reads here. */
function skipped(state: State, indent: number): string {
  while ((state.lines[state.next]?.indent ?? -1) > indent) state.next++
  return ''
}

function scalar(text: string, line: Line): unknown {
  if (text.startsWith('"')) return doubleQuoted(text, line)
  const single = /^'((?:[^']|'')*)'\s*(?:#.*)?$/.exec(text)
  if (single !== null) return (single[1] ?? '').replaceAll("''", "'")
  if (text.startsWith('[') && text.endsWith(']')) return flowParts(text).map(part => scalar(part, line))
  if (text.startsWith('{') && text.endsWith('}')) return flowMapping(text, line)
  if (/^['[{&*!|>%@`]/.test(text)) throw unexpected(line)
  return text.replace(/\s+#.*$/, '')
}

function doubleQuoted(text: string, line: Line): string {
  const quoted = /^("(?:[^"\\]|\\.)*")\s*(?:#.*)?$/.exec(text)?.[1]
  if (quoted === undefined) throw unexpected(line)
  try {
    return String(JSON.parse(quoted))
  } catch {
    // YAML knows escapes that JSON doesn't; none is in a name or a version.
    return quoted.slice(1, -1)
  }
}

function flowMapping(text: string, line: Line): Readonly<Record<string, unknown>> {
  const values: Record<string, unknown> = Object.create(null)
  for (const part of flowParts(text)) {
    const match = /^("[^"]*"|'[^']*'|[^:]+):\s+(.*)$/.exec(part)
    if (match === null) throw unexpected(line)
    values[String(scalar(match[1] ?? '', line))] = scalar(match[2] ?? '', line)
  }
  return values
}

/** What stands between the commas; commas in quotes and inner brackets don't part. */
function flowParts(text: string): readonly string[] {
  const parts = text.slice(1, -1).match(/(?:"(?:[^"\\]|\\.)*"|'[^']*'|\[[^\]]*\]|\{[^}]*\}|[^,])+/g) ?? []
  return parts.map(part => part.trim()).filter(part => part !== '')
}

function unexpected(line: Line | undefined): SyntaxError {
  return new SyntaxError(`line ${line?.number ?? 1} is not as pnpm or Yarn writes it: ${line?.text.slice(0, 60) ?? ''}`)
}
