import { basename, join, relative, sep } from 'node:path'
import { UserError } from '../errors.ts'
import { toArchivePath } from '../formats/archive-path.ts'
import { ELF_HEAD_BYTES, isElfProgram } from '../formats/elf.ts'
import type { Pattern } from '../formats/glob.ts'
import { OUTPUT_IGNORE } from '../formats/output-folder.ts'
import type { FileEntry, Plan } from '../model.ts'
import { unreadable } from '../system/fault.ts'
import type { Disk, FileKind } from '../system/system.ts'
import { exclusionOf } from './default-exclusions.ts'
import { names } from './patterns.ts'

/** What one walk over a root gathers. */
export interface Walk {
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
}

/** A file or folder that the walk comes to; `realPath` is in the real path of its folder, and not followed itself. */
interface Found {
  readonly onDisk: string
  readonly realPath: string
  readonly kind: FileKind
}

export interface Skipped {
  readonly path: string
  readonly onDisk: string
  readonly rule: string
  readonly isFolder: boolean
  readonly bytes: number
}

/** Adds the files of a folder to the walk, at `path` in the artifact. `open` are the real paths of the folders being walked, to see a link that leads back into one of them. */
export async function walkFolder(walk: Walk, dir: string, path: string, open: readonly string[]): Promise<void> {
  for (const { name, kind } of await orUnreadable(dir, () => walk.disk.list(dir))) {
    const onDisk = join(dir, name)
    const inRoot = path === '' ? name : `${path}/${name}`
    if (isExcluded(walk, inRoot)) continue
    const realPath = join(open.at(-1) ?? dir, name)
    const rule = await ruleAgainst(walk, { onDisk, realPath, kind })
    if (rule !== null && !canBeNamed(walk.include, inRoot)) {
      walk.skipped.push(await skippedOf(walk, onDisk, inRoot, rule))
      continue
    }
    const found = kind === 'link' ? await followLink(walk, onDisk, inRoot, open) : { kind, realPath }
    if (found.kind === 'directory') {
      await walkFolder(walk, onDisk, inRoot, [...open, found.realPath])
    } else if (isIncluded(walk, inRoot)) {
      if (found.kind === 'other') throw new UserError('FILE_SPECIAL', onDisk)
      walk.files.push(await fileEntry(walk, onDisk, inRoot))
    }
  }
}

/** The default exclusion that a file or folder falls under, or null. */
async function ruleAgainst(walk: Walk, { onDisk, realPath, kind }: Found): Promise<string | null> {
  if (walk.excluded.has(onDisk) || walk.excluded.has(realPath)) return relative(walk.plan.config.root, onDisk)
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

export async function fileEntry(walk: Walk, onDisk: string, inRoot: string): Promise<FileEntry> {
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

export function orUnreadable<T>(path: string, action: () => Promise<T>): Promise<T> {
  return action().catch((error: unknown) => {
    throw unreadable(path, error)
  })
}

async function skippedOf(walk: Walk, onDisk: string, path: string, rule: string): Promise<Skipped> {
  const stat = await walk.disk.lstat(onDisk)
  const isFolder = stat?.kind === 'directory'
  return { path, onDisk, rule, isFolder, bytes: isFolder ? 0 : (stat?.bytes ?? 0) }
}

export function isInside(path: string, dir: string): boolean {
  const way = relative(dir, path)
  return way !== '..' && !way.startsWith(`..${sep}`) && !/^[A-Za-z]:|^[\\/]/.test(way)
}
