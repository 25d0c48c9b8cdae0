import type { Architecture, RuntimeSdk, SlimLevel } from '../model.ts'
import type { BuildOptions, Loader } from './typescript.ts'

/** A size: bytes, or a text such as "5 MB" (MB = MiB = 1,048,576 bytes). */
export type RawSize = number | string

export interface RawLayer {
  /** The ARN of the layer's version. */
  readonly arn: string
  /** Its unzipped size in bytes. Without it the layer is not counted, and the report says so. */
  readonly unzippedBytes?: number
}

export interface RawBudget {
  /** The biggest zip allowed: "5 MB", or bytes. MB = MiB = 1,048,576 bytes. */
  readonly zipped?: RawSize
  /** The most unzipped bytes allowed: "50 MB", or bytes. MB = MiB = 1,048,576 bytes. */
  readonly unzipped?: RawSize
  /** The biggest container image allowed, compressed and with its base, of those that `lpack image` makes without an engine: "300 MB", or bytes. MB = MiB = 1,048,576 bytes. */
  readonly image?: RawSize
  /** How much the zip may grow from one time to the next: a share such as "+5%", or a size such as "200 KB" or bytes. */
  readonly growth?: RawSize
}

export interface RawTotalBudget {
  /** The most that all zips may have together: "100 MB", or bytes. MB = MiB = 1,048,576 bytes. */
  readonly zipped?: RawSize
  /** The most unzipped bytes that all zips may have together: "500 MB", or bytes. MB = MiB = 1,048,576 bytes. */
  readonly unzipped?: RawSize
}

export interface RawLeaks {
  /** What secrets count. Default: warning. */
  readonly severity?: 'error' | 'warning'
  /** Globs of the function's own files in the artifact that may hold secrets. */
  readonly allow?: readonly string[]
}

export interface RawIgnored {
  /** The finding's code, as `lpack check --list` tells it. */
  readonly code: string
  /** A glob of the finding's path. Default: wherever it is. */
  readonly path?: string
  /** Why it may be left as it is, for those who read the config. */
  readonly reason: string
}

export interface RawImageCopy {
  /** A file or folder, from the function's root. */
  readonly from: string
  /** Its path in the image, from the task root. Default: the same as `from`. */
  readonly to?: string
}

export interface RawImage {
  /** The base image. Default: AWS's of the runtime and architecture, such as public.ecr.aws/lambda/python:3.13-x86_64. */
  readonly base?: string
  /** Whether the base is named with its digest, which the registry is asked for, so that it stays the same. Default: false. */
  readonly pin?: boolean
  /** Packages of the base's operating system that the function needs to run. */
  readonly packages?: readonly string[]
  /** Packages of the operating system that only building needs, such as compilers; they stay out of the image. For Python. */
  readonly buildPackages?: readonly string[]
  /** copy: the dependencies are copied as lpack packs them, and pip installs in the image only what has no wheel. in-image: pip installs all that is of an index. For Python. Default: copy. */
  readonly install?: 'copy' | 'in-image'
  /** Files and folders that get a layer of their own, such as models, so that a change of the code leaves it as it is. */
  readonly copy?: readonly (string | RawImageCopy)[]
  /** Labels of the image. */
  readonly labels?: Readonly<Record<string, string>>
  /** What a built image is called; {name} stands for the function's name. Default: {name}:latest. */
  readonly tag?: string
}

/** esbuild's own options, but for those that lpack decides. https://esbuild.github.io/api/#build */
export interface RawEsbuild extends EsbuildOptions {
  /** Writes a source map. linked or true: packed beside the bundle; external: beside the artifact; inline: in the bundle. Default: false. */
  readonly sourcemap?: boolean | 'linked' | 'external' | 'inline'
  /** The kind of module that is written: esm into .mjs, cjs into .cjs. Default: esm. */
  readonly format?: 'esm' | 'cjs'
  /** File extensions and how they are read. */
  readonly loader?: Readonly<Record<string, TextLoader>>
  /** Where comments with licences go. Default: none. */
  readonly legalComments?: 'none' | 'inline' | 'eof'
  /** How JSX is compiled. */
  readonly jsx?: 'transform' | 'automatic'
  /** Text before the code. */
  readonly banner?: RawCode
  /** Text after the code. */
  readonly footer?: RawCode
}

interface RawCode {
  readonly js?: string
}

type TextLoader = Exclude<Loader, 'file' | 'copy' | 'css' | 'local-css'>

type ReadonlyList<T> = T extends (infer Item)[] ? readonly Item[] : T

type EsbuildOptions = { readonly [Key in keyof PassedOn]: ReadonlyList<PassedOn[Key]> }

type PassedOn = Pick<
  BuildOptions,
  | 'minify'
  | 'minifyWhitespace'
  | 'minifyIdentifiers'
  | 'minifySyntax'
  | 'keepNames'
  | 'sourcesContent'
  | 'sourceRoot'
  | 'external'
  | 'define'
  | 'target'
  | 'alias'
  | 'conditions'
  | 'mainFields'
  | 'resolveExtensions'
  | 'drop'
  | 'dropLabels'
  | 'pure'
  | 'inject'
  | 'jsxFactory'
  | 'jsxFragment'
  | 'jsxImportSource'
  | 'jsxDev'
  | 'jsxSideEffects'
  | 'charset'
  | 'lineLimit'
  | 'treeShaking'
  | 'ignoreAnnotations'
  | 'tsconfig'
  | 'tsconfigRaw'
  | 'logOverride'
  | 'supported'
  | 'plugins'
>

/** One Lambda function, as the user writes it. schema.json holds the rules of each key. */
export interface RawFunction {
  /** The AWS id of the runtime. Default: of Python what .python-version, requires-python, a Pipfile or a virtual environment says, of Node.js what .nvmrc, .node-version or engines of package.json says, else the newest stable one. */
  readonly runtime?: string
  /** The CPU that the function runs on. */
  readonly architecture?: Architecture
  /** The module and the function that Lambda calls. Default: of Python lambda_handler or handler of lambda_function.py, app.py, main.py, handler.py or index.py; of Node.js handler of the file that package.json names, or of index, app, main, handler or lambda at the root or in src. */
  readonly handler?: string
  /** The function's folder, from the config's folder. */
  readonly root?: string
  /** Globs of the function's own files, from its root; only these are packed. Default: everything but the default exclusions. */
  readonly include?: readonly string[]
  /** Globs of the function's own files, from its root, that are left out. */
  readonly exclude?: readonly string[]
  /** Globs of the function's own files, from its root, that are packed as executable. */
  readonly executable?: readonly string[]
  /** Where the dependencies of a Python function come from: a lock or requirements file, a virtual environment or a folder of wheels, from the config's folder; false: none. Default: the first that is found at the root or above. */
  readonly dependencies?: string | false
  /** Dependency groups of a Python project that are packed besides the main dependencies. */
  readonly groups?: readonly string[]
  /** Extras of a Python project that are packed besides the main dependencies. */
  readonly extras?: readonly string[]
  /** Folders of Python wheels, from the config's folder, that are used before any index. */
  readonly findLinks?: readonly string[]
  /** omit: leave out the AWS SDK that the runtime ships. bundle: pack it. */
  readonly runtimeSdk?: RuntimeSdk
  /** What is left out of packages. safe: what no import can reach. strong: also test suites that nothing packed imports. */
  readonly slim?: SlimLevel
  /** Options of esbuild, which bundles a Node.js function: https://esbuild.github.io/api/#build. false: its files are packed as they are, with node_modules. */
  readonly esbuild?: RawEsbuild | false
  /** Memory in MB. */
  readonly memorySize?: number
  /** Seconds after which Lambda stops the function. */
  readonly timeout?: number
  /** The size of /tmp in MB. */
  readonly ephemeralStorage?: number
  /** Environment variables; together at most 4,096 bytes as compact JSON. */
  readonly environment?: Readonly<Record<string, string>>
  /** A sentence about the function, of at most 256 characters. */
  readonly description?: string
  /** Layers that the function uses; their bytes count in the unzipped limit. */
  readonly layers?: readonly RawLayer[]
  /** How a container image is made of the function. That of a function replaces the defaults. */
  readonly image?: RawImage
  /** Sizes that you set; a bigger artifact gives exit code 1. */
  readonly budget?: RawBudget
  /** How secrets in the function's own files count: error or warning, or an object with globs of files that may hold some. Default: warning. */
  readonly leaks?: 'error' | 'warning' | RawLeaks
  /** Findings that are not told and do not count, by code and path, each with a reason. Those of a function replace the defaults. */
  readonly ignore?: readonly RawIgnored[]
}

/** The whole config: one function's keys, or `functions` and the defaults of them all. */
export interface RawConfig extends RawFunction {
  /** The address of this schema, for editors. */
  readonly $schema?: string
  /** Where artifacts are written, from the config's folder. */
  readonly outDir?: string
  /** Functions by name. Keys beside it are then the defaults of them all. */
  readonly functions?: Readonly<Record<string, RawFunction>>
  /** Sizes that you set for all functions together; bigger artifacts give exit code 1. */
  readonly totalBudget?: RawTotalBudget
  /** The function's name in Lambda, and the artifact's file name. Default: the name of the config's folder. */
  readonly name?: string
}

/** A config, or what computes one when lpack starts. */
export type ConfigExport = RawConfig | (() => RawConfig | Promise<RawConfig>)

/** Gives a TypeScript or JavaScript config its types; returns it as it is. */
export function defineConfig<const T extends ConfigExport>(config: T): T {
  return config
}
