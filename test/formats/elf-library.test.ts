import * as assert from 'uvu/assert'
import { type ElfLibrary, readLibrary } from '../../src/formats/elf-library.ts'
import { elfFile } from '../elf-files.ts'
import { describe } from '../helpers.ts'

const WHOLE = elfFile({
  needed: ['libm.so.6', 'libfoo.so.1'],
  soname: 'libbar.so.2',
  rpath: '$ORIGIN/../bar.libs:$ORIGIN',
  versions: { 'libm.so.6': ['GLIBC_2.27'], 'libc.so.6': ['GLIBC_2.2.5', 'GLIBC_2.34'] },
  strings: ['PyInit_core', 'notPyInit_other'],
})

function patched(at: number, ...bytes: readonly number[]): Buffer {
  const copy = Buffer.from(WHOLE)
  copy.set(bytes, at)
  return copy
}

const OTHERS: [title: string, bytes: Buffer, expected: string][] = [
  ['Mach-O', Buffer.concat([Buffer.from('cffaedfe0c000001', 'hex'), Buffer.alloc(80)]), 'a macOS (Mach-O) file'],
  [
    'universal Mach-O',
    Buffer.concat([Buffer.from('cafebabe00000002', 'hex'), Buffer.alloc(80)]),
    'a macOS (universal Mach-O) file',
  ],
  ['PE', Buffer.concat([Buffer.from('MZ'), Buffer.alloc(80)]), 'a Windows (PE) file'],
  ['ar', Buffer.from(`!<arch>\n${' '.repeat(80)}`), 'a static library (ar archive)'],
  ['LLVM bitcode', Buffer.concat([Buffer.from('4243c0de', 'hex'), Buffer.alloc(80)]), 'LLVM bitcode'],
  [
    'a Git LFS pointer',
    Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n'),
    'a Git LFS pointer instead of the file',
  ],
  [
    'a linker script',
    Buffer.from('/* GNU ld script */\nGROUP ( /lib64/libc.so.6 AS_NEEDED ( x ) )\n'),
    'a linker script',
  ],
  ['text', Buffer.from('hello\n'), 'text'],
  ['nothing', Buffer.alloc(0), 'empty'],
]

const REFUSED: [title: string, bytes: Buffer, words: RegExp][] = [
  ['cut in the header', WHOLE.subarray(0, 40), /^file too short$/],
  ['cut in the program headers', WHOLE.subarray(0, 100), /^cannot read file data$/],
  ['cut in a segment', WHOLE.subarray(0, -1), /^file too short$/],
  ['an object file', patched(16, 1), /^only ET_DYN and ET_EXEC can be loaded$/],
  ['for another system', patched(7, 9), /^ELF file OS ABI invalid$/],
  ['program headers of another size', patched(54, 32), /phentsize/],
  ['without a dynamic segment', patched(64 + 56, 0), /^object file has no dynamic section$/],
]

describe('formats/elf-library', it => {
  it('reads what the loader reads', () => {
    const { header, ...facts } = readLibrary(WHOLE, WHOLE.length) as ElfLibrary
    assert.is(header.machine, 62)
    assert.equal(facts, {
      kind: 'elf',
      interpreter: null,
      needed: ['libm.so.6', 'libfoo.so.1'],
      soname: 'libbar.so.2',
      rpath: ['$ORIGIN/../bar.libs', '$ORIGIN'],
      runpath: [],
      versionNeeds: [
        { library: 'libm.so.6', version: 'GLIBC_2.27', isWeak: false },
        { library: 'libc.so.6', version: 'GLIBC_2.2.5', isWeak: false },
        { library: 'libc.so.6', version: 'GLIBC_2.34', isWeak: false },
      ],
      isMusl: false,
      pythonModules: ['core', 'other'],
    })
  })

  it('asks for more of a file where its head is not enough', () => {
    const first = readLibrary(WHOLE.subarray(0, 16), WHOLE.length)
    assert.equal(first, { kind: 'partial', bytes: 64 })
    assert.equal(readLibrary(WHOLE.subarray(0, 64), WHOLE.length), { kind: 'partial', bytes: 64 + 2 * 56 })
    assert.equal(readLibrary(WHOLE.subarray(0, 200), WHOLE.length + 9), { kind: 'partial', bytes: WHOLE.length })
  })

  for (const name of ['libc.musl-x86_64.so.1', 'libc.so']) {
    it(`knows musl by ${name}`, () => {
      const bytes = elfFile({ needed: [name] })
      assert.ok((readLibrary(bytes, bytes.length) as ElfLibrary).isMusl)
    })
  }

  for (const [title, at, value, expected] of [
    ['32 bits', 4, 1, { bits: 32, order: 'little' }],
    ['big-endian', 5, 2, { bits: 64, order: 'big' }],
  ] as const) {
    it(`recognises ${title}`, () => {
      const { header } = readLibrary(patched(at, value), WHOLE.length) as ElfLibrary
      assert.equal({ bits: header.bits, order: header.order }, expected)
    })
  }

  for (const [title, bytes, expected] of OTHERS) {
    it(`recognises ${title}`, () => {
      const found = readLibrary(bytes, bytes.length)
      assert.is(found.kind === 'foreign' ? found.format : found.kind, expected)
    })
  }

  for (const [title, bytes, words] of REFUSED) {
    it(`refuses a file ${title} in the words of the loader`, () => {
      const found = readLibrary(bytes, bytes.length)
      assert.match(found.kind === 'damaged' ? found.words : found.kind, words)
    })
  }

  it('ends on made-up bytes, whatever they say', () => {
    let seed = 20261123
    const random = (below: number) => {
      seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff
      return (seed >>> 8) % below
    }
    for (let round = 0; round < 6000; round++) {
      const copy = Buffer.from(WHOLE)
      for (let change = random(6); change >= 0; change--)
        copy[random(copy.length)] = random(4) === 0 ? 255 : random(256)
      const bytes = copy.subarray(0, random(3) === 0 ? random(copy.length) : copy.length)
      const found = readLibrary(bytes.subarray(0, random(2) === 0 ? 64 : bytes.length), bytes.length)
      if (found.kind === 'partial') assert.ok(found.bytes > 0 && found.bytes <= bytes.length)
    }
  })
})
