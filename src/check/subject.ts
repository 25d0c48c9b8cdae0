import { readContent } from '../formats/content.ts'
import { readMemberHead } from '../formats/zip-directory.ts'
import type { FileEntry, FileSet, Plan } from '../model.ts'
import type { System } from '../system/system.ts'

/** What is checked: a finished file set, whoever made it, and where it is to run. */
export interface Subject {
  readonly plan: Plan
  readonly fileSet: FileSet
  readonly system: System
  /** By archive path. */
  readonly files: ReadonlyMap<string, FileEntry>
  /** Folders that hold files, by archive path without a slash at the end. */
  readonly folders: ReadonlySet<string>
}

export function makeSubject(plan: Plan, fileSet: FileSet, system: System): Subject {
  const files = new Map<string, FileEntry>(fileSet.files.map(file => [file.path, file]))
  const folders = new Set<string>()
  for (const path of files.keys()) {
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      const folder = path.slice(0, end)
      if (folders.has(folder)) break
      folders.add(folder)
    }
  }
  return { plan: withoutLayers(plan), fileSet, system, files, folders }
}

/** A function that is an image has none, whatever the config says. */
function withoutLayers(plan: Plan): Plan {
  return plan.purpose === 'zip' ? plan : { ...plan, config: { ...plan.config, layers: [] } }
}

/** The whole content of a file. */
export function contentOf(file: FileEntry, { system }: Subject): Promise<Uint8Array> {
  return readContent(file.content, system.disk)
}

/** The first bytes of a file, at most `length`. */
export async function headOf({ content }: FileEntry, length: number, { system }: Subject): Promise<Uint8Array> {
  switch (content.kind) {
    case 'disk':
      return system.disk.readRange(content.path, 0, length)
    case 'member':
      return readMemberHead(content.archive, content.member, length, system.disk)
    case 'bytes':
      return content.bytes.subarray(0, length)
  }
}
