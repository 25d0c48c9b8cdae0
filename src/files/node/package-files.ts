import { finding } from '../../findings.ts'
import { toArchivePath } from '../../formats/archive-path.ts'
import { ELF_HEAD_BYTES, isElfProgram } from '../../formats/elf.ts'
import { namePlatform, platformWords } from '../../formats/platform-words.ts'
import type { FileEntry, Finding, LeftOut, NodeTarget, SlimLevel } from '../../model.ts'
import { unreadable } from '../../system/fault.ts'
import type { Disk } from '../../system/system.ts'
import { idOf } from './installed-graph.ts'
import { isInside, type PackageFile, walkPackage } from './package-walk.ts'
import { findUnused } from './prune.ts'
import { BUILD_FILES, describeAbi, judgeNative, type NativeFiles } from './prune-native.ts'
import type { PlacedPackage } from './types.ts'
import { publishedFiles } from './workspace-files.ts'

export interface PackageFiles {
  readonly files: readonly FileEntry[]
  readonly leftOut: readonly LeftOut[]
  /** The same file by file, and what a package of the workspace would not publish; the paths are the package's own. */
  readonly unused: ReadonlyMap<PackageFile, string>
  /** NODE_ADDON_NOT_BUILT, NODE_ADDON_FOREIGN, NODE_ADDON_OTHER_NODE, NODE_ADDON_OPTIONAL, PRISMA_ENGINE_MISSING. */
  readonly findings: readonly Finding[]
}

export interface PackingOptions {
  readonly target: NodeTarget
  readonly slim: SlimLevel
  /** The folder beyond which no link of a package that lies in it may lead; a package elsewhere keeps to its own folder. */
  readonly boundary: string
}

/**
 * The files of a package at its place, without the packages installed in it and without what nothing on the target loads. Of a
 * workspace's package, what it would publish. Throws UserError LINK_ESCAPES, LINK_DANGLING, LINK_CYCLE, FILE_SPECIAL, FILE_UNREADABLE.
 */
export async function filesOfPackage(
  placed: PlacedPackage,
  { target, slim, boundary }: PackingOptions,
  disk: Disk,
): Promise<PackageFiles> {
  const { installed } = placed
  const within = isInside(installed.dir, boundary) ? boundary : installed.dir
  const all = await walkPackage(installed.dir, within, disk)
  const files = isInstalled(installed.dir) ? all : publishedFiles(installed.manifest, all)
  const native = await judgeNative(installed, files, { target, disk })
  const unused = new Map(await findUnused(installed, files, { level: slim, disk }))
  for (const [file, rule] of native.unused) if (slim !== 'none' || rule === BUILD_FILES) unused.set(file, rule)
  const entries: FileEntry[] = []
  for (const file of files) if (!unused.has(file)) entries.push(await entryOf(placed, file, disk))
  const leftOut = countRules(unused)
  const published = new Set(files)
  for (const file of all) if (!published.has(file)) unused.set(file, 'what the package would not publish')
  return { files: entries, leftOut, unused, findings: findingsOf(placed, files, native, target) }
}

function isInstalled(dir: string): boolean {
  return /[\\/]node_modules[\\/]/.test(dir)
}

/** Executable by its own words, never by the host's bits, which package managers and systems set differently. */
async function entryOf({ installed, place }: PlacedPackage, file: PackageFile, disk: Disk): Promise<FileEntry> {
  const head = await disk.readRange(file.onDisk, 0, ELF_HEAD_BYTES).catch((error: unknown) => {
    throw unreadable(file.onDisk, error)
  })
  const isProgram = (head[0] === 0x23 && head[1] === 0x21) || isElfProgram(head)
  return {
    path: toArchivePath(`${place}/${file.path}`),
    bytes: file.bytes,
    executable: isProgram || installed.manifest.bin.includes(file.path),
    content: { kind: 'disk', path: file.onDisk },
    owner: idOf(installed),
  }
}

function findingsOf(
  { installed, place, isOptional }: PlacedPackage,
  files: readonly PackageFile[],
  native: NativeFiles,
  target: NodeTarget,
): readonly Finding[] {
  const id = idOf(installed)
  const platform = `${target.os}-${target.cpu}`
  if (native.missingEngine !== null) return [finding('PRISMA_ENGINE_MISSING', place, id, native.missingEngine)]
  if (native.otherNode !== null) {
    const { major } = target
    return [finding('NODE_ADDON_OTHER_NODE', place, id, describeAbi(native.otherNode), major, installed.name)]
  }
  const { gypfile, optionalDependencies } = installed.manifest
  const comesApart = Object.keys(optionalDependencies).some(name => namePlatform(platformWords(name)))
  const wantsAddon = gypfile || files.some(({ path }) => path === 'binding.gyp') || native.foreign.length > 0
  if (native.hasAddon || comesApart || !wantsAddon) return []
  // bufferutil and utf-8-validate bring JavaScript that does the same.
  const hasFallback = files.some(({ path }) => path === 'fallback.js')
  if (isOptional || hasFallback) return [finding('NODE_ADDON_OPTIONAL', place, id, platform)]
  return native.foreign.length > 0
    ? [finding('NODE_ADDON_FOREIGN', place, id, platform, native.foreign.join(', '), installed.name)]
    : [finding('NODE_ADDON_NOT_BUILT', place, id, platform, installed.name)]
}

function countRules(unused: ReadonlyMap<PackageFile, string>): readonly LeftOut[] {
  const rules = [...new Set(unused.values())].sort() // Sorted for determinism
  return rules.map(rule => {
    const of = [...unused].filter(([, one]) => one === rule).map(([file]) => file)
    return { rule, files: of.length, bytes: of.reduce((sum, { bytes }) => sum + bytes, 0) }
  })
}
