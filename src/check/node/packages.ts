import { posix } from 'node:path'
import { type ModuleText, readModule } from '../../formats/js-module.ts'
import type { FileEntry } from '../../model.ts'
import { contentOf, type Subject } from '../subject.ts'

/** 'undeclared': a .js file, and no package.json says of which kind. 'other': not JavaScript. */
export type ModuleKind = 'esm' | 'cjs' | 'undeclared' | 'other'

export type Manifest = Readonly<Record<string, unknown>>

/** A file of JavaScript. `read` is null where it isn't understood. */
export interface ReadModule {
  readonly text: string
  readonly read: ModuleText | null
}

/** What several checks ask of an artifact's modules; each package.json is read once. */
export interface NodePackages {
  /** Of a very folder, '' for the root. null: none; 'damaged': none that can be read. */
  readonly manifest: (dir: string) => Promise<Manifest | 'damaged' | null>
  /** The folder whose package.json speaks for a file; null: none does. */
  readonly scope: (path: string) => Promise<string | null>
  readonly kind: (path: string) => Promise<ModuleKind>
  /** Remembers the first that is asked for, which is the handler's and may be large. */
  readonly module: (file: FileEntry) => Promise<ReadModule>
}

const KNOWN = new WeakMap<Subject, NodePackages>()

/** The same for every check of a subject. */
export function nodePackagesOf(subject: Subject): NodePackages {
  const packages = KNOWN.get(subject) ?? makeNodePackages(subject)
  KNOWN.set(subject, packages)
  return packages
}

function makeNodePackages(subject: Subject): NodePackages {
  const known = new Map<string, Promise<Manifest | 'damaged' | null>>()
  const manifest = (dir: string) => {
    const found = known.get(dir) ?? readManifest(dir, subject)
    known.set(dir, found)
    return found
  }
  const scope = async (path: string): Promise<string | null> => {
    for (let dir = parentOf(path); ; dir = parentOf(dir)) {
      if (posix.basename(dir) === 'node_modules') return null
      if ((await manifest(dir)) !== null) return dir
      if (dir === '') return null
    }
  }
  const kind = async (path: string): Promise<ModuleKind> => {
    const extension = posix.extname(path)
    if (extension === '.mjs') return 'esm'
    if (extension === '.cjs') return 'cjs'
    if (extension !== '.js') return extension === '' ? 'cjs' : 'other'
    const dir = await scope(path)
    const found = dir === null ? null : await manifest(dir)
    if (found === null || found === 'damaged') return 'undeclared'
    return found['type'] === 'module' ? 'esm' : found['type'] === 'commonjs' ? 'cjs' : 'undeclared'
  }
  let first: { readonly path: string; readonly module: Promise<ReadModule> } | null = null
  const module = (file: FileEntry): Promise<ReadModule> => {
    if (first?.path === file.path) return first.module
    const read = readText(file, subject)
    first ??= { path: file.path, module: read }
    return read
  }
  return { manifest, scope, kind, module }
}

/** The folder of a path; '' for the root. */
export function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')))
}

/** True for what stands in a package's folder. */
export function isInPackage(path: string): boolean {
  return /(?:^|\/)node_modules\//.test(path)
}

async function readManifest(dir: string, subject: Subject): Promise<Manifest | 'damaged' | null> {
  const file = subject.files.get(dir === '' ? 'package.json' : `${dir}/package.json`)
  if (file === undefined) return null
  try {
    const text = Buffer.from(await contentOf(file, subject)).toString('utf8')
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ''))
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : 'damaged'
  } catch (error) {
    if (error instanceof SyntaxError) return 'damaged'
    throw error
  }
}

async function readText(file: FileEntry, subject: Subject): Promise<ReadModule> {
  const text = Buffer.from(await contentOf(file, subject)).toString('utf8')
  return { text, read: readModule(text) }
}
