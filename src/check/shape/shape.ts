import type { FileSet, Finding } from '../../model.ts'
import type { Subject } from '../subject.ts'
import { checkBytecode } from './bytecode.ts'
import { entryFindings, type ShapeEntry } from './entries.ts'
import { layoutFindings } from './layout.ts'
import { checkRemains } from './remains.ts'

/** Names, modes, methods and places of what is in the artifact. `entries` are those of a zip that another tool wrote. */
export async function checkShape(
  subject: Subject,
  entries: readonly ShapeEntry[] = entriesOf(subject.fileSet),
): Promise<Finding[]> {
  const isImage = subject.plan.purpose === 'image'
  return [
    // How many there are matters to zips alone.
    ...entryFindings(entries).filter(({ code }) => !isImage || code !== 'ENTRIES_MANY'),
    ...layoutFindings(subject),
    ...(await checkBytecode(subject)),
    ...(await checkRemains(subject)),
  ]
}

function entriesOf({ files }: FileSet): readonly ShapeEntry[] {
  return files.map(({ path, executable }) => ({
    path,
    isUtf8: true,
    mode: executable ? 0o755 : 0o644,
    kind: 'file',
    target: null,
    method: 8,
    isEncrypted: false,
  }))
}
