import { markerEnvironment, PYTHON_RUNTIMES } from '../src/aws/runtimes.ts'
import { toArchivePath } from '../src/formats/archive-path.ts'
import { compatibleTags } from '../src/formats/wheel-tags.ts'
import type {
  Architecture,
  FileEntry,
  FileSet,
  FunctionConfig,
  ImageConfig,
  NodePlan,
  NodeTarget,
  PythonPlan,
  PythonTarget,
} from '../src/model.ts'
import { makeDisk } from '../src/system/disk.ts'
import { makeNetwork } from '../src/system/network.ts'
import type { System } from '../src/system/system.ts'

/** A system with the real disk and network, an empty environment and no programs. */
export function testSystem(changes: Partial<System> = {}): System {
  const { signal } = new AbortController()
  return {
    version: '0.0.0',
    cwd: '/',
    env: {},
    platform: process.platform,
    today: '2026-11-23',
    machine: { jobs: 2, memoryBytes: 8 * 1024 ** 3 },
    homeDir: '/nonexistent',
    cacheDir: '/nonexistent',
    signal,
    disk: makeDisk(),
    network: makeNetwork(changes.env ?? {}, changes.signal ?? signal),
    processes: { find: async () => null, run: () => Promise.reject(new Error('no programs here')) },
    progress: { show: () => undefined, clear: () => undefined, warn: () => undefined },
    ...changes,
  }
}

/** The target of a runtime, as a plan has it. */
export function testTarget(id = 'python3.13', architecture: Architecture = 'x86_64'): PythonTarget {
  const runtime = PYTHON_RUNTIMES.find(one => one.id === id)
  if (runtime === undefined) throw new Error(`no runtime ${id}`)
  const { version, glibc } = runtime
  return {
    runtime: id,
    architecture,
    version,
    glibc,
    markers: markerEnvironment(runtime, architecture),
    tags: compatibleTags(version, glibc, architecture),
  }
}

export function testImage(changes: Partial<ImageConfig> = {}): ImageConfig {
  return {
    base: 'public.ecr.aws/lambda/python:3.13-x86_64',
    pin: false,
    packages: [],
    buildPackages: [],
    install: 'copy',
    copy: [],
    labels: {},
    tag: 'hello:latest',
    ...changes,
  }
}

export function testConfig(root: string, changes: Partial<FunctionConfig> = {}): FunctionConfig {
  return {
    name: 'hello',
    runtime: 'python3.13',
    architecture: 'x86_64',
    handler: 'lambda_function.lambda_handler',
    root,
    include: [],
    exclude: [],
    executable: [],
    dependencies: { kind: 'found' },
    groups: [],
    extras: [],
    findLinks: [],
    runtimeSdk: 'bundle',
    slim: 'safe',
    bundle: { kind: 'bundle', options: {} },
    layers: [],
    image: testImage(),
    settings: { memorySize: null, timeout: null, ephemeralStorage: null, environment: {}, description: '' },
    budget: { zippedBytes: null, unzippedBytes: null },
    leaks: { severity: 'warning', allow: [] },
    ignore: [],
    ...changes,
  }
}

export function testPlan(
  root: string,
  changes: Partial<FunctionConfig> = {},
  more: Partial<PythonPlan> = {},
): PythonPlan {
  const config = testConfig(root, changes)
  return {
    language: 'python',
    config,
    target: testTarget(config.runtime, config.architecture),
    source: { kind: 'none' },
    excluded: [],
    boundary: root,
    purpose: 'zip',
    artifactPath: `${root}/lpack.out/${config.name}.zip`,
    findings: [],
    ...more,
  }
}

/** A file whose bytes are in memory. */
export function testFile(path: string, content: string | Uint8Array, changes: Partial<FileEntry> = {}): FileEntry {
  const bytes = Buffer.from(content as string)
  return {
    path: toArchivePath(path),
    bytes: bytes.length,
    executable: false,
    content: { kind: 'bytes', bytes },
    owner: null,
    ...changes,
  }
}

export function testFileSet(files: readonly FileEntry[], changes: Partial<FileSet> = {}): FileSet {
  return { files, packages: [], inlined: [], beside: [], leftOut: [], findings: [], installs: [], ...changes }
}

/** The target of a Node.js runtime, as a plan has it. */
export function testNodeTarget(runtime = 'nodejs22.x', architecture: Architecture = 'x86_64'): NodeTarget {
  const major = Number(/\d+/.exec(runtime)?.[0])
  return { runtime, architecture, major, os: 'linux', cpu: architecture === 'arm64' ? 'arm64' : 'x64', libc: 'glibc' }
}

export function testNodePlan(
  root: string,
  changes: Partial<FunctionConfig> = {},
  more: Partial<NodePlan> = {},
): NodePlan {
  const config = testConfig(root, { runtime: 'nodejs22.x', handler: 'index.handler', ...changes })
  return {
    language: 'node',
    config,
    target: testNodeTarget(config.runtime, config.architecture),
    entry: { file: `${root}/index.ts`, module: 'index', exportPath: 'handler' },
    project: { dir: root, workspace: root, lock: null, isPnp: false },
    excluded: [],
    boundary: root,
    purpose: 'zip',
    artifactPath: `${root}/lpack.out/${config.name}.zip`,
    findings: [],
    ...more,
  }
}
