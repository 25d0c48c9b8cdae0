import { isBuiltin } from 'node:module'
import { dirname, extname, sep } from 'node:path'
import type { InstalledPackage } from '../types.ts'
import type { OnResolveArgs, OnResolveResult, Plugin, PluginBuild } from './esbuild.ts'
import { isRequirable, splitSpecifier, type TwofoldModule, twofoldModule } from './main-fields.ts'
import { isInstalled, type Owners } from './owners.ts'
import type { Place } from './places.ts'
import type { Work } from './work.ts'

/** An import that stays in the bundle for Node.js to find. */
export interface LeftImport {
  /** The absolute folder that it is imported from. */
  readonly importer: string
  /** null: not installed, or left to the runtime. */
  readonly package: InstalledPackage | null
}

/** What one build finds out about packages. */
export interface Discoveries {
  /** By what the code imports, such as `sharp` or `@prisma/client/edge`. */
  readonly left: Map<string, LeftImport[]>
  /** Folders of twofold modules that something requires. */
  readonly required: Set<string>
  /** Of packages that are bundled: the folders of each name and version. */
  readonly copies: Map<string, Set<string>>
}

export interface PluginInput extends Work {
  /** The user's `external`. */
  readonly external: readonly string[]
  /** False if the user's `mainFields` decide. */
  readonly prefersModule: boolean
  /** Folders of twofold modules that are taken by `main`, by all who import them. */
  readonly byMain: ReadonlySet<string>
  /** Folders of packages that are installed several times → the folder that is taken for all. */
  readonly instead: ReadonlyMap<string, string>
  readonly discoveries: Discoveries
}

/** Stands for __dirname and __filename, and in CommonJS for import.meta.url; it is in the output only if they are used. */
export const PLACE_MODULE = 'lpack:place'
const REQUIRED = 'lpack-require'
const ADDON = 'lpack-addon'

const RESOLVING = Symbol('resolving')

/** Says of each import of a package whether it goes into the bundle. */
export function packagesPlugin(input: PluginInput): Plugin {
  return {
    name: 'lpack',
    setup(build) {
      build.onResolve({ filter: /^lpack:place$/ }, () => ({ path: 'place', namespace: 'lpack', sideEffects: false }))
      build.onLoad({ filter: /^place$/, namespace: 'lpack' }, () => ({
        contents: input.place.format === 'esm' ? PLACE_IN_ESM : PLACE_IN_COMMON_JS,
        // Where `require` of the place's own imports starts from.
        resolveDir: input.place.root,
      }))
      build.onResolve({ filter: /^[^./]/ }, args => resolveBare(input, { build, args }))
      build.onLoad({ filter: /.*/, namespace: REQUIRED }, args => ({ contents: requiring(args.path) }))
      build.onResolve({ filter: /\.node$/ }, args => resolveAddon(build, args))
      build.onLoad({ filter: /.*/, namespace: ADDON }, args => ({
        contents: requiring(args.path),
        resolveDir: dirname(args.path),
      }))
    },
  }
}

const PLACE_IN_ESM = `import{dirname as d}from'node:path';import{fileURLToPath as f}from'node:url';
export const __filename=f(import.meta.url);export const __dirname=d(__filename)`

const PLACE_IN_COMMON_JS = `import{pathToFileURL as u}from'node:url';
export const __lpack_url=u(__filename).href`

function requiring(path: string): string {
  return `module.exports = require(${JSON.stringify(path)})`
}

/** An import, and who answers for it. */
interface Asked {
  readonly build: PluginBuild
  readonly args: OnResolveArgs
}

async function resolveBare(input: PluginInput, asked: Asked): Promise<OnResolveResult | undefined> {
  const { build, args } = asked
  const { path, kind } = args
  if (args.namespace === REQUIRED) return { path, external: true }
  if (args.pluginData === RESOLVING || !isOfCode(kind) || /^[A-Za-z]:[\\/]/.test(path)) return undefined
  if (path.startsWith('node:') || isBuiltin(path)) return undefined
  if (isLeftToRuntime(input, path)) return leave(input, asked, { owner: null })
  const isNamed = input.external.some(pattern => isNamedBy(pattern, path))
  const { importer, resolveDir, namespace } = args
  const found = await build.resolve(path, {
    kind,
    importer,
    resolveDir,
    namespace,
    with: args.with,
    pluginData: RESOLVING,
  })
  if (found.errors.length > 0) {
    return isNamed || (await isOptional(input.owners, args)) ? leave(input, asked, { owner: null }) : undefined
  }
  if (found.external) return isNamed ? leave(input, asked, { owner: null }) : undefined
  if (found.namespace !== 'file') return isNamed ? { path, external: true } : undefined
  const owner = await input.owners.of(found.path)
  if (isNamed || (owner !== null && !isOwn(owner, input.place) && (await input.owners.isExternal(owner)))) {
    return leave(input, asked, { owner, sideEffects: found.sideEffects })
  }
  const copy = owner === null ? found.path : await onlyCopy(input, owner, found.path)
  const byMain = await byMainField(input, asked, copy)
  return byMain ?? (copy === found.path ? undefined : { path: copy, sideEffects: found.sideEffects })
}

/** Not of style sheets and entries. */
function isOfCode(kind: OnResolveArgs['kind']): boolean {
  return ['import-statement', 'require-call', 'dynamic-import', 'require-resolve'].includes(kind)
}

function isLeftToRuntime({ plan }: PluginInput, path: string): boolean {
  return plan.config.runtimeSdk === 'omit' && /^@(aws-sdk|smithy)\//.test(path)
}

/** As esbuild reads `external`: a package with all its parts, or a pattern with one `*`. https://esbuild.github.io/api/#external */
export function isNamedBy(pattern: string, path: string): boolean {
  const star = pattern.indexOf('*')
  if (star === -1) return path === pattern || path.startsWith(`${pattern}/`)
  const [before, after] = [pattern.slice(0, star), pattern.slice(star + 1)]
  return path.length >= before.length + after.length && path.startsWith(before) && path.endsWith(after)
}

/** A package says itself that it does without some others; it then asks for them where that can fail. */
async function isOptional(owners: Owners, { kind, importer, path }: OnResolveArgs): Promise<boolean> {
  if (kind === 'import-statement' || importer === '') return false
  const manifest = (await owners.of(importer))?.manifest
  const { name } = splitSpecifier(path)
  return manifest !== undefined && (manifest.optionalPeers.includes(name) || name in manifest.optionalDependencies)
}

/** The package that the entry itself is in, whatever it declares. */
function isOwn(pkg: InstalledPackage, place: Place): boolean {
  return place.entry.startsWith(pkg.dir + sep)
}

/**
 * Leaves an import to Node.js. From an ES module what can be required is: `import` doesn't see layers and the runtime's
 * packages, and of CommonJS it only knows the exports that it recognises in the text.
 */
async function leave(
  input: PluginInput,
  { build, args }: Asked,
  { owner, sideEffects = true }: { readonly owner: InstalledPackage | null; readonly sideEffects?: boolean },
): Promise<OnResolveResult> {
  const { left } = input.discoveries
  left.set(args.path, [...(left.get(args.path) ?? []), { importer: args.resolveDir, package: owner }])
  const isImport = args.kind === 'import-statement' || args.kind === 'dynamic-import'
  const isRequired =
    input.place.format === 'esm' && isImport && (owner === null || (await hasRequirable(input, { build, args })))
  return isRequired
    ? { path: args.path, namespace: REQUIRED, sideEffects }
    : { path: args.path, external: true, sideEffects }
}

async function hasRequirable(input: PluginInput, { build, args }: Asked): Promise<boolean> {
  const { path, importer, resolveDir } = args
  const options = { kind: 'require-call', pluginData: RESOLVING } as const
  const found = await build.resolve(path, { ...options, importer, resolveDir })
  if (found.errors.length > 0 || found.namespace !== 'file') return false
  const twofold = await twofoldModule(path, found.path, input.owners)
  const main = twofold === null ? found : await build.resolve(twofold.main, { ...options, resolveDir: twofold.dir })
  return main.errors.length === 0 && isRequirable(main.path, input.owners)
}

/**
 * npm installs a version several times where pnpm does it once: a bundle needs one. Not where peers may make copies differ,
 * and not of modules that package.json makes ES modules, for esbuild forgets that of paths that a plugin gives.
 */
async function onlyCopy({ owners, instead, discoveries }: PluginInput, owner: InstalledPackage, file: string) {
  const hasPeers = Object.keys(owner.manifest.peerDependencies).length > 0
  if (!isInstalled(owner.dir) || hasPeers || (extname(file) === '.js' && !(await isRequirable(file, owners))))
    return file
  const id = `${owner.name}@${owner.version}`
  discoveries.copies.set(id, (discoveries.copies.get(id) ?? new Set()).add(owner.dir))
  const dir = instead.get(owner.dir)
  return dir === undefined ? file : dir + file.slice(owner.dir.length)
}

/** A twofold module is taken in one shape by all, as two would not share their state. */
async function byMainField(
  { prefersModule, owners, byMain, discoveries }: PluginInput,
  { build, args }: Asked,
  found: string,
): Promise<OnResolveResult | undefined> {
  const twofold: TwofoldModule | null = prefersModule ? await twofoldModule(args.path, found, owners) : null
  if (twofold === null) return undefined
  if (args.kind === 'require-call') discoveries.required.add(twofold.dir)
  if (!byMain.has(twofold.dir)) return undefined
  const main = await build.resolve(twofold.main, { kind: args.kind, resolveDir: twofold.dir, pluginData: RESOLVING })
  return main.errors.length > 0 ? undefined : { path: main.path, sideEffects: main.sideEffects }
}

/** An add-on of the function's own: packed beside the bundle, and required, as `import` doesn't load one. */
async function resolveAddon(build: PluginBuild, args: OnResolveArgs): Promise<OnResolveResult | undefined> {
  if (args.pluginData === RESOLVING || args.namespace === ADDON || args.kind === 'require-call') return undefined
  const { kind, importer, resolveDir } = args
  const found = await build.resolve(args.path, { kind, importer, resolveDir, pluginData: RESOLVING })
  return found.errors.length > 0 || found.external ? undefined : { path: found.path, namespace: ADDON }
}
