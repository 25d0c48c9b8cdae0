import { readContent } from '../../formats/content.ts'
import { readMemberHead } from '../../formats/zip-directory.ts'
import type { FileEntry } from '../../model.ts'
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

/** The files that no import on Linux can reach, and the rule that each falls under. */
export async function findUnreachable(
  distributions: readonly LaidOutDistribution[],
  disk: Disk,
): Promise<ReadonlyMap<FileEntry, string>> {
  const names = distributions.map(({ name }) => name)
  const keepsAssemblies = names.some(name => LOAD_ASSEMBLIES.includes(name))
  const found = new Map<FileEntry, string>()
  for (const distribution of distributions) {
    const keeps: Keeps = {
      sources: keepsSources(distribution, names),
      stubs: await keepsStubs(distribution, disk),
      assemblies: keepsAssemblies,
    }
    for (const file of distribution.files) {
      const rule = await ruleOf(file, distribution.distInfo, keeps, disk)
      if (rule !== null) found.set(file, rule)
    }
  }
  return found
}

interface Keeps {
  readonly sources: boolean
  readonly stubs: boolean
  readonly assemblies: boolean
}

async function ruleOf(file: FileEntry, distInfo: string, keeps: Keeps, disk: Disk): Promise<string | null> {
  if (file.path.startsWith(`${distInfo}/`))
    return file.path.startsWith(`${distInfo}/sboms/`) ? 'software bills of materials' : null
  const extension = extensionOf(file.path)
  if (extension === 'pyi') return keeps.stubs ? null : 'type stubs'
  if (CYTHON.includes(extension)) return keeps.sources ? null : 'Cython sources'
  if (SOURCES.includes(extension)) return keeps.sources ? null : 'C and C++ sources'
  // The same extensions stand for 3D models, circuit libraries and other data, so the content decides.
  if (STATIC_LIBRARIES.includes(extension)) {
    return !keeps.sources && (await beginsWith(file, LINKER_MAGICS, disk)) ? 'static libraries' : null
  }
  if (FOREIGN_BINARIES.includes(extension)) {
    const mayLoad = extension === 'dll' && keeps.assemblies
    return !mayLoad && (await beginsWith(file, FOREIGN_MAGICS, disk)) ? 'binaries of other systems' : null
  }
  return null
}

function keepsSources(distribution: LaidOutDistribution, names: readonly string[]): boolean {
  if (isListed(distribution.name, COMPILE_AT_RUN_TIME)) return true
  if (distribution.name === 'numpy') return names.some(name => isListed(name, COMPILE_AGAINST_NUMPY))
  return distribution.requires.some(({ name }) => names.includes(name) && isListed(name, COMPILE_AT_RUN_TIME))
}

function isListed(name: string, list: readonly string[]): boolean {
  return list.some(listed => (listed.endsWith('-') ? name.startsWith(listed) : name === listed))
}

/** lazy_loader's `attach_stub` reads the stub beside the module to know what it may import. */
async function keepsStubs(distribution: LaidOutDistribution, disk: Disk): Promise<boolean> {
  if (READ_STUBS.includes(distribution.name)) return true
  const stubs = new Set<string>(distribution.files.map(({ path }) => path).filter(path => path.endsWith('.pyi')))
  for (const file of distribution.files) {
    if (!file.path.endsWith('.py') || !stubs.has(`${file.path}i`)) continue
    const content = await readContent(file.content, disk)
    if (Buffer.from(content.buffer, content.byteOffset, content.byteLength).includes('attach_stub')) return true
  }
  return false
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
