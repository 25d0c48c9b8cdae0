import type { BaseSystem } from '../../aws/base-libraries.ts'
import type { ElfLibrary, VersionNeed } from '../../formats/elf-library.ts'
import type { Architecture } from '../../model.ts'
import type { NativeFile } from './files.ts'

/** Why the loader refuses a file, whatever is around it. */
export type Fault =
  | { readonly kind: 'foreign'; readonly format: string; readonly words: string }
  | { readonly kind: 'damaged'; readonly words: string }
  | { readonly kind: 'machine'; readonly found: string; readonly words: string }
  | { readonly kind: 'musl'; readonly words: string }
  | {
      readonly kind: 'glibc' | 'compiler'
      readonly version: string
      readonly words: string
      readonly rank: readonly number[]
    }

// https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html
const MACHINES: Readonly<Record<number, string>> = {
  3: '32-bit x86',
  8: 'MIPS',
  20: '32-bit PowerPC',
  21: 'ppc64le',
  22: 's390x',
  40: '32-bit ARM',
  62: 'x86_64',
  183: 'arm64',
  243: 'RISC-V',
  258: 'LoongArch',
}

const NO_SUCH_FILE = 'cannot open shared object file: No such file or directory'

/** Versions that say no number. https://sourceware.org/glibc/wiki/Release/2.36 */
const NAMED_VERSIONS: Readonly<Record<string, readonly number[]>> = { GLIBC_ABI_DT_RELR: [2, 36] }

/** What speaks against loading a file on the target, or null. The loader looks in this order. */
export function faultOf({ facts, name }: NativeFile, architecture: Architecture, base: BaseSystem): Fault | null {
  if (facts.kind !== 'elf') {
    return facts.kind === 'foreign' ? facts : { kind: 'damaged', words: facts.words }
  }
  const machine = machineFault(facts, architecture)
  if (machine !== null) return machine
  if (facts.isMusl) return { kind: 'musl', words: muslWords(facts) }
  const tooNew = newest(facts.versionNeeds, base)
  if (tooNew === null) return null
  const words = `/lib64/${tooNew.library}: version \`${tooNew.version}' not found (required by ${name})`
  const kind = tooNew.version.startsWith('GLIBC_') ? 'glibc' : 'compiler'
  return { kind, version: tooNew.version, rank: tooNew.rank, words }
}

function machineFault({ header }: ElfLibrary, architecture: Architecture): Fault | null {
  const found = MACHINES[header.machine] ?? `machine ${header.machine}`
  if (header.bits === 32) return { kind: 'machine', found, words: 'wrong ELF class: ELFCLASS32' }
  if (header.order === 'big') {
    return { kind: 'machine', found: `big-endian ${found}`, words: 'ELF file data encoding not little-endian' }
  }
  return found === architecture ? null : { kind: 'machine', found, words: NO_SUCH_FILE }
}

function muslWords({ needed, interpreter }: ElfLibrary): string {
  const library = needed.find(name => name.startsWith('libc.musl-')) ?? needed.find(name => name === 'libc.so')
  return library === undefined ? `${interpreter}: No such file or directory` : `${library}: ${NO_SUCH_FILE}`
}

interface RankedNeed extends VersionNeed {
  readonly rank: readonly number[]
}

/** The newest version that the base doesn't have; glibc's before the compiler's. */
function newest(needs: readonly VersionNeed[], base: BaseSystem): RankedNeed | null {
  const glibc = [base.glibc.major, base.glibc.minor]
  let found: RankedNeed | null = null
  for (const need of needs) {
    const [, prefix = '', digits = ''] = /^([A-Z]+)_(\d+(?:\.\d+)*)$/.exec(need.version) ?? []
    const rank = NAMED_VERSIONS[need.version] ?? digits.split('.').map(Number)
    const has = prefix === 'GLIBC' || need.version in NAMED_VERSIONS ? glibc : base.newest.get(prefix)
    // A newer C++ runtime may be bundled under a name of its own; the base's are these alone.
    const isOfBase = has === glibc || /^lib(?:stdc\+\+|gcc_s)\.so/.test(need.library)
    if (need.isWeak || has === undefined || !isOfBase || compareRanks(rank, has) <= 0) continue
    const isGlibc = has === glibc
    const wasGlibc = found?.version.startsWith('GLIBC_') ?? false
    if (found === null || (isGlibc && !wasGlibc) || (isGlibc === wasGlibc && compareRanks(rank, found.rank) > 0)) {
      found = { ...need, rank }
    }
  }
  return found
}

/** Compares versions by their numbers. */
export function compareRanks(a: readonly number[], b: readonly number[]): number {
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
