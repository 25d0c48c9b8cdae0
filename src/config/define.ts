import type { Architecture, RuntimeSdk, SlimLevel } from '../model.ts'

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
}

/** One Lambda function, as the user writes it. schema.json holds the rules of each key. */
export interface RawFunction {
  /** The AWS id of the runtime. Default: what .python-version, requires-python, a Pipfile or a virtual environment says, else the newest stable Python. */
  readonly runtime?: string
  /** The CPU that the function runs on. */
  readonly architecture?: Architecture
  /** The module and the function that Lambda calls. Default: lambda_handler or handler of lambda_function.py, app.py, main.py, handler.py or index.py. */
  readonly handler?: string
  /** The function's folder, from the config's folder. */
  readonly root?: string
  /** Globs of the function's own files, from its root; only these are packed. Default: everything but the default exclusions. */
  readonly include?: readonly string[]
  /** Globs of the function's own files, from its root, that are left out. */
  readonly exclude?: readonly string[]
  /** Globs of the function's own files, from its root, that are packed as executable. */
  readonly executable?: readonly string[]
  /** Where the dependencies come from: a lock or requirements file, a virtual environment or a folder of wheels, from the config's folder; false: none. Default: the first that is found at the root or above. */
  readonly dependencies?: string | false
  /** Dependency groups that are packed besides the main dependencies. */
  readonly groups?: readonly string[]
  /** Extras of the project that are packed besides the main dependencies. */
  readonly extras?: readonly string[]
  /** Folders of wheels, from the config's folder, that are used before any index. */
  readonly findLinks?: readonly string[]
  /** omit: leave out the AWS SDK that the runtime ships. bundle: pack it. */
  readonly runtimeSdk?: RuntimeSdk
  /** What is left out of packages. safe: what no import can reach. strong: also test suites that nothing packed imports. */
  readonly slim?: SlimLevel
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
  /** Sizes that you set; a bigger artifact gives exit code 1. */
  readonly budget?: RawBudget
}

/** The whole config: one function's keys, or `functions` and the defaults of them all. */
export interface RawConfig extends RawFunction {
  /** The address of this schema, for editors. */
  readonly $schema?: string
  /** Where artifacts are written, from the config's folder. */
  readonly outDir?: string
  /** Functions by name. Keys beside it are then the defaults of them all. */
  readonly functions?: Readonly<Record<string, RawFunction>>
  /** The function's name in Lambda, and the artifact's file name. Default: the name of the config's folder. */
  readonly name?: string
}

/** A config, or what computes one when lpack starts. */
export type ConfigExport = RawConfig | (() => RawConfig | Promise<RawConfig>)

/** Gives a TypeScript or JavaScript config its types; returns it as it is. */
export function defineConfig<const T extends ConfigExport>(config: T): T {
  return config
}
