import { namePlatform, platformWords, wordsFit } from '../../formats/platform-words.ts'
import type { NodeTarget } from '../../model.ts'
import type { Disk } from '../../system/system.ts'
import type { PackageFile } from './package-walk.ts'
import type { InstalledPackage } from './types.ts'

/** What became of a package's native files. */
export interface NativeFiles {
  /** Native files that are of no use on the target, and the rule that each falls under. */
  readonly unused: ReadonlyMap<PackageFile, string>
  /** True if an add-on is there that loads on the target. */
  readonly hasAddon: boolean
  /** The platforms of the add-ons that are there but don't load, such as `darwin-arm64`, or their paths. Sorted. */
  readonly foreign: readonly string[]
  /** The name of the Prisma engine that is missing, or null. */
  readonly missingEngine: string | null
  /** NODE_MODULE_VERSION of the add-ons that would load on the target, were they not all for another version of Node.js; or null. */
  readonly otherNode: number | null
}

const BINARY = /\.(?:node|so|dylib|dll|exe|pdb|lib|a|o)$|\.so\.[\d.]+$/

/** The rule that holds at every level, for these files are the host's and not the package's. */
export const BUILD_FILES = 'build files of native add-ons'

/** NODE_MODULE_VERSION. https://github.com/nodejs/node/blob/main/doc/abi_version_registry.json */
const ABI: Readonly<Record<number, number>> = { 18: 108, 20: 115, 22: 127, 24: 137 }

/** Such as `Node.js 20 (NODE_MODULE_VERSION 115)`. */
export function describeAbi(abi: number): string {
  const major = Object.keys(ABI).find(key => ABI[Number(key)] === abi)
  return major === undefined ? `NODE_MODULE_VERSION ${abi}` : `Node.js ${major} (NODE_MODULE_VERSION ${abi})`
}

/** sharp keeps its add-ons in packages for one platform each, and their sources in `src/`. */
const BUILD_RULES = /^(?:src\/)?binding\.gyp$/

const SOURCES = /\.(?:c|cc|cpp|cxx|h|hh|hpp|hxx|inc|inl|S|asm|gyp|gypi|cmake|m|mm|rs)$/
const SOURCE_NAMES = /(?:^|\/)(?:CMakeLists\.txt|Makefile|configure|Cargo\.(?:lock|toml)|build-all\.sh)$/
/** What node-gyp leaves in `build/`, with paths of the machine in it, but for what it makes: `build/Release/<name>.node`. */
const INTERMEDIATES =
  /(?:^|\/)build\/(?:.*\/)?(?:obj|obj\.target|\.deps|\.forge-meta|node_gyp_bins)\/|(?:^|\/)build\/(?:.*\/)?(?:[^/]+\.(?:mk|Makefile|vcxproj|sln|filters)|Makefile|config\.gypi|gyp-mac-tool)$|(?:^|\/)build\/.*\.(?:o|a|stamp|tlog)$/

const BUILD_INPUTS = /\.(?:o|a)$|(?:^|\/)deps\/.*\.(?:tar\.gz|tgz|zip|sh|patch)$/

/** Libraries for graphics processors, which Lambda has none of. */
const GPU = /(?:^|\/)libonnxruntime_providers_(?:cuda|tensorrt|rocm)\.so$/

/** Judges what of a package's native files loads on the target: by the files' own headers, and names where those don't tell. */
export async function judgeNative(
  installed: InstalledPackage,
  files: readonly PackageFile[],
  { target, disk }: { readonly target: NodeTarget; readonly disk: Disk },
): Promise<NativeFiles> {
  const unused = new Map<PackageFile, string>()
  const foreign = new Set<string>()
  const isNative =
    files.some(({ path }) => BUILD_RULES.test(path) || path.endsWith('.node')) || installed.manifest.gypfile
  for (const file of files) {
    const rule = isNative ? sourceRule(file.path) : null
    if (rule !== null) unused.set(file, rule)
    else if (isForeignFolder(file.path, target)) unused.set(file, 'binaries of other platforms')
    if (!BINARY.test(file.path) || rule !== null) continue
    const platform = platformOfHeader(await disk.readRange(file.onDisk, 0, 20))
    const { os, libc } = platformWords(file.path.split('/').slice(-3).join('/'))
    // The header of a file for FreeBSD or musl is like one for Linux and glibc, so the name tells.
    const isNamedForeign = !wordsFit({ os, libc, cpu: [] }, target)
    if (platform === `${target.os}-${target.cpu}` && !isNamedForeign) continue
    if (platform === null && !isNamedForeign && !unused.has(file)) continue
    unused.set(file, 'binaries of other platforms')
    if (file.path.endsWith('.node')) foreign.add(isNamedForeign || platform === null ? file.path : platform)
  }
  const addons = files.filter(file => file.path.endsWith('.node') && !unused.has(file))
  for (const addon of otherVersions(addons, target)) unused.set(addon, 'binaries of other Node.js versions')
  const engine = prismaEngine(files, unused, target)
  for (const file of files) if (GPU.test(file.path)) unused.set(file, 'libraries for graphics processors')
  const loadable = addons.filter(addon => !unused.has(addon))
  const otherNode = await findOtherNode(loadable, target, disk)
  return { unused, hasAddon: addons.length > 0, foreign: [...foreign].sort(), missingEngine: engine, otherNode }
}

/** The version that add-ons are for, if none is for the target's. Those that use Node-API are for all; other libraries don't count. */
async function findOtherNode(addons: readonly PackageFile[], target: NodeTarget, disk: Disk): Promise<number | null> {
  const wanted = ABI[target.major]
  let other: number | null = null
  if (wanted === undefined) return null
  for (const { onDisk } of addons) {
    const bytes = await disk.readBytes(onDisk)
    const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const abi = registeredAbi(view)
    if (abi === wanted || view.includes('napi_')) return null
    other = abi ?? other
  }
  return other
}

/** By the symbol that NODE_MODULE_INIT exports. https://nodejs.org/docs/latest-v24.x/api/addons.html#context-aware-addons */
function registeredAbi(bytes: Buffer): number | null {
  const symbol = 'node_register_module_v'
  const at = bytes.indexOf(symbol, 0, 'latin1') + symbol.length
  const digits = at < symbol.length ? null : /^\d{2,3}/.exec(bytes.toString('latin1', at, at + 3))
  return digits === null ? null : Number(digits[0])
}

function sourceRule(path: string): string | null {
  if (INTERMEDIATES.test(path)) return BUILD_FILES
  return BUILD_INPUTS.test(path) || SOURCES.test(path) || SOURCE_NAMES.test(path) ? 'sources of native add-ons' : null
}

/** The file names and folders where prebuildify, node-pre-gyp and the like put one binary for each platform. */
function isForeignFolder(path: string, target: NodeTarget): boolean {
  const match = /(?:^|\/)(?:prebuilds\/([^/]+)|bin\/napi-v\d+\/([^/]+\/[^/]+))\//.exec(path)
  const words = platformWords(match?.[1] ?? match?.[2] ?? '')
  return namePlatform(words) && !wordsFit(words, target)
}

const ELF_MACHINES: Readonly<Record<number, string>> = { 3: 'ia32', 40: 'arm', 62: 'x64', 183: 'arm64', 243: 'riscv64' }
const MACH_O_CPUS: Readonly<Record<number, string>> = { 16777223: 'x64', 16777228: 'arm64' }

/** Such as `linux-x64`; null if the bytes are no native binary. https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html */
function platformOfHeader(bytes: Uint8Array): string | null {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (head.length < 20) return null
  const magic = head.toString('hex', 0, 4)
  if (magic === '7f454c46') {
    const machine = head[5] === 2 ? head.readUInt16BE(18) : head.readUInt16LE(18)
    return `linux-${ELF_MACHINES[machine] ?? `machine ${machine}`}`
  }
  if (magic === 'cffaedfe') return `darwin-${MACH_O_CPUS[head.readUInt32LE(4)] ?? 'other'}`
  if (magic === 'cafebabe') return 'darwin-universal'
  return magic.startsWith('4d5a') ? 'win32' : null
}

/** Add-ons for other versions of Node.js, where one for the target's stands beside. */
function otherVersions(addons: readonly PackageFile[], target: NodeTarget): readonly PackageFile[] {
  const wanted = ABI[target.major]
  const folderOf = (path: string) => path.slice(0, path.lastIndexOf('/') + 1)
  const served = new Set(addons.filter(({ path }) => abiOf(path) === wanted).map(({ path }) => folderOf(path)))
  return addons.filter(({ path }) => {
    const abi = abiOf(path)
    return served.has(folderOf(path)) && (abi !== wanted || /(?:^|\/)electron\b/.test(path)) && abi !== null
  })
}

/** As in `node.abi115.node` (prebuildify) and `node-115.node`. */
function abiOf(path: string): number | null {
  const match = /(?:^|\/)(?:[^/]*\.)?(?:(?:node|electron)-|abi)(\d{2,3})(?:\.[^/]*)?\.node$/.exec(path)
  return match === null ? null : Number(match[1])
}

/** Prisma's engines are for one distribution each; Amazon Linux counts as Red Hat's. Returns the one that is missing. */
function prismaEngine(
  files: readonly PackageFile[],
  unused: Map<PackageFile, string>,
  target: NodeTarget,
): string | null {
  const engines = files.flatMap(file => {
    const name = /(?:^|\/)(?:lib)?(?:query|schema)[_-]engine-([\w.-]+?)(?:\.(?:so|dll|dylib))?(?:\.node|\.exe)?$/.exec(
      file.path,
    )?.[1]
    return name === undefined ? [] : [{ file, name }]
  })
  const openssl = target.major < 20 ? '1.0.x' : '3.0.x'
  const wanted = `${target.cpu === 'arm64' ? 'linux-arm64' : 'rhel'}-openssl-${openssl}`
  for (const { file, name } of engines) if (name !== wanted) unused.set(file, 'binaries of other platforms')
  return engines.length === 0 || engines.some(({ name }) => name === wanted) ? null : wanted
}
