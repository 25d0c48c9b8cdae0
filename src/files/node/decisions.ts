import { join } from 'node:path'
import type { Decisions, NodePlan, PackedPackage } from '../../model.ts'
import type { System } from '../../system/system.ts'
import { userOptions } from './bundle/options.ts'
import { isNamedBy } from './bundle/packages-plugin.ts'
import type { Bundled } from './bundle.ts'
import { isExternalByRule } from './externals.ts'
import { DIRECT, idOf } from './installed-graph.ts'
import type { PackageFile } from './package-walk.ts'
import { isForeignName } from './platform.ts'
import { reasonToKeep } from './prune.ts'
import type { InstalledPackage, PlacedPackage } from './types.ts'

/** What became of the packages that are packed as files. */
export interface PackedFolders {
  readonly files: readonly { readonly path: string }[]
  readonly omitted: readonly PlacedPackage[]
  readonly unused: readonly {
    readonly placed: PlacedPackage
    readonly unused: ReadonlyMap<PackageFile, string>
  }[]
}

/** Writes down who requires the packages that are packed as files, and what of them stays out. */
export function notePackages(
  decisions: Decisions,
  { files, omitted, unused }: PackedFolders,
  { target }: NodePlan,
): void {
  const placed = unused.map(one => one.placed)
  const byId = new Map([...placed, ...omitted].map(one => [idOf(one.installed), one.installed]))
  for (const { installed } of omitted) {
    const { name, version } = installed
    decisions.omitted.push({ id: idOf(installed), name, version, rule: 'runtime SDK' })
  }
  for (const { installed, requiredBy } of placed) {
    const { name } = installed
    for (const from of requiredBy) {
      const text = rangeText(name, byId.get(from))
      decisions.needs.push({ from, name, id: idOf(installed), text, inactive: null })
    }
  }
  const found = new Set(
    placed.flatMap(({ installed, requiredBy }) => requiredBy.map(from => `${from} ${installed.name}`)),
  )
  for (const { installed } of placed) {
    const { optionalDependencies, peerDependencies } = installed.manifest
    for (const name of Object.keys({ ...optionalDependencies, ...peerDependencies }).sort()) {
      if (found.has(`${idOf(installed)} ${name}`)) continue
      const inactive = isForeignName(name, target) ? FOREIGN : name in optionalDependencies ? OPTIONAL : PEER
      decisions.needs.push({ from: idOf(installed), name, id: null, text: rangeText(name, installed), inactive })
    }
  }
  for (const { placed: at, unused: rules } of unused) {
    const owner = idOf(at.installed)
    for (const [{ path }, rule] of rules) {
      decisions.leftOut.push({ path: `${at.place}/${path}`, isFolder: false, rule, owner })
    }
  }
  for (const one of keptFiles(files, placed)) decisions.kept.push(one)
}

const FOREIGN = 'which is for another platform'
const OPTIONAL = 'which is optional, and not installed'
const PEER = 'which is an optional peer, and nothing else needs it'

function keptFiles(files: PackedFolders['files'], placed: readonly PlacedPackage[]): Decisions['kept'] {
  const manifests = new Map(placed.map(({ place, installed }) => [place, installed.manifest]))
  return files.flatMap(({ path }) => {
    const place = /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path)?.[0] ?? ''
    const manifest = manifests.get(place)
    const reason = manifest === undefined ? null : reasonToKeep(path.slice(place.length + 1), manifest)
    return reason === null ? [] : [{ path, reason }]
  })
}

/** Such as `debug@^4.3.1`; as it is written in the package.json of who asks. */
function rangeText(name: string, from: InstalledPackage | undefined): string {
  const { dependencies = {}, optionalDependencies = {}, peerDependencies = {} } = from?.manifest ?? {}
  const range = dependencies[name] ?? optionalDependencies[name] ?? peerDependencies[name]
  return range === undefined ? name : `${name}@${range}`
}

/** Writes down what the bundle is made of, and why packages that it imports are not in it. */
export async function noteBundle(
  decisions: Decisions,
  { path, map, assets, modules, externals }: Bundled,
  plan: NodePlan,
  { disk }: System,
): Promise<void> {
  const read = await modules()
  for (const module of read) decisions.modules.push(module)
  const packed = read.filter(({ bytes }) => bytes > 0).length
  decisions.kept.push({ path, reason: `the bundle that esbuild makes of ${packed} modules` })
  if (map?.mode === 'linked') decisions.kept.push({ path: `${path}.map`, reason: 'the source map of the bundle' })
  for (const asset of assets) decisions.kept.push({ path: asset.path, reason: 'what esbuild makes beside the bundle' })
  const named = userOptions(plan).external ?? []
  for (const { name, package: found } of externals) {
    const pattern = named.find(one => isNamedBy(one, name))
    const byName = pattern === undefined ? null : `\`external\` ${JSON.stringify(pattern)} of the config names it`
    if (found !== null) {
      const reason = byName ?? (await isExternalByRule(found, disk))
      if (reason !== null) decisions.outside.push({ id: idOf(found), reason })
      continue
    }
    const isSdk = plan.config.runtimeSdk === 'omit' && /^@(aws-sdk|smithy)\//.test(name)
    const rule = isSdk ? 'runtime SDK' : (byName ?? 'the package that imports it does without, and it is not installed')
    if (!decisions.omitted.some(one => one.name === name)) decisions.omitted.push({ id: name, name, version: '', rule })
  }
}

/** Writes down what package.json asks for and nothing that is packed imports. */
export async function noteDeclared(
  decisions: Decisions,
  packages: readonly PackedPackage[],
  { project }: NodePlan,
  { disk }: System,
): Promise<void> {
  const path = join(project.dir, 'package.json')
  if ((await disk.stat(path))?.kind !== 'file') return
  const manifest = JSON.parse(await disk.readText(path)) as Readonly<Record<string, unknown>>
  for (const key of ['dependencies', 'devDependencies', 'optionalDependencies']) {
    const declared = manifest[key]
    if (typeof declared !== 'object' || declared === null) continue
    for (const [name, range] of Object.entries(declared)) {
      if (packages.some(one => one.name === name)) continue
      const inactive = `in \`${key}\` of package.json, and nothing that is packed imports it`
      decisions.needs.push({ from: DIRECT, name, id: null, text: `${name}@${String(range)}`, inactive })
    }
  }
}
