/** An option as written, under its long name without dashes. */
export interface WrittenOption {
  readonly name: string
  /** '' for switches. */
  readonly value: string
}

/** Options that pip (https://pip.pypa.io/en/stable/reference/requirements-file-format/) and uv read in a requirements file. */
const WITH_VALUE: ReadonlySet<string> = new Set([
  'requirement',
  'constraint',
  'editable',
  'hash',
  'index-url',
  'extra-index-url',
  'find-links',
  'no-binary',
  'only-binary',
  'all-releases',
  'only-final',
  'trusted-host',
  'use-feature',
  'config-settings',
  'global-option',
  'install-option',
])
const SWITCHES: ReadonlySet<string> = new Set([
  'no-index',
  'pre',
  'prefer-binary',
  'require-hashes',
  'no-require-hashes',
  'use-pep517',
  'no-use-pep517',
])
const ALIASES: Readonly<Record<string, string>> = { 'pypi-url': 'index-url', 'config-setting': 'config-settings' }
const SHORT: Readonly<Record<string, string>> = {
  r: 'requirement',
  c: 'constraint',
  e: 'editable',
  i: 'index-url',
  f: 'find-links',
  C: 'config-settings',
}

/** Reads options such as `--hash=sha256:… -r "other file.txt"`. Throws a SyntaxError for what is none. */
export function readOptions(text: string): readonly WrittenOption[] {
  const words = splitWords(text)
  const options: WrittenOption[] = []
  for (let i = 0; i < words.length; i++) {
    const { name, value } = readOption(words[i] ?? '')
    if (SWITCHES.has(name)) {
      if (value !== null) throw new SyntaxError(`--${name} takes no value`)
      options.push({ name, value: '' })
      continue
    }
    const given = value ?? words[++i]
    if (given === undefined || given === '') throw new SyntaxError(`--${name} needs a value`)
    options.push({ name, value: given })
  }
  return options
}

function readOption(word: string): { readonly name: string; readonly value: string | null } {
  const [whole, long, short] = /^(?:--([a-z0-9-]+)|-([a-zA-Z]))/.exec(word) ?? []
  const name = long === undefined ? SHORT[short ?? ''] : (ALIASES[long] ?? long)
  const rest = word.slice(whole?.length ?? 0)
  const isKnown = name !== undefined && (WITH_VALUE.has(name) || SWITCHES.has(name))
  if (!isKnown || (long !== undefined && rest !== '' && !rest.startsWith('='))) {
    throw new SyntaxError(`"${word.split('=')[0]}" is not an option that requirements files may hold`)
  }
  return { name, value: rest === '' ? null : rest.replace(/^=/, '') }
}

/** Words as a shell has them, but a backslash quotes only spaces and quotes: on Windows it is part of paths. */
function splitWords(text: string): readonly string[] {
  const words: string[] = []
  let word: string | null = null
  let quote: string | null = null
  for (let i = 0; i < text.length; i++) {
    const character = text[i] ?? ''
    const next = text[i + 1] ?? ''
    if (quote !== null) {
      if (character === quote) quote = null
      else word = (word ?? '') + character
    } else if (character === '"' || character === "'") {
      quote = character
      word ??= ''
    } else if (character === '\\' && /[\s"']/.test(next)) {
      word = (word ?? '') + next
      i++
    } else if (!/\s/.test(character)) {
      word = (word ?? '') + character
    } else if (word !== null) {
      words.push(word)
      word = null
    }
  }
  if (quote !== null) throw new SyntaxError(`a ${quote} has no end`)
  return word === null ? words : [...words, word]
}
