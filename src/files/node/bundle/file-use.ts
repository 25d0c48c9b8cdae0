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

/** The line, from 1, on which a module reaches for files beside itself, which a bundle leaves behind; null: none. */
export function findFileUse(text: string): number | null {
  if (!/__dirname|__filename|import\.meta/.test(text)) return null
  const named = [...text.matchAll(NAMED)].map(
    ([, name = '']) => new RegExp(`${CALL}(?<![\\w$])${escaped(name)}(?![\\w$])`, 'g'),
  )
  const relative = madeRequires(text, '\\.{1,2}/')
  return firstLine(text, [...USES, ...named, ...relative])
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

function firstLine(
  text: string,
  patterns: readonly RegExp[],
  isMeant: (captured: string) => boolean = () => true,
): number | null {
  const starts = patterns.flatMap(pattern =>
    [...text.matchAll(pattern)]
      .filter(match => isMeant(match[1] ?? '') && !isProse(text, match.index + Math.max(0, match[0].search(PLACE))))
      .map(match => match.index + match[0].length),
  )
  return starts.length === 0 ? null : text.slice(0, Math.min(...starts)).split('\n').length
}

/** True in a comment line, and inside quotes on the line. */
function isProse(text: string, index: number): boolean {
  const line = text.slice(text.lastIndexOf('\n', index - 1) + 1, index).replace(/\\['"]/g, '')
  return /^\s*(\/\/|\*|\/\*)/.test(line) || line.split("'").length % 2 === 0 || line.split('"').length % 2 === 0
}
