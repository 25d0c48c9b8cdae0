import { join, relative } from 'node:path'
import { UserError } from '../../errors.ts'
import { finding } from '../../findings.ts'
import { toArchivePath } from '../../formats/archive-path.ts'
import type { FileEntry, Finding, InlinedPart, LeftOut, NodePlan, PackedPackage } from '../../model.ts'
import { inParallel } from '../../system/in-parallel.ts'
import type { System } from '../../system/system.ts'
import { type Bundled, bundle } from './bundle.ts'
import { type Closure, closeOver } from './closure.ts'
import { isExternalByRule } from './externals.ts'
import { checkLock } from './freshness.ts'
import { fetchForTarget, refusePnp } from './install.ts'
import type { MissingPackage, RootPackage } from './installed-graph.ts'
import { filesOfPackage } from './package-files.ts'
import { makePackages, type Packages } from './packages.ts'
import type { InstalledPackage, NodeFiles, PlacedPackage } from './types.ts'

/** Enough to keep the disk busy, and few enough for the limit of open files. */
const FOLDERS_AT_ONCE = 16

/**
 * What a Node.js function needs besides its own files: the bundle and the packages that can't be in it, or without a bundle
 * all production dependencies. Throws UserError LOCK_STALE, BUNDLE_FAILED, NODE_PACKAGES_MISSING, and what reading packages throws.
 */
export async function collectNodeFiles(
  plan: NodePlan,
  places: { readonly workDir: string },
  system: System,
): Promise<NodeFiles> {
  await checkLock(plan.project, system)
  const bundled =
    plan.config.bundle.kind === 'bundle'
      ? await bundle(plan, async one => (await isExternalByRule(one, system.disk)) !== null, system)
      : null
  const packages = makePackages(system.disk)
  const roots = bundled === null ? await productionRoots(plan, packages) : await externalRoots(bundled, plan, packages)
  refusePnp(
    plan.project,
    roots.map(({ name }) => name),
  )
  const closure = await closeForTarget(plan, { roots, packages, workDir: places.workDir }, system)
  const packed = await packagesAsFiles(closure, plan, system)
  const inside = bundled === null ? NOTHING_INSIDE : partsOf(bundled, plan)
  return {
    files: [...inside.files, ...packed.files],
    packages: unitePackages([...packed.packages, ...inside.packages]),
    inlined: inside.inlined,
    beside: inside.beside,
    leftOut: packed.leftOut,
    findings: [
      ...(bundled?.findings ?? []),
      ...closure.findings,
      ...packed.findings,
      ...(bundled === null ? [] : tellPrisma(bundled, closure)),
    ],
  }
}

/** The packages that the bundle imports when it runs, from where it does; and what `external` names, which may be loaded by name alone. */
async function externalRoots(
  { externals }: Bundled,
  { config, project }: NodePlan,
  packages: Packages,
): Promise<RootPackage[]> {
  const imported = externals.flatMap(({ name, importer, package: found }) =>
    found === null ? [] : [{ name, fromDir: importer }],
  )
  const external = config.bundle.kind === 'bundle' ? config.bundle.options['external'] : []
  const named: RootPackage[] = []
  for (const name of (external ?? []) as readonly string[]) {
    const isKnown = externals.some(one => one.name === name)
    // Of what is not installed, a layer or the runtime may have it.
    if (!isKnown && (await packages.resolve(name, project.dir)) !== null) named.push({ name, fromDir: project.dir })
  }
  return [...imported, ...named]
}

/** Prisma's client loads what it generated beside itself, unless only `@prisma/client/…` is imported: then it was generated elsewhere. */
function tellPrisma({ bytes }: Bundled, { missing }: Closure): Finding[] {
  const isMissing = missing.some(({ name }) => name === '.prisma/client')
  const isLoaded = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes('"@prisma/client"')
  return isMissing && isLoaded ? [finding('PRISMA_NOT_GENERATED', 'node_modules/@prisma/client')] : []
}

/** What package.json asks for; of optional dependencies those that are installed. */
async function productionRoots({ project }: NodePlan, packages: Packages): Promise<RootPackage[]> {
  const { dependencies = {}, optionalDependencies = {} } = (await packages.read(project.dir))?.manifest ?? {}
  const roots: RootPackage[] = []
  // Sorted for determinism
  for (const name of Object.keys({ ...dependencies, ...optionalDependencies }).sort()) {
    const isWanted = !(name in optionalDependencies) || (await packages.resolve(name, project.dir)) !== null
    if (isWanted) roots.push({ name, fromDir: project.dir })
  }
  return roots
}

/** The closure for the target; where packages of its platform aren't installed here, as its own package manager would install it there. */
async function closeForTarget(
  plan: NodePlan,
  { roots, packages, workDir }: { roots: readonly RootPackage[]; packages: Packages; workDir: string },
  system: System,
): Promise<Closure> {
  const here = await closeOver(roots, plan.target, packages)
  const foreign = here.missing.filter(({ isForeignPlatform }) => isForeignPlatform)
  if (foreign.length === 0) return complete(here, plan)
  const there = await fetchForTarget(
    plan,
    foreign.map(({ name }) => name),
    workDir,
    system,
  )
  const moved = await Promise.all(roots.map(root => movedRoot(root, plan.project.dir, there, system)))
  return complete(await closeOver(moved, plan.target, makePackages(system.disk)), plan)
}

/** A package is imported from the same place in the copy, if that place is there; else from the project's folder. */
async function movedRoot(
  { name, fromDir }: RootPackage,
  projectDir: string,
  there: string,
  system: System,
): Promise<RootPackage> {
  const same = join(there, relative(projectDir, fromDir))
  return { name, fromDir: (await system.disk.stat(same)) === null ? there : same }
}

function complete(closure: Closure, plan: NodePlan): Closure {
  const missing = closure.missing.filter(({ isOptional }) => !isOptional)
  if (missing.length > 0) throw new UserError('NODE_PACKAGES_MISSING', missing.map(describeMissing), plan.project.dir)
  return closure
}

function describeMissing({ name, requiredBy }: MissingPackage): string {
  return requiredBy === '(direct)' ? name : `${name} (required by ${requiredBy})`
}

async function packagesAsFiles({ placed }: Closure, plan: NodePlan, { disk }: System) {
  const { config, target, boundary } = plan
  const [omitted, kept] = config.runtimeSdk === 'omit' ? split(placed, isRuntimeSdk) : [[], placed]
  const packed = await inParallel(kept, FOLDERS_AT_ONCE, one =>
    filesOfPackage(one, { target, slim: config.slim, boundary }, disk),
  )
  const sdk: LeftOut[] = omitted.length === 0 ? [] : [{ rule: 'runtime SDK', files: omitted.length, bytes: 0 }]
  return {
    files: packed.flatMap(({ files }) => files),
    packages: kept.map(({ installed, requiredBy }) => packedPackage(installed, requiredBy.map(nameOfId))),
    leftOut: [...sdk, ...sumByRule(packed.flatMap(({ leftOut }) => leftOut))],
    findings: packed.flatMap(({ findings }) => findings),
  }
}

/** What the Node.js runtimes ship. https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html */
function isRuntimeSdk({ installed }: PlacedPackage): boolean {
  return /^@(?:aws-sdk|smithy)\//.test(installed.name)
}

const NOTHING_INSIDE = { files: [], packages: [], inlined: [], beside: [] }

/** The bundle's files, and whose code is in it. */
function partsOf(bundled: Bundled, plan: NodePlan) {
  const { path, bytes, map, assets, inlined } = bundled
  const inside = inlined.flatMap(({ package: one, bytes }) => (one === null ? [] : [{ one, bytes }]))
  const linked = map?.mode === 'linked' ? [ownFile(`${path}.map`, map.bytes)] : []
  const extension = path.slice(path.lastIndexOf('.'))
  return {
    files: [ownFile(path, bytes), ...linked, ...assets.map(asset => ownFile(asset.path, asset.bytes))],
    packages: inside.map(({ one }) =>
      packedPackage(
        one,
        requirersOf(
          one,
          inside.map(other => other.one),
        ),
      ),
    ),
    inlined: inside.map(({ one, bytes }): InlinedPart => ({ path, owner: idOf(one), bytes })),
    beside: map?.mode === 'external' ? [{ name: `${plan.config.name}${extension}.map`, bytes: map.bytes }] : [],
  }
}

function ownFile(path: string, bytes: Uint8Array): FileEntry {
  return {
    path: toArchivePath(path),
    bytes: bytes.length,
    executable: false,
    content: { kind: 'bytes', bytes },
    owner: null,
  }
}

function packedPackage(one: InstalledPackage, requiredBy: readonly string[]): PackedPackage {
  return { id: idOf(one), name: one.name, version: one.version, requiredBy }
}

/** By what their package.json say: esbuild tells which file imports which, but not in whose name. */
function requirersOf({ name }: InstalledPackage, others: readonly InstalledPackage[]): string[] {
  const requirers = others.filter(
    ({ manifest }) =>
      name in { ...manifest.dependencies, ...manifest.optionalDependencies, ...manifest.peerDependencies },
  )
  return requirers.length === 0 ? ['(direct)'] : [...new Set(requirers.map(one => one.name))].sort()
}

/** A package that is in the bundle and beside it, or in two places, is one. */
function unitePackages(packages: readonly PackedPackage[]): PackedPackage[] {
  const byId = new Map<string, PackedPackage>()
  for (const one of packages) {
    const requiredBy = [...new Set([...(byId.get(one.id)?.requiredBy ?? []), ...one.requiredBy])].sort()
    byId.set(one.id, { ...one, requiredBy })
  }
  return [...byId.values()].sort((a, b) => (a.id < b.id ? -1 : 1)) // Sorted for determinism
}

function sumByRule(leftOut: readonly LeftOut[]): LeftOut[] {
  const sums = new Map<string, LeftOut>()
  for (const { rule, files, bytes } of leftOut) {
    const sum = sums.get(rule)
    sums.set(rule, { rule, files: files + (sum?.files ?? 0), bytes: bytes + (sum?.bytes ?? 0) })
  }
  return [...sums.values()].sort((a, b) => (a.rule < b.rule ? -1 : 1)) // Sorted for determinism
}

function split<T>(items: readonly T[], test: (item: T) => boolean): [T[], T[]] {
  return [items.filter(test), items.filter(item => !test(item))]
}

function idOf({ name, version }: InstalledPackage): string {
  return `${name}@${version}`
}

function nameOfId(id: string): string {
  const at = id.lastIndexOf('@')
  return at > 0 ? id.slice(0, at) : id
}
