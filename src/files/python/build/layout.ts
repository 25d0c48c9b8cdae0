import { join } from 'node:path'
import type { Disk } from '../../../system/system.ts'
import type { Table } from '../locks/document.ts'
import { backendLayout, type Layout } from './backends.ts'

/** A file of a project and its path in the wheel. */
export interface ModuleFile {
  readonly path: string
  /** Absolute, on disk. */
  readonly source: string
}

export type FoundModules =
  | { readonly kind: 'files'; readonly files: readonly ModuleFile[] }
  | { readonly kind: 'other'; readonly why: string }

const NATIVE = /\.(?:so|pyd|dylib|dll|a|o)$/

/**
 * The files that a project's build backend would put into its wheel, where its layout is one of the plain ones:
 * `src/<name>/`, `<name>/` or the one module of that name. What .gitignore names is not left out, unlike with hatchling and Poetry.
 */
export async function findModules(data: Table, name: string, dir: string, disk: Disk): Promise<FoundModules> {
  const layout = backendLayout(data, name)
  if (layout.kind === 'other') return layout
  if (layout.isSetuptools) {
    for (const file of ['setup.py', 'setup.cfg', 'MANIFEST.in']) {
      if ((await disk.stat(join(dir, file))) !== null)
        return { kind: 'other', why: `its ${file} decides what is in its wheel` }
    }
  }
  const tops = await findTops(layout, dir, disk)
  if (tops.kind === 'other') return tops
  const files: ModuleFile[] = []
  for (const top of tops.paths) files.push(...(await filesUnder(join(dir, top), nameIn(top), disk)))
  const kept = layout.isSetuptools ? files.filter(({ path }) => /\.pyi?$|(?:^|\/)py\.typed$/.test(path)) : files
  const native = kept.find(({ path }) => NATIVE.test(path))
  if (native !== undefined) return { kind: 'other', why: `it holds native code (${native.path})` }
  return { kind: 'files', files: kept }
}

type Tops =
  | { readonly kind: 'tops'; readonly paths: readonly string[] }
  | { readonly kind: 'other'; readonly why: string }

/** The package folders and modules that become the wheel's top level, relative to the project. */
async function findTops(layout: Extract<Layout, { kind: 'layout' }>, dir: string, disk: Disk): Promise<Tops> {
  for (const candidate of layout.candidates) {
    const stat = await disk.stat(join(dir, candidate.endsWith('.py') ? candidate : `${candidate}/__init__.py`))
    if (stat?.kind !== 'file') continue
    const others = layout.isAlone ? await othersBeside(candidate, dir, disk) : []
    if (others.length > 0)
      return {
        kind: 'other',
        why: `beside ${candidate} it has ${others.join(', ')}, which may belong to its wheel, too`,
      }
    const missing = layout.isExplicit ? await missingOf(layout.candidates, dir, disk) : []
    if (missing.length > 0)
      return { kind: 'other', why: `${missing.join(', ')} of its build settings is no package folder` }
    return { kind: 'tops', paths: layout.isExplicit ? layout.candidates : [candidate] }
  }
  return { kind: 'other', why: `it has none of ${layout.candidates.join(', ')}` }
}

async function missingOf(candidates: readonly string[], dir: string, disk: Disk): Promise<readonly string[]> {
  const stats = await Promise.all(candidates.map(path => disk.stat(join(dir, path, '__init__.py'))))
  return candidates.filter((_, index) => stats[index]?.kind !== 'file')
}

/** Folders that setuptools' discovery passes over at the top of a project. https://setuptools.pypa.io/en/latest/userguide/package_discovery.html#flat-layout */
const RESERVED =
  /^(?:ci|bin|debian|docs?|documentation|manpages|news|newsfragments|changelog|tests?|unit_tests?|examples?|scripts|tools|utils?|python|build|benchmarks?|exercises?|htmlcov|tasks|fabfile|site_scons|dist|[._].*)$/

/** What automatic discovery would take besides the candidate. */
async function othersBeside(candidate: string, dir: string, disk: Disk): Promise<readonly string[]> {
  const isSource = candidate.startsWith('src/')
  const around = isSource ? join(dir, 'src') : dir
  const entries = await disk.list(around)
  const isPackage = ({ name, kind }: (typeof entries)[number]) =>
    kind !== 'file' && /^[A-Za-z_]\w*$/.test(name) && name !== '__pycache__' && (isSource || !RESERVED.test(name))
  const isModule = ({ name, kind }: (typeof entries)[number]) => isSource && kind === 'file' && name.endsWith('.py')
  return entries
    .filter(entry => isPackage(entry) || isModule(entry))
    .map(({ name }) => name)
    .filter(name => name !== nameIn(candidate))
}

function nameIn(top: string): string {
  return top.slice(top.lastIndexOf('/') + 1)
}

async function filesUnder(source: string, path: string, disk: Disk): Promise<readonly ModuleFile[]> {
  if ((await disk.stat(source))?.kind === 'file') return [{ path, source }]
  const files: ModuleFile[] = []
  for (const { name } of await disk.list(source)) {
    if (name === '__pycache__' || name === '.DS_Store' || /\.py[co]$/.test(name)) continue
    files.push(...(await filesUnder(join(source, name), `${path}/${name}`, disk)))
  }
  return files
}
