import type { Architecture, MarkerEnvironment } from '../model.ts'

/**
 * When AWS stops caring for a runtime, as ISO days; null: not announced. From `deprecated` on it gets no patches and the console makes no
 * functions of it; from the other days on AWS refuses to create and to update functions. They still run. AWS moves these days at times.
 */
export interface Lifecycle {
  readonly deprecated: string | null
  readonly blockCreate: string | null
  readonly blockUpdate: string | null
}

/** A Python runtime of Lambda. */
export interface PythonRuntime extends Lifecycle {
  readonly id: string
  /** Minor version, such as 3.13. */
  readonly version: string
  /** A patch level that the runtime has reached; markers compare with it. Lambda moves it without notice. */
  readonly fullVersion: string
  /** Of Amazon Linux 2 (2.26) or 2023 (2.34). https://github.com/aws/aws-lambda-builders/blob/develop/aws_lambda_builders/workflows/python_pip/packager.py */
  readonly glibc: { readonly major: number; readonly minor: number }
  readonly preview: boolean
}

/** A Node.js runtime of Lambda. */
export interface NodeRuntime extends Lifecycle {
  readonly id: string
  readonly major: number
  readonly preview: boolean
}

/** The day on which the tables below were last compared with their source. */
export const RUNTIMES_CHECKED_ON = '2026-11-23'

const AMAZON_LINUX_2 = { major: 2, minor: 26 }
const AMAZON_LINUX_2023 = { major: 2, minor: 34 }

/** Oldest first. https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html */
export const PYTHON_RUNTIMES: readonly PythonRuntime[] = [
  python('3.9', '3.9.25', AMAZON_LINUX_2, lasting('2025-12-15', '2026-08-31', '2026-09-30')),
  python('3.10', '3.10.19', AMAZON_LINUX_2, lasting('2026-10-31', '2026-11-30', '2027-01-15')),
  python('3.11', '3.11.14', AMAZON_LINUX_2, lasting('2027-06-30', '2027-07-31', '2027-08-31')),
  python('3.12', '3.12.12', AMAZON_LINUX_2023, lasting('2028-10-31', '2028-11-30', '2029-01-10')),
  python('3.13', '3.13.14', AMAZON_LINUX_2023, lasting('2029-06-30', '2029-07-31', '2029-08-31')),
  python('3.14', '3.14.3', AMAZON_LINUX_2023, lasting('2029-06-30', '2029-07-31', '2029-08-31')),
  { ...python('3.15', '3.15.0', AMAZON_LINUX_2023, lasting(null, null, null)), preview: true },
]

/** Oldest first. https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html */
export const NODE_RUNTIMES: readonly NodeRuntime[] = [
  { ...node(18), ...lasting('2025-09-01', '2026-08-31', '2026-09-30') },
  { ...node(20), ...lasting('2026-04-30', '2026-08-31', '2026-09-30') },
  { ...node(22), ...lasting('2027-04-30', '2027-06-01', '2027-07-01') },
  { ...node(24), ...lasting('2028-04-30', '2028-06-01', '2028-07-01') },
  { ...node(26), ...lasting(null, null, null), preview: true },
]

/** Runtimes of Python and Node.js that are gone so far that nothing is packed for them. */
export const GONE_RUNTIMES: readonly (Lifecycle & { readonly id: string })[] = [
  { id: 'python3.8', ...lasting('2024-10-14', '2026-08-31', '2026-09-30') },
]

export type Standing = 'supported' | 'preview' | 'deprecated' | 'blocked'

/**
 * How a runtime stands on a day. Blocked only on a day that had come when the table was compared with its source: AWS may have moved
 * those that were to come.
 */
export function standingOf(runtime: Lifecycle & { readonly preview: boolean }, today: string): Standing {
  if (runtime.preview) return 'preview'
  const hasCome = (day: string | null, now: string) => day !== null && day <= now
  const known = today < RUNTIMES_CHECKED_ON ? today : RUNTIMES_CHECKED_ON
  if (hasCome(runtime.blockUpdate, known)) return 'blocked'
  return hasCome(runtime.deprecated, today) ? 'deprecated' : 'supported'
}

/** The marker environment of a runtime: what PEP 508 markers evaluate to on Lambda. */
export function markerEnvironment(runtime: PythonRuntime, architecture: Architecture): MarkerEnvironment {
  return {
    os_name: 'posix',
    sys_platform: 'linux',
    platform_machine: architecture === 'arm64' ? 'aarch64' : 'x86_64',
    platform_python_implementation: 'CPython',
    // Unknown until the function runs; uv leaves these two empty for a named platform, too.
    platform_release: '',
    platform_system: 'Linux',
    platform_version: '',
    python_version: runtime.version,
    python_full_version: runtime.fullVersion,
    implementation_name: 'cpython',
    implementation_version: runtime.fullVersion,
  }
}

function python(
  version: string,
  fullVersion: string,
  glibc: PythonRuntime['glibc'],
  lifecycle: Lifecycle,
): PythonRuntime {
  return { id: `python${version}`, version, fullVersion, glibc, ...lifecycle, preview: false }
}

function node(major: number): Pick<NodeRuntime, 'id' | 'major' | 'preview'> {
  return { id: `nodejs${major}.x`, major, preview: false }
}

function lasting(deprecated: string | null, blockCreate: string | null, blockUpdate: string | null): Lifecycle {
  return { deprecated, blockCreate, blockUpdate }
}
