// Typed access to lock files and manifests: what is missing or of another type is told with file and place.
import { UserError } from '../../../errors.ts'
import { parseToml } from '../../../formats/toml.ts'
import { unreadable } from '../../../system/fault.ts'
import type { Disk } from '../../../system/system.ts'

export type Table = Readonly<Record<string, unknown>>

/** A table of a lock file or manifest, with what an error needs to name it. */
export interface Node {
  readonly file: string
  /** Manifests are the user's own files; locks are written by tools. */
  readonly kind: 'lock' | 'manifest'
  /** Such as `package "numpy"`; empty at the top. */
  readonly place: string
  readonly table: Table
}

export async function readTomlLock(path: string, disk: Disk): Promise<Node & { readonly text: string }> {
  const text = await readTextFile(path, disk)
  return { file: path, kind: 'lock', place: '', table: parsed(path, 'lock', () => parseToml(text)), text }
}

export async function readJsonLock(path: string, disk: Disk): Promise<Node> {
  const text = await readTextFile(path, disk)
  const value = parsed(path, 'lock', () => JSON.parse(text) as unknown)
  if (!isTable(value)) throw new UserError('LOCK_UNREADABLE', path, 'it is not a JSON object')
  return { file: path, kind: 'lock', place: '', table: value }
}

export async function readTomlManifest(path: string, disk: Disk): Promise<Node> {
  const text = await readTextFile(path, disk)
  return { file: path, kind: 'manifest', place: '', table: parsed(path, 'manifest', () => parseToml(text)) }
}

async function readTextFile(path: string, disk: Disk): Promise<string> {
  try {
    return (await disk.readText(path)).replace(/^\uFEFF/, '')
  } catch (error) {
    throw unreadable(path, error)
  }
}

function parsed<T>(path: string, kind: Node['kind'], parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    throw new UserError(kind === 'lock' ? 'LOCK_UNREADABLE' : 'FILE_UNREADABLE', path, reasonOf(error))
  }
}

/** An error's first line without a final full stop, to stand inside a sentence. */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return (message.split('\n')[0] ?? message).trim().replace(/\.$/, '')
}

/** Throws the error that names the node's file and place. */
export function fail(node: Node, why: string): never {
  const where = node.place === '' ? why : `in ${node.place}, ${why}`
  throw new UserError(node.kind === 'lock' ? 'LOCK_UNREADABLE' : 'FILE_UNREADABLE', node.file, where)
}

export function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
}

/** The same file, another table of it. */
export function within(node: Node, place: string, table: Table): Node {
  return { file: node.file, kind: node.kind, place, table }
}

export function text(node: Node, key: string): string {
  return textOrNull(node, key) ?? fail(node, `the key "${key}" is missing`)
}

export function textOrNull(node: Node, key: string): string | null {
  const value = node.table[key]
  if (value === undefined || value === null) return null
  return typeof value === 'string' ? value : fail(node, `"${key}" is not text`)
}

export function countOrNull(node: Node, key: string): number | null {
  const value = node.table[key]
  if (value === undefined || value === null) return null
  if (typeof value === 'number') return value
  return typeof value === 'bigint' ? Number(value) : fail(node, `"${key}" is not a number`)
}

/** A list of texts; a missing key is an empty list. */
export function texts(node: Node, key: string): readonly string[] {
  const value = node.table[key]
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) return fail(node, `"${key}" is not a list`)
  return value.map(item => (typeof item === 'string' ? item : fail(node, `"${key}" holds something that is not text`)))
}

/** A table; a missing key is an empty one. */
export function child(node: Node, key: string): Node {
  const value = node.table[key] ?? {}
  const place = node.place === '' ? `"${key}"` : `"${key}" of ${node.place}`
  return isTable(value) ? within(node, place, value) : fail(node, `"${key}" is not a table`)
}

/** A list of tables; a missing key is an empty list. */
export function children(node: Node, key: string): readonly Node[] {
  const value = node.table[key]
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) return fail(node, `"${key}" is not a list`)
  const place = node.place === '' ? `"${key}"` : `"${key}" of ${node.place}`
  return value.map(item =>
    within(node, place, isTable(item) ? item : fail(node, `"${key}" holds something that is not a table`)),
  )
}

/** The packages of a lock: a list of tables, each with a name. */
export function packagesOf(lock: Node, key: string): readonly Node[] {
  return children(lock, key).map(item => within(lock, `package "${text(item, 'name')}"`, item.table))
}
