import { UserError } from '../errors.ts'
import { SUMMARY_BYTES } from '../report/markdown.ts'
import { reasonOfFault } from '../system/fault.ts'
import type { System } from '../system/system.ts'

/** A line of Markdown at least, or nothing is told at all. */
const LEAST_BYTES = 1024

/**
 * Appends to the file in which GitHub Actions gathers what a step wants to show, if there is one. GitHub shows nothing of a summary
 * that is too long. Throws UserError OUTPUT_UNWRITABLE.
 */
export async function appendSummary(make: (mostBytes: number) => string, { env, disk }: System): Promise<void> {
  const path = env['GITHUB_STEP_SUMMARY'] ?? ''
  if (path === '') return
  try {
    const there = (await disk.stat(path))?.bytes ?? 0
    const left = SUMMARY_BYTES - there - 1
    if (left < LEAST_BYTES) return
    const sink = await disk.openForWriting(path, { append: true })
    await sink.write(Buffer.from(`${there === 0 ? '' : '\n'}${make(left)}`)).finally(sink.close)
  } catch (error) {
    const reason = reasonOfFault(error)
    if (reason === null) throw error
    throw new UserError('OUTPUT_UNWRITABLE', path, reason)
  }
}
