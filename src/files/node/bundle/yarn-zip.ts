import { normalize } from 'node:path'
import { readDirectory, readMember } from '../../../formats/zip-directory.ts'
import type { ArchiveMember } from '../../../model.ts'
import type { Disk } from '../../../system/system.ts'

/** A path into a zip of Yarn Plug'n'Play: `…/x-npm-1.0.0-0123456789-8.zip/node_modules/x/index.js`. */
export interface ZipPath {
  readonly archive: string
  /** `/`-separated, in the archive. */
  readonly member: string
}

/** null: the path isn't into a zip. */
export function zipPath(path: string): ZipPath | null {
  const match = /^(.*\.zip)[\\/](node_modules[\\/].*)$/.exec(path)
  if (match === null) return null
  const [, archive = '', member = ''] = match
  return { archive: normalize(actualPath(archive)), member: member.replaceAll('\\', '/') }
}

/** A package with peers has a virtual path for each set of them. https://yarnpkg.com/advanced/lexicon#virtual-package */
function actualPath(path: string): string {
  return path.replace(/(?:__virtual__|\$\$virtual)[\\/][^\\/]+[\\/](\d+)[\\/]/, (_, up: string) =>
    '../'.repeat(Number(up)),
  )
}

/** Reads texts out of zips, whose directories it remembers; null if there is no such text. Throws what reading a zip throws. */
export function makeZipReader(disk: Disk): (path: ZipPath) => Promise<string | null> {
  const directories = new Map<string, Promise<readonly ArchiveMember[]>>()
  return async ({ archive, member }) => {
    if ((await disk.stat(archive))?.kind !== 'file') return null
    const directory = directories.get(archive) ?? readDirectory(archive, disk)
    directories.set(archive, directory)
    const found = (await directory).find(({ name }) => name === member)
    return found === undefined ? null : Buffer.from(await readMember(archive, found, disk)).toString()
  }
}
