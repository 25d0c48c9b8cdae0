import { parse, TomlError } from 'smol-toml'

/** Parses TOML 1.0; dates come as Date. Throws a SyntaxError that names line and column. */
export function parseToml(text: string): Record<string, unknown> {
  try {
    return parse(text.replace(/^\uFEFF/, ''))
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    const reason = (error.message.split('\n')[0] ?? '').replace(/^Invalid TOML document: /, '')
    throw new SyntaxError(`line ${error.line}, column ${error.column}: ${reason}`, { cause: error })
  }
}
