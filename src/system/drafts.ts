import { randomBytes } from 'node:crypto'
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { UserError } from '../errors.ts'
import { reasonOfFault } from './fault.ts'

/** Names of what a run leaves behind only if it was killed: drafts beside what they become, and folders in the temporary one. */
export const DRAFT = /^\.[0-9a-f]{16}\.tmp$/
const WORK_FOLDER = /^lpack-[0-9a-f]{16}$/

/** Nobody has touched it for so long: whoever made it is gone. */
const ABANDONED_MS = 3_600_000

/** How often a run that goes on touches its folders. */
const SIGN_OF_LIFE_MS = 600_000

/** Files and folders that live no longer than a run. Where one is made, those that killed runs have left go first. */
export interface Drafts {
  readonly withTemporaryFolder: <T>(action: (dir: string) => Promise<T>) => Promise<T>
  readonly withFolderIn: <T>(parent: string, action: (dir: string) => Promise<T>) => Promise<T>
  readonly replace: (path: string, pieces: readonly Uint8Array[], parent: string) => void
}

export function makeDrafts(): Drafts {
  const swept = new Set<string>()
  const sweepOnce = (parent: string, names: RegExp) => {
    if (swept.has(parent)) return
    swept.add(parent)
    sweep(parent, names)
  }
  return {
    withTemporaryFolder: action => {
      sweepOnce(tmpdir(), WORK_FOLDER)
      return withFolder(join(tmpdir(), `lpack-${unique()}`), action)
    },
    withFolderIn: (parent, action) => {
      sweepOnce(parent, DRAFT)
      return withFolder(join(parent, `.${unique()}.tmp`), action)
    },
    replace: (path, pieces, parent) => {
      sweepOnce(parent, DRAFT)
      replace(path, pieces, join(parent, `.${unique()}.tmp`))
    },
  }
}

async function withFolder<T>(dir: string, action: (dir: string) => Promise<T>): Promise<T> {
  // Not recursive, which calls a read-only file system a missing folder.
  await fs.promises.mkdir(dir).catch((error: Error) => {
    throw new UserError('OUTPUT_UNWRITABLE', dirname(dir), reasonOfFault(error) ?? error.message)
  })
  const signs = setInterval(() => showLife(dir), SIGN_OF_LIFE_MS)
  signs.unref()
  try {
    return await action(dir)
  } finally {
    clearInterval(signs)
    await fs.promises.rm(dir, { recursive: true, force: true, maxRetries: 3 })
  }
}

function showLife(dir: string): void {
  try {
    fs.utimesSync(dir, new Date(), new Date())
  } catch {
    // Its owner will meet the reason.
  }
}

function replace(path: string, pieces: readonly Uint8Array[], draft: string): void {
  try {
    const fd = fs.openSync(draft, 'wx')
    try {
      for (const piece of pieces) writeAll(fd, piece)
    } finally {
      fs.closeSync(fd)
    }
    fs.renameSync(draft, path)
  } catch (error) {
    attempt(() => fs.rmSync(draft, { force: true }))
    throw error
  }
}

function writeAll(fd: number, bytes: Uint8Array): void {
  let written = 0
  while (written < bytes.length) written += fs.writeSync(fd, bytes, written)
}

function sweep(parent: string, names: RegExp): void {
  attempt(() => {
    for (const name of fs.readdirSync(parent)) {
      if (names.test(name)) attempt(() => removeAbandoned(join(parent, name)))
    }
  })
}

function removeAbandoned(path: string): void {
  const { uid, mtimeMs } = fs.lstatSync(path)
  // In a folder that is everybody's, only one's own: another could exchange what is about to be removed. Windows has no such numbers.
  const isOwn = process.getuid === undefined || process.getuid() === uid
  if (isOwn && Date.now() - mtimeMs > ABANDONED_MS) fs.rmSync(path, { recursive: true, force: true })
}

/** Tidying never stops the work. */
function attempt(action: () => void): void {
  try {
    action()
  } catch {
    // What can't be removed stays.
  }
}

function unique(): string {
  return randomBytes(8).toString('hex')
}
