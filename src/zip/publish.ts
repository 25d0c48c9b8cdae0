import { join } from 'node:path'
import { UserError } from '../errors.ts'
import { OUTPUT_IGNORE } from '../formats/output-folder.ts'
import type { Artifact } from '../model.ts'
import { DRAFT } from '../system/drafts.ts'
import { reasonOfFault } from '../system/fault.ts'
import type { Disk } from '../system/system.ts'
import type { ZipDraft } from './write.ts'

const IGNORE_FILE = '.gitignore'

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
  const wasThere = (await disk.stat(outDir)) !== null
  await makeOutputFolder(outDir, disk)
  try {
    return await disk.withFolderIn(outDir, async draftDir => {
      const written = await write(draftDir)
      const placed = []
      for (const one of written) {
        for (const file of one.beside) await placeBeside(file, draftDir, outDir, disk)
        placed.push({ ...one, artifact: await place(one, disk) })
      }
      return placed
    })
  } catch (error) {
    if (!wasThere) await removeUnused(outDir, disk)
    throw error
  }
}

/** Of a folder that this run has made, unless another run has put something there. */
async function removeUnused(outDir: string, disk: Disk): Promise<void> {
  const names = (await disk.list(outDir)).map(({ name }) => name)
  if (names.every(name => name === IGNORE_FILE)) await disk.remove(outDir)
}

async function place({ draft, path }: Written, disk: Disk): Promise<Artifact> {
  const standing = await disk.stat(path)
  // One that can't be read is replaced like any other.
  const isSame = async () => (await disk.sha256(path).catch(() => null)) === draft.sha256
  const unchanged = standing?.kind === 'file' && standing.bytes === draft.bytes && (await isSame())
  if (!unchanged) await orUnwritable(path, () => disk.rename(draft.path, path))
  return { ...draft, kind: 'zip', path, unchanged }
}

async function placeBeside(
  { name, bytes }: Written['beside'][number],
  draftDir: string,
  outDir: string,
  disk: Disk,
): Promise<void> {
  const path = join(outDir, name)
  await orUnwritable(path, async () => {
    await disk.writeBytes(join(draftDir, name), bytes)
    await disk.rename(join(draftDir, name), path)
  })
}

/** The folder keeps itself out of version control. */
async function makeOutputFolder(outDir: string, disk: Disk): Promise<void> {
  await orUnwritable(outDir, async () => {
    await disk.makeFolder(outDir)
    // Drafts of its own are what a killed run leaves that came no further.
    const isNew = (await disk.list(outDir)).every(({ name }) => DRAFT.test(name))
    if (isNew) await disk.replace(join(outDir, IGNORE_FILE), [Buffer.from(OUTPUT_IGNORE)], outDir)
  })
}

async function orUnwritable(path: string, action: () => Promise<void>): Promise<void> {
  try {
    await action()
  } catch (error) {
    const reason = reasonOfFault(error)
    if (reason === null) throw error
    throw new UserError('OUTPUT_UNWRITABLE', path, reason)
  }
}
