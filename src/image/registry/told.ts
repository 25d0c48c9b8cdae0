import type { SendAnswer } from '../../system/system.ts'

const MOST_CHARACTERS = 300

interface ToldError {
  readonly code: string
  readonly message: string
}

/** The errors in an answer. https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes */
export function errorsOf({ body }: Pick<SendAnswer, 'body'>): readonly ToldError[] {
  const text = Buffer.from(body).toString('utf8')
  const document = parsed(text) as { readonly errors?: unknown } | null
  const errors = Array.isArray(document?.errors) ? (document.errors as readonly unknown[]) : [document]
  return errors.flatMap(one => {
    const { code, message } = (one ?? {}) as { readonly code?: unknown; readonly message?: unknown }
    const told = { code: typeof code === 'string' ? code : '', message: typeof message === 'string' ? message : '' }
    return told.code === '' && told.message === '' ? [] : [told]
  })
}

export function hasCode(answer: Pick<SendAnswer, 'body'>, ...codes: readonly string[]): boolean {
  return errorsOf(answer).some(({ code }) => codes.includes(code))
}

/** What an answer says of its reason, to be put before the end of a sentence; empty if it says nothing. */
export function toldBy(answer: Pick<SendAnswer, 'body'>): string {
  const words = errorsOf(answer).map(({ code, message }) => (message === '' ? code : message))
  // A stranger's words must not steer the terminal.
  const text = words
    .join('; ')
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .replace(/\.$/, '')
  return text === '' ? '' : ` (it says: ${text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text})`
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}
