import { UserError } from '../../errors.ts'

/** What a program of the user's wrote before it failed, or null if the error is another one. */
export function outputOfFailure(error: unknown): string | null {
  if (!(error instanceof UserError) || error.code !== 'TOOL_FAILED') return null
  return error.message.slice(error.message.indexOf('\n') + 1)
}
