/**
 * Modules that Node.js brings, without `node:`; the same in 20, 22 and 24. Checked 2026-11-23 against `module.builtinModules` of
 * 20.20.2, 22.23.3 and 24.21.0. https://nodejs.org/api/module.html#modulebuiltinmodules
 */
const BUILTINS: ReadonlySet<string> = new Set(
  (
    'assert assert/strict async_hooks buffer child_process cluster console constants crypto dgram diagnostics_channel dns ' +
    'dns/promises domain events fs fs/promises http http2 https inspector inspector/promises module net os path path/posix ' +
    'path/win32 perf_hooks process punycode querystring readline readline/promises repl stream stream/consumers stream/promises ' +
    'stream/web string_decoder sys timers timers/promises tls trace_events tty url util util/types v8 vm wasi worker_threads zlib'
  ).split(' '),
)

/** Modules that only `node:` names, and the first version of Node.js that has them. https://nodejs.org/api/modules.html#built-in-modules-with-mandatory-node-prefix */
const PREFIXED: Readonly<Record<string, number>> = {
  sea: 20,
  sqlite: 22,
  test: 20,
  'test/reporters': 20,
  'test/mock_loader': 22,
  ffi: 26,
  quic: 26,
  'zlib/iter': 26,
}

/** The newest version that the tables above know for sure. */
const LAST_KNOWN_MAJOR = 24

/** 'yes', 'no', or 'maybe' where the version is newer than what is known here. */
export function hasBuiltin(specifier: string, major: number): 'yes' | 'no' | 'maybe' {
  const isPrefixed = specifier.startsWith('node:')
  const name = isPrefixed ? specifier.slice('node:'.length) : specifier
  if (BUILTINS.has(name) || /^_(?:http|stream|tls)_\w+$/.test(name)) return 'yes'
  const since = isPrefixed && Object.hasOwn(PREFIXED, name) ? PREFIXED[name] : undefined
  if (since !== undefined && since <= major) return 'yes'
  return isPrefixed && major > LAST_KNOWN_MAJOR ? 'maybe' : 'no'
}

/**
 * True if the runtime brings a package: the AWS SDK v3 and what it needs, which require and import both find.
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html#nodejs-sdk-included and, for import,
 * https://aws.amazon.com/blogs/compute/node-js-18-x-runtime-now-available-in-aws-lambda/, checked 2026-11-23.
 */
export function isInRuntime(packageName: string): boolean {
  return (
    /^@(?:aws-sdk|smithy|aws-crypto|aws)\//.test(packageName) ||
    // Dependencies of the SDK, which stand beside it.
    ['bowser', 'fast-xml-parser', 'mnemonist', 'obliterator', 'strnum', 'tslib', 'uuid'].includes(packageName)
  )
}

/**
 * Up to this version Lambda surely starts Node.js with --no-experimental-require-module, so that require() of an ES module fails.
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html#nodejs-experimental-features, checked 2026-11-23. Of 24 users say so,
 * too (https://github.com/nestjs/nest/issues/17707), AWS doesn't.
 */
export const LAST_WITHOUT_REQUIRE_MODULE = 22

/** Where Lambda unpacks the function, and layers. */
export const TASK_ROOT = '/var/task'

/** What of a function's environment decides how Node.js loads modules. */
export interface NodeFlags {
  /** require() may load ES modules. */
  readonly requiresModules: boolean
  /** Node.js may tell an ES module by its syntax. */
  readonly detectsModules: boolean
  /** Something else may find modules, or other folders are searched. */
  readonly findsOthers: boolean
}

/** Lambda takes its own flags back where NODE_OPTIONS says otherwise. */
export function nodeFlags(environment: Readonly<Record<string, string>>): NodeFlags {
  const options = environment['NODE_OPTIONS'] ?? ''
  return {
    requiresModules: options.includes('--experimental-require-module'),
    detectsModules: options.includes('--experimental-detect-module'),
    findsOthers:
      /--(?:import|require|loader|experimental-loader|conditions|preserve-symlinks)\b|(?:^|\s)-[rC]\b/.test(options) ||
      environment['NODE_PATH'] !== undefined ||
      environment['AWS_LAMBDA_EXEC_WRAPPER'] !== undefined,
  }
}
