import { UserError } from '../errors.ts'
import { parseToml } from '../formats/toml.ts'

/** Parses the text of a TOML file. Throws UserError CONFIG_UNREADABLE with line and column. */
export function parseTomlFile(file: string, text: string): Record<string, unknown> {
  try {
    return parseToml(text)
  } catch (error) {
    const [, line, column, why] =
      /^line (\d+), column (\d+): (.*)$/s.exec(error instanceof Error ? error.message : '') ?? []
    if (why === undefined) throw error
    throw new UserError('CONFIG_UNREADABLE', file, Number(line), Number(column), why)
  }
}

/** The value under keys of a parsed document; undefined if there is none. */
export function valueAt(document: unknown, keys: readonly (string | number)[]): unknown {
  return keys.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, key)
        ? value[key as keyof typeof value]
        : undefined,
    document,
  )
}
