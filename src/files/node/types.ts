import type { FileEntry, Finding, InlinedPart, LeftOut, PackedPackage } from '../../model.ts'

/** What a Node.js function brings besides its own files. */
export interface NodeFiles {
  readonly files: readonly FileEntry[]
  readonly packages: readonly PackedPackage[]
  readonly inlined: readonly InlinedPart[]
  readonly beside: readonly { readonly name: string; readonly bytes: Uint8Array }[]
  readonly leftOut: readonly LeftOut[]
  readonly findings: readonly Finding[]
}

/** A package as it lies on this disk. */
export interface InstalledPackage {
  readonly name: string
  readonly version: string
  /** Its real folder, links followed. */
  readonly dir: string
  /** Its package.json. */
  readonly manifest: PackageManifest
}

/** The keys of package.json that are read; absent ones are empty. https://docs.npmjs.com/cli/v11/configuring-npm/package-json */
export interface PackageManifest {
  readonly name: string
  readonly version: string
  readonly type: 'module' | 'commonjs'
  readonly main: string
  /** As written: exports have many shapes. */
  readonly exports: unknown
  readonly dependencies: Readonly<Record<string, string>>
  readonly optionalDependencies: Readonly<Record<string, string>>
  readonly peerDependencies: Readonly<Record<string, string>>
  /** Names of peers that may be missing. */
  readonly optionalPeers: readonly string[]
  readonly bundledDependencies: readonly string[]
  readonly os: readonly string[]
  readonly cpu: readonly string[]
  readonly libc: readonly string[]
  /** Paths of its commands. */
  readonly bin: readonly string[]
  readonly files: readonly string[]
  readonly gypfile: boolean
  readonly hasBinary: boolean
  readonly hasNapi: boolean
}

/** A package that is packed as files, and where in the artifact: `node_modules/a` or `node_modules/a/node_modules/b`. */
export interface PlacedPackage {
  readonly installed: InstalledPackage
  readonly place: string
  /** Ids (`name@version`) of what requires it; `(direct)` for the function. */
  readonly requiredBy: readonly string[]
}
