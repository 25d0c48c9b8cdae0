import { fileChanges } from './diff/files.ts'
import { packageChanges } from './diff/packages.ts'
import { reasonsOf } from './diff/reasons.ts'
import { withSharesOfBoth } from './diff/shares.ts'

export { diffAsMarkdown } from './diff/markdown.ts'
export { diffAsText } from './diff/text.ts'

/** A file of a side, as `report --json` has it. */
export interface ComparedFile {
  readonly path: string
  readonly bytes: number
  readonly zippedBytes: number
  /** 8 digits of lower-case hex. */
  readonly crc32: string
  /** Unix permissions in octal; null: nobody tells. */
  readonly mode: string | null
  /** The id of its package. */
  readonly package: string
}

/** A package of a side, as `report --json` has it. */
export interface ComparedPackage {
  readonly id: string
  readonly name: string
  readonly version: string
  readonly bytes: number
  readonly zippedBytes: number
}

/** A package's share of a file of another one: of a bundle. */
export interface ComparedShare {
  /** The file's. */
  readonly path: string
  readonly package: string
  readonly bytes: number
  readonly zippedBytes: number
}

/** One side of a comparison. */
export interface DiffSide {
  /** The zip, or the document that tells of it. */
  readonly path: string
  readonly artifact: { readonly bytes: number; readonly unzippedBytes: number; readonly sha256: string }
  readonly packages: readonly ComparedPackage[]
  readonly files: readonly ComparedFile[]
  readonly inlined: readonly ComparedShare[]
  /** How the zip is made; null of a document, which doesn't tell. */
  readonly packing: Packing | null
}

/** How a zip is made, beyond what its files are. In the zip's order. */
export type Packing = readonly {
  readonly path: string
  readonly kind: 'file' | 'folder' | 'link' | 'special'
  /** 0 stored, 8 deflated. */
  readonly method: number
  /** As MS-DOS has it. */
  readonly time: number
  readonly compressedBytes: number
}[]

/** Plain data, made to be shown in any form. Sizes are bytes. */
export interface ReportDiff {
  /** The function's. */
  readonly name: string
  /** null: there is nothing to compare with, so that all is new. */
  readonly old: DiffedArtifact | null
  readonly now: DiffedArtifact
  /** True if both are the same to the byte. */
  readonly identical: boolean
  /** Why the hash changed, what says most first; empty if it did not, or nothing is there to compare with. */
  readonly reasons: readonly HashReason[]
  /** Largest change of zipped bytes first. */
  readonly packages: readonly PackageChange[]
  /** Sorted by path. */
  readonly files: readonly FileChange[]
}

export interface DiffedArtifact {
  readonly path: string
  readonly bytes: number
  readonly unzippedBytes: number
  /** Lower-case hex. */
  readonly sha256: string
}

export interface HashReason {
  /**
   * content, added, removed: what the files are. names: files that are the same under another name. modes: permissions. order: of the
   * files in the zip. folders: entries of folders. times, compression, headers (extra fields and the like): how the zip is made, as by
   * another tool. packing: some of these, and the old side doesn't tell which.
   */
  readonly kind:
    | 'content'
    | 'added'
    | 'removed'
    | 'names'
    | 'modes'
    | 'order'
    | 'folders'
    | 'times'
    | 'compression'
    | 'headers'
    | 'packing'
  /** How many files (or folders) it concerns; null where that has no number. */
  readonly count: number | null
}

export interface FileChange {
  /** changed: its content. mode: its permissions alone. renamed: the same content under another name. */
  readonly kind: 'added' | 'removed' | 'changed' | 'mode' | 'renamed'
  /** Of what is removed its old one. */
  readonly path: string
  /** Of what is renamed; else null. */
  readonly oldPath: string | null
  /** The id of its package; of what is removed of the old one. */
  readonly package: string
  readonly old: FileFacts | null
  readonly now: FileFacts | null
}

export interface FileFacts {
  readonly bytes: number
  readonly zippedBytes: number
  readonly mode: string | null
}

export interface PackageChange {
  /** up, down: another version. moved: another version, of which nobody can tell whether it is newer. changed: of the same version. */
  readonly kind: 'added' | 'removed' | 'up' | 'down' | 'moved' | 'changed'
  /** `(function)` for the function's own code. */
  readonly name: string
  readonly oldVersion: string | null
  readonly version: string | null
  /** 0 where it is not there. */
  readonly oldBytes: number
  readonly bytes: number
  readonly oldZippedBytes: number
  readonly zippedBytes: number
  /** Of its files; what has other permissions alone doesn't count. */
  readonly files: { readonly added: number; readonly removed: number; readonly changed: number }
}

/** Compares a function's artifact with an earlier one; `old` null: there is none. */
export function diffOf(old: DiffSide | null, now: DiffSide, name: string): ReportDiff {
  const identical = old !== null && old.artifact.sha256 === now.artifact.sha256
  if (identical) {
    return { name, old: diffed(old), now: diffed(now), identical, reasons: [], packages: [], files: [] }
  }
  const files = fileChanges(old?.files ?? [], now.files)
  return {
    name,
    old: old === null ? null : diffed(old),
    now: diffed(now),
    identical,
    reasons: old === null ? [] : reasonsOf(old, now, files),
    packages: packageChanges(withSharesOfBoth(old, now), files),
    files,
  }
}

function diffed({ path, artifact: { bytes, unzippedBytes, sha256 } }: DiffSide): DiffedArtifact {
  return { path, bytes, unzippedBytes, sha256 }
}
