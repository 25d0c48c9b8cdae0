import { finding } from '../../findings.ts'
import type { Finding } from '../../model.ts'
import { grouped } from './grouped.ts'
import { linkFindings } from './links.ts'

/** What a zip says of one of its entries; of a file set it is what will be written. */
export interface ShapeEntry {
  /** As the zip names it. */
  readonly path: string
  /** False if the bytes of the name are not UTF-8. */
  readonly isUtf8: boolean
  /** Unix permissions, such as 0o644. null: the zip doesn't tell, and Lambda chooses. */
  readonly mode: number | null
  readonly kind: 'file' | 'folder' | 'link' | 'special'
  /** Where a link leads; null: no link, or it could not be read. */
  readonly target: string | null
  /** As in APPNOTE.TXT §4.4.5: 0 stored, 8 DEFLATE. */
  readonly method: number
  readonly isEncrypted: boolean
}

/** What can be said of a zip's entries without their contents. */
export function entryFindings(entries: readonly ShapeEntry[]): Finding[] {
  return [
    ...entries.flatMap(nameFindings),
    ...collisionFindings(entries),
    ...modeFindings(entries),
    ...linkFindings(entries),
    ...methodFindings(entries),
    ...(entries.length > MOST_ENTRIES ? [finding('ENTRIES_MANY', '', entries.length)] : []),
  ]
}

/** 65,535 stands for "look into the ZIP64 record". https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT §4.4.22 */
const MOST_ENTRIES = 65_534
/** NAME_MAX and PATH_MAX of Linux, in bytes; the latter counts the NUL at the end. */
const MOST_NAME_BYTES = 255
const MOST_PATH_BYTES = 4096 - '/var/task/'.length - 1

function nameFindings({ path, isUtf8 }: ShapeEntry): Finding[] {
  const shown = shownName(path)
  const why = unpackableBecause(path)
  if (why !== null) return [finding('NAME_UNPACKABLE', path, shown, why)]
  if (path.includes('\\')) {
    const remedy = 'Make the zip with a tool that writes /, as PowerShell 7 does.'
    return [finding('NAME_DOUBTFUL', path, shown, 'has backslashes, which Linux takes for letters', remedy)]
  }
  if (/[\x01-\x1f\x7f]/.test(path)) {
    return [finding('NAME_DOUBTFUL', path, shown, 'has control characters', 'Rename it.')]
  }
  if (isUtf8) return []
  const remedy = 'Make the zip with a tool that writes UTF-8, or rename it.'
  return [finding('NAME_DOUBTFUL', path, shown, 'is not in UTF-8, so that its file has another one on Lambda', remedy)]
}

function unpackableBecause(path: string): string | null {
  const parts = path.replace(/\/$/, '').split('/')
  if (path === '' || path.includes('\0')) return 'is none that a file can have'
  if (path.startsWith('/') || /^[A-Za-z]:[\\/]/.test(path)) return 'is absolute'
  if (parts.includes('..')) return 'leads out of the zip'
  if (parts.some(part => Buffer.byteLength(part) > MOST_NAME_BYTES))
    return 'is longer than 255 bytes, as much as Linux takes'
  return Buffer.byteLength(path) > MOST_PATH_BYTES ? 'is longer than 4,096 bytes, as much as Linux takes' : null
}

/** Short, and without what a terminal would obey. */
function shownName(path: string): string {
  const clean = JSON.stringify(path).slice(1, -1).replaceAll('\\\\', '\\').replaceAll('\x7f', '\\u007f')
  return clean.length > 120 ? `${clean.slice(0, 120)}…` : clean
}

/** Paths that are one and the same: everywhere, or where case does not count. */
function collisionFindings(entries: readonly ShapeEntry[]): Finding[] {
  const findings: Finding[] = []
  const folded = new Map<string, string>()
  const told = new Set<string>()
  const plain = new Set(entries.filter(({ kind }) => kind !== 'folder').map(({ path }) => path))
  for (const { path, kind } of entries) {
    const folder = kind === 'folder' ? path.replace(/\/$/, '') : path.slice(0, Math.max(0, path.lastIndexOf('/')))
    const above = foldersOf(folder).find(one => plain.has(one))
    if (above !== undefined && !told.has(above)) findings.push(finding('FILE_AND_FOLDER', above, above, path))
    if (above !== undefined) told.add(above)
    if (kind === 'folder') continue
    const other = folded.get(path.toLowerCase())
    if (other === path) findings.push(finding('NAME_TWICE', path, shownName(path)))
    else if (other !== undefined) findings.push(finding('CASE_COLLISION', path, path, other))
    folded.set(path.toLowerCase(), path)
  }
  return findings
}

function foldersOf(folder: string): string[] {
  const parts = folder.split('/')
  return folder === '' ? [] : parts.map((_, count) => parts.slice(0, count + 1).join('/'))
}

const OTHERS_READ = 0o004
const OTHERS_EXECUTE = 0o001
const ALL_EXECUTE = 0o111

/** Lambda runs a function as a user that owns nothing of it. https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-deployment.html */
function modeFindings(entries: readonly ShapeEntry[]): Finding[] {
  // No permission at all is what tools write that know of none.
  const told = entries.flatMap(entry =>
    entry.mode === null || (entry.mode & 0o777) === 0 ? [] : [{ ...entry, mode: entry.mode & 0o777 }],
  )
  const isShut = (kind: string, mode: number) =>
    kind === 'folder' ? (mode & OTHERS_EXECUTE) === 0 : kind === 'file' && (mode & OTHERS_READ) === 0
  const programs = told.filter(
    ({ path, kind, mode }) =>
      kind === 'file' && /^(?:bootstrap|extensions\/[^/]+)$/.test(path) && (mode & ALL_EXECUTE) === 0,
  )
  return [
    ...(['file', 'folder'] as const).flatMap(kind => {
      const shut = told.filter(one => one.kind === kind && isShut(kind, one.mode))
      return grouped(shut, (what, first, path) =>
        finding('MODE_UNREADABLE', path, what, octal(first.mode), kind === 'folder'),
      )
    }),
    ...programs.map(({ path, mode }) => finding('MODE_NOT_EXECUTABLE', path, path, octal(mode))),
  ]
}

function octal(mode: number): string {
  return `0${mode.toString(8).padStart(3, '0')}`
}

const STORED = 0
const DEFLATE = 8

/** True if what the entry holds can't be read. */
export function isOpaque({ method, isEncrypted }: ShapeEntry): boolean {
  return isEncrypted || (method !== STORED && method !== DEFLATE)
}

function methodFindings(entries: readonly ShapeEntry[]): Finding[] {
  const foreign = entries.filter(({ method, isEncrypted }) => !isEncrypted && method !== STORED && method !== DEFLATE)
  return [
    ...grouped(
      entries.filter(({ isEncrypted }) => isEncrypted),
      (what, _, path) => finding('ENTRY_ENCRYPTED', path, what),
    ),
    ...grouped(foreign, (what, { method }, path) => finding('ENTRY_METHOD', path, what, method)),
  ]
}
