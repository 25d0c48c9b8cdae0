import { basename, join, relative, sep } from 'node:path'
import { UserError } from '../errors.ts'
import { finding } from '../findings.ts'
import { toArchivePath } from '../formats/archive-path.ts'
import { ELF_HEAD_BYTES, isElfProgram } from '../formats/elf.ts'
import { makePattern, type Pattern } from '../formats/glob.ts'
import { OUTPUT_IGNORE } from '../formats/output-folder.ts'
import type { Decisions, FileEntry, Finding, LeftOut, Plan } from '../model.ts'
import { unreadable } from '../system/fault.ts'
import type { Disk, FileKind, System } from '../system/system.ts'
import { ENVIRONMENT_FILES, exclusionOf } from './default-exclusions.ts'
import { firstMatch, ruleInWords } from './own-decisions.ts'
import { names } from './patterns.ts'

export interface OwnFiles {
  readonly files: readonly FileEntry[]
  readonly leftOut: readonly LeftOut[]
  readonly findings: readonly Finding[]
}

/**
 * The function's own files: everything under its root but the default exclusions, or with `include` what that names; `exclude` subtracts.
 * Throws UserError PATTERN_MATCHES_NOTHING, LINK_ESCAPES, LINK_DANGLING, LINK_CYCLE, FILE_SPECIAL, FILE_UNREADABLE.
 */
export async function collectOwnFiles(
  plan: Plan,
  system: System,
  decisions: Decisions | null = null,
): Promise<OwnFiles> {
  const { config } = plan
  const isBundle = plan.language === 'node' && config.bundle.kind === 'bundle'
  // A bundle holds the function's code; only what is named comes beside it.
  if (isBundle && config.include.length === 0) {
    decisions?.leftOut.push({ path: '', isFolder: true, rule: NOT_BUNDLED, owner: null })
    return { files: [], leftOut: [], findings: [] }
  }
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
    decisions,
  }
  await walkFolder(walk, config.root, '', [await system.disk.realPath(config.root)])
  await checkUnused(walk)
  return {
    files: walk.files,
    leftOut: leftOutOf(walk.skipped),
    findings: environmentFindings(walk),
  }
}

const NOT_BUNDLED = 'only what the handler imports is bundled, and only what `include` names comes beside it'

/** An output folder may be a link to another one. */
async function realPathsOf(paths: readonly string[], disk: Disk): Promise<readonly string[]> {
  const found: string[] = []
  for (const path of paths) if ((await disk.stat(path)) !== null) found.push(await disk.realPath(path))
  return found
}

/** What one walk over a root gathers. */
interface Walk {
  readonly plan: Plan
  readonly disk: Disk
  readonly include: readonly Pattern[]
  readonly exclude: readonly Pattern[]
  readonly executable: readonly Pattern[]
  /** The plan's, as they are written and as they really are. */
  readonly excluded: ReadonlySet<string>
  readonly used: Set<Pattern>
  readonly files: FileEntry[]
  readonly skipped: Skipped[]
  readonly decisions: Decisions | null
}

/** A file or folder that the walk comes to; `realPath` is in the real path of its folder, and not followed itself. */
interface Found {
  readonly onDisk: string
  readonly realPath: string
  readonly kind: FileKind
}

interface Skipped {
  readonly path: string
  readonly rule: string
  readonly isFolder: boolean
  readonly bytes: number
}

/** `open` are the real paths of the folders being walked, to see a link that leads back into one of them. */
async function walkFolder(walk: Walk, dir: string, path: string, open: readonly string[]): Promise<void> {
  for (const { name, kind } of await orUnreadable(dir, () => walk.disk.list(dir))) {
    const onDisk = join(dir, name)
    const inRoot = path === '' ? name : `${path}/${name}`
    if (isExcluded(walk, inRoot)) {
      decide(walk, { path: inRoot, kind, rule: `\`exclude\` ${firstMatch(walk.exclude, inRoot)}` })
      continue
    }
    const realPath = join(open.at(-1) ?? dir, name)
    const rule = await ruleAgainst(walk, { onDisk, realPath, kind })
    if (rule !== null && !canBeNamed(walk.include, inRoot)) {
      walk.skipped.push(await skippedOf(walk, onDisk, inRoot, rule))
      decide(walk, {
        path: inRoot,
        kind,
        rule: ruleInWords(rule, { path: onDisk, isExcluded: isAway(walk, onDisk, realPath) }, walk.plan),
      })
      continue
    }
    const found = kind === 'link' ? await followLink(walk, onDisk, inRoot, open) : { kind, realPath }
    if (found.kind === 'directory') {
      await walkFolder(walk, onDisk, inRoot, [...open, found.realPath])
    } else if (isIncluded(walk, inRoot)) {
      if (found.kind === 'other') throw new UserError('FILE_SPECIAL', onDisk)
      walk.files.push(await fileEntry(walk, onDisk, inRoot))
      if (walk.include.length > 0) {
        walk.decisions?.kept.push({ path: inRoot, reason: `\`include\` ${firstMatch(walk.include, inRoot)}` })
      }
    } else {
      decide(walk, { path: inRoot, kind: found.kind, rule: 'no pattern of `include` names it' })
    }
  }
}

function decide(walk: Walk, { path, kind, rule }: { path: string; kind: FileKind; rule: string }): void {
  walk.decisions?.leftOut.push({ path, isFolder: kind === 'directory' || kind === 'link', rule, owner: null })
}

/** True for outputs, the config, other functions and wheels. */
function isAway({ excluded }: Walk, onDisk: string, realPath: string): boolean {
  return excluded.has(onDisk) || excluded.has(realPath)
}

/** The default exclusion that a file or folder falls under, or null. */
async function ruleAgainst(walk: Walk, { onDisk, realPath, kind }: Found): Promise<string | null> {
  if (isAway(walk, onDisk, realPath)) return relative(walk.plan.config.root, onDisk)
  const isFolder = kind === 'directory' || kind === 'link'
  const marker = () => walk.disk.stat(join(onDisk, 'pyvenv.cfg'))
  if (isFolder && (await orUnreadable(onDisk, marker)) !== null) return 'virtual environment'
  if (isFolder && (await isOutput(onDisk, walk.disk))) return 'artifacts of lpack'
  return exclusionOf(basename(onDisk))
}

/** Also one that an earlier run was told to write to. */
async function isOutput(dir: string, disk: Disk): Promise<boolean> {
  const path = join(dir, '.gitignore')
  const stat = await orUnreadable(dir, () => disk.stat(path))
  return stat?.kind === 'file' && stat.bytes === OUTPUT_IGNORE.length && (await disk.readText(path)) === OUTPUT_IGNORE
}

/** True if some include names this very part of the path, or could name something below. */
function canBeNamed(include: readonly Pattern[], path: string): boolean {
  const parts = path.split('/')
  return include.some(
    pattern => names(pattern, path, parts.length - 1) || pattern.text.split('/').includes(parts.at(-1) ?? path),
  )
}

/** What excludes a folder excludes all that is in it. */
function isExcluded(walk: Walk, path: string): boolean {
  return anyMatches(walk, walk.exclude, path)
}

function isIncluded(walk: Walk, path: string): boolean {
  if (walk.include.length === 0) return true
  return anyMatches(
    walk,
    walk.include.filter(pattern => namesItsExclusions(pattern, path)),
    path,
  )
}

function anyMatches(walk: Walk, patterns: readonly Pattern[], path: string): boolean {
  const matching = patterns.filter(pattern => pattern.matches(path))
  for (const pattern of matching) walk.used.add(pattern)
  return matching.length > 0
}

function namesItsExclusions(pattern: Pattern, path: string): boolean {
  return path.split('/').every((name, depth) => exclusionOf(name) === null || names(pattern, path, depth))
}

/** A link is what it leads to, if that is inside the checkout. One that nothing includes may lead anywhere. */
async function followLink(
  walk: Walk,
  onDisk: string,
  inRoot: string,
  open: readonly string[],
): Promise<{ readonly kind: FileKind; readonly realPath: string }> {
  const stat = await walk.disk.stat(onDisk)
  if (stat?.kind !== 'directory' && !isIncluded(walk, inRoot)) return { kind: 'other', realPath: onDisk }
  if (stat === null) throw new UserError('LINK_DANGLING', onDisk)
  const realPath = await walk.disk.realPath(onDisk)
  if (!isInside(realPath, walk.plan.boundary)) throw new UserError('LINK_ESCAPES', onDisk, realPath, walk.plan.boundary)
  if (open.includes(realPath)) throw new UserError('LINK_CYCLE', onDisk)
  return { kind: stat.kind, realPath }
}

async function fileEntry(walk: Walk, onDisk: string, inRoot: string): Promise<FileEntry> {
  const stat = await walk.disk.stat(onDisk)
  const isNamed = anyMatches(walk, walk.executable, inRoot)
  return {
    path: toArchivePath(inRoot),
    bytes: stat?.bytes ?? 0,
    executable: isNamed || (await isProgram(walk.disk, onDisk)),
    content: { kind: 'disk', path: onDisk },
    owner: null,
  }
}

async function isProgram(disk: Disk, path: string): Promise<boolean> {
  const head = await orUnreadable(path, () => disk.readRange(path, 0, ELF_HEAD_BYTES))
  return (head[0] === 0x23 && head[1] === 0x21) || isElfProgram(head)
}

function orUnreadable<T>(path: string, action: () => Promise<T>): Promise<T> {
  return action().catch((error: unknown) => {
    throw unreadable(path, error)
  })
}

async function skippedOf(walk: Walk, onDisk: string, path: string, rule: string): Promise<Skipped> {
  const stat = await walk.disk.lstat(onDisk)
  const isFolder = stat?.kind === 'directory'
  return { path, rule, isFolder, bytes: isFolder ? 0 : (stat?.bytes ?? 0) }
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
  for (const { path, isFolder } of walk.skipped) {
    if (pattern.matches(path)) return true
    if (isFolder && (await matchesBelow(walk, pattern, path))) return true
  }
  return false
}

async function matchesBelow(walk: Walk, pattern: Pattern, folder: string): Promise<boolean> {
  for (const { name, kind } of await walk.disk.list(join(walk.plan.config.root, folder))) {
    const path = `${folder}/${name}`
    if (pattern.matches(path) || (kind === 'directory' && (await matchesBelow(walk, pattern, path)))) return true
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

function isInside(path: string, dir: string): boolean {
  const way = relative(dir, path)
  return way !== '..' && !way.startsWith(`..${sep}`) && !/^[A-Za-z]:|^[\\/]/.test(way)
}
