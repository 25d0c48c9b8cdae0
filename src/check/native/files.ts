import { posix } from 'node:path'
import { isElfProgram } from '../../formats/elf.ts'
import { type LibraryFile, readLibrary } from '../../formats/elf-library.ts'
import { describeFormat } from '../../formats/library-format.ts'
import { type Platform, platformWords, wordsFit } from '../../formats/platform-words.ts'
import { extensionOf } from '../../formats/python-extension.ts'
import type { FileEntry } from '../../model.ts'
import { headOf, type Subject } from '../subject.ts'

/** A compiled file of the artifact. */
export interface NativeFile {
  readonly file: FileEntry
  /** Its name without folders. */
  readonly name: string
  /** The package that it is of, else its first folder; '' for the root. */
  readonly group: string
  /** A module is what Python's `import` or Node.js's `require` loads; a library is what a module, or code, loads; a program is run. */
  readonly role: 'module' | 'library' | 'program'
  readonly facts: Exclude<LibraryFile, { readonly kind: 'partial' }>
}

/** Such as `libssl-81259c47.so.1.1.1k`. */
const LIBRARY = /\.so(?:\.\d\w*)*$/
const ADDON = /\.node$/
/** Programs have no extension; of scripts that have none only the head is read. */
const PROGRAM = /(?:^|\/)[^/.]+$/

/** Larger files are looked at in two steps, for a foreign one shows in its head. */
const WHOLE_BYTES = 1 << 20
const HEAD_BYTES = 1 << 12

/** How many parts of a path, from its end, may name a platform. */
const NAMING_PARTS = 3

/** The compiled files that could be loaded on the target; what a path names as another platform's is left alone, being unused. */
export async function readNativeFiles(subject: Subject): Promise<readonly NativeFile[]> {
  const { plan, fileSet } = subject
  const found: NativeFile[] = []
  for (const file of fileSet.files) {
    const isCompiled = LIBRARY.test(file.path) || ADDON.test(file.path)
    if (!isCompiled && !(file.executable && PROGRAM.test(file.path))) continue
    if (namesOtherPlatform(file, subject)) continue
    const extension = plan.language === 'python' ? extensionOf(file.path, plan.target) : null
    // A module of another Python is never loaded; checkPythonAbi tells of it.
    if (extension?.isLoadable === false) continue
    if (!isCompiled && !(await isProgram(file, subject))) continue
    const facts = await readFacts(file, subject)
    const role = !isCompiled ? 'program' : isModule(file, extension !== null, facts, subject) ? 'module' : 'library'
    found.push({ file, name: posix.basename(file.path), group: groupOf(file), role, facts })
  }
  return found
}

/** The package of a file, or where it has none, the folder that stands for one. */
export function groupOf({ path, owner }: FileEntry): string {
  if (owner !== null) return owner
  const inPackage = /^.*(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)
  if (inPackage !== null) return inPackage[1] ?? ''
  const slash = path.indexOf('/')
  // auditwheel puts the libraries of a wheel into a folder beside.
  return slash === -1 ? '' : path.slice(0, slash).replace(/\.libs$/, '')
}

function namesOtherPlatform(file: FileEntry, { plan }: Subject): boolean {
  const target: Platform = { os: 'linux', cpu: plan.target.architecture === 'arm64' ? 'arm64' : 'x64', libc: 'glibc' }
  const inPackage = /.*(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+\/)/.exec(file.path)?.[1] ?? ''
  const named = [inPackage, ...file.path.split('/').slice(-NAMING_PARTS)].join('/')
  return !wordsFit(platformWords(named), target)
}

async function isProgram(file: FileEntry, subject: Subject): Promise<boolean> {
  const head = await headOf(file, HEAD_BYTES, subject)
  if (isElfProgram(head) || head.subarray(0, 4).every((byte, index) => byte === '\x7fELF'.charCodeAt(index))) {
    return head.length > 0
  }
  return /Mach-O|\(PE\)/.test(describeFormat(head))
}

async function readFacts(file: FileEntry, subject: Subject): Promise<NativeFile['facts']> {
  let bytes = file.bytes <= WHOLE_BYTES ? file.bytes : HEAD_BYTES
  for (;;) {
    const facts = readLibrary(await headOf(file, bytes, subject), file.bytes)
    if (facts.kind !== 'partial') return facts
    // A file that gives less than it should has changed, or is cut off inside a zip.
    if (facts.bytes <= bytes) return { kind: 'damaged', words: 'file too short' }
    bytes = facts.bytes
  }
}

function isModule({ path }: FileEntry, isExtension: boolean, facts: NativeFile['facts'], { files }: Subject): boolean {
  if (ADDON.test(path)) return true
  if (!isExtension) return false
  const [stem = '', ...rest] = posix.basename(path).split('.')
  // `name.so` may be any library; `name.abi3.so` and the like are named as modules alone are.
  if (rest.length > 1) return true
  if (facts.kind === 'elf' && facts.header.bits === 64) return facts.pythonModules.includes(stem)
  return !stem.startsWith('lib') && files.has(`${posix.dirname(path)}/__init__.py`)
}
