import { unreachable } from '../errors.ts'
import type { Content } from '../model.ts'
import type { Disk } from '../system/system.ts'
import { readMember } from './zip-directory.ts'

/** The bytes of a file of the artifact. Throws what its source throws: a damaged archive, an unreadable file. */
export function readContent(content: Content, disk: Disk): Promise<Uint8Array> {
  switch (content.kind) {
    case 'disk':
      return disk.readBytes(content.path)
    case 'member':
      return readMember(content.archive, content.member, disk)
    case 'bytes':
      return Promise.resolve(content.bytes)
    default:
      return unreachable(content)
  }
}
