import type { Artifact } from '../model.ts'
import { orUnwritable, placeBeside, withDraftFolder } from '../system/output-folder.ts'
import type { Disk } from '../system/system.ts'
import type { ZipDraft } from './write.ts'

interface Written {
  readonly draft: ZipDraft
  /** Where the finished artifact belongs. */
  readonly path: string
  /** Files that go beside it under names of their own. */
  readonly beside: readonly { readonly name: string; readonly bytes: Uint8Array }[]
}

/**
 * Lets `write` fill a hidden folder beside the artifacts, then moves what it made into place: all of it, or on a failure none.
 * A file that has the new bytes already is left alone. Throws UserError OUTPUT_UNWRITABLE.
 */
export async function publish<W extends Written>(
  outDir: string,
  disk: Disk,
  write: (draftDir: string) => Promise<readonly W[]>,
): Promise<(W & { readonly artifact: Artifact })[]> {
  return withDraftFolder(outDir, disk, async draftDir => {
    const written = await write(draftDir)
    const placed = []
    for (const one of written) {
      for (const file of one.beside) await placeBeside(file, draftDir, outDir, disk)
      placed.push({ ...one, artifact: await place(one, disk) })
    }
    return placed
  })
}

async function place({ draft, path }: Written, disk: Disk): Promise<Artifact> {
  const standing = await disk.stat(path)
  // One that can't be read is replaced like any other.
  const isSame = async () => (await disk.sha256(path).catch(() => null)) === draft.sha256
  const unchanged = standing?.kind === 'file' && standing.bytes === draft.bytes && (await isSame())
  if (!unchanged) await orUnwritable(path, () => disk.rename(draft.path, path))
  return { ...draft, kind: 'zip', path, unchanged }
}
