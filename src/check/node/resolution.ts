import { posix } from 'node:path'
import { hasBuiltin, isInRuntime, TASK_ROOT } from '../../aws/node-modules.ts'
import { resolveInExports } from '../../formats/package-exports.ts'
import type { Subject } from '../subject.ts'
import type { NodePackages } from './packages.ts'
import { parentOf } from './packages.ts'

export type Resolution =
  | { readonly kind: 'file'; readonly path: string }
  /** Node.js or the runtime brings it, or it can't be told from here. */
  | { readonly kind: 'elsewhere' }
  | { readonly kind: 'builtin-missing' }
  /** `words`: what Node.js would say. `package`: the name of the package that is not there; null if it is, or none is meant. */
  | { readonly kind: 'missing'; readonly words: string; readonly package: string | null; readonly wanted: string }

export interface Reference {
  readonly specifier: string
  /** The file that asks, by its path in the artifact. */
  readonly from: string
  readonly by: 'require' | 'import'
}

const ELSEWHERE: Resolution = { kind: 'elsewhere' }
const REQUIRE_EXTENSIONS = ['.js', '.json', '.node'] as const
const CONDITIONS = {
  require: ['node', 'require', 'node-addons', 'module-sync'],
  import: ['node', 'import', 'node-addons', 'module-sync'],
} as const

/** Finds modules in an artifact as Node.js does on Lambda. https://nodejs.org/api/modules.html#all-together, https://nodejs.org/api/esm.html#resolution-algorithm */
export function makeResolver(subject: Subject, packages: NodePackages) {
  const isFile = (path: string) => subject.files.has(path)
  const major = subject.plan.language === 'node' ? subject.plan.target.major : 0

  const asFile = (path: string): string | null =>
    isFile(path) ? path : (REQUIRE_EXTENSIONS.map(extension => path + extension).find(isFile) ?? null)

  const asFolder = async (dir: string): Promise<string | null> => {
    const manifest = await packages.manifest(dir)
    const main = manifest === null || manifest === 'damaged' ? undefined : manifest['main']
    const named = typeof main === 'string' && main !== '' ? inside(dir, main) : null
    const found = named === null ? null : (asFile(named) ?? asFile(inside(named, 'index') ?? named))
    return found ?? REQUIRE_EXTENSIONS.map(extension => join(dir, `index${extension}`)).find(isFile) ?? null
  }

  const required = async (path: string, isFolder: boolean): Promise<string | null> =>
    (isFolder ? null : asFile(path)) ?? (subject.folders.has(path) || path === '' ? asFolder(path) : null)

  const byPath = async (path: string | null, reference: Reference): Promise<Resolution> => {
    if (path === null) return ELSEWHERE
    const { specifier, from, by } = reference
    if (by === 'require') {
      const found = await required(path, /(?:^|\/)\.{0,2}$/.test(specifier))
      const words = `Runtime.ImportModuleError: Error: Cannot find module '${specifier}'`
      return found === null ? { kind: 'missing', words, package: null, wanted: path } : { kind: 'file', path: found }
    }
    if (isFile(path)) return { kind: 'file', path }
    const shown = `'${TASK_ROOT}/${path}'`
    const asker = `${TASK_ROOT}/${from}`
    const words = subject.folders.has(path)
      ? `Error [ERR_UNSUPPORTED_DIR_IMPORT]: Directory import ${shown} is not supported resolving ES modules imported from ${asker}`
      : `Error [ERR_MODULE_NOT_FOUND]: Cannot find module ${shown} imported from ${asker}`
    return { kind: 'missing', words, package: null, wanted: path }
  }

  /** By `exports` or `imports` of a package.json; null: the field is not there. */
  const byField = async (field: 'exports' | 'imports', dir: string, subpath: string, reference: Reference) => {
    const manifest = await packages.manifest(dir)
    if (manifest === 'damaged') return ELSEWHERE
    const value = manifest?.[field]
    if (value === undefined || value === null) return null
    const all = CONDITIONS[reference.by]
    // Lambda may leave `module-sync` out, as it does where it forbids require() of ES modules.
    for (const conditions of [all.slice(0, 3), all]) {
      const answer = resolveInExports(value, subpath, conditions)
      if (answer.kind === 'unclear') return ELSEWHERE
      if (answer.kind !== 'path') continue
      if (!answer.path.startsWith('./')) {
        // An import that leads to an import, itself maybe, is none that Node.js follows.
        const isPackage = field === 'imports' && !answer.path.startsWith('#')
        return isPackage ? resolve({ ...reference, specifier: answer.path }) : ELSEWHERE
      }
      const path = inside(dir, answer.path)
      if (path !== null && isFile(path)) return { kind: 'file', path } as const
      if (path === null || answer.path.includes('%')) return ELSEWHERE
      return byPath(path, { ...reference, by: 'import' })
    }
    const file = `${TASK_ROOT}/${join(dir, 'package.json')}`
    const words =
      field === 'imports'
        ? `TypeError [ERR_PACKAGE_IMPORT_NOT_DEFINED]: Package import specifier "${subpath}" is not defined in package ${file}`
        : subpath === '.'
          ? `Error [ERR_PACKAGE_PATH_NOT_EXPORTED]: No "exports" main defined in ${file}`
          : `Error [ERR_PACKAGE_PATH_NOT_EXPORTED]: Package subpath '${subpath}' is not defined by "exports" in ${file}`
    return { kind: 'missing', words, package: null, wanted: '' } as const
  }

  const inPackage = async (dir: string, subpath: string, reference: Reference): Promise<Resolution | null> => {
    const exported = await byField('exports', dir, subpath, reference)
    if (exported !== null) return exported
    if (reference.by === 'require') {
      const found = await required(join(dir, subpath).replace(/\/$/, ''), subpath === '.' || subpath.endsWith('/'))
      return found === null ? null : { kind: 'file', path: found }
    }
    if (subpath !== '.') return byPath(inside(dir, subpath), reference)
    const found = await asFolder(dir)
    return found === null ? null : { kind: 'file', path: found }
  }

  const bare = async (reference: Reference): Promise<Resolution> => {
    const { specifier, from, by } = reference
    const [, name = '', rest = ''] = /^((?:@[^/]+\/)?[^/]+)(.*)$/.exec(specifier) ?? []
    const subpath = `.${rest}`
    const own = await packages.scope(from)
    const ownManifest = own === null ? null : await packages.manifest(own)
    if (own !== null && ownManifest !== null && ownManifest !== 'damaged' && ownManifest['name'] === name) {
      const found = await byField('exports', own, subpath, reference)
      if (found !== null) return found
    }
    let isThere = false
    for (let dir = parentOf(from); ; dir = parentOf(dir)) {
      const place = join(dir, `node_modules/${name}`)
      if (posix.basename(dir) !== 'node_modules') {
        const isFolder = subject.folders.has(place)
        const found = isFolder ? await inPackage(place, subpath, reference) : null
        if (found !== null) return found
        isThere ||= isFolder
        const file = by === 'require' ? asFile(join(dir, `node_modules/${specifier}`)) : null
        if (file !== null) return { kind: 'file', path: file }
      }
      if (dir === '') break
    }
    // NODE_PATH holds the function's root, the runtime's own packages and the layers'.
    const rooted = await required(specifier.replace(/\/+$/, ''), specifier.endsWith('/'))
    if (rooted !== null) return by === 'require' ? { kind: 'file', path: rooted } : ELSEWHERE
    if (isInRuntime(name)) return ELSEWHERE
    const words =
      by === 'require'
        ? `Runtime.ImportModuleError: Error: Cannot find module '${specifier}'`
        : `Error [ERR_MODULE_NOT_FOUND]: Cannot find package '${name}' imported from ${TASK_ROOT}/${from}`
    return { kind: 'missing', words, package: isThere ? null : name, wanted: '' }
  }

  const resolve = async (reference: Reference): Promise<Resolution> => {
    const { specifier, from, by } = reference
    const builtin = hasBuiltin(specifier, major)
    if (builtin === 'yes' || builtin === 'maybe') return ELSEWHERE
    if (specifier.startsWith('node:')) return { kind: 'builtin-missing' }
    // What has to be decoded, and what means other than it shows, is left alone.
    if (specifier === '' || /[\\%]/.test(specifier) || /^[a-z][a-z+.-]*:/i.test(specifier)) return ELSEWHERE
    const path = by === 'import' && /^[./]/.test(specifier) ? (specifier.split(/[?#]/)[0] ?? '') : specifier
    if (/^\.{1,2}(?:\/|$)/.test(path)) return byPath(inside(parentOf(from), path), reference)
    if (path.startsWith('/')) {
      return path.startsWith(`${TASK_ROOT}/`)
        ? byPath(inside('', path.slice(TASK_ROOT.length + 1)), reference)
        : ELSEWHERE
    }
    if (!path.startsWith('#')) return bare(reference)
    const scope = await packages.scope(from)
    return (scope === null ? null : await byField('imports', scope, path, reference)) ?? ELSEWHERE
  }
  return { resolve, required }
}

function join(dir: string, path: string): string {
  const joined = posix.join(dir, path)
  return joined === '.' ? '' : joined
}

/** A path from a folder, without a slash at its end; null: outside of the artifact. */
function inside(dir: string, path: string): string | null {
  const joined = join(dir, path).replace(/\/$/, '')
  return joined === '..' || joined.startsWith('../') || joined.startsWith('/') ? null : joined
}
