import { join } from 'node:path'
import type { Disk } from '../../system/system.ts'
import type { InstalledPackage } from './types.ts'

/** What loads or builds native code for a package; who depends on one has native code. */
const NATIVE_LOADERS = [
  '@mapbox/node-pre-gyp',
  '@neon-rs/load',
  'bindings',
  'cmake-js',
  'node-gyp-build',
  'node-gyp-build-optional-packages',
  'node-pre-gyp',
  'pkg-prebuilds',
  'prebuild-install',
]

/** Packages of JavaScript alone that don't work inside a bundle, and why. */
const KNOWN: Readonly<Record<string, string>> = {
  '@prisma/client': 'it reads its engine and schema beside itself',
  '@sparticuz/chromium': 'it unpacks the browser beside itself',
  'dd-trace': 'it changes other packages as they are loaded',
  'geoip-lite': 'it reads its data beside itself',
  'import-in-the-middle': 'it changes other packages as they are loaded',
  jsdom: 'it starts a worker from a file beside itself',
  newrelic: 'it changes other packages as they are loaded',
  pdfkit: 'it reads its fonts beside itself',
  pino: 'it starts its transports from files beside itself',
  'playwright-core': 'it reads its data beside itself',
  'require-in-the-middle': 'it changes other packages as they are loaded',
  'swagger-ui-dist': 'it serves files beside itself',
  'thread-stream': 'it starts a worker from a file beside itself',
  typescript: 'it reads its libraries beside itself',
}

/**
 * Why a package can't be in a bundle and is packed as files, such as `it has native code (lib/x.node)`; null: it can be bundled.
 * Of packages of the workspace only their files count: what they declare is often there for the sake of others.
 */
export async function isExternalByRule(pkg: InstalledPackage, disk: Disk): Promise<string | null> {
  const isInstalled = /[\\/]node_modules[\\/]/.test(pkg.dir)
  const declared = isInstalled ? reasonInManifest(pkg) : null
  if (declared !== null) return declared
  // A package in a zip of Yarn Plug'n'Play has none: Yarn unpacks those that have.
  const native = (await disk.stat(pkg.dir)) === null ? null : await findNativeFile(pkg.dir, '', disk)
  return native === null ? null : `it has native code (${native})`
}

function reasonInManifest({ name, manifest }: InstalledPackage): string | null {
  const known = Object.hasOwn(KNOWN, name) ? KNOWN[name] : undefined
  if (known !== undefined) return known
  if (manifest.gypfile) return 'its package.json has `gypfile`'
  if (manifest.hasBinary) return 'its package.json has `binary`'
  if (manifest.hasNapi) return 'its package.json has `napi`'
  const loader = NATIVE_LOADERS.find(loader => Object.hasOwn(manifest.dependencies, loader))
  if (loader !== undefined) return `it depends on ${loader}`
  const platform = Object.keys(manifest.optionalDependencies).find(isOfPlatform)
  return platform === undefined ? null : `it depends on ${platform}`
}

function isOfPlatform(name: string): boolean {
  return /linux|darwin|win32/.test(name) && /x64|arm64/.test(name)
}

/** The first add-on, shared library or build file in a package's own tree, relative to it. */
async function findNativeFile(dir: string, path: string, disk: Disk): Promise<string | null> {
  const entries = await disk.list(dir)
  const file = entries.find(
    ({ name, kind }) =>
      kind === 'file' && (/\.node$|\.so(\.\d+)*$/.test(name) || (path === '' && name === 'binding.gyp')),
  )
  if (file !== undefined) return path + file.name
  for (const { name, kind } of entries) {
    if (kind !== 'directory' || name === 'node_modules' || name === '.git') continue
    const found = await findNativeFile(join(dir, name), `${path}${name}/`, disk)
    if (found !== null) return found
  }
  return null
}
