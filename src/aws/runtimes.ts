import type { Architecture, MarkerEnvironment } from '../model.ts'

/** A Python runtime of Lambda. Dates are ISO days; null: none announced. */
export interface PythonRuntime {
  readonly id: string
  /** Minor version, such as 3.13. */
  readonly version: string
  /** A patch level that the runtime has reached; markers compare with it. Lambda moves it without notice. */
  readonly fullVersion: string
  /** Of Amazon Linux 2 (2.26) or 2023 (2.34). https://github.com/aws/aws-lambda-builders/blob/develop/aws_lambda_builders/workflows/python_pip/packager.py */
  readonly glibc: { readonly major: number; readonly minor: number }
  readonly deprecated: string | null
  readonly preview: boolean
}

/** The day on which the table below was last compared with its source. */
export const RUNTIMES_CHECKED_ON = '2026-11-23'

const AMAZON_LINUX_2 = { major: 2, minor: 26 }
const AMAZON_LINUX_2023 = { major: 2, minor: 34 }

/** Oldest first. https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html */
export const PYTHON_RUNTIMES: readonly PythonRuntime[] = [
  python('3.9', '3.9.25', AMAZON_LINUX_2, '2025-12-15'),
  python('3.10', '3.10.19', AMAZON_LINUX_2, '2026-10-31'),
  python('3.11', '3.11.14', AMAZON_LINUX_2, '2027-06-30'),
  python('3.12', '3.12.12', AMAZON_LINUX_2023, '2028-10-31'),
  python('3.13', '3.13.14', AMAZON_LINUX_2023, '2029-06-30'),
  python('3.14', '3.14.3', AMAZON_LINUX_2023, '2029-06-30'),
  { ...python('3.15', '3.15.0', AMAZON_LINUX_2023, null), preview: true },
]

/** A Node.js runtime of Lambda. */
export interface NodeRuntime {
  readonly id: string
  readonly major: number
  readonly deprecated: string | null
  readonly preview: boolean
}

/** Oldest first. https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html */
export const NODE_RUNTIMES: readonly NodeRuntime[] = [
  { id: 'nodejs18.x', major: 18, deprecated: '2025-09-01', preview: false },
  { id: 'nodejs20.x', major: 20, deprecated: '2026-04-30', preview: false },
  { id: 'nodejs22.x', major: 22, deprecated: '2027-04-30', preview: false },
  { id: 'nodejs24.x', major: 24, deprecated: '2028-04-30', preview: false },
  { id: 'nodejs26.x', major: 26, deprecated: null, preview: true },
]

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
  deprecated: string | null,
): PythonRuntime {
  return { id: `python${version}`, version, fullVersion, glibc, deprecated, preview: false }
}
