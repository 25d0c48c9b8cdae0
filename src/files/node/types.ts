import type { PackageManifest } from '../../formats/package-json.ts'
import type { FileEntry, Finding, InlinedPart, LeftOut, PackedPackage } from '../../model.ts'

export type { PackageManifest } from '../../formats/package-json.ts'

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

/** A package that is packed as files, and where in the artifact: `node_modules/a` or `node_modules/a/node_modules/b`. */
export interface PlacedPackage {
  readonly installed: InstalledPackage
  readonly place: string
  /** True if only optional dependencies lead to it, so that the code that wants it does without. */
  readonly isOptional: boolean
  /** Ids (`name@version`) of what requires it; `(direct)` for the function. */
  readonly requiredBy: readonly string[]
}
