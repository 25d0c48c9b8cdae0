import { finding } from '../../findings.ts'
import type { Finding } from '../../model.ts'
import { compareRanks, type Fault } from './faults.ts'
import type { NativeFile } from './files.ts'

/** Which files are loaded, as far as names tell. */
export interface Reach {
  /** Modules that are imported for sure, if their package is, and what they bring along. */
  readonly brought: ReadonlySet<NativeFile>
  /** Others that code names, or that are imported where it may fail. */
  readonly named: ReadonlySet<NativeFile>
}

/** One finding for all files of a package that have the same fault. */
export function faultFindings(
  faults: ReadonlyMap<NativeFile, Fault>,
  { brought, named }: Reach,
  baseName: string,
): Finding[] {
  const groups = new Map<string, [NativeFile, Fault][]>()
  for (const [file, fault] of faults) {
    const isLoaded = brought.has(file)
    if (!isLoaded && !named.has(file) && file.role !== 'program') continue
    const key = [
      file.group,
      isLoaded,
      fault.kind,
      'found' in fault ? fault.found : '',
      'format' in fault ? fault.format : '',
    ].join('\n')
    groups.set(key, [...(groups.get(key) ?? []), [file, fault]])
  }
  return [...groups.values()].flatMap(group => {
    // The newest version that is asked for stands for all.
    // The newest version that is asked for stands for all, else a module does.
    const weigh = ([file, fault]: [NativeFile, Fault]) =>
      'rank' in fault ? fault.rank : [Number(file.role === 'module')]
    const [first] = [...group].sort((a, b) => compareRanks(weigh(b), weigh(a)))
    if (first === undefined) return []
    const [file, fault] = first
    return [describe(file, fault, whatOf(file, group.length), brought.has(file), baseName)]
  })
}

function describe(native: NativeFile, fault: Fault, what: string, isLoaded: boolean, baseName: string): Finding {
  const { path } = native.file
  const words =
    fault.kind === 'musl' || fault.kind === 'glibc' || fault.kind === 'compiler'
      ? fault.words
      : `/var/task/${path}: ${fault.words}`
  if (!isLoaded)
    return finding(
      'NATIVE_FILE_UNUSABLE',
      path,
      what,
      shortly(fault),
      native.role === 'program' ? programWords(native, fault) : words,
    )
  switch (fault.kind) {
    case 'foreign':
      return finding('ELF_FOREIGN_FORMAT', path, what, fault.format, words)
    case 'damaged':
      return finding('ELF_DAMAGED', path, what, words)
    case 'machine':
      return finding('ELF_WRONG_ARCHITECTURE', path, what, fault.found, words)
    case 'musl':
      return finding('ELF_MUSL', path, what, words)
    case 'glibc':
      return finding('ELF_GLIBC_TOO_NEW', path, what, fault.version, baseName, words)
    case 'compiler':
      return finding('ELF_LIBSTDCXX_TOO_NEW', path, what, fault.version, baseName, words)
  }
}

function shortly(fault: Fault): string {
  switch (fault.kind) {
    case 'foreign':
      return `is ${fault.format}`
    case 'damaged':
      return 'is damaged or cut off'
    case 'machine':
      return `is for ${fault.found}`
    case 'musl':
      return 'is built against musl'
    case 'glibc':
    case 'compiler':
      return `needs ${fault.version}`
  }
}

/** What running a program ends in, by execve. https://man7.org/linux/man-pages/man2/execve.2.html */
function programWords({ file }: NativeFile, fault: Fault): string {
  if (fault.kind === 'glibc' || fault.kind === 'compiler') return fault.words
  const isMissing = fault.kind === 'musl'
  return `/var/task/${file.path}: ${isMissing ? 'No such file or directory' : 'cannot execute binary file: Exec format error'}`
}

/** Names a file, and how many more there are like it. */
export function whatOf({ file }: NativeFile, count: number): string {
  const of = file.owner === null ? '' : ` of ${file.owner}`
  return count === 1
    ? `${file.path}${of}`
    : `${file.path} (and ${count - 1} more compiled ${count === 2 ? 'file' : 'files'}${of})`
}
