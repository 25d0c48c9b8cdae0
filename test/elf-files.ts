/** What a made-up library asks for. */
export interface ElfRecipe {
  readonly machine?: number
  readonly needed?: readonly string[]
  readonly soname?: string
  readonly rpath?: string
  readonly runpath?: string
  /** Versions by library, such as `{ 'libc.so.6': ['GLIBC_2.34'] }`. */
  readonly versions?: Readonly<Record<string, readonly string[]>>
  readonly interpreter?: string
  /** Other strings of its string table, such as the names of functions. */
  readonly strings?: readonly string[]
}

const HEADER = 64
const SEGMENT = 56

/** A small 64-bit shared library with a dynamic segment and no sections, as a loader sees it. */
export function elfFile(recipe: ElfRecipe = {}): Buffer {
  const strings = stringTable()
  const tags: [number, number][] = (recipe.needed ?? []).map(name => [1, strings.add(name)])
  if (recipe.soname !== undefined) tags.push([14, strings.add(recipe.soname)])
  if (recipe.rpath !== undefined) tags.push([15, strings.add(recipe.rpath)])
  if (recipe.runpath !== undefined) tags.push([29, strings.add(recipe.runpath)])
  for (const text of recipe.strings ?? []) strings.add(text)
  const versions = versionNeeds(recipe.versions ?? {}, strings)
  const interpreter = Buffer.from(recipe.interpreter === undefined ? '' : `${recipe.interpreter}\0`)
  const table = strings.bytes()
  const segments = recipe.interpreter === undefined ? 2 : 3
  const tableAt = HEADER + SEGMENT * segments
  const versionsAt = tableAt + table.length
  const interpreterAt = versionsAt + versions.length
  const dynamicAt = interpreterAt + interpreter.length
  const libraries = Object.keys(recipe.versions ?? {}).length
  tags.push([5, tableAt], [10, table.length])
  if (libraries > 0) tags.push([0x6ffffffe, versionsAt], [0x6fffffff, libraries])
  const dynamic = Buffer.alloc((tags.length + 1) * 16)
  for (const [index, [tag, value]] of tags.entries()) {
    dynamic.writeBigUInt64LE(BigInt(tag), index * 16)
    dynamic.writeBigUInt64LE(BigInt(value), index * 16 + 8)
  }
  const end = dynamicAt + dynamic.length
  const headers = [segment(1, 0, end), segment(2, dynamicAt, dynamic.length)]
  if (segments === 3) headers.push(segment(3, interpreterAt, interpreter.length))
  return Buffer.concat([header(recipe.machine ?? 62, segments), ...headers, table, versions, interpreter, dynamic])
}

function header(machine: number, segments: number): Buffer {
  const head = Buffer.alloc(HEADER)
  head.write('\x7fELF\x02\x01\x01', 'latin1')
  head.writeUInt16LE(3, 16)
  head.writeUInt16LE(machine, 18)
  head.writeUInt32LE(1, 20)
  head.writeBigUInt64LE(BigInt(HEADER), 32)
  head.writeUInt16LE(HEADER, 52)
  head.writeUInt16LE(SEGMENT, 54)
  head.writeUInt16LE(segments, 56)
  return head
}

function segment(type: number, offset: number, bytes: number): Buffer {
  const one = Buffer.alloc(SEGMENT)
  one.writeUInt32LE(type, 0)
  for (const [at, value] of [
    [8, offset],
    [16, offset],
    [24, offset],
    [32, bytes],
    [40, bytes],
    [48, 4096],
  ] as const) {
    one.writeBigUInt64LE(BigInt(value), at)
  }
  return one
}

function versionNeeds(versions: Readonly<Record<string, readonly string[]>>, strings: StringTable): Buffer {
  const libraries = Object.entries(versions)
  return Buffer.concat(
    libraries.map(([library, names], index) => {
      const need = Buffer.alloc(16 + names.length * 16)
      need.writeUInt16LE(1, 0)
      need.writeUInt16LE(names.length, 2)
      need.writeUInt32LE(strings.add(library), 4)
      need.writeUInt32LE(16, 8)
      need.writeUInt32LE(index === libraries.length - 1 ? 0 : need.length, 12)
      for (const [at, name] of names.entries()) {
        need.writeUInt32LE(strings.add(name), 16 + at * 16 + 8)
        need.writeUInt32LE(at === names.length - 1 ? 0 : 16, 16 + at * 16 + 12)
      }
      return need
    }),
  )
}

interface StringTable {
  readonly add: (value: string) => number
  readonly bytes: () => Buffer
}

function stringTable(): StringTable {
  const texts = ['\0']
  const add = (value: string): number => {
    const at = texts.join('').length
    texts.push(`${value}\0`)
    return at
  }
  return { add, bytes: () => Buffer.from(texts.join(''), 'latin1') }
}
