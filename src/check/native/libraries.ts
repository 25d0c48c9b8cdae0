import { posix } from 'node:path'
import { baseSystemOf } from '../../aws/base-libraries.ts'
import { finding } from '../../findings.ts'
import type { Finding } from '../../model.ts'
import { isAwsBase } from '../image.ts'
import { contentOf, type Subject } from '../subject.ts'
import { type Fault, faultOf } from './faults.ts'
import { groupOf, type NativeFile, readNativeFiles } from './files.ts'
import { faultFindings, type Reach, whatOf } from './findings.ts'
import { makeWeigher, moduleOf, type WeigherOf } from './import-weight.ts'
import { followLoading, indexLibraries, type Libraries, type Loading } from './loading.ts'

/**
 * Whether the compiled files of an artifact load on the target. Errors are those that `import` or `require` would meet;
 * what may never be loaded, such as programs, is warned of; plugins that nothing names are left alone.
 */
export async function checkNativeLibraries(subject: Subject): Promise<Finding[]> {
  const base = baseSystemOf(subject.plan.target)
  const files = await readNativeFiles(subject)
  if (files.length === 0) return []
  const libraries = indexLibraries(files, subject.fileSet, base)
  const loadings = new Map<NativeFile, Loading>()
  const { faults, unused } = findFaults(files, subject, libraries)
  for (const file of files) {
    if (file.role === 'module' && !unused.has(file)) loadings.set(file, followLoading(file, libraries))
  }
  const weigherOf = makeWeigher(subject)
  const reach = await findReach(files, loadings, faults, subject, weigherOf)
  for (const file of reach.named) if (!loadings.has(file)) loadings.set(file, followLoading(file, libraries))
  return [
    ...faultFindings(faults, reach, base.name),
    ...(await missingFindings(loadings, faults, subject, weigherOf)),
    ...elsewhereFindings(loadings, faults, subject),
  ]
}

interface Faults {
  readonly faults: ReadonlyMap<NativeFile, Fault>
  /** Add-ons that could not be loaded, and beside which another can. */
  readonly unused: ReadonlySet<NativeFile>
}

function findFaults(files: readonly NativeFile[], { plan }: Subject, { base, byName }: Libraries): Faults {
  const faults = new Map<NativeFile, Fault>()
  const sound = new Set<string>()
  for (const file of files) {
    const fault = faultOf(file, plan.target.architecture, base)
    if (fault === null && file.role === 'module') sound.add(file.group)
    // A C++ runtime that is in the artifact may be the one that is loaded.
    const isBundled = fault?.kind === 'compiler' && (byName.has('libstdc++.so.6') || byName.has('libgcc_s.so.1'))
    if (fault !== null && !isBundled) faults.set(file, fault)
  }
  // A Node.js package with several add-ons picks the one that loads; packages without any are told of below.
  const spare = plan.language === 'python' ? [] : [...faults.keys()].filter(({ role }) => role === 'module')
  const unused = new Set(spare.filter(({ group }) => sound.has(group)))
  return { faults: new Map([...faults].filter(([file]) => !unused.has(file))), unused }
}

async function findReach(
  files: readonly NativeFile[],
  loadings: ReadonlyMap<NativeFile, Loading>,
  faults: ReadonlyMap<NativeFile, Fault>,
  subject: Subject,
  weigherOf: WeigherOf,
): Promise<Reach> {
  const brought = new Set<NativeFile>()
  const optional = new Set<NativeFile>()
  for (const [module, { loaded }] of loadings) {
    const isFaulty = loaded.some(file => faults.has(file))
    const into = isFaulty && (await isOptional(module, subject, weigherOf)) ? optional : brought
    for (const file of loaded) into.add(file)
  }
  const others = files.filter(file => file.role === 'library' && !brought.has(file))
  return { brought, named: new Set([...optional, ...(await namedInCode(others, subject))]) }
}

/** Libraries that no module brings along, but which stand where the loader looks, or are named in the code of their package. */
async function namedInCode(libraries: readonly NativeFile[], subject: Subject): Promise<ReadonlySet<NativeFile>> {
  const named = new Set<NativeFile>()
  const groups = new Map<string, NativeFile[]>()
  for (const library of libraries) {
    if (['.', 'lib'].includes(posix.dirname(library.file.path))) named.add(library)
    else groups.set(library.group, [...(groups.get(library.group) ?? []), library])
  }
  if (groups.size === 0) return named
  for (const file of subject.fileSet.files) {
    const wanted = /\.(?:py|[cm]?js)$/.test(file.path) ? groups.get(groupOf(file)) : undefined
    if (wanted === undefined || wanted.every(library => named.has(library))) continue
    const source = Buffer.from(await contentOf(file, subject)).toString('latin1')
    for (const library of wanted) if (source.includes(wordFor(library))) named.add(library)
  }
  return named
}

/** What code that loads a library writes: `libgomp`, for the rest is added; a name that isn't like a library's may be any word. */
function wordFor({ name }: NativeFile): string {
  return name.startsWith('lib') ? name.replace(/\.so.*$/, '') : name
}

async function missingFindings(
  loadings: ReadonlyMap<NativeFile, Loading>,
  faults: ReadonlyMap<NativeFile, Fault>,
  subject: Subject,
  weigherOf: WeigherOf,
): Promise<Finding[]> {
  const groups = new Map<string, { readonly file: NativeFile; count: number; readonly libraries: Set<string> }>()
  for (const [file, { missing }] of loadings) {
    if (missing.length === 0 || faults.has(file)) continue
    if (await isOptional(file, subject, weigherOf)) continue
    const group = groups.get(file.group) ?? { file, count: 0, libraries: new Set() }
    group.count++
    for (const { library } of missing) group.libraries.add(library)
    groups.set(file.group, group)
  }
  const { plan, fileSet } = subject
  const { layers, image } = plan.config
  const isImage = plan.purpose === 'image'
  const isBeyond = isImage && (image.packages.length > 0 || fileSet.installs.length > 0 || !isAwsBase(image.base))
  return [...groups.values()].map(({ file, count, libraries }) => {
    // Sorted for determinism
    const [first = '', ...others] = [...libraries].sort()
    const named = [first, ...others].join(', ')
    const { path } = file.file
    const words = `${first}: cannot open shared object file: No such file or directory`
    if (isBeyond) return finding('ELF_LIBRARY_IN_IMAGE', path, whatOf(file, count), named, words)
    if (layers.length > 0) return finding('ELF_LIBRARY_IN_LAYER', path, whatOf(file, count), named, words)
    return finding('ELF_LIBRARY_MISSING', path, whatOf(file, count), named, words, isImage)
  })
}

/** True of a module that its package imports only where it may fail, or not at all when it is imported itself. */
async function isOptional(file: NativeFile, { plan }: Subject, weigherOf: WeigherOf): Promise<boolean> {
  if (plan.language !== 'python' || file.role !== 'module') return false
  return (await weigherOf(file.group))(moduleOf(file.file.path)) === 'optional'
}

/** Of the function's own libraries alone: packages load theirs beforehand in ways of their own. */
function elsewhereFindings(
  loadings: ReadonlyMap<NativeFile, Loading>,
  faults: ReadonlyMap<NativeFile, Fault>,
  { fileSet }: Subject,
): Finding[] {
  // In a zip of unknown make nothing says what is the function's own.
  if (
    fileSet.files.every(({ owner }) => owner === null) &&
    fileSet.files.some(({ path }) => path.includes('.dist-info/'))
  )
    return []
  return [...loadings].flatMap(([file, { elsewhere }]) => {
    const [first] = elsewhere.filter(({ neededBy, at }) => neededBy.file.owner === null && at.file.owner === null)
    if (first === undefined || faults.has(file)) return []
    return [
      finding(
        'ELF_LIBRARY_ELSEWHERE',
        first.neededBy.file.path,
        first.neededBy.file.path,
        first.library,
        first.at.file.path,
      ),
    ]
  })
}
