import { join } from 'node:path'
import { UserError } from '../errors.ts'
import { finding } from '../findings.ts'
import { makePattern, type Pattern } from '../formats/glob.ts'
import type { FileEntry, Finding, LeftOut, Plan } from '../model.ts'
import type { Disk, System } from '../system/system.ts'
import { withCopies } from './copies.ts'
import { ENVIRONMENT_FILES } from './default-exclusions.ts'
import { type Skipped, type Walk, walkFolder } from './walk.ts'

export interface OwnFiles {
  readonly files: readonly FileEntry[]
  readonly leftOut: readonly LeftOut[]
  readonly findings: readonly Finding[]
}

/**
 * The function's own files: everything under its root but the default exclusions, or with `include` what that names; `exclude` subtracts.
 * Of an image, those that `image.copy` names, too. Throws UserError PATTERN_MATCHES_NOTHING, LINK_ESCAPES, LINK_DANGLING,
 * LINK_CYCLE, FILE_SPECIAL, FILE_UNREADABLE, FILES_COLLIDE, COPY_MISSING, COPY_OUTSIDE, COPY_EMPTY.
 */
export async function collectOwnFiles(plan: Plan, system: System): Promise<OwnFiles> {
  const { config } = plan
  const isBundle = plan.language === 'node' && config.bundle.kind === 'bundle'
  const walk: Walk = {
    plan,
    disk: system.disk,
    include: config.include.map(makePattern),
    exclude: config.exclude.map(makePattern),
    executable: config.executable.map(makePattern),
    excluded: new Set([...plan.excluded, ...(await realPathsOf(plan.excluded, system.disk))]),
    used: new Set(),
    files: [],
    skipped: [],
  }
  // A bundle holds the function's code; only what is named comes beside it.
  const isWalked = !isBundle || config.include.length > 0
  if (isWalked) await walkFolder(walk, config.root, '', [await system.disk.realPath(config.root)])
  const files = plan.purpose === 'image' ? await withCopies(walk) : walk.files
  if (isWalked) await checkUnused(walk)
  return {
    files,
    leftOut: leftOutOf(walk.skipped),
    findings: environmentFindings(walk),
  }
}

/** An output folder may be a link to another one. */
async function realPathsOf(paths: readonly string[], disk: Disk): Promise<readonly string[]> {
  const found: string[] = []
  for (const path of paths) if ((await disk.stat(path)) !== null) found.push(await disk.realPath(path))
  return found
}

/** Every pattern must match something; one that only matches what is left out by default has done its work, too. */
async function checkUnused(walk: Walk): Promise<void> {
  const lists = { include: walk.include, exclude: walk.exclude, executable: walk.executable }
  for (const [key, patterns] of Object.entries(lists)) {
    for (const pattern of patterns) {
      const isKnown = walk.used.has(pattern) || (key === 'exclude' && (await matchesSkipped(walk, pattern)))
      if (!isKnown)
        throw new UserError('PATTERN_MATCHES_NOTHING', walk.plan.config.name, key, pattern.text, walk.plan.config.root)
    }
  }
}

async function matchesSkipped(walk: Walk, pattern: Pattern): Promise<boolean> {
  for (const one of walk.skipped) {
    if (pattern.matches(one.path)) return true
    if (one.isFolder && (await matchesBelow(one, pattern, walk.disk))) return true
  }
  return false
}

async function matchesBelow(folder: Pick<Skipped, 'path' | 'onDisk'>, pattern: Pattern, disk: Disk): Promise<boolean> {
  for (const { name, kind } of await disk.list(folder.onDisk)) {
    const one = { path: `${folder.path}/${name}`, onDisk: join(folder.onDisk, name) }
    if (pattern.matches(one.path) || (kind === 'directory' && (await matchesBelow(one, pattern, disk)))) return true
  }
  return false
}

function environmentFindings(walk: Walk): Finding[] {
  return walk.skipped
    .filter(({ rule }) => rule === ENVIRONMENT_FILES)
    .map(({ path }) => finding('ENV_FILE_LEFT_OUT', path, path))
}

function leftOutOf(skipped: readonly Skipped[]): LeftOut[] {
  const rules = [...new Set(skipped.map(({ rule }) => rule))].sort()
  return rules.map(rule => {
    const of = skipped.filter(one => one.rule === rule)
    return { rule, files: of.length, bytes: of.reduce((sum, one) => sum + one.bytes, 0) }
  })
}
