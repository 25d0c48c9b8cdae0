import { isAbsolute, relative } from 'node:path'
import { finding } from '../findings.ts'
import { makePattern } from '../formats/glob.ts'
import type { Finding, FunctionConfig, IgnoredFinding, SilencedFinding } from '../model.ts'

export interface Silence {
  /** What is told and counts. */
  readonly findings: readonly Finding[]
  readonly silenced: readonly SilencedFinding[]
}

/** Takes out what `ignore` of the config names. With `isComplete`, all was looked for, and an entry that silences nothing is told. */
export function silence(
  findings: readonly Finding[],
  { ignore, root }: Pick<FunctionConfig, 'ignore' | 'root'>,
  isComplete: boolean,
): Silence {
  const used = new Set<IgnoredFinding>()
  const silenced: SilencedFinding[] = []
  const told: Finding[] = []
  for (const one of findings) {
    const matching = ignore.filter(entry => concerns(entry, one, root))
    for (const entry of matching) used.add(entry)
    const [first] = matching
    if (first === undefined) told.push(one)
    else silenced.push({ code: one.code, path: one.path, reason: first.reason })
  }
  const stale = isComplete ? ignore.filter(entry => !entry.isShared && !used.has(entry)) : []
  return { findings: [...told, ...stale.map(({ code, path }) => finding('IGNORE_UNUSED', '', code, path))], silenced }
}

/** A path of the disk is meant from the function's root, as in `include`. */
function concerns({ code, path }: IgnoredFinding, one: Finding, root: string): boolean {
  if (code !== one.code) return false
  if (path === null) return true
  const shown = isAbsolute(one.path) ? relative(root, one.path).replaceAll('\\', '/') : one.path
  return shown !== '' && makePattern(path).matches(shown)
}
