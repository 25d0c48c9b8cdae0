const ELF_MAGIC = '\x7fELF'
const TYPE_EXECUTABLE = 2
const TYPE_SHARED = 3
const SEGMENT_INTERPRETER = 3

/** How much of a file `isElfProgram` wants to see, in bytes. */
export const ELF_HEAD_BYTES = 4096

/**
 * True if the head of a file is that of a program: an ET_EXEC, or an ET_DYN that asks for an interpreter, unlike a library.
 * https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html
 */
export function isElfProgram(head: Uint8Array): boolean {
  const view = Buffer.from(head.buffer, head.byteOffset, head.byteLength)
  if (view.length < 64 || view.toString('latin1', 0, 4) !== ELF_MAGIC || view[4] !== 2 || view[5] !== 1) return false
  const type = view.readUInt16LE(16)
  if (type === TYPE_EXECUTABLE) return true
  return type === TYPE_SHARED && segmentTypes(view).includes(SEGMENT_INTERPRETER)
}

function segmentTypes(view: Buffer): number[] {
  const offset = Number(view.readBigUInt64LE(32))
  const size = view.readUInt16LE(54)
  const count = view.readUInt16LE(56)
  const types: number[] = []
  for (let index = 0; index < count; index++) {
    const at = offset + index * size
    if (at + 4 <= view.length) types.push(view.readUInt32LE(at))
  }
  return types
}
