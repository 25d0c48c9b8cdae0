// https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html#tag_20_92_13
const BLOCK = 512
const END = Buffer.alloc(BLOCK)

/** An entry of a tar as its headers tell it. */
export interface TarHeader {
  readonly name: string
  /** As POSIX numbers them: `0` a file, `1` a hard link, `2` a symbolic link, `5` a folder. */
  readonly type: string
  readonly mode: number
  readonly uid: number
  readonly gid: number
  /** In seconds. */
  readonly mtime: number
  readonly bytes: number
  readonly owner: string
}

/** What of a tar is still to come. */
interface State {
  /** Bytes of an entry's content and its padding. */
  toSkip: number
  /** Of the header or the record that has begun. */
  gathered: Uint8Array[]
  missing: number
  /** The bytes of the record that is gathered; null: a header is. */
  record: number | null
  name: string | null
  isEnded: boolean
}

/**
 * Reads a tar's headers as its pieces pass; `onEntry` gets each one. `end` says whether the tar was whole: null, or what is wrong with it.
 * Of PAX records the name alone is understood.
 */
export function readTarHeaders(onEntry: (header: TarHeader) => void): {
  readonly take: (piece: Uint8Array) => void
  readonly end: () => string | null
} {
  let wrong: string | null = null
  const state: State = { toSkip: 0, gathered: [], missing: BLOCK, record: null, name: null, isEnded: false }
  const take = (piece: Uint8Array) => {
    for (let at = 0; at < piece.length && wrong === null; ) {
      const skipped = Math.min(state.toSkip, piece.length - at)
      state.toSkip -= skipped
      at += skipped
      const part = piece.subarray(at, at + state.missing)
      if (part.length === 0) return
      at += part.length
      state.missing -= part.length
      state.gathered.push(part)
      if (state.missing > 0) return
      const block = state.gathered.length === 1 ? asBuffer(part) : Buffer.concat(state.gathered)
      state.gathered = []
      state.missing = BLOCK
      if (state.record === null) wrong = readHeader(block, state, onEntry)
      else {
        state.name = nameIn(block.subarray(0, state.record)) ?? state.name
        state.record = null
      }
    }
  }
  const end = () => wrong ?? (state.isEnded && state.gathered.length === 0 ? null : 'it ends too early')
  return { take, end }
}

function readHeader(block: Buffer, state: State, onEntry: (header: TarHeader) => void): string | null {
  if (block.equals(END)) {
    state.isEnded = true
    return null
  }
  if (state.isEnded) return 'it has something behind its end'
  const text = (from: number, length: number) => block.toString('utf8', from, from + length).replace(/\0.*$/s, '')
  const number = (from: number, length: number) => Number.parseInt(text(from, length).trim() || '0', 8)
  if (number(148, 8) !== checksumOf(block)) return 'it has a header with a wrong checksum'
  const bytes = ((block[124] ?? 0) & 0x80) === 0 ? number(124, 12) : Number(block.readBigUInt64BE(128))
  const type = text(156, 1) || '0'
  if (type === 'x') {
    state.record = bytes
    state.missing = Math.ceil(bytes / BLOCK) * BLOCK
    return null
  }
  const prefix = text(345, 155)
  const name = state.name ?? (prefix === '' ? text(0, 100) : `${prefix}/${text(0, 100)}`)
  state.name = null
  state.toSkip = Math.ceil(bytes / BLOCK) * BLOCK
  const owner = text(265, 32) + text(297, 32)
  onEntry({
    name,
    type,
    mode: number(100, 8),
    uid: number(108, 8),
    gid: number(116, 8),
    mtime: number(136, 12),
    bytes,
    owner,
  })
  return null
}

/** Of all bytes, with spaces for the checksum's own. */
function checksumOf(block: Buffer): number {
  let sum = 8 * 0x20
  for (let place = 0; place < BLOCK; place++) if (place < 148 || place >= 156) sum += block[place] ?? 0
  return sum
}

/** The name in PAX records, each of which is `<its length in bytes> <key>=<value>\n`. */
function nameIn(records: Buffer): string | null {
  for (let at = 0; at < records.length; ) {
    const [head = '', length] = /^(\d+) /.exec(records.toString('latin1', at, at + 16)) ?? []
    const end = at + Number(length)
    if (!(end > at + head.length)) return null
    const record = records.toString('utf8', at + head.length, end - 1)
    if (record.startsWith('path=')) return record.slice('path='.length)
    at = end
  }
  return null
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
