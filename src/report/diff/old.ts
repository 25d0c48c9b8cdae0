import { join } from 'node:path'
import { UserError } from '../../errors.ts'
import type { Disk } from '../../system/system.ts'
import type { DiffSide } from '../diff.ts'
import { sidesOfDocument } from './document.ts'

/** What reports are compared with: sides that a document tells, or zips to read, by function. */
export type OldSource =
  | { readonly kind: 'document'; readonly sides: ReadonlyMap<string, DiffSide> }
  | { readonly kind: 'zips'; readonly zips: ReadonlyMap<string, string> }

/** A report of the largest artifacts has some ten million. */
const MOST_DOCUMENT_BYTES = 256 * 1_048_576

/**
 * Finds what reports of these names are compared with. Throws UserError DIFF_MISSING, DIFF_UNREADABLE, DIFF_WITHOUT_FILES, DIFF_OF_SEVERAL
 * and DIFF_OTHER_FUNCTIONS.
 */
export async function findOld(path: string, names: readonly string[], disk: Disk): Promise<OldSource> {
  const stat = await disk.stat(path)
  if (stat === null) throw new UserError('DIFF_MISSING', path)
  if (stat.kind === 'directory') return { kind: 'zips', zips: await zipsOfFolder(path, names, disk) }
  if (stat.kind !== 'file') throw new UserError('DIFF_UNREADABLE', path, 'it is neither a file nor a folder')
  if (await isDocument(path, disk)) {
    const why = `it has ${stat.bytes} bytes, and no report of lpack is that long`
    if (stat.bytes > MOST_DOCUMENT_BYTES) throw new UserError('DIFF_UNREADABLE', path, why)
    return { kind: 'document', sides: chosen(sidesOfDocument(await disk.readText(path), path), path, names) }
  }
  const [name] = names
  if (name === undefined || names.length > 1) throw new UserError('DIFF_OF_SEVERAL', path, names)
  return { kind: 'zips', zips: new Map([[name, path]]) }
}

/** A zip never begins so, though a program that unpacks itself may begin in any other way. */
async function isDocument(path: string, disk: Disk): Promise<boolean> {
  const head = Buffer.from(await disk.readRange(path, 0, 64)).toString('latin1')
  return /^(?:\xef\xbb\xbf)?\s*[{[]/.test(head) || (/\.json$/i.test(path) && !head.startsWith('PK'))
}

async function zipsOfFolder(dir: string, names: readonly string[], disk: Disk): Promise<ReadonlyMap<string, string>> {
  const there = (await disk.list(dir)).map(({ name }) => name).filter(name => /\.zip$/i.test(name))
  const zips = names.flatMap((name): [string, string][] => {
    const file = [name, `${name}.zip`].find(one => there.includes(one))
    return file === undefined ? [] : [[name, join(dir, file)]]
  })
  if (zips.length === 0) throw new UserError('DIFF_OTHER_FUNCTIONS', dir, there, names)
  return new Map(zips)
}

/** Zips are named by their files, functions without `.zip`. One is compared with one, whatever they are called. */
function chosen(
  sides: ReadonlyMap<string, DiffSide>,
  path: string,
  names: readonly string[],
): ReadonlyMap<string, DiffSide> {
  const found = names.flatMap((name): [string, DiffSide][] => {
    const other = /\.zip$/i.test(name) ? name.slice(0, -4) : `${name}.zip`
    const side = sides.get(name) ?? sides.get(other)
    return side === undefined ? [] : [[name, side]]
  })
  const [only] = sides.values()
  const [name] = names
  if (found.length === 0 && sides.size === 1 && names.length === 1 && only !== undefined && name !== undefined) {
    return new Map([[name, only]])
  }
  if (found.length === 0) throw new UserError('DIFF_OTHER_FUNCTIONS', path, [...sides.keys()], names)
  return new Map(found)
}
