// https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html#tag_20_92_13_06
const BLOCK = 512
const FILE_TYPES = ['0', '\0']

/** The texts of a tar's files that are wanted by name. Names of more than 255 bytes are not seen. */
export function readTarTexts(tar: Uint8Array, isWanted: (name: string) => boolean): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  const buffer = Buffer.from(tar.buffer, tar.byteOffset, tar.byteLength)
  for (let at = 0; at + BLOCK <= buffer.length && buffer[at] !== 0; ) {
    const field = (from: number, to: number) => buffer.toString('latin1', at + from, at + to).replace(/\0.*$/s, '')
    const prefix = field(257, 262) === 'ustar' ? field(345, 500) : ''
    const name = `${prefix === '' ? '' : `${prefix}/`}${field(0, 100)}`
    const bytes = Number.parseInt(field(124, 136).trim() || '0', 8)
    if (!Number.isSafeInteger(bytes)) return found
    const type = buffer.toString('latin1', at + 156, at + 157)
    if (FILE_TYPES.includes(type) && isWanted(name))
      found.set(name, buffer.toString('utf8', at + BLOCK, at + BLOCK + bytes))
    at += BLOCK + Math.ceil(bytes / BLOCK) * BLOCK
  }
  return found
}
