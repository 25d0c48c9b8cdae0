import { readContent } from '../../formats/content.ts'
import { readMemberHead } from '../../formats/zip-directory.ts'
import type { FileEntry, KeptPath } from '../../model.ts'
import type { Disk } from '../../system/system.ts'
import type { LaidOutDistribution } from './types.ts'

/**
 * Distributions that compile or parse C, C++, CUDA or Cython sources while they run, so that theirs stay,
 * and those of the packages that require them. A name that ends in `-` stands for all that begin so.
 */
const COMPILE_AT_RUN_TIME = [
  'aesara',
  'apache-tvm',
  'cffi',
  'cppyy',
  'cppyy-',
  'cpycppyy',
  'cupy',
  'cupy-',
  'cython',
  'keopscore',
  'libclang',
  'nanobind',
  'numba',
  'numba-cuda',
  'nvidia-',
  'pybind11',
  'pycuda',
  'pyopencl',
  'pytensor',
  'pythran',
  'pytorch-triton',
  'pytorch-triton-',
  'theano',
  'torch',
  'triton',
  'triton-',
  'warp-lang',
  'ziglang',
]

/** Those among them that compile extension modules, for which numpy's headers are. */
const COMPILE_AGAINST_NUMPY = ['aesara', 'cython', 'nanobind', 'pybind11', 'pytensor', 'pythran', 'theano', 'torch']

/** Distributions that read stubs while they run: they analyse Python source. */
const READ_STUBS = ['basedpyright', 'jedi', 'mypy', 'pyre-check', 'pyright', 'pytype', 'typeshed-client']

/** Distributions that load .NET assemblies, which are .dll files on Linux, too. */
const LOAD_ASSEMBLIES = ['clr-loader', 'dotnetcore2', 'pythonnet']

const SOURCES = ['c', 'cc', 'cpp', 'cxx', 'h', 'hh', 'hpp', 'hxx']
const CYTHON = ['pxd', 'pxi', 'pyx']
const STATIC_LIBRARIES = ['a', 'lib', 'o', 'obj']
const FOREIGN_BINARIES = ['dll', 'dylib', 'exe', 'pyd']

/** How the files begin that a linker reads: ar archives, ELF, COFF for x64, arm64 and x86, Mach-O. */
const LINKER_MAGICS = [
  '213c617263683e0a',
  '213c7468696e3e0a',
  '7f454c46',
  '6486',
  '64aa',
  '4c01',
  'cffaedfe',
  'cafebabe',
]

/** How programs and libraries of Windows and macOS begin. */
const FOREIGN_MAGICS = ['4d5a', 'cffaedfe', 'cefaedfe', 'feedface', 'feedfacf', 'cafebabe']

/** The files that no import on Linux can reach, and the rule that each falls under. Why others stay goes to `kept`. */
export async function findUnreachable(
  distributions: readonly LaidOutDistribution[],
  disk: Disk,
  kept: KeptPath[] = [],
): Promise<ReadonlyMap<FileEntry, string>> {
  const names = distributions.map(({ name }) => name)
  const loader = names.find(name => LOAD_ASSEMBLIES.includes(name))
  const found = new Map<FileEntry, string>()
  for (const distribution of distributions) {
    const keeps: Keeps = {
      sources: keepsSources(distribution, names),
      stubs: await keepsStubs(distribution, disk),
      assemblies: loader === undefined ? null : `${loader} loads .NET assemblies`,
    }
    for (const file of distribution.files) {
      const judgement = await judge(file, distribution.distInfo, keeps, disk)
      if (judgement === null) continue
      if (judgement.reason === null) found.set(file, judgement.rule)
      else kept.push({ path: file.path, reason: `${judgement.reason}, so that ${judgement.rule} stay` })
    }
  }
  return found
}

/** Why a distribution keeps what other ones don't; null: it doesn't. */
interface Keeps {
  readonly sources: string | null
  readonly stubs: string | null
  readonly assemblies: string | null
}

interface Judgement {
  readonly rule: string
  /** Why the file stays all the same; null: it doesn't. */
  readonly reason: string | null
}

async function judge(file: FileEntry, distInfo: string, keeps: Keeps, disk: Disk): Promise<Judgement | null> {
  if (file.path.startsWith(`${distInfo}/`)) {
    return file.path.startsWith(`${distInfo}/sboms/`) ? { rule: 'software bills of materials', reason: null } : null
  }
  const extension = extensionOf(file.path)
  if (extension === 'pyi') return { rule: 'type stubs', reason: keeps.stubs }
  if (CYTHON.includes(extension)) return { rule: 'Cython sources', reason: keeps.sources }
  if (SOURCES.includes(extension)) return { rule: 'C and C++ sources', reason: keeps.sources }
  // The same extensions stand for 3D models, circuit libraries and other data, so the content decides.
  if (STATIC_LIBRARIES.includes(extension)) {
    const isMeant = keeps.sources !== null || (await beginsWith(file, LINKER_MAGICS, disk))
    return isMeant ? { rule: 'static libraries', reason: keeps.sources } : null
  }
  if (FOREIGN_BINARIES.includes(extension)) {
    const reason = extension === 'dll' ? keeps.assemblies : null
    const isMeant = reason !== null || (await beginsWith(file, FOREIGN_MAGICS, disk))
    return isMeant ? { rule: 'binaries of other systems', reason } : null
  }
  return null
}

function keepsSources({ name: own, requires }: LaidOutDistribution, names: readonly string[]): string | null {
  const compiles = (name: string | undefined) => (name === undefined ? null : `${name} compiles sources while it runs`)
  if (isListed(own, COMPILE_AT_RUN_TIME)) return compiles(own)
  if (own === 'numpy') return compiles(names.find(name => isListed(name, COMPILE_AGAINST_NUMPY)))
  const compiler = requires.find(({ name }) => names.includes(name) && isListed(name, COMPILE_AT_RUN_TIME))
  return compiles(compiler?.name)
}

function isListed(name: string, list: readonly string[]): boolean {
  return list.some(listed => (listed.endsWith('-') ? name.startsWith(listed) : name === listed))
}

/** lazy_loader's `attach_stub` reads the stub beside the module to know what it may import. */
async function keepsStubs(distribution: LaidOutDistribution, disk: Disk): Promise<string | null> {
  if (READ_STUBS.includes(distribution.name)) return `${distribution.name} reads stubs while it runs`
  const stubs = new Set<string>(distribution.files.map(({ path }) => path).filter(path => path.endsWith('.pyi')))
  for (const file of distribution.files) {
    if (!file.path.endsWith('.py') || !stubs.has(`${file.path}i`)) continue
    const content = await readContent(file.content, disk)
    if (!Buffer.from(content.buffer, content.byteOffset, content.byteLength).includes('attach_stub')) continue
    return `${file.path} reads its stub while it runs`
  }
  return null
}

async function beginsWith(file: FileEntry, magics: readonly string[], disk: Disk): Promise<boolean> {
  const head = Buffer.from(await readHead(file, disk)).toString('hex')
  return magics.some(magic => head.startsWith(magic))
}

function readHead({ content }: FileEntry, disk: Disk): Promise<Uint8Array> {
  const length = 8
  if (content.kind === 'member') return readMemberHead(content.archive, content.member, length, disk)
  return content.kind === 'disk'
    ? disk.readRange(content.path, 0, length)
    : Promise.resolve(content.bytes.subarray(0, length))
}

function extensionOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const dot = name.lastIndexOf('.')
  return dot > 0 ? name.slice(dot + 1) : ''
}
