import { posix } from 'node:path'
import { importClauses } from '../../formats/python-imports.ts'
import { statements } from '../../formats/python-statements.ts'
import { contentOf, type Subject } from '../subject.ts'
import { groupOf } from './files.ts'

/** What becomes of a package when one of its modules can't be imported; unknown where nothing in the package imports it. */
export type ImportWeight = 'needed' | 'optional' | 'unknown'

/** Tells how much a package's own code needs one of its modules, by its dotted name. */
export type WeighImport = (module: string) => ImportWeight

/** Of a package, or of a folder that stands for one. */
export type WeigherOf = (group: string) => Promise<WeighImport>

interface Import {
  readonly module: string
  readonly isOptional: boolean
}

interface Imports {
  /** Modules and packages at the root. */
  readonly tops: readonly string[]
  readonly byImporter: ReadonlyMap<string, readonly Import[]>
}

// A file that is larger holds data.
const TESTS = /(?:^|\/)(?:tests?|testing|benchmarks?)\/|(?:^|\/)(?:conftest|test_[^/]*|setup)\.py$/

const MAX_SOURCE_BYTES = 2_000_000

/** Reads the imports of all the sources of a group of files, once per group that is asked for. */
export function makeWeigher(subject: Subject): WeigherOf {
  const weighers = new Map<string, Promise<WeighImport>>()
  return group => {
    const known = weighers.get(group) ?? readImports(group, subject).then(weigherOf)
    weighers.set(group, known)
    return known
  }
}

/** The dotted name of the module in a file, from the artifact's root, or that of a layer. */
export function moduleOf(path: string): string {
  const dir = posix.dirname(path).replace(/^(?:python(?:\/lib\/python3\.\d+\/site-packages)?(?:\/|$))/, '')
  const [stem = ''] = posix.basename(path).split('.')
  return [...(dir === '.' ? [] : dir.split('/')), ...(stem === '__init__' ? [] : [stem])]
    .filter(part => part !== '')
    .join('.')
}

async function readImports(group: string, subject: Subject): Promise<Imports> {
  const imports: { readonly tops: string[]; readonly byImporter: Map<string, Import[]> } = {
    tops: [],
    byImporter: new Map(),
  }
  for (const file of subject.fileSet.files) {
    if (!file.path.endsWith('.py') || TESTS.test(file.path) || file.bytes > MAX_SOURCE_BYTES) continue
    if (groupOf(file) !== group) continue
    const source = Buffer.from(await contentOf(file, subject))
      .toString('utf8')
      .replace(/\r\n?/g, '\n')
    const importer = moduleOf(file.path)
    const isPackage = posix.basename(file.path) === '__init__.py'
    if (!importer.includes('.')) imports.tops.push(importer)
    const found = [...statements(source)].flatMap(({ tokens, optional }) =>
      importedNames(tokens, importer, isPackage).map(module => ({ module, isOptional: optional })),
    )
    imports.byImporter.set(importer, [...(imports.byImporter.get(importer) ?? []), ...found])
  }
  return imports
}

/** All that an import statement may load: the modules, their packages, and what is named of them. */
function importedNames(tokens: readonly string[], by: string, isPackage: boolean): readonly string[] {
  return importClauses(tokens).flatMap(({ module, level, names }) => {
    const parts = by.split('.')
    const kept = parts.length - level + (isPackage ? 1 : 0)
    const around = level === 0 ? [] : parts.slice(0, Math.max(0, kept))
    const base = [...around, ...module.split('.')].filter(part => part !== '')
    const packages = base.map((_, index) => base.slice(0, index + 1).join('.'))
    return [...packages, ...names.map(({ name }) => [...base, name].join('.'))]
  })
}

function weigherOf({ tops, byImporter }: Imports): WeighImport {
  const imported = new Set([...byImporter.values()].flat().map(({ module }) => module))
  // What stands at the top is what the function imports, and so is what nothing else of the package does.
  const roots = [...tops, ...[...byImporter.keys()].filter(module => !imported.has(module))]
  const needed = reach(roots, byImporter, ({ isOptional }) => !isOptional)
  const asOptional = [...byImporter.values()].flat().filter(({ isOptional }) => isOptional)
  const optional = reach(
    asOptional.map(({ module }) => module),
    byImporter,
    () => true,
  )
  return module => (needed.has(module) ? 'needed' : optional.has(module) ? 'optional' : 'unknown')
}

function reach(
  from: readonly string[],
  imports: Imports['byImporter'],
  isFollowed: (one: Import) => boolean,
): ReadonlySet<string> {
  const reached = new Set(from)
  for (const module of reached) {
    for (const one of imports.get(module) ?? []) if (isFollowed(one)) reached.add(one.module)
  }
  return reached
}
