/**
 * The nouns, in the order they flow: Config → Plan → FileSet → Artifact → Report.
 * All sizes are bytes; all paths on disk are absolute unless a comment says otherwise.
 */

// ── Config: what the user wrote, checked, with every default filled ──────────────────────────────

export type Architecture = 'x86_64' | 'arm64'
export type SlimLevel = 'none' | 'safe' | 'strong'
export type RuntimeSdk = 'bundle' | 'omit'

/** A layer that the function will use; its bytes count in the unzipped limit. */
export interface LayerConfig {
  readonly arn: string
  /** null: unknown, so the report says that it is not counted. */
  readonly unzippedBytes: number | null
}

/** Where the config says the dependencies come from, before anything is looked at. */
export type DependenciesConfig =
  | { readonly kind: 'found' }
  | { readonly kind: 'none' }
  | { readonly kind: 'named'; readonly path: string }

export interface FunctionConfig {
  readonly name: string
  /** The runtime's AWS id, such as python3.13. */
  readonly runtime: string
  readonly architecture: Architecture
  readonly handler: string
  /** The function's folder. */
  readonly root: string
  readonly include: readonly string[]
  readonly exclude: readonly string[]
  /** Globs of the function's own files that are packed as executable. */
  readonly executable: readonly string[]
  readonly dependencies: DependenciesConfig
  /** Dependency groups and extras of the project that are packed besides the main dependencies. */
  readonly groups: readonly string[]
  readonly extras: readonly string[]
  /** Folders with wheels, used before any index (as pip's --find-links). */
  readonly findLinks: readonly string[]
  readonly runtimeSdk: RuntimeSdk
  readonly slim: SlimLevel
  readonly layers: readonly LayerConfig[]
  readonly budget: { readonly zippedBytes: number | null; readonly unzippedBytes: number | null }
}

export interface Config {
  /** The config file, or null when everything was inferred from the folder. */
  readonly file: string | null
  /** The folder that relative paths start from: the config file's, or the current one. */
  readonly dir: string
  readonly outDir: string
  /** Whose files are never a function's own: `outDir`, and the config's where the command line names another. */
  readonly outDirs: readonly string[]
  readonly functions: readonly FunctionConfig[]
  /** Sentences that say what was inferred and from what, for people. */
  readonly inferred: readonly string[]
}

// ── Plan: everything decided about a function before its files are read ──────────────────────────

/** The values of PEP 508's environment markers on the target. https://peps.python.org/pep-0508/#environment-markers */
export interface MarkerEnvironment {
  readonly os_name: string
  readonly sys_platform: string
  readonly platform_machine: string
  readonly platform_python_implementation: string
  readonly platform_release: string
  readonly platform_system: string
  readonly platform_version: string
  readonly python_version: string
  readonly python_full_version: string
  readonly implementation_name: string
  readonly implementation_version: string
}

/** The Python interpreter and system that the function will run on. */
export interface PythonTarget {
  readonly runtime: string
  readonly architecture: Architecture
  /** Such as 3.13. */
  readonly version: string
  readonly glibc: { readonly major: number; readonly minor: number }
  readonly markers: MarkerEnvironment
  /** Wheel tags (`cp313-cp313-manylinux_2_34_x86_64`) that load on the target, best first. */
  readonly tags: readonly string[]
}

export type LockFormat = 'uv' | 'pylock' | 'poetry' | 'pdm' | 'pipfile'

/** Where the runtime dependencies come from. `path` is the file or folder. */
export type DependencySource =
  | { readonly kind: 'none' }
  | { readonly kind: 'lock'; readonly format: LockFormat; readonly path: string }
  | {
      /** A requirements file: a lock if it is exact and complete, else installed in `environment`, else resolved. */
      readonly kind: 'requirements'
      readonly path: string
      readonly environment: string | null
    }
  | {
      readonly kind: 'environment'
      readonly path: string
      /** The requirements file or pyproject.toml that declares what is needed; null: nothing does. */
      readonly declaredIn: string | null
    }
  | { readonly kind: 'wheels'; readonly path: string }
  | { readonly kind: 'pyproject'; readonly path: string }

export interface Plan {
  readonly config: FunctionConfig
  readonly target: PythonTarget
  readonly source: DependencySource
  /** Folders that are never the function's own files: outputs, other functions' roots, the source's own files. */
  readonly excluded: readonly string[]
  /** The folder beyond which no link may lead: the workspace or checkout root. */
  readonly boundary: string
  readonly artifactPath: string
  readonly findings: readonly Finding[]
}

// ── File set: the artifact's files ───────────────────────────────────────────────────────────────

declare const archivePath: unique symbol
/** A path inside an artifact: relative, `/`-separated, no empty, `.` or `..` parts. Made by `toArchivePath` alone. */
export type ArchivePath = string & { readonly [archivePath]: true }

/** A file inside a zip or wheel, as its central directory tells. */
export interface ArchiveMember {
  readonly name: string
  readonly bytes: number
  readonly compressedBytes: number
  /** 0 stored, 8 deflated. */
  readonly method: number
  readonly crc32: number
  readonly headerOffset: number
  readonly executable: boolean
}

/** Where the bytes of a file come from. */
export type Content =
  | { readonly kind: 'disk'; readonly path: string }
  | { readonly kind: 'member'; readonly archive: string; readonly member: ArchiveMember }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }

export interface FileEntry {
  readonly path: ArchivePath
  readonly bytes: number
  readonly executable: boolean
  readonly content: Content
  /** The package (distribution) that brings the file; null for the function's own. */
  readonly owner: string | null
}

/** A Python distribution that is in the artifact. */
export interface Distribution {
  /** Normalised as PEP 503 says. */
  readonly name: string
  readonly version: string
  /** Names of the distributions that require it; `(direct)` for the function itself. Sorted. */
  readonly requiredBy: readonly string[]
}

export interface FileSet {
  /** Sorted by the bytes of the UTF-8 path, unique. */
  readonly files: readonly FileEntry[]
  readonly distributions: readonly Distribution[]
  /** What was left out, rule by rule, for --verbose and the report. */
  readonly leftOut: readonly LeftOut[]
  readonly findings: readonly Finding[]
}

export interface LeftOut {
  /** Such as `__pycache__`, `stubs`, `.env*`. */
  readonly rule: string
  readonly files: number
  readonly bytes: number
}

// ── Findings ─────────────────────────────────────────────────────────────────────────────────────

export type Severity = 'error' | 'warning' | 'note'

/** Something a stage found that the user should know. Codes are stable; messages are not. */
export interface Finding {
  readonly code: string
  readonly severity: Severity
  /** An archive path or a path on disk; empty when it concerns the whole function. */
  readonly path: string
  readonly message: string
}

// ── Artifact and report ──────────────────────────────────────────────────────────────────────────

export interface WrittenEntry {
  readonly path: ArchivePath
  readonly bytes: number
  /** Bytes in the zip: the stream and its headers. */
  readonly zippedBytes: number
  readonly owner: string | null
}

export interface Artifact {
  readonly kind: 'zip'
  readonly path: string
  readonly bytes: number
  readonly unzippedBytes: number
  readonly sha256: string
  /** True if the file that stood had these very bytes and was left alone. */
  readonly unchanged: boolean
  readonly entries: readonly WrittenEntry[]
}

export type LimitStatus = 'ok' | 'near' | 'over'

export interface JudgedLimit {
  readonly id: string
  readonly bytes: number
  readonly limit: number
  readonly status: LimitStatus
  /** What it means to be over: an error decides the exit code. */
  readonly severity: Severity
}

export interface PackageSize {
  readonly name: string
  readonly version: string
  readonly bytes: number
  readonly zippedBytes: number
  readonly files: number
  readonly requiredBy: readonly string[]
}

export interface FunctionReport {
  readonly name: string
  readonly runtime: string
  readonly architecture: Architecture
  readonly handler: string
  readonly artifact: Artifact
  /** Heaviest in the zip first. */
  readonly packages: readonly PackageSize[]
  readonly limits: readonly JudgedLimit[]
  readonly findings: readonly Finding[]
  readonly leftOut: readonly LeftOut[]
  /** False if a limit of severity error is over, or a finding is an error. */
  readonly ok: boolean
}
