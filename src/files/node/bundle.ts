import { isBuiltin } from 'node:module'
import { dirname, resolve } from 'node:path'
import { finding } from '../../findings.ts'
import { toArchivePath } from '../../formats/archive-path.ts'
import type { ArchivePath, BundledModule, Finding, NodePlan } from '../../model.ts'
import type { System } from '../../system/system.ts'
import { type Built, build, type Metafile, type Plugin } from './bundle/esbuild.ts'
import { failureOf } from './bundle/failures.ts'
import { tellImports } from './bundle/imports.ts'
import { splitSpecifier } from './bundle/main-fields.ts'
import { buildOptions, entryOptions, userOptions } from './bundle/options.ts'
import { isInstalled, makeOwners, type Owners } from './bundle/owners.ts'
import { type Discoveries, type LeftImport, packagesPlugin } from './bundle/packages-plugin.ts'
import { findPlace, type Place, shownPath } from './bundle/places.ts'
import { mapUrl, renameSources, withMapComment } from './bundle/source-map.ts'
import { findRisks, isVirtual } from './bundle/warnings.ts'
import type { Work } from './bundle/work.ts'
import type { InstalledPackage } from './types.ts'

/** A function's code as one file, and what it needs beside. */
export interface Bundled {
  readonly path: ArchivePath
  readonly bytes: Uint8Array
  /** Linked: packed as `<path>.map`; external: kept out of the artifact. */
  readonly map: { readonly bytes: Uint8Array; readonly mode: 'linked' | 'external' } | null
  /** Files that esbuild made beside the bundle, by its loaders `file` and `copy` or out of comments. Sorted by path. */
  readonly assets: readonly { readonly path: ArchivePath; readonly bytes: Uint8Array }[]
  /** Names that the ES module exports; null: only running the code tells. */
  readonly exports: readonly string[] | null
  /** Whose code is in the bundle, by name and version; null is the function's and its workspace's. */
  readonly inlined: readonly { readonly package: InstalledPackage | null; readonly bytes: number }[]
  /** Packages that the bundle imports when it runs, by name. */
  readonly externals: readonly ExternalPackage[]
  readonly findings: readonly Finding[]
  /** What esbuild has read, for who asks. Sorted by path. */
  readonly modules: () => Promise<readonly BundledModule[]>
}

export interface ExternalPackage {
  readonly name: string
  /** The absolute folder that it is imported from. */
  readonly importer: string
  /** null: not installed, or left to the runtime or a layer. */
  readonly package: InstalledPackage | null
}

/**
 * Bundles a function's entry by esbuild. The bytes depend on the code, the installed packages' files and the options alone.
 * Throws UserError BUNDLE_FAILED, MODULE_NOT_INSTALLED, PACKAGE_JSON_DAMAGED, UNSAFE_PATH.
 */
export async function bundle(
  plan: NodePlan,
  isExternal: (pkg: InstalledPackage) => boolean | Promise<boolean>,
  system: System,
): Promise<Bundled> {
  const { disk } = system
  const owners = makeOwners(isExternal, disk)
  const place = await findPlace(plan, disk)
  const work: Work = { plan, place, owners, disk }
  const built = await buildUntilSettled(work)
  const key = shownPath(place.root, place.outfile)
  const output = built.metafile.outputs[key]
  const files = new Map(built.outputFiles.map(file => [shownPath(place.root, file.path), file.contents]))
  const code = files.get(key)
  if (output === undefined || code === undefined) throw new Error(`esbuild wrote no ${key}`)
  const map = files.get(`${key}.map`)
  const { externals, findings } = externalsOf(built.metafile, output, built.discoveries, place)
  const outcome = { warnings: built.warnings, output, text: Buffer.from(code).toString() }
  return {
    path: place.path,
    ...withMap(code, map === undefined ? null : renameSources(map, place), plan, place),
    assets: [...files]
      .filter(([path]) => path !== key && path !== `${key}.map`)
      .map(([path, bytes]) => ({ path: toArchivePath(path), bytes }))
      .sort((a, b) => (a.path < b.path ? -1 : 1)),
    exports: place.format === 'esm' && !built.isWrapped ? [...output.exports].sort() : null,
    inlined: await inlinedIn(output, place, owners),
    externals,
    findings: [
      ...findings,
      ...tellImports({ output, externals, format: place.format, major: plan.target.major }),
      ...(await findRisks(outcome, work)),
    ],
    modules: () => modulesOf(built.metafile, output, work),
  }
}

/** What one build shows of how the next one is to take the code. */
interface Lessons {
  readonly isWrapped: boolean
  readonly byMain: ReadonlySet<string>
  readonly instead: ReadonlyMap<string, string>
}

/** Builds anew while a build teaches something; one or two builds nearly always do. */
async function buildUntilSettled(work: Work) {
  const { plan, place } = work
  const user = userOptions(plan)
  const prefersModule = place.format === 'esm' && user.mainFields === undefined
  const shared = { ...work, external: user.external ?? [], prefersModule }
  let lessons: Lessons = { isWrapped: false, byMain: new Set(), instead: new Map() }
  for (;;) {
    const discoveries: Discoveries = { left: new Map(), required: new Set(), copies: new Map() }
    const plugin = packagesPlugin({ ...shared, ...lessons, discoveries })
    const result = await attempt(work, plugin, lessons.isWrapped)
    const needsWrapper = !('error' in result) && place.format === 'esm' && isCommonJs(result.metafile, place)
    const next: Lessons = {
      isWrapped: lessons.isWrapped || needsWrapper,
      byMain: new Set([...lessons.byMain, ...discoveries.required]),
      instead: new Map([...lessons.instead, ...copiesToSkip(discoveries)]),
    }
    const isSettled = next.byMain.size === lessons.byMain.size && next.instead.size === lessons.instead.size
    if ('error' in result) {
      if (isSettled) throw await failureOf(result.error, work)
    } else if (isSettled && next.isWrapped === lessons.isWrapped) {
      return { ...result, discoveries, isWrapped: lessons.isWrapped }
    }
    lessons = next
  }
}

function copiesToSkip({ copies }: Discoveries): (readonly [string, string])[] {
  return [...copies.values()].flatMap(dirs => {
    // Sorted for determinism
    const [kept = '', ...others] = [...dirs].sort()
    return others.map(dir => [dir, kept] as const)
  })
}

async function attempt(work: Work, plugin: Plugin, isWrapped: boolean): Promise<Built | { readonly error: unknown }> {
  const options = { ...(await buildOptions(work, plugin)), ...entryOptions(work.plan, work.place, isWrapped) }
  return build(options).catch((error: unknown) => ({ error }))
}

function isCommonJs(metafile: Metafile, place: Place): boolean {
  const entry = Object.values(metafile.outputs).find(({ entryPoint }) => entryPoint !== undefined)?.entryPoint
  return metafile.inputs[entry ?? shownPath(place.root, place.entry)]?.format === 'cjs'
}

function withMap(
  code: Uint8Array,
  map: Uint8Array | null,
  plan: NodePlan,
  place: Place,
): Pick<Bundled, 'bytes' | 'map'> {
  if (map === null) return { bytes: code, map: null }
  switch (userOptions(plan).sourcemap) {
    case 'external':
      return { bytes: code, map: { bytes: map, mode: 'external' } }
    case 'both':
      return { bytes: withMapComment(code, mapUrl(map, true, place)), map: { bytes: map, mode: 'external' } }
    case 'inline':
      return { bytes: withMapComment(code, mapUrl(map, true, place)), map: null }
    default:
      return { bytes: withMapComment(code, mapUrl(map, false, place)), map: { bytes: map, mode: 'linked' } }
  }
}

/** Of what the plugin left and what esbuild left by itself (`packages`, other plugins, optional imports), that which the bundle imports. */
function externalsOf(metafile: Metafile, output: Metafile['outputs'][string], { left }: Discoveries, place: Place) {
  const imported = new Set(output.imports.filter(({ external }) => external === true).map(({ path }) => path))
  const found = new Map<string, LeftImport[]>()
  for (const specifier of imported) {
    if (!/^[^./]/.test(specifier) || specifier.includes(':') || isBuiltin(specifier)) continue
    const { name } = splitSpecifier(specifier)
    const imports = left.get(specifier) ?? importsByMetafile(metafile, specifier, place)
    found.set(name, [...(found.get(name) ?? []), ...imports])
  }
  // Sorted for determinism
  const names = [...found.keys()].sort()
  const chosen = names.map(name => ({ name, imports: inOrder(found.get(name) ?? [], place) }))
  return {
    externals: chosen.flatMap(({ name, imports: [first] }) => (first === undefined ? [] : [{ name, ...first }])),
    findings: chosen.flatMap(({ name, imports }) => severalVersions(name, imports)),
  }
}

function importsByMetafile(metafile: Metafile, specifier: string, place: Place): LeftImport[] {
  return Object.entries(metafile.inputs)
    .filter(
      ([input, { imports }]) =>
        !isVirtual(input) && imports.some(({ path, external }) => external && path === specifier),
    )
    .map(([input]) => ({ importer: dirname(resolve(place.root, input)), package: null }))
}

/** The function's own import decides, before those of packages. */
function inOrder(imports: readonly LeftImport[], place: Place): LeftImport[] {
  const keyed = imports.map(one => {
    const path = shownPath(place.root, one.importer)
    return { one, key: `${one.package === null ? 1 : 0}${isInstalled(one.importer) ? 1 : 0}${path}` }
  })
  return keyed.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ one }) => one)
}

function severalVersions(name: string, imports: readonly LeftImport[]): Finding[] {
  const versions = [...new Set(imports.flatMap(one => (one.package === null ? [] : [one.package.version])))]
  const [chosen, ...others] = versions
  return chosen === undefined || others.length === 0
    ? []
    : [finding('NODE_EXTERNAL_VERSIONS', '', name, chosen, others)]
}

async function inlinedIn(
  output: Metafile['outputs'][string],
  place: Place,
  owners: Owners,
): Promise<Bundled['inlined']> {
  const parts = new Map<string, { readonly package: InstalledPackage | null; readonly bytes: number }>()
  for (const [input, { bytesInOutput }] of Object.entries(output.inputs)) {
    const file = resolve(place.root, input)
    const owner = !isVirtual(input) && isInstalled(file) ? await owners.of(file) : null
    const key = owner === null ? '' : `${owner.name}@${owner.version}`
    const before = parts.get(key) ?? { package: owner, bytes: 0 }
    if (bytesInOutput > 0) parts.set(key, { ...before, bytes: before.bytes + bytesInOutput })
  }
  // Sorted for determinism
  return [...parts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, part]) => part)
}

async function modulesOf(
  { inputs }: Metafile,
  output: Metafile['outputs'][string],
  { place, owners }: Work,
): Promise<readonly BundledModule[]> {
  const modules: BundledModule[] = []
  // Sorted for determinism
  for (const path of Object.keys(inputs).sort()) {
    const file = resolve(place.root, path)
    const owner = !isVirtual(path) && isInstalled(file) ? await owners.of(file) : null
    modules.push({
      path,
      owner: owner === null ? null : `${owner.name}@${owner.version}`,
      bytes: output.inputs[path]?.bytesInOutput ?? 0,
      isEntry: output.entryPoint === path,
      imports: (inputs[path]?.imports ?? []).map(one => ({ path: one.path, isExternal: one.external === true })),
    })
  }
  return modules
}
