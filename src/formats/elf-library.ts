import { type ElfHeader, type ElfSegment, readElfHeader, readElfSegments } from './elf.ts'
import { describeFormat } from './library-format.ts'

/** A version of another library that a library was linked with, such as GLIBC_2.34 of libc.so.6. */
export interface VersionNeed {
  readonly library: string
  readonly version: string
  /** The loader only warns where a weak one is missing. */
  readonly isWeak: boolean
}

/** What the dynamic loader reads of an ELF file. Empty of files that are not 64-bit little-endian. */
export interface ElfLibrary {
  readonly kind: 'elf'
  readonly header: ElfHeader
  /** The loader that a program asks for, or null. */
  readonly interpreter: string | null
  /** DT_NEEDED */
  readonly needed: readonly string[]
  readonly soname: string | null
  /** DT_RPATH and DT_RUNPATH, split at colons. */
  readonly rpath: readonly string[]
  readonly runpath: readonly string[]
  readonly versionNeeds: readonly VersionNeed[]
  /** Built against musl, or Android's C library, instead of glibc. */
  readonly isMusl: boolean
  /** The Python modules that it holds, by its PyInit_ functions. */
  readonly pythonModules: readonly string[]
}

export type LibraryFile =
  | ElfLibrary
  /** The first `bytes` of the file must be seen to tell more. */
  | { readonly kind: 'partial'; readonly bytes: number }
  /** An ELF file that the loader refuses, in its words. */
  | { readonly kind: 'damaged'; readonly words: string }
  /** No ELF file: what it is, and the loader's words. */
  | { readonly kind: 'foreign'; readonly format: string; readonly words: string }

const HEADER_BYTES = 64
const SEGMENT_BYTES = 56
const LOAD = 1
const DYNAMIC = 2
const INTERPRETER = 3
const TYPE_PROGRAM = 2
const TYPE_SHARED = 3
/** System V and GNU. */
const LINUX_ABIS = [0, 3]

// https://refspecs.linuxfoundation.org/elf/gabi4+/ch5.dynamic.html
const TAG_NEEDED = 1
const TAG_STRINGS = 5
const TAG_STRING_BYTES = 10
const TAG_SONAME = 14
const TAG_RPATH = 15
const TAG_RUNPATH = 29
const TAG_VERNEED = 0x6ffffffe
const TAG_VERNEED_COUNT = 0x6fffffff
const FLAG_WEAK = 2

/** More than any real library has; they bound what a made-up one can cost. */
const MAX_NEEDED = 1000
const MAX_VERSIONS = 5000
const MAX_NAME_BYTES = 4096

/**
 * Reads what the dynamic loader would, from program headers alone, for section headers may be stripped. Never throws.
 * `bytes` is the file's beginning, or all of it; `fileBytes` its whole length.
 */
export function readLibrary(bytes: Uint8Array, fileBytes: number): LibraryFile {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, fileBytes))
  if (view.length < HEADER_BYTES && view.length < fileBytes) return { kind: 'partial', bytes: HEADER_BYTES }
  const header = readElfHeader(view)
  if (header === null) return notElf(view)
  if (header.bits !== 64 || header.order !== 'little') return bare(header)
  const words = refusal(view, header)
  if (words !== null) return { kind: 'damaged', words }
  const end = header.segments.offset + header.segments.count * SEGMENT_BYTES
  if (end > fileBytes) return { kind: 'damaged', words: 'cannot read file data' }
  if (end > view.length) return { kind: 'partial', bytes: end }
  return readLoaded(view, header, fileBytes)
}

function notElf(view: Buffer): LibraryFile {
  if (view.toString('latin1', 0, 4) === '\x7fELF') return { kind: 'damaged', words: 'file too short' }
  const words = view.length < HEADER_BYTES ? 'file too short' : 'invalid ELF header'
  return { kind: 'foreign', format: describeFormat(view), words }
}

/** As glibc's open_verify. https://sourceware.org/git/?p=glibc.git;a=blob;f=elf/dl-load.c */
function refusal(view: Buffer, { type, osAbi, segments }: ElfHeader): string | null {
  if (view[6] !== 1) return 'ELF file version ident does not match current one'
  if (!LINUX_ABIS.includes(osAbi)) return 'ELF file OS ABI invalid'
  if (view.readUInt32LE(20) !== 1) return 'ELF file version does not match current one'
  if (type !== TYPE_SHARED && type !== TYPE_PROGRAM) return 'only ET_DYN and ET_EXEC can be loaded'
  return segments.bytes === SEGMENT_BYTES ? null : "ELF file's phentsize not the expected size"
}

function bare(header: ElfHeader): ElfLibrary {
  const lists = { needed: [], rpath: [], runpath: [], versionNeeds: [], pythonModules: [] }
  return { kind: 'elf', header, interpreter: null, soname: null, isMusl: false, ...lists }
}

function readLoaded(view: Buffer, header: ElfHeader, fileBytes: number): LibraryFile {
  const segments = readElfSegments(header, view)
  const read = segments.filter(({ type }) => type === LOAD || type === DYNAMIC || type === INTERPRETER)
  const end = Math.max(0, ...read.map(({ offset, fileBytes: bytes }) => (bytes === 0 ? 0 : offset + bytes)))
  if (end > fileBytes) return { kind: 'damaged', words: 'file too short' }
  const dynamic = segments.find(({ type }) => type === DYNAMIC)
  if (dynamic === undefined && header.type === TYPE_SHARED) {
    return { kind: 'damaged', words: 'object file has no dynamic section' }
  }
  if (!segments.some(({ type }) => type === LOAD)) {
    return { kind: 'damaged', words: 'object file has no loadable segments' }
  }
  // What the dynamic segment points to may be anywhere in what is loaded: patchelf moves it to the end.
  if (end > view.length) return { kind: 'partial', bytes: end }
  return readDynamic(view, header, segments)
}

function readDynamic(view: Buffer, header: ElfHeader, segments: readonly ElfSegment[]): ElfLibrary {
  const interpreted = segments.find(({ type }) => type === INTERPRETER)
  const interpreter = interpreted === undefined ? null : stringAt(view, interpreted.offset)
  const { tags, needed: offsets } = readTags(view, segments)
  const start = fileOffset(segments, tags.get(TAG_STRINGS) ?? -1) ?? view.length
  const strings = view.subarray(start, start + (tags.get(TAG_STRING_BYTES) ?? 0))
  const named = (tag: number): string | null => {
    const at = tags.get(tag)
    return at === undefined ? null : stringAt(strings, at)
  }
  const paths = (tag: number) => (named(tag) ?? '').split(':').filter(path => path !== '')
  const needed = offsets.map(at => stringAt(strings, at)).filter(name => name !== '')
  return {
    kind: 'elf',
    header,
    interpreter,
    needed,
    soname: named(TAG_SONAME),
    rpath: paths(TAG_RPATH),
    runpath: paths(TAG_RUNPATH),
    versionNeeds: readVersionNeeds(view, segments, tags, strings),
    isMusl: [...needed, interpreter ?? ''].some(isMuslName),
    pythonModules: readPythonModules(strings),
  }
}

/** `libc.musl-x86_64.so.1` of Alpine, or a plain `libc.so`; glibc's is `libc.so.6`. */
function isMuslName(name: string): boolean {
  return name === 'libc.so' || /^libc\.musl-/.test(name) || /(?:^|\/)ld-musl-/.test(name)
}

interface DynamicTags {
  /** The last value of each tag that stands once. */
  readonly tags: ReadonlyMap<number, number>
  readonly needed: readonly number[]
}

function readTags(view: Buffer, segments: readonly ElfSegment[]): DynamicTags {
  const tags = new Map<number, number>()
  const needed: number[] = []
  const dynamic = segments.find(({ type }) => type === DYNAMIC)
  const end = dynamic === undefined ? 0 : Math.min(dynamic.offset + dynamic.fileBytes, view.length)
  for (let at = dynamic?.offset ?? 0; at + 16 <= end; at += 16) {
    const tag = Number(view.readBigUInt64LE(at))
    if (tag === 0) break
    const value = Number(view.readBigUInt64LE(at + 8))
    if (tag !== TAG_NEEDED) {
      if (tags.size < MAX_NEEDED || tags.has(tag)) tags.set(tag, value)
    } else if (needed.length < MAX_NEEDED) needed.push(value)
  }
  return { tags, needed }
}

/** Where an address of memory is in the file. */
function fileOffset(segments: readonly ElfSegment[], address: number): number | null {
  const segment = segments.find(
    ({ type, address: start, fileBytes }) => type === LOAD && address >= start && address < start + fileBytes,
  )
  return segment === undefined ? null : segment.offset + address - segment.address
}

function stringAt(strings: Buffer, at: number): string {
  if (at < 0 || at >= strings.length) return ''
  const end = strings.subarray(at, at + MAX_NAME_BYTES).indexOf(0)
  return strings.toString('latin1', at, end === -1 ? Math.min(at + MAX_NAME_BYTES, strings.length) : at + end)
}

/** https://refspecs.linuxfoundation.org/LSB_5.0.0/LSB-Core-generic/LSB-Core-generic/symversion.html */
function readVersionNeeds(
  view: Buffer,
  segments: readonly ElfSegment[],
  tags: ReadonlyMap<number, number>,
  strings: Buffer,
): readonly VersionNeed[] {
  const needs: VersionNeed[] = []
  let at = fileOffset(segments, tags.get(TAG_VERNEED) ?? -1)
  const libraries = Math.min(tags.get(TAG_VERNEED_COUNT) ?? 0, MAX_NEEDED)
  for (let index = 0; index < libraries && at !== null && at + 16 <= view.length; index++) {
    const library = stringAt(strings, view.readUInt32LE(at + 4))
    let version = at + view.readUInt32LE(at + 8)
    for (let left = view.readUInt16LE(at + 2); left > 0 && version + 16 <= view.length; left--) {
      const isWeak = (view.readUInt16LE(version + 4) & FLAG_WEAK) !== 0
      needs.push({ library, version: stringAt(strings, view.readUInt32LE(version + 8)), isWeak })
      const step = view.readUInt32LE(version + 12)
      if (step === 0 || needs.length >= MAX_VERSIONS) break
      version += step
    }
    const step = view.readUInt32LE(at + 12)
    at = step === 0 || needs.length >= MAX_VERSIONS ? null : at + step
  }
  return needs
}

const PYTHON_INIT = 'PyInit_'

/** By the names of the functions that Python calls. https://docs.python.org/3/extending/building.html */
function readPythonModules(strings: Buffer): readonly string[] {
  const modules: string[] = []
  for (let at = strings.indexOf(PYTHON_INIT); at !== -1; at = strings.indexOf(PYTHON_INIT, at + 1)) {
    modules.push(stringAt(strings, at + PYTHON_INIT.length))
    if (modules.length >= MAX_NEEDED) break
  }
  return modules
}
