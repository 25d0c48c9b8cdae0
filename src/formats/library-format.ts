const MAGICS: readonly (readonly [hex: string, format: string])[] = [
  ['feedface', 'a macOS (Mach-O) file'],
  ['feedfacf', 'a macOS (Mach-O) file'],
  ['cefaedfe', 'a macOS (Mach-O) file'],
  ['cffaedfe', 'a macOS (Mach-O) file'],
  ['cafebabe', 'a macOS (universal Mach-O) file'],
  ['cafebabf', 'a macOS (universal Mach-O) file'],
  ['bebafeca', 'a macOS (universal Mach-O) file'],
  ['4d5a', 'a Windows (PE) file'],
  ['213c617263683e0a', 'a static library (ar archive)'],
  ['4243c0de', 'LLVM bitcode'],
  ['dec0170b', 'LLVM bitcode'],
  ['0061736d', 'WebAssembly'],
  ['504b0304', 'a zip archive'],
  ['1f8b', 'a gzip file'],
]

const LINKER_SCRIPT = /^(?:\s|\/\*(?:[^*]|\*(?!\/))*\*\/)*(?:GROUP|INPUT|OUTPUT_FORMAT)\s*\(/

/** How much of a file tells its format, in bytes. */
const TELLING_BYTES = 512

/** What stands in the place of a native library, in words for a sentence. */
export function describeFormat(bytes: Uint8Array): string {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, TELLING_BYTES))
  if (head.length === 0) return 'empty'
  const hex = head.toString('hex')
  const known = MAGICS.find(([magic]) => hex.startsWith(magic))
  if (known !== undefined) return known[1]
  const text = head.toString('latin1')
  if (text.startsWith('version https://git-lfs.github.com/spec/')) return 'a Git LFS pointer instead of the file'
  if (LINKER_SCRIPT.test(text)) return 'a linker script'
  const isText = !head.some(byte => byte < 9 || (byte > 13 && byte < 32))
  return isText ? 'text' : 'of an unknown format'
}
