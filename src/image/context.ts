import { dirname, join } from 'node:path'
import { type ContentIndex, contentHash } from '../cache/content-index.ts'
import { UserError } from '../errors.ts'
import { readContent } from '../formats/content.ts'
import type { FileEntry } from '../model.ts'
import { unreadable } from '../system/fault.ts'
import { orUnwritable } from '../system/output-folder.ts'
import type { Disk, System } from '../system/system.ts'
import { DOCKERFILE_HEAD, dockerfileOf, ignoreOf, REQUIREMENTS, requirementsOf } from './dockerfile.ts'
import type { Recipe } from './types.ts'

/** A file of a build context. */
export interface ContextFile extends Pick<FileEntry, 'bytes' | 'executable' | 'content'> {
  /** From the context's folder, with `/`. */
  readonly path: string
}

/** What the folder of a Dockerfile holds, and nothing else is in it. */
export function contextFiles(recipe: Recipe): readonly ContextFile[] {
  return [
    textFile('Dockerfile', dockerfileOf(recipe)),
    textFile('.dockerignore', ignoreOf(recipe)),
    ...(recipe.installs.length === 0 ? [] : [textFile(REQUIREMENTS, requirementsOf(recipe))]),
    ...recipe.layers.flatMap(({ folder, files }) => files.map(file => ({ ...file, path: `${folder}/${file.path}` }))),
  ]
}

/**
 * Writes a build context as a new folder, whose files are copies: what changes in the project later changes nothing in it.
 * Throws UserError OUTPUT_UNWRITABLE, FILE_CHANGED, CONTEXT_NAMES_COLLIDE, and what reading a file's content throws.
 */
export async function writeContext(recipe: Recipe, dir: string, system: System): Promise<void> {
  const { disk } = system
  const files = contextFiles(recipe)
  const folders = new Set<string>()
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0)
  let done = 0
  for (const file of files) {
    system.signal.throwIfAborted()
    await makeFolders(dirname(join(dir, file.path)), dir, folders, disk)
    await writeFile(file, join(dir, file.path), disk)
    done += file.bytes
    system.progress.show('writing', done, total)
  }
  // A file system that ignores case has put one file over the other.
  const written = new Set((await filesBelow(dir, disk))?.map(({ path }) => path))
  const lost = files.find(({ path }) => !written.has(path))
  if (lost !== undefined) throw new UserError('CONTEXT_NAMES_COLLIDE', lost.path, dirname(dir))
}

/** Whether a folder is the build context that a recipe makes, byte for byte. */
export async function isStandingContext(
  recipe: Recipe,
  dir: string,
  contents: ContentIndex,
  { disk, platform }: System,
): Promise<boolean> {
  const standing = await filesBelow(dir, disk)
  const files = new Map(contextFiles(recipe).map(file => [file.path, file]))
  if (standing === null || standing.length !== files.size) return false
  // Sizes first: they tell most changes, and need no reading.
  for (const { path, kind } of standing) {
    const file = files.get(path)
    const stat = kind === 'file' ? await disk.stat(join(dir, path)) : null
    if (file === undefined || stat === null || stat.bytes !== file.bytes) return false
    if (platform !== 'win32' && stat.executable !== file.executable) return false
  }
  for (const { path, content } of files.values()) {
    // What can't be read is written anew.
    const sha256 = await disk.sha256(join(dir, path)).catch(() => null)
    if (sha256 !== (await contentHash(content, contents, disk))) return false
  }
  return true
}

/** Whether a folder may be replaced by a build context: nothing is lost that lpack hasn't made. */
export async function isContext(dir: string, disk: Disk): Promise<boolean> {
  const head = await disk.readRange(join(dir, 'Dockerfile'), 0, DOCKERFILE_HEAD.length).catch(() => null)
  return head !== null && Buffer.from(head).toString() === DOCKERFILE_HEAD
}

/** Modes that Lambda's unprivileged user can read, for an engine takes them over. */
const FOLDER_MODE = 0o755
const FILE_MODE = 0o644
const EXECUTABLE_MODE = 0o755

function textFile(path: string, text: string): ContextFile {
  const bytes = Buffer.from(text)
  return { path, bytes: bytes.length, executable: false, content: { kind: 'bytes', bytes } }
}

async function makeFolders(folder: string, dir: string, made: Set<string>, disk: Disk): Promise<void> {
  if (made.has(folder)) return
  if (folder !== dir) await makeFolders(dirname(folder), dir, made, disk)
  made.add(folder)
  await orUnwritable(folder, async () => {
    await disk.makeFolder(folder)
    await disk.setMode(folder, FOLDER_MODE)
  })
}

async function writeFile({ path, bytes, executable, content }: ContextFile, target: string, disk: Disk) {
  const read = content.kind === 'disk' ? null : await readContent(content, disk)
  // Apart, so that what keeps it from being read isn't told of the copy.
  if (content.kind === 'disk') await orUnreadable(content.path, () => disk.readRange(content.path, 0, 1))
  await orUnwritable(target, async () => {
    if (read !== null) await disk.writeBytes(target, read)
    else if (content.kind === 'disk') await disk.copy(content.path, target)
    await disk.setMode(target, executable ? EXECUTABLE_MODE : FILE_MODE)
  })
  const written = read?.length ?? (await disk.stat(target))?.bytes
  if (written !== bytes) throw new UserError('FILE_CHANGED', path)
}

async function orUnreadable(path: string, action: () => Promise<unknown>): Promise<void> {
  await action().catch((error: unknown) => {
    throw unreadable(path, error)
  })
}

/** Sorted, folders left out unless they are empty; null if there is no such folder. */
async function filesBelow(dir: string, disk: Disk): Promise<{ path: string; kind: string }[] | null> {
  if ((await disk.lstat(dir))?.kind !== 'directory') return null
  const found: { path: string; kind: string }[] = []
  const walk = async (folder: string): Promise<void> => {
    const entries = await disk.list(join(dir, folder))
    if (entries.length === 0 && folder !== '') found.push({ path: folder, kind: 'directory' })
    for (const { name, kind } of entries) {
      const path = folder === '' ? name : `${folder}/${name}`
      if (kind === 'directory') await walk(path)
      else found.push({ path, kind })
    }
  }
  await walk('')
  return found
}
