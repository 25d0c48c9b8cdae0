/** What is known of a function before there is a config for it; null: nothing says. */
export interface Sketch {
  readonly name: string
  /** From the config's folder, with `/`; `.` is the folder itself. */
  readonly root: string
  readonly runtime: string | null
  readonly architecture: string | null
  readonly handler: string | null
  readonly memorySize: number | null
  readonly timeout: number | null
  /** Keys that are said, but not as they stand: by a reference, say. */
  readonly unclear: readonly ('runtime' | 'architecture')[]
}

/** Functions that another tool's file declares. */
export interface Declared {
  /** Such as serverless.yml. */
  readonly source: string
  readonly functions: readonly Sketch[]
}

/** A value of a foreign document, which may be anything. */
export type Foreign = Readonly<Record<string, unknown>>

export function objectOf(value: unknown): Foreign {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Foreign) : {}
}

/** A text that is meant as it stands; null for anything else, such as a reference to another value. */
export function textIn(value: unknown): string | null {
  return typeof value === 'string' && value !== '' && !value.includes('${') ? value : null
}

export function numberIn(value: unknown): number | null {
  return typeof value === 'number' && Number.isInteger(value) ? value : null
}

/** A folder as a config writes it: from the config's folder, with `/`. */
export function folderIn(value: unknown): string {
  const text = textIn(value) ?? '.'
  const parts = text.replaceAll('\\', '/').split('/')
  return parts.filter(part => part !== '' && part !== '.').join('/') || '.'
}

/** A name that Lambda takes, from one that it may not; empty if nothing is left. */
export function nameIn(text: string): string {
  return text
    .replaceAll(/[^a-zA-Z0-9_-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 64)
}

/** Which of these are there, and are no plain text. */
export function unclearOf(values: Readonly<Record<'runtime' | 'architecture', unknown>>): Sketch['unclear'] {
  return (['runtime', 'architecture'] as const).filter(key => values[key] !== undefined && textIn(values[key]) === null)
}
