import { createHash } from 'node:crypto'
import { readHashed } from '../cache/content-index.ts'
import { keep, readKept } from '../cache/kept.ts'
import type { Cache } from '../cache/open.ts'
import type { FileEntry, FileSet, Finding, Plan } from '../model.ts'
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

/** A source that was written a moment ago is read again; more than these is new, and to be checked anyway. */
const MOST_FILES_READ = 16
const MOST_BYTES_READ = 1_048_576

/** Null where more than a little would have to be read. */
async function digestOf({ plan, fileSet, cache, system }: Checking): Promise<string | null> {
  const unread: FileEntry[] = []
  for (const file of fileSet.files) if ((await cache.contents.known(file.content)) === null) unread.push(file)
  if (unread.length > MOST_FILES_READ || unread.some(({ bytes }) => bytes > MOST_BYTES_READ)) return null
  const { packages, inlined, installs } = fileSet
  const digest = createHash('sha256').update(
    JSON.stringify([system.version, system.today, plan, packages, inlined, installs]),
  )
  for (const { path, executable, owner, content } of fileSet.files) {
    const sha256 =
      (await cache.contents.known(content)) ?? (await readHashed(content, cache.contents, system.disk)).sha256
    digest.update(`\0${sha256} ${executable ? 'x' : '-'} ${owner ?? ''}\0${path}`)
  }
  return digest.digest('hex')
}
