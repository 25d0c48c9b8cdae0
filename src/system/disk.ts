import { createHash, randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { UserError } from '../errors.ts'
import { reasonOfFault } from './fault.ts'
import type { Disk, FileKind, FileStat } from './system.ts'

/** The real disk. */
export function makeDisk(): Disk {
  return {
    stat: path => statOrNull(() => fs.stat(path)),
    lstat: path => statOrNull(() => fs.lstat(path)),
    list,
    realPath: path => fs.realpath(path),
    readBytes: path => reading(path, handle => handle.readFile()),
    readText: path => reading(path, handle => handle.readFile('utf8')),
    readRange,
    sha256,
    makeFolder: async dir => void (await fs.mkdir(dir, { recursive: true })),
    writeBytes: (path, bytes) => fs.writeFile(path, bytes),
    rename: (from, to) => fs.rename(from, to),
    remove: path => fs.rm(path, { recursive: true, force: true, maxRetries: 3 }),
    openForWriting,
    withTemporaryFolder: action => withFolder(join(tmpdir(), `lpack-${unique()}`), action),
    withFolderIn: (parent, action) => withFolder(join(parent, `.${unique()}.tmp`), action),
  }
}

// A link that leads to itself leads nowhere; a name that is too long or holds a NUL can't be any file's.
const MEANS_NOTHING_THERE = ['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG', 'ERR_INVALID_ARG_VALUE']

async function statOrNull(read: () => ReturnType<typeof fs.stat>): Promise<FileStat | null> {
  try {
    const stats = await read()
    return { kind: kindOf(stats), bytes: Number(stats.size), executable: (Number(stats.mode) & 0o111) !== 0 }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code !== undefined && MEANS_NOTHING_THERE.includes(code)) return null
    throw error
  }
}

async function list(dir: string) {
  const entries = await fs.readdir(dir, { withFileTypes: true })
  // Sorted for determinism
  return entries.map(entry => ({ name: entry.name, kind: kindOf(entry) })).sort((a, b) => (a.name < b.name ? -1 : 1))
}

interface Typed {
  isFile(): boolean
  isDirectory(): boolean
  isSymbolicLink(): boolean
}

function kindOf(entry: Typed): FileKind {
  if (entry.isFile()) return 'file'
  if (entry.isDirectory()) return 'directory'
  return entry.isSymbolicLink() ? 'link' : 'other'
}

/** Opens a file for an action. A pipe would keep everybody waiting for someone who writes into it. */
async function reading<T>(path: string, action: (handle: fs.FileHandle) => Promise<T>): Promise<T> {
  // Windows has no such flag and no such pipes.
  const handle = await fs.open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  try {
    if ((await handle.stat()).isFIFO()) throw new UserError('FILE_UNREADABLE', path, 'it is a pipe, not a file')
    return await action(handle)
  } finally {
    await handle.close()
  }
}

function readRange(path: string, offset: number, length: number): Promise<Uint8Array> {
  return reading(path, async handle => {
    const buffer = Buffer.allocUnsafe(length)
    let filled = 0
    while (filled < length) {
      const { bytesRead } = await handle.read(buffer, filled, length - filled, offset + filled)
      if (bytesRead === 0) break
      filled += bytesRead
    }
    return buffer.subarray(0, filled)
  })
}

function sha256(path: string): Promise<string> {
  return reading(path, async handle => {
    const hash = createHash('sha256')
    const chunks = handle.createReadStream({ highWaterMark: 1 << 20, autoClose: false })
    for await (const chunk of chunks) hash.update(chunk as Uint8Array)
    return hash.digest('hex')
  })
}

async function openForWriting(path: string, options: { readonly append?: boolean } = {}) {
  const handle = await fs.open(path, options.append ? 'a' : 'w')
  return {
    write: async (bytes: Uint8Array) => {
      let written = 0
      while (written < bytes.length) written += (await handle.write(bytes, written)).bytesWritten
    },
    close: () => handle.close(),
  }
}

async function withFolder<T>(dir: string, action: (dir: string) => Promise<T>): Promise<T> {
  // Not recursive, which calls a read-only file system a missing folder.
  await fs.mkdir(dir).catch((error: Error) => {
    throw new UserError('OUTPUT_UNWRITABLE', dirname(dir), reasonOfFault(error) ?? error.message)
  })
  try {
    return await action(dir)
  } finally {
    await fs.rm(dir, { recursive: true, force: true, maxRetries: 3 })
  }
}

function unique(): string {
  return randomBytes(8).toString('hex')
}
