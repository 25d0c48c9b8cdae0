const ELF_MAGIC = '\x7fELF'
const TYPE_EXECUTABLE = 2
const TYPE_SHARED = 3
const SEGMENT_INTERPRETER = 3
const HEADER_BYTES = 64
const SEGMENT_BYTES = 56

/** How much of a file `isElfProgram` wants to see, in bytes. */
export const ELF_HEAD_BYTES = 4096

/** The head of an ELF file, of any class and byte order. https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html */
export interface ElfHeader {
  readonly bits: 32 | 64
  readonly order: 'little' | 'big'
  readonly osAbi: number
  /** 1 object file, 2 program, 3 shared library or position-independent program, 4 core dump. */
  readonly type: number
  readonly machine: number
  /** Where the program headers are, of how many bytes each, and how many. Read of 64-bit little-endian files alone, else 0. */
  readonly segments: { readonly offset: number; readonly bytes: number; readonly count: number }
}

/** A program header: bytes of the file, and the address where they are mapped. */
export interface ElfSegment {
  readonly type: number
  readonly offset: number
  readonly address: number
  readonly fileBytes: number
}

/** Reads the head of an ELF file; null if the bytes are none, or fewer than a header. */
export function readElfHeader(bytes: Uint8Array): ElfHeader | null {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view.length < HEADER_BYTES || view.toString('latin1', 0, 4) !== ELF_MAGIC) return null
  const bits = view[4] === 2 ? 64 : 32
  const order = view[5] === 2 ? 'big' : 'little'
  const short = (at: number) => (order === 'big' ? view.readUInt16BE(at) : view.readUInt16LE(at))
  const isRead = bits === 64 && order === 'little'
  return {
    bits,
    order,
    osAbi: view.readUInt8(7),
    type: short(16),
    machine: short(18),
    segments: isRead
      ? { offset: Number(view.readBigUInt64LE(32)), bytes: short(54), count: short(56) }
      : { offset: 0, bytes: 0, count: 0 },
  }
}

/** The program headers that the bytes hold; fewer than `count` if they lie beyond the end. */
export function readElfSegments({ segments }: ElfHeader, bytes: Uint8Array): readonly ElfSegment[] {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const found: ElfSegment[] = []
  if (segments.bytes !== SEGMENT_BYTES) return found
  for (let index = 0; index < segments.count; index++) {
    const at = segments.offset + index * SEGMENT_BYTES
    if (at + SEGMENT_BYTES > view.length) break
    found.push({
      type: view.readUInt32LE(at),
      offset: Number(view.readBigUInt64LE(at + 8)),
      address: Number(view.readBigUInt64LE(at + 16)),
      fileBytes: Number(view.readBigUInt64LE(at + 32)),
    })
  }
  return found
}

/** True if the head of a file is that of a program: an ET_EXEC, or an ET_DYN that asks for an interpreter, unlike a library. */
export function isElfProgram(head: Uint8Array): boolean {
  const header = readElfHeader(head)
  if (header === null || header.bits !== 64 || header.order !== 'little') return false
  if (header.type === TYPE_EXECUTABLE) return true
  return header.type === TYPE_SHARED && readElfSegments(header, head).some(({ type }) => type === SEGMENT_INTERPRETER)
}
