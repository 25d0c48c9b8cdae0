import type { Requirement } from '../../formats/pep508.ts'
import type { FileEntry, Finding } from '../../model.ts'

/** One file that an index or a lock offers for a version. */
export interface PackageFile {
  readonly filename: string
  /** http(s) URL, or an absolute path on disk; null where the lock names the file only (poetry, Pipenv): the index knows the rest. */
  readonly location: string | null
  /** Lower-case hex; null if nothing says. */
  readonly sha256: string | null
  readonly bytes: number | null
}

/** Where the bytes of a selected package are to come from. */
export type Origin =
  | {
      /** A package of an index. */
      readonly kind: 'index'
      /** The index the lock names for this package; null: the default one. */
      readonly index: string | null
      /** Wheels and sdists the lock lists; empty where it lists none: the index is asked. */
      readonly files: readonly PackageFile[]
      /** Accepted sha256 in lower-case hex; empty: any. */
      readonly hashes: readonly string[]
    }
  | { /** A wheel or sdist named by URL or path. */ readonly kind: 'archive'; readonly file: PackageFile }
  | { /** A project on disk. */ readonly kind: 'directory'; readonly path: string }
  | {
      /** A project in git at a commit. */ readonly kind: 'git'
      readonly url: string
      readonly commit: string
      readonly subdirectory: string
    }

export interface SelectedPackage {
  /** Normalised (PEP 503). */
  readonly name: string
  /** null where only the built wheel tells (directories, URLs). */
  readonly version: string | null
  readonly origin: Origin
}

/** Indexes that a file of the user names beside the environment's (requirements.txt options, pyproject's, Pipfile's). */
export interface NamedIndexes {
  readonly indexUrl: string | null
  readonly extraIndexUrls: readonly string[]
  /** Absolute folders or URLs. */
  readonly findLinks: readonly string[]
  /** What forbids indexes, such as `--no-index in requirements.txt`; null: nothing. */
  readonly noIndex: string | null
}

/** What a lock file or a resolver says must be packed for one target. */
export interface Selection {
  /** Sorted by name, one version each. */
  readonly packages: readonly SelectedPackage[]
  /** Normalised names that the function itself asks for. */
  readonly direct: readonly string[]
  readonly indexes: NamedIndexes
  readonly findings: readonly Finding[]
}

/** What of a project is wanted besides its main dependencies. */
export interface Wanted {
  readonly groups: readonly string[]
  readonly extras: readonly string[]
}

/** A wheel on this disk, verified, that is to be unpacked. */
export interface LocalWheel {
  readonly name: string
  readonly path: string
  readonly filename: string
}

/** A distribution laid out as site-packages has it, before slimming. */
export interface LaidOutDistribution {
  /** Normalised. */
  readonly name: string
  readonly version: string
  readonly requires: readonly Requirement[]
  /** Names of the extras it offers, normalised. */
  readonly extras: readonly string[]
  readonly licence: string | null
  /** The archive path of its .dist-info folder. */
  readonly distInfo: string
  /** Wheel tags of its WHEEL file, expanded. */
  readonly tags: readonly string[]
  readonly files: readonly FileEntry[]
  /** What of it no artifact holds, whatever the slim level, and the rule. */
  readonly unpacked: readonly { readonly path: string; readonly rule: string }[]
  /** What of it won't work on Lambda as on a computer, such as .pth files. */
  readonly findings: readonly Finding[]
}
