import { join } from 'node:path'
import { UserError } from '../errors.ts'
import { OUTPUT_IGNORE } from '../formats/output-folder.ts'
import { DRAFT } from './drafts.ts'
import { reasonOfFault } from './fault.ts'
import type { Disk } from './system.ts'

const IGNORE_FILE = '.gitignore'

/**
 * Runs the action with a hidden folder beside the artifacts, from where what it makes can be renamed into place. On a failure an output
 * folder that was made for it goes again. Throws UserError OUTPUT_UNWRITABLE.
 */
export async function withDraftFolder<T>(
  outDir: string,
  disk: Disk,
  action: (draftDir: string) => Promise<T>,
): Promise<T> {
  const wasThere = (await disk.stat(outDir)) !== null
  await makeOutputFolder(outDir, disk)
  try {
    return await disk.withFolderIn(outDir, action)
  } catch (error) {
    if (!wasThere) await removeUnused(outDir, disk)
    throw error
  }
}

/** Puts a file that stands beside an artifact in its place. */
export async function placeBeside(
  { name, bytes }: { readonly name: string; readonly bytes: Uint8Array },
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

/** Whether the files stand beside an artifact already. */
export async function hasBeside(
  files: readonly { readonly name: string; readonly bytes: Uint8Array }[],
  outDir: string,
  disk: Disk,
): Promise<boolean> {
  for (const { name, bytes } of files) {
    const there = await disk.readBytes(join(outDir, name)).catch(() => null)
    if (there === null || Buffer.compare(there, bytes) !== 0) return false
  }
  return true
}

/** A finished folder, and where it belongs. */
export interface FolderDraft {
  readonly draft: string
  readonly path: string
}

/** Puts folders in the places of those that stand: all, or on a failure none. Throws UserError OUTPUT_UNWRITABLE. */
export async function exchangeFolders(folders: readonly FolderDraft[], disk: Disk): Promise<void> {
  const undo: (() => Promise<void>)[] = []
  try {
    for (const { draft, path } of folders) {
      await orUnwritable(path, async () => {
        const former = `${draft}.former`
        if ((await disk.lstat(path)) !== null) {
          await disk.rename(path, former)
          undo.push(() => disk.rename(former, path))
        }
        await disk.rename(draft, path)
        undo.push(() => disk.rename(path, draft))
      })
    }
  } catch (error) {
    // As much as can be, whatever stands in the way of a step.
    for (const step of undo.reverse()) await step().catch(() => undefined)
    throw error
  }
}

/** Throws UserError OUTPUT_UNWRITABLE for what the disk says of an output. */
export async function orUnwritable<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (error) {
    const reason = reasonOfFault(error)
    if (reason === null) throw error
    throw new UserError('OUTPUT_UNWRITABLE', path, reason)
  }
}

/** Of a folder that this run has made, unless another run has put something there. */
async function removeUnused(outDir: string, disk: Disk): Promise<void> {
  const names = (await disk.list(outDir)).map(({ name }) => name)
  if (names.every(name => name === IGNORE_FILE)) await disk.remove(outDir)
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
