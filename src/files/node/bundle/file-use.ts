import { isBuiltin } from 'node:module'

// A call of node:path or node:fs, whatever it was imported as, up to the name of a place in its arguments.
const CALL =
  '\\b(?:join|resolve|normalize|readFile|readFileSync|createReadStream|readdir|readdirSync|exists|existsSync|access|accessSync|stat|statSync|open|openSync|load|loadSync|Worker|fork|pathToFileURL)\\s*\\([^();]*?'
const PLACES = '(?:__dirname|__filename|import\\.meta\\.(?:dirname|filename|url))'

const PLACE = new RegExp(PLACES)

const USES: readonly RegExp[] = [
  new RegExp(`${CALL}\\b${PLACES}`, 'g'),
  // `__dirname + '/x'` and `${__dirname}/x`.
  /\b(?:__dirname|import\.meta\.dirname)\s*\+/g,
  /\$\{\s*(?:__dirname|import\.meta\.dirname)\s*\}/g,
  /\bnew\s+URL\(\s*[^()]*?,\s*import\.meta\.url\s*\)/g,
]

// `const here = dirname(fileURLToPath(import.meta.url))`, and names of it alike.
const NAMED =
  /\b([\w$]+)\s*=\s*(?:[\w$]+\.)?(?:dirname\(\s*)?(?:[\w$]+\.)?fileURLToPath\(\s*(?:new\s+URL\(\s*['"]\.{0,2}\/?['"]\s*,\s*)?import\.meta\.url/g
const MADE_REQUIRE = /\b([\w$]+)\s*=\s*(?:[\w$]+\.)?createRequire\(\s*import\.meta\.url\s*\)/g

/** Where a module reaches for a file beside itself. */
export interface FileUse {
  /** From 1. */
  readonly line: number
  /** The path from the module's folder; null: not written out there. */
  readonly path: string | null
}

/** Where a module reaches for files beside itself, which a bundle leaves behind, in the order of the text. */
export function findFileUses(text: string): readonly FileUse[] {
  if (!/__dirname|__filename|import\.meta/.test(text)) return []
  const named = [...text.matchAll(NAMED)].map(
    ([, name = '']) => new RegExp(`${CALL}(?<![\\w$])${escaped(name)}(?![\\w$])`, 'g'),
  )
  const relative = madeRequires(text, '\\.{1,2}/')
  const found = matchesOf(text, [...USES, ...named, ...relative]).map(match => {
    const end = match.index + match[0].length
    return { end, path: pathAt(match, text.slice(end, end + 300)) }
  })
  const ordered = found.sort((a, b) => a.end - b.end)
  return ordered.map(({ end, path }) => ({ line: lineOf(text, end), path }))
}

/** The path that is written out behind `__dirname` and the like, or before `import.meta.url`. */
function pathAt(match: RegExpMatchArray, rest: string): string | null {
  const [, asUrl] = /^new\s+URL\(\s*['"`](\.[^'"`$]*)['"`]/.exec(match[0]) ?? []
  const [, required] = /\(\s*['"`](\.[^'"`]*)$/.exec(match[0]) ?? []
  // Behind `__dirname`, and behind `__dirname +` and `${__dirname}`.
  const [, added] = /^\s*(?:\+\s*)?['"`]\/([^'"`$]*)['"`]\s*[),;\n]/.exec(rest) ?? []
  const [, within] = /^\}?\/([^`$]*)`/.exec(rest) ?? []
  const [, listed] = /^\s*,((?:\s*['"`][^'"`$]*['"`]\s*,?)+)\s*\)/.exec(rest) ?? []
  const parts = [...(listed ?? '').matchAll(/['"`]([^'"`]*)['"`]/g)].map(([, part = '']) => part)
  return asUrl ?? required ?? added ?? within ?? (parts.length > 0 ? parts.join('/') : null)
}

/** The line on which a module requires a package by a function that it made for itself, which no bundler sees; null: none. */
export function findHiddenRequire(text: string): number | null {
  if (!text.includes('createRequire')) return null
  return firstLine(text, madeRequires(text, '[^.\'"`]'), specifier => !isBuiltin(specifier))
}

function madeRequires(text: string, start: string): RegExp[] {
  return [...text.matchAll(MADE_REQUIRE)].map(
    ([, name = '']) => new RegExp(`(?<![\\w$.])${escaped(name)}(?:\\.resolve)?\\(\\s*['"\`](${start}[^'"\`]*)`, 'g'),
  )
}

function escaped(name: string): string {
  return name.replaceAll('$', '\\$')
}

function firstLine(text: string, patterns: readonly RegExp[], isMeant: (captured: string) => boolean): number | null {
  const ends = matchesOf(text, patterns)
    .filter(match => isMeant(match[1] ?? ''))
    .map(match => match.index + match[0].length)
  return ends.length === 0 ? null : lineOf(text, Math.min(...ends))
}

function matchesOf(text: string, patterns: readonly RegExp[]): RegExpExecArray[] {
  return patterns.flatMap(pattern =>
    [...text.matchAll(pattern)].filter(match => !isProse(text, match.index + Math.max(0, match[0].search(PLACE)))),
  )
}

function lineOf(text: string, index: number): number {
  return text.slice(0, index).split('\n').length
}

/** True in a comment line, and inside quotes on the line. */
function isProse(text: string, index: number): boolean {
  const line = text.slice(text.lastIndexOf('\n', index - 1) + 1, index).replace(/\\['"]/g, '')
  return /^\s*(\/\/|\*|\/\*)/.test(line) || line.split("'").length % 2 === 0 || line.split('"').length % 2 === 0
}
