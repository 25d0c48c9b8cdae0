import { join } from 'node:path'
import { UserError } from '../errors.ts'
import type { FileEntry, ImageCopy } from '../model.ts'
import { hasSameBytes } from './same-bytes.ts'
import { fileEntry, isInside, orUnreadable, type Walk, walkFolder } from './walk.ts'

/**
 * The files of a walk and what `image.copy` names; what is copied to another place is no longer where it was.
 * Throws UserError COPY_MISSING, COPY_OUTSIDE, COPY_EMPTY, FILES_COLLIDE, and what walking throws.
 */
export async function withCopies(walk: Walk): Promise<readonly FileEntry[]> {
  const { image, root } = walk.plan.config
  const moved = image.copy.filter(({ from, to }) => from !== join(root, to))
  const isMoved = ({ content }: FileEntry) =>
    content.kind === 'disk' && moved.some(({ from }) => isInside(content.path, from))
  const files = new Map(walk.files.filter(file => !isMoved(file)).map(file => [file.path, file]))
  for (const copy of image.copy) {
    for (const file of await copiedFiles(walk, copy)) {
      const other = files.get(file.path)
      if (other === undefined) files.set(file.path, file)
      else if (!(await hasSameBytes(other, file, walk.disk)))
        throw new UserError('FILES_COLLIDE', file.path, 'the function itself', `\`image.copy\` of ${copy.from}`)
    }
  }
  return [...files.values()]
}

/** As own files are taken, but that what is named here needs no `include`. */
async function copiedFiles(walk: Walk, { from, to }: ImageCopy): Promise<readonly FileEntry[]> {
  const { config, boundary } = walk.plan
  const stat = await orUnreadable(from, () => walk.disk.stat(from))
  if (stat === null) throw new UserError('COPY_MISSING', config.name, from)
  const realPath = await walk.disk.realPath(from)
  if (!isInside(realPath, boundary)) throw new UserError('COPY_OUTSIDE', config.name, from, realPath, boundary)
  if (stat.kind === 'other') throw new UserError('FILE_SPECIAL', from)
  if (stat.kind !== 'directory') return [await fileEntry(walk, from, to)]
  const own: Walk = { ...walk, include: [], files: [], skipped: [] }
  await walkFolder(own, from, to, [realPath])
  if (own.files.length === 0) throw new UserError('COPY_EMPTY', config.name, from)
  walk.skipped.push(...own.skipped.filter(({ path }) => !walk.skipped.some(known => known.path === path)))
  return own.files
}
