import { finding } from '../findings.ts'
import type { FileSet, Finding } from '../model.ts'

/** Paths that are one and the same where case does not count. */
export function checkNames(fileSet: FileSet): Finding[] {
  const seen = new Map<string, string>()
  const findings: Finding[] = []
  for (const { path } of fileSet.files) {
    const folded = path.toLowerCase()
    const other = seen.get(folded)
    if (other !== undefined) findings.push(finding('CASE_COLLISION', path, path, other))
    seen.set(folded, path)
  }
  return findings
}
