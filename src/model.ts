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

/** How a Node.js function's code is packed: bundled by esbuild with these options, or as the files that it has. */
export type BundleConfig = { readonly kind: 'bundle'; readonly options: BundleOptions } | { readonly kind: 'files' }

/** esbuild's own build options, but for those that lpack decides. https://esbuild.github.io/api/#build */
export type BundleOptions = Readonly<Record<string, unknown>>

/** What else Lambda is told about a function; null: nothing, so its default holds. */
export interface FunctionSettings {
  /** MB. */
  readonly memorySize: number | null
  /** Seconds. */
  readonly timeout: number | null
  /** The size of /tmp in MB. */
  readonly ephemeralStorage: number | null
  readonly environment: Readonly<Record<string, string>>
  readonly description: string
}

/** How secrets in the function's own files count. */
export interface LeaksConfig {
  readonly severity: 'error' | 'warning'
  /** Globs of files in the artifact that may hold some. */
  readonly allow: readonly string[]
}

/** Findings that the user knows of and doesn't want to be told. */
export interface IgnoredFinding {
  readonly code: string
  /** A glob of the finding's path; null: wherever it is. */
  readonly path: string | null
  readonly reason: string
  /** True for a default of several functions, of which not each need have the finding. */
  readonly isShared: boolean
}

/** A file or folder that gets a layer of its own in an image. */
export interface ImageCopy {
  /** On disk. */
  readonly from: string
  /** Its path in the artifact, which is never the task root itself. */
  readonly to: string
}

/** How a container image is made of a function. */
export interface ImageConfig {
  /** The base image's reference, such as public.ecr.aws/lambda/python:3.13-arm64. */
  readonly base: string
  /** Whether the base is named with its digest, which the registry is asked for. */
  readonly pin: boolean
  /** Packages of the base's operating system, for the image itself and for the stage that builds. */
  readonly packages: readonly string[]
  readonly buildPackages: readonly string[]
  /** in-image: pip installs all dependencies while the image is built. copy: it installs only what has no wheel. */
  readonly install: 'copy' | 'in-image'
  readonly copy: readonly ImageCopy[]
  readonly labels: Readonly<Record<string, string>>
  /** What a built image is called, such as hello:latest. */
  readonly tag: string
}

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
  /** Of Node.js functions; for Python it means nothing. */
  readonly bundle: BundleConfig
  readonly layers: readonly LayerConfig[]
  readonly image: ImageConfig
  readonly settings: FunctionSettings
  readonly budget: { readonly zippedBytes: number | null; readonly unzippedBytes: number | null }
  readonly leaks: LeaksConfig
  readonly ignore: readonly IgnoredFinding[]
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

/** The Node.js interpreter and system that the function will run on. */
export interface NodeTarget {
  readonly runtime: string
  readonly architecture: Architecture
  /** Such as 22. */
  readonly major: number
  /** As in `os`, `cpu` and `libc` of package.json. https://docs.npmjs.com/cli/v11/configuring-npm/package-json#os */
  readonly os: 'linux'
  readonly cpu: 'x64' | 'arm64'
  readonly libc: 'glibc'
}

/** Where the code of a Node.js function starts, and where Lambda will look for it. */
export interface NodeEntry {
  /** The source file that is bundled, or loaded as it is. */
  readonly file: string
  /** The handler's module without its extension, such as `src/index`. */
  readonly module: string
  /** What the handler names in the module, such as `handler` or `api.get`. */
  readonly exportPath: string
}

export type PackageManager = 'npm' | 'pnpm' | 'yarn'

/** The project that a Node.js function is part of. */
export interface NodeProject {
  /** The folder of the package.json that the function belongs to; the function's root if there is none. */
  readonly dir: string
  /** The folder of the lock file, which is the workspace's root; `dir` if there is none. */
  readonly workspace: string
  readonly lock: { readonly manager: PackageManager; readonly path: string } | null
  /** Yarn Plug'n'Play: packages are in zips, and there is no node_modules. */
  readonly isPnp: boolean
}

/** What is to be made of a function. */
export type Purpose = 'zip' | 'image'

interface PlanBase {
  readonly config: FunctionConfig
  readonly purpose: Purpose
  /** Folders that are never the function's own files: outputs, other functions' roots, the source's own files. */
  readonly excluded: readonly string[]
  /** The folder beyond which no link may lead: the workspace or checkout root. */
  readonly boundary: string
  /** The zip; of an image the folder of its Dockerfile. */
  readonly artifactPath: string
  readonly findings: readonly Finding[]
}

export interface PythonPlan extends PlanBase {
  readonly language: 'python'
  readonly target: PythonTarget
  readonly source: DependencySource
}

export interface NodePlan extends PlanBase {
  readonly language: 'node'
  readonly target: NodeTarget
  readonly entry: NodeEntry
  readonly project: NodeProject
}

export type Plan = PythonPlan | NodePlan

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
  /** The id of the package that brings the file; null for the function's own. */
  readonly owner: string | null
}

/** A Python distribution, or a Node.js package, that is in the artifact. */
export interface PackedPackage {
  /** A distribution's name normalised as PEP 503 says; of a Node.js package `name@version`, for several versions may be packed. */
  readonly id: string
  readonly name: string
  readonly version: string
  /** Names of the packages that require it; `(direct)` for the function itself. Sorted. */
  readonly requiredBy: readonly string[]
}

/** What of a package is inside a bundle. */
export interface InlinedPart {
  /** The bundle. */
  readonly path: ArchivePath
  /** The package's id. */
  readonly owner: string
  /** Its bytes in the bundle. */
  readonly bytes: number
}

/** A Python distribution that pip installs while an image is built, because it has no wheel or the config asks for that. */
export interface InstalledInImage {
  readonly name: string
  readonly version: string
  /** Accepted sha256 of its files, lower-case hex; empty where nothing says. Sorted. */
  readonly hashes: readonly string[]
}

export interface FileSet {
  /** Sorted by the bytes of the UTF-8 path, unique. */
  readonly files: readonly FileEntry[]
  readonly packages: readonly PackedPackage[]
  readonly inlined: readonly InlinedPart[]
  /** Files for people that stand beside the artifact, such as a source map, by their names in the output folder. */
  readonly beside: readonly { readonly name: string; readonly bytes: Uint8Array }[]
  /** What was left out, rule by rule, for --verbose and the report. */
  readonly leftOut: readonly LeftOut[]
  readonly findings: readonly Finding[]
  /** Of an image: what is no file yet. Sorted by name; empty of a zip. */
  readonly installs: readonly InstalledInImage[]
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

/** A finding that `ignore` of the config names. */
export interface SilencedFinding {
  readonly code: string
  readonly path: string
  /** The config's. */
  readonly reason: string
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

/** A container image, or the Dockerfile that makes one. */
export interface ImageArtifact {
  /** dockerfile: a folder with it and its context. image: made without an engine. */
  readonly kind: 'dockerfile' | 'image'
  /** The folder of the Dockerfile or of the OCI layout; null of an image that was only pushed. */
  readonly path: string | null
  /** What it was pushed as, with its digest, or what an engine called it; null: neither. */
  readonly reference: string | null
  /** Of the image's manifest; null of a dockerfile. */
  readonly digest: string | null
  /** The base as it was used: with its digest where that is known. */
  readonly base: string
  /** Compressed, the base too; of a dockerfile the bytes of its context. */
  readonly bytes: number
  /** The base too where its size is known; of a dockerfile the bytes of its context. */
  readonly unzippedBytes: number
  /** Whether the base is counted in `unzippedBytes`. */
  readonly isBaseCounted: boolean
  /** Bottom first; of a dockerfile without the base's. */
  readonly layers: readonly {
    readonly kind: 'base' | 'dependencies' | 'copy' | 'code'
    /** What a person calls it, such as `copy-models`. */
    readonly name: string
    readonly digest: string | null
    readonly bytes: number | null
    readonly unzippedBytes: number | null
    readonly files: number | null
  }[]
  /** Of the manifest, and of what Lambda calls settings: entry point, command, working folder and environment. null of a dockerfile. */
  readonly manifestBytes: number | null
  readonly settingsBytes: number | null
  readonly unchanged: boolean
  /** Of a push: bytes that were sent, config and manifest included; null: nothing was pushed. */
  readonly uploadedBytes: number | null
  /** What built it, and its id there; null of a Dockerfile that was not built, and of an image that needed no engine. */
  readonly built: { readonly engine: string; readonly imageId: string | null } | null
  readonly commands: ImageCommands
}

/** What a person would type next, a line each, in the folder in which lpack ran. */
export interface ImageCommands {
  /** Of a dockerfile. */
  readonly build: readonly string[]
  /** Of a layout: into the local engine. */
  readonly load: readonly string[]
  /** Locally, behind Lambda's emulator. */
  readonly run: readonly string[]
  readonly invoke: readonly string[]
  /** To Lambda's registry; none of an image that was pushed. */
  readonly push: readonly string[]
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
  /** Not among `findings`, and without weight. */
  readonly silenced: readonly SilencedFinding[]
  readonly leftOut: readonly LeftOut[]
  /** False if a limit of severity error is over, or a finding is an error. */
  readonly ok: boolean
}

/** As `FunctionReport`, of an image: how much smaller a package gets in a layer isn't known. */
export interface ImageReport extends Omit<FunctionReport, 'artifact' | 'packages'> {
  readonly artifact: ImageArtifact
  readonly packages: readonly Omit<PackageSize, 'zippedBytes'>[]
}

/** What `check` tells: as `FunctionReport`, but that a function is checked without writing its artifact. */
export interface CheckReport extends Omit<FunctionReport, 'artifact' | 'packages' | 'handler' | 'leftOut'> {
  /** null of a zip whose handler nobody told. */
  readonly handler: string | null
  /** null of a function. */
  readonly artifact: Artifact | null
  /** null of a function: what a package weighs in the zip is not known before that is written. */
  readonly packages: readonly PackageSize[] | null
}
