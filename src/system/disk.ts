import { createHash } from 'node:crypto'
import * as fs from 'node:fs'
import { devNull } from 'node:os'
import { dirname } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { UserError } from '../errors.ts'
import { makeDrafts } from './drafts.ts'
import type { Disk, FileKind, FileStat } from './system.ts'

/** A turn through libuv's thread pool costs some 150 µs, a call itself 10: with thousands of small files that decides. */
const TURN_MS = 10
const PIECE_BYTES = 4 * 1_048_576

/** Longer than the coarsest clock of a file system, which is FAT's. */
const SETTLED_MS = 2_000

/** The real disk. Its calls hold the thread; timers and signals get a turn between them. */
export function makeDisk(): Disk {
  let turnedAt = performance.now()
  const turn = async () => {
    if (performance.now() - turnedAt < TURN_MS) return
    await setImmediate()
    turnedAt = performance.now()
  }
  const drafts = makeDrafts()
  const inTurn =
    <A extends unknown[], R>(action: (...args: A) => R) =>
    async (...args: A): Promise<R> => {
      await turn()
      return action(...args)
    }
  return {
    stat: inTurn(path => statOrNull(() => fs.statSync(path, NULLABLE))),
    lstat: inTurn(path => statOrNull(() => fs.lstatSync(path, NULLABLE))),
    list: inTurn(list),
    realPath: inTurn(path => fs.realpathSync.native(path)),
    readBytes: path => reading(path, fd => readAll(fd, turn)),
    readText: path => reading(path, async fd => (await readAll(fd, turn)).toString('utf8')),
    readRange: (path, offset, length) => reading(path, async fd => readRange(fd, offset, length)),
    sha256: path => reading(path, fd => sha256(fd, turn)),
    makeFolder: inTurn(makeFolder),
    writeBytes: inTurn((path, bytes) => fs.writeFileSync(path, bytes)),
    rename: inTurn((from, to) => fs.renameSync(from, to)),
    copy: (from, to) => reading(from, fd => copy(fd, from, to, turn)),
    setMode: inTurn((path, mode) => fs.chmodSync(path, mode)),
    touch: inTurn(path => fs.utimesSync(path, new Date(), new Date())),
    replace: inTurn(drafts.replace),
    remove: path => turn().then(() => remove(path)),
    openForWriting,
    withTemporaryFolder: drafts.withTemporaryFolder,
    withFolderIn: drafts.withFolderIn,
  }
}

// A link that leads to itself leads nowhere; a name that is too long or holds a NUL can't be any file's.
const MEANS_NOTHING_THERE = ['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG', 'ERR_INVALID_ARG_VALUE']

/** Making an error costs more than the call that it is about. */
const NULLABLE = { throwIfNoEntry: false } as const

function statOrNull(read: () => fs.Stats | undefined): FileStat | null {
  try {
    const stats = read()
    if (stats === undefined) return null
    const changedMs = Math.max(stats.mtimeMs, stats.ctimeMs)
    return {
      kind: kindOf(stats),
      bytes: stats.size,
      executable: (stats.mode & 0o111) !== 0,
      identity: [stats.size, stats.mtimeMs, stats.ctimeMs, stats.ino].join('-'),
      isSettled: Date.now() - changedMs >= SETTLED_MS,
      ageMs: Date.now() - stats.mtimeMs,
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code !== undefined && MEANS_NOTHING_THERE.includes(code)) return null
    throw error
  }
}

function list(dir: string) {
  const entries = fs.readdirSync(dir, { withFileTypes: true })
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

/** Opens a file for an action. A pipe would keep everybody waiting for someone who writes into it, and some devices never end. */
async function reading<T>(path: string, action: (fd: number) => Promise<T>): Promise<T> {
  // Windows has no such flag and no such pipes.
  const fd = fs.openSync(path, fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0))
  try {
    const kind = path === devNull ? null : unendingKind(fs.fstatSync(fd))
    if (kind !== null) throw new UserError('FILE_UNREADABLE', path, `it is a ${kind}, not a file`)
    return await action(fd)
  } finally {
    fs.closeSync(fd)
  }
}

function unendingKind(stats: fs.Stats): string | null {
  if (stats.isFIFO()) return 'pipe'
  return stats.isCharacterDevice() || stats.isBlockDevice() ? 'device' : null
}

async function readAll(fd: number, turn: () => Promise<void>): Promise<Buffer> {
  const { size } = fs.fstatSync(fd)
  await turn()
  if (size <= PIECE_BYTES) return fs.readFileSync(fd)
  const buffer = Buffer.allocUnsafeSlow(size)
  let filled = 0
  for (let read = -1; read !== 0 && filled < size; filled += read) {
    read = fs.readSync(fd, buffer, filled, Math.min(PIECE_BYTES, size - filled), null)
    await turn()
  }
  return buffer.subarray(0, filled)
}

function readRange(fd: number, offset: number, length: number): Uint8Array {
  const buffer = Buffer.allocUnsafe(length)
  let filled = 0
  for (let read = -1; read !== 0 && filled < length; filled += read) {
    read = fs.readSync(fd, buffer, filled, length - filled, offset + filled)
  }
  return buffer.subarray(0, filled)
}

/** Small ones at once, large ones in the thread pool: a model of gigabytes takes its time. */
async function copy(fd: number, from: string, to: string, turn: () => Promise<void>): Promise<void> {
  await turn()
  if (fs.fstatSync(fd).size <= PIECE_BYTES) fs.copyFileSync(from, to, fs.constants.COPYFILE_FICLONE)
  else await fs.promises.copyFile(from, to, fs.constants.COPYFILE_FICLONE)
}

async function sha256(fd: number, turn: () => Promise<void>): Promise<string> {
  const hash = createHash('sha256')
  const piece = Buffer.allocUnsafe(Math.min(PIECE_BYTES, fs.fstatSync(fd).size + 1))
  for (let read = fs.readSync(fd, piece); read > 0; read = fs.readSync(fd, piece)) {
    hash.update(piece.subarray(0, read))
    await turn()
  }
  return hash.digest('hex')
}

function makeFolder(dir: string): void {
  try {
    fs.mkdirSync(dir, { recursive: true })
  } catch (error) {
    // Of a read-only file system Node says the same as of a missing folder, unless it is asked for one folder alone.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(dir) === dir) throw error
    if (!fs.existsSync(dirname(dir))) makeFolder(dirname(dir))
    fs.mkdirSync(dir)
  }
}

async function remove(path: string): Promise<void> {
  try {
    fs.unlinkSync(path)
  } catch (error) {
    if (MEANS_NOTHING_THERE.includes(String((error as NodeJS.ErrnoException).code))) return
    // A folder, or what Windows doesn't let go of yet.
    await fs.promises.rm(path, { recursive: true, force: true, maxRetries: 3 })
  }
}

async function openForWriting(path: string, options: { readonly append?: boolean } = {}) {
  const fd = fs.openSync(path, options.append ? 'a' : 'w')
  return {
    write: async (bytes: Uint8Array) => {
      let written = 0
      while (written < bytes.length) written += fs.writeSync(fd, bytes, written)
    },
    close: async () => fs.closeSync(fd),
  }
}
