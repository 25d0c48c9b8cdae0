/** Keys from the top of the config down to a value. */
export type KeyPath = readonly (string | number)[]

/** Something wrong with one value of the config. */
export interface Problem {
  readonly keys: KeyPath
  /** What is wrong and what is allowed; follows the key in a sentence. */
  readonly text: string
}

/** A config file as messages name it. */
export interface ConfigLabel {
  /** The file, from the current folder where that is shorter. */
  readonly file: string
  /** What stands before each key: [] in lpack's own files, `lpack` in package.json, `tool.lpack` in pyproject.toml. */
  readonly prefix: KeyPath
}

/** One line: file, key, what is wrong. */
export function problemLine(label: ConfigLabel, problem: Problem): string {
  const keys = [...label.prefix, ...problem.keys]
  return `${label.file}: ${keys.length === 0 ? 'the config' : keyText(keys)} ${problem.text}`
}

/** functions.hello.layers[0].arn */
function keyText(keys: KeyPath): string {
  return keys.map(keyStep).join('')
}

function keyStep(key: string | number, position: number): string {
  if (typeof key === 'number') return `[${key}]`
  if (!/^[\w$-]+$/.test(key)) return `[${quote(key)}]`
  return position === 0 ? key : `.${key}`
}

const LONGEST_QUOTE = 80

/**
 * A value as JSON, cut to one short line. It stops early by itself: a config may hold cycles, or YAML aliases that
 * would fill the memory when written out.
 */
export function quote(value: unknown): string {
  const text = write(value, 2)
  return text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text
}

function write(value: unknown, depth: number): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, LONGEST_QUOTE + 1))
  if (typeof value === 'function') return 'a function'
  if (typeof value !== 'object' || value === null) return String(value)
  const isList = Array.isArray(value)
  if (depth === 0) return isList ? '[…]' : '{…}'
  const parts = isList
    ? value.slice(0, 3).map((item: unknown) => write(item, depth - 1))
    : Object.entries(value)
        .slice(0, 3)
        .map(([key, item]: [string, unknown]) => `${write(key, 0)}: ${write(item, depth - 1)}`)
  if ((isList ? value.length : Object.keys(value).length) > 3) parts.push('…')
  if (isList) return `[${parts.join(', ')}]`
  return parts.length === 0 ? '{}' : `{ ${parts.join(', ')} }`
}
