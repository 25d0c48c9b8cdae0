/** What a JavaScript or TypeScript module exports, as far as its text tells. */
export interface ModuleExports {
  /** Sorted, unique. A default export is `default`. */
  readonly names: readonly string[]
  /** Whether there may be more: `export *`, or `module.exports` set to what can't be read. */
  readonly isOpen: boolean
}

const NAME = String.raw`[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*`
const STATEMENT = '(?<![\\w$.#\'"`])export'
const NOTHING: ModuleExports = { names: [], isOpen: false }

const ESM_DECLARATION = new RegExp(
  String.raw`${STATEMENT}\s+(?:declare\s+|abstract\s+)*(?:async\s+function\b\s*\*?|function\b\s*\*?|class|const\s+enum|enum|const|let|var)\s*(${NAME})`,
  'gu',
)
const ESM_PATTERN = new RegExp(String.raw`${STATEMENT}\s+(?:const|let|var)\s*([{[][^=]*?[}\]])\s*=`, 'gu')
/** Further names of one declaration can't be told from other assignments by sight. */
const ESM_FURTHER = new RegExp(String.raw`,\s*(${NAME})\s*=(?![=>])`, 'gu')
const ESM_LIST = new RegExp(String.raw`${STATEMENT}\s*\{([^{}]*)\}`, 'gu')
const ESM_DEFAULT = new RegExp(String.raw`${STATEMENT}\s+default\b`, 'u')
const ESM_STAR_AS = new RegExp(String.raw`${STATEMENT}\s*\*\s*as\s+["']?(${NAME})`, 'gu')
const ESM_STAR = new RegExp(String.raw`${STATEMENT}\s*\*\s*from\b`, 'u')

/** The exports of an ES module, or of a TypeScript source that is written as one. Never throws. */
export function esmExports(source: string): ModuleExports {
  const text = withoutComments(source)
  if (!/\bexport\b/.test(text)) return NOTHING
  const lists = [...text.matchAll(ESM_LIST)].flatMap(match => listed(match[1] ?? ''))
  const declared = [ESM_DECLARATION, ESM_STAR_AS].flatMap(form => firstGroups(text, form))
  const patterns = firstGroups(text, ESM_PATTERN).flatMap(namesIn)
  const hasSeveral = new RegExp(String.raw`${STATEMENT}\s+(?:const|let|var)\b`, 'u').test(text)
  const names = [
    ...lists,
    ...declared,
    ...patterns,
    ...(hasSeveral ? firstGroups(text, ESM_FURTHER) : []),
    ...(ESM_DEFAULT.test(text) ? ['default'] : []),
  ]
  return { names: sorted(names), isOpen: ESM_STAR.test(text) }
}

const CJS_OBJECT = String.raw`(?:\bmodule\s*\.\s*exports|(?<![\w$.])exports)`
const CJS_NAME = new RegExp(String.raw`${CJS_OBJECT}\s*\.\s*(${NAME})\s*=(?!=)`, 'gu')
const CJS_QUOTED = new RegExp(String.raw`${CJS_OBJECT}\s*\[\s*["'](${NAME})["']\s*\]\s*=(?!=)`, 'gu')
const CJS_DEFINED = new RegExp(String.raw`defineProperty\(\s*${CJS_OBJECT}\s*,\s*["'](${NAME})["']`, 'gu')
const CJS_LITERAL = /\bmodule\s*\.\s*exports\s*=\s*\{/g
const MOST_LITERALS = 20
/** As esbuild writes them: `__export(all, { handler: () => handler }); module.exports = __toCommonJS(all)`. */
const CJS_ESBUILD = new RegExp(String.raw`\bmodule\.exports\s*=\s*(${NAME})\((${NAME})\)\s*[;,\n]`, 'u')
/** TypeScript's `export =`. */
const CJS_TYPESCRIPT = new RegExp(String.raw`${STATEMENT}\s*=\s*\{`, 'gu')

/** The exports of a CommonJS module. Never throws. */
export function cjsExports(source: string): ModuleExports {
  const text = withoutComments(source)
  const built = esbuildExports(text)
  if (built !== null) return built
  const named = [CJS_NAME, CJS_QUOTED, CJS_DEFINED].flatMap(form => firstGroups(text, form))
  const literals = [CJS_LITERAL, CJS_TYPESCRIPT].flatMap(form => [...text.matchAll(form)])
  // One is what people write; each takes time in proportion to the text.
  if (literals.length > MOST_LITERALS) return { names: sorted(named), isOpen: true }
  const bodies = literals.map(match => bodyAt(text, match.index + match[0].length))
  // What is left once all that is understood is gone sets exports in another way.
  const rest = [CJS_NAME, CJS_QUOTED, CJS_DEFINED, CJS_LITERAL]
    .reduce((left, form) => left.replace(form, ''), text)
    .replace(/defineProperty\(\s*exports\s*,\s*["']__esModule["']/g, '')
  const isOpen = /\bexports\b/.test(rest) || bodies.some(body => body === null || /\.\.\./.test(body))
  return { names: sorted([...named, ...bodies.flatMap(body => keysIn(body ?? ''))]), isOpen }
}

function esbuildExports(text: string): ModuleExports | null {
  const all = CJS_ESBUILD.exec(text)?.[2]
  if (all === undefined) return null
  const start = new RegExp(String.raw`${NAME}\(${all.replaceAll('$', '\\$')},\s*\{`, 'u').exec(text)
  // A module without exports has no such call.
  if (start === null) return { names: [], isOpen: true }
  const body = bodyAt(text, start.index + start[0].length)
  // `export *` of a CommonJS module copies onto both objects when the program runs.
  const isStarred = /,\s*module\.exports\)/.test(text)
  return body === null ? { names: [], isOpen: true } : { names: sorted(keysIn(body)), isOpen: isStarred }
}

/** Whole lines and leading blocks alone: a `//` elsewhere may be part of a string. */
function withoutComments(source: string): string {
  return source.replace(/^[ \t]*\/\/.*$/gm, '').replace(/^[ \t]*\/\*[\s\S]*?\*\//gm, '')
}

/** `a, b as c, type D, e as "f"` */
function listed(list: string): readonly string[] {
  return list
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/\/\/.*$/gm, '')
    .split(',')
    .map(part => part.trim())
    .filter(part => part !== '' && !/^type\s+(?!as\b)/.test(part))
    .map(part => (/\bas\s+(.*)$/.exec(part)?.[1] ?? part).replace(/^["']|["']$/g, ''))
}

/** The names that a destructuring pattern may bind. */
function namesIn(pattern: string): readonly string[] {
  return firstGroups(pattern, new RegExp(`(${NAME})`, 'gu'))
}

/** The keys of an object literal's body, nested objects left out. */
function keysIn(body: string): readonly string[] {
  const keys: string[] = []
  let depth = 0
  let from = 0
  const take = (to: number) => {
    const key = new RegExp(String.raw`^\s*(?:async\b\s*)?\*?\s*["']?(${NAME})["']?\s*(?:[:(,]|$)`, 'u').exec(
      body.slice(from, to),
    )
    if (key?.[1] !== undefined) keys.push(key[1])
    from = to + 1
  }
  for (let at = 0; at < body.length; at++) {
    const letter = body[at] ?? ''
    if ('([{'.includes(letter)) depth++
    if (')]}'.includes(letter)) depth--
    if (letter === ',' && depth === 0) take(at)
  }
  take(body.length)
  return keys
}

/** The text from a position to the brace that closes it; null where there is none. */
function bodyAt(text: string, start: number): string | null {
  let depth = 1
  for (let at = start; at < text.length; at++) {
    if (text[at] === '{') depth++
    if (text[at] === '}' && --depth === 0) return text.slice(start, at)
  }
  return null
}

function firstGroups(text: string, form: RegExp): readonly string[] {
  return [...text.matchAll(form)].map(match => match[1] ?? '')
}

// Sorted for determinism; without a comparer, sort goes by code unit.
function sorted(names: readonly string[]): readonly string[] {
  return [...new Set(names)].filter(name => name !== '__esModule').sort()
}
