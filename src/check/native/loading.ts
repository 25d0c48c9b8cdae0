import { posix } from 'node:path'
import type { BaseSystem } from '../../aws/base-libraries.ts'
import type { ElfLibrary } from '../../formats/elf-library.ts'
import type { FileSet } from '../../model.ts'
import type { NativeFile } from './files.ts'

/** What the dynamic loader finds, and does not find, when it loads a file of the artifact. */
export interface Loading {
  /** The file itself and what of the artifact it brings along. */
  readonly loaded: readonly NativeFile[]
  readonly missing: readonly { readonly library: string; readonly neededBy: NativeFile }[]
  /** Libraries of the artifact in folders where the loader does not look. */
  readonly elsewhere: readonly { readonly library: string; readonly neededBy: NativeFile; readonly at: NativeFile }[]
}

/** The compiled files of an artifact as the loader sees them. */
export interface Libraries {
  readonly byPath: ReadonlyMap<string, NativeFile>
  /** By file name, and by the name that the file gives itself. */
  readonly byName: ReadonlyMap<string, NativeFile>
  /** All file names of the artifact: a library may have any. */
  readonly names: ReadonlySet<string>
  readonly base: BaseSystem
}

/** Of graphics drivers, which no Lambda has; code that is for them looks whether they are there. */
const GRAPHICS =
  /^lib(?:cuda|cudart|cudnn\w*|cublas\w*|cufft\w*|curand|cusolver\w*|cusparse\w*|cufile\w*|nv\w+|nvidia-\w+|nccl|hip\w*|amdhip64|roc\w+|rocm\w*|miopen|OpenCL|ze_loader|sycl)\.so(?:\.|$)/i

/** Of LD_LIBRARY_PATH, what is in the artifact. https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html */
const LIBRARY_PATH = ['.', 'lib']

/** Where an artifact is unpacked. */
const TASK_ROOT = '/var/task'

interface Wanted {
  readonly file: NativeFile
  /** DT_RPATH of those that led here, as folders. */
  readonly inherited: readonly string[]
}

/** Follows DT_NEEDED breadth first, as the loader does. https://man7.org/linux/man-pages/man8/ld.so.8.html */
export function followLoading(first: NativeFile, libraries: Libraries): Loading {
  const loaded = new Set<NativeFile>([first])
  const names = new Set<string>(namesOf(first))
  const missing: Loading['missing'][number][] = []
  const elsewhere: Loading['elsewhere'][number][] = []
  const queue: Wanted[] = [{ file: first, inherited: [] }]
  for (const { file, inherited } of queue) {
    const { facts } = file
    if (facts.kind !== 'elf') continue
    const rpath = foldersOf(facts.runpath.length > 0 ? [] : facts.rpath, file)
    const chain = facts.runpath.length > 0 ? [] : [...rpath, ...inherited]
    const searched = [...chain, ...LIBRARY_PATH, ...foldersOf(facts.runpath, file)]
    for (const library of facts.needed) {
      if (names.has(library)) continue
      names.add(library)
      const found = findIn(library, searched, libraries)
      if (found === null && isElsewhere(library, libraries)) continue
      const at = found ?? libraries.byName.get(posix.basename(library)) ?? null
      if (at === null) missing.push({ library, neededBy: file })
      else if (found === null) elsewhere.push({ library, neededBy: file, at })
      if (at === null || loaded.has(at)) continue
      loaded.add(at)
      for (const name of namesOf(at)) names.add(name)
      queue.push({ file: at, inherited: [...rpath, ...inherited] })
    }
  }
  return { loaded: [...loaded], missing, elsewhere }
}

/** The index of an artifact's compiled files. */
export function indexLibraries(files: readonly NativeFile[], fileSet: FileSet, base: BaseSystem): Libraries {
  const byName = new Map<string, NativeFile>()
  // A file's own name says less than its path, and the first of several is as good as another.
  for (const file of files) for (const name of namesOf(file)) if (!byName.has(name)) byName.set(name, file)
  const names = new Set(fileSet.files.map(({ path }) => posix.basename(path)))
  return { byPath: new Map(files.map(file => [file.file.path, file])), byName, names, base }
}

function namesOf({ name, facts }: NativeFile): readonly string[] {
  return facts.kind === 'elf' && facts.soname !== null ? [name, facts.soname] : [name]
}

function isElsewhere(library: string, { base, names, byName }: Libraries): boolean {
  if (byName.has(posix.basename(library))) return base.mayHave(library)
  return base.mayHave(library) || GRAPHICS.test(library) || names.has(posix.basename(library))
}

function findIn(library: string, folders: readonly string[], { byPath }: Libraries): NativeFile | null {
  const paths = library.includes('/') ? [fromTaskRoot(library)] : folders.map(folder => posix.join(folder, library))
  for (const path of paths) {
    const file = path === null ? undefined : byPath.get(path)
    if (file !== undefined) return file
  }
  return null
}

/** The folders of DT_RPATH or DT_RUNPATH that are in the artifact. */
function foldersOf(paths: ElfLibrary['rpath'], { file }: NativeFile): readonly string[] {
  const origin = posix.join(TASK_ROOT, posix.dirname(file.path))
  return paths.flatMap(path => {
    const folder = fromTaskRoot(path.replace(/\$(?:ORIGIN|\{ORIGIN\})/g, origin).replace(/\$(?:LIB|\{LIB\})/g, 'lib64'))
    return folder === null ? [] : [folder]
  })
}

function fromTaskRoot(path: string): string | null {
  const relative = posix.relative(TASK_ROOT, posix.resolve(TASK_ROOT, path))
  return relative.startsWith('..') ? null : relative || '.'
}
