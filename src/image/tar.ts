import { type Pack, pack } from 'tar-stream'

/** A file or folder of a layer. */
export interface TarEntry {
  /** Relative; a folder's ends in `/`. */
  readonly path: string
  readonly executable: boolean
  readonly bytes: number
  /** Exactly so many bytes; not asked for of a folder. */
  readonly content: () => AsyncIterable<Uint8Array>
}

// Of the package the time has to be an object: where there is 0, it takes the present one.
const EPOCH = new Date(0)
const FOLDER_MODE = 0o755
const FILE_MODE = 0o644
const EXECUTABLE_MODE = 0o755

/** A longer name doesn't fit into a header. */
const NAME_BYTES = 100

/**
 * A tar whose bytes depend on the entries alone: modes that Lambda's unprivileged user can read, no owner, no time. In pieces, of which
 * one is in memory at a time. Throws what reading a content throws.
 */
export async function* writeTar(entries: Iterable<TarEntry>): AsyncGenerator<Uint8Array> {
  const archive = pack()
  const filled = fill(archive, entries)
  filled.catch((error: Error) => archive.destroy(error))
  try {
    yield* archive as unknown as AsyncIterable<Uint8Array>
    await filled
  } finally {
    archive.destroy()
    await Promise.allSettled([filled])
  }
}

async function fill(archive: Pack, entries: Iterable<TarEntry>): Promise<void> {
  for (const entry of entries) await append(archive, entry)
  archive.finalize()
}

function append(archive: Pack, entry: TarEntry): Promise<void> {
  return new Promise((resolve, reject) => {
    const sink = archive.entry(headerOf(entry), error => (error ? reject(error) : resolve()))
    // The callback has told it, but one that nobody listens to would end the program.
    sink.on('error', () => undefined)
    if (!isFolder(entry)) pour(entry.content(), sink).catch(reject)
  })
}

async function pour(content: AsyncIterable<Uint8Array>, sink: ReturnType<Pack['entry']>): Promise<void> {
  for await (const piece of content) {
    if (!sink.write(piece)) await new Promise<void>(resolve => sink.once('drain', () => resolve()))
  }
  sink.end(null)
}

function headerOf(entry: TarEntry): Parameters<Pack['entry']>[0] {
  const { path, bytes, executable } = entry
  const header = { name: path, size: bytes, mtime: EPOCH, uid: 0, gid: 0, uname: '', gname: '' }
  if (!isFolder(entry)) return { ...header, type: 'file', mode: executable ? EXECUTABLE_MODE : FILE_MODE }
  const folder = { ...header, type: 'directory' as const, size: 0, mode: FOLDER_MODE }
  // It would be split at its last character, which leaves no name at all.
  return Buffer.byteLength(path.slice(path.lastIndexOf('/', path.length - 2) + 1)) > NAME_BYTES
    ? { ...folder, pax: {} }
    : folder
}

function isFolder({ path }: TarEntry): boolean {
  return path.endsWith('/')
}
