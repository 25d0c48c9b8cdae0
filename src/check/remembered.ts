import { createHash } from 'node:crypto'
import { keep, readKept } from '../cache/kept.ts'
import type { Cache } from '../cache/open.ts'
import type { FileSet, Finding, Plan } from '../model.ts'
import type { System } from '../system/system.ts'

/** What was or is to be checked, and where results are kept. */
export interface Checking {
  readonly plan: Plan
  readonly fileSet: FileSet
  readonly cache: Cache
  readonly system: System
}

interface Kept {
  readonly digest: string
  readonly findings: readonly Finding[]
}

/** What checking found when it met the very same files, plan, version of lpack and day; null if it has to be done. */
export async function recallFindings(checking: Checking): Promise<readonly Finding[] | null> {
  const digest = await digestOf(checking)
  const kept = digest === null ? null : ((await readKept(placeOf(checking), checking.system.disk)) as Kept | null)
  return kept !== null && kept.digest === digest ? kept.findings : null
}

/** Keeps what was found for the next run, if the contents are known by now. */
export async function rememberFindings(checking: Checking, findings: readonly Finding[]): Promise<void> {
  const digest = await digestOf(checking)
  if (digest === null) return
  const kept: Kept = { digest, findings }
  await keep(placeOf(checking), kept, checking.system.disk)
}

function placeOf({ plan, cache }: Checking) {
  return { dir: cache.dir, kind: 'findings', key: plan.artifactPath }
}

/** Null where a content would have to be read. */
async function digestOf({ plan, fileSet, cache, system }: Checking): Promise<string | null> {
  const { packages, inlined } = fileSet
  const digest = createHash('sha256').update(JSON.stringify([system.version, system.today, plan, packages, inlined]))
  for (const { path, executable, owner, content } of fileSet.files) {
    const sha256 = await cache.contents.known(content)
    if (sha256 === null) return null
    digest.update(`\0${sha256} ${executable ? 'x' : '-'} ${owner ?? ''}\0${path}`)
  }
  return digest.digest('hex')
}
