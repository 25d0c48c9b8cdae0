import { basename, dirname } from 'node:path'
import { baseImageOf } from '../aws/base-images.ts'
import { GONE_RUNTIMES, NODE_RUNTIMES, PYTHON_RUNTIMES } from '../aws/runtimes.ts'
import { UserError } from '../errors.ts'
import { nearest } from '../formats/nearest.ts'
import type { Architecture, FunctionConfig, Plan } from '../model.ts'
import { nodeTarget, pythonTarget } from './make-plans.ts'

/** What a zip that is there is to run on; the zip itself doesn't tell. */
export interface ZipTarget {
  /** null: nobody has said. */
  readonly runtime: string | null
  readonly architecture: Architecture
  /** null: nobody has said, so that nothing is said of handlers. */
  readonly handler: string | null
}

/**
 * The plan of a zip that is there, as if a config had the function; its handler is empty if none is told.
 * Throws UserError ZIP_RUNTIME_NEEDED, RUNTIME_GONE and RUNTIME_UNKNOWN.
 */
export function planZip(path: string, { runtime, architecture, handler }: ZipTarget): Plan {
  const known = [...PYTHON_RUNTIMES, ...NODE_RUNTIMES].map(({ id }) => id)
  if (runtime === null) throw new UserError('ZIP_RUNTIME_NEEDED', path, newest(PYTHON_RUNTIMES), newest(NODE_RUNTIMES))
  const config = configOf(path, { runtime, architecture, handler: handler ?? '' })
  const base = {
    config,
    purpose: 'zip' as const,
    excluded: [],
    boundary: config.root,
    artifactPath: path,
    findings: [],
  }
  const python = PYTHON_RUNTIMES.find(({ id }) => id === runtime)
  const node = NODE_RUNTIMES.find(({ id }) => id === runtime)
  if (python !== undefined) {
    return { ...base, language: 'python', target: pythonTarget(python, architecture), source: { kind: 'none' } }
  }
  const gone = GONE_RUNTIMES.find(({ id }) => id === runtime)
  if (gone !== undefined) throw new UserError('RUNTIME_GONE', runtime, gone.blockUpdate ?? '', known)
  if (node === undefined) throw new UserError('RUNTIME_UNKNOWN', runtime, known, nearest(runtime, known))
  return {
    ...base,
    language: 'node',
    target: nodeTarget(node, architecture),
    entry: { file: path, module: '', exportPath: '' },
    project: { dir: config.root, workspace: config.root, lock: null, isPnp: false },
  }
}

function newest(runtimes: readonly { readonly id: string; readonly preview: boolean }[]): string {
  return runtimes.filter(({ preview }) => !preview).at(-1)?.id ?? ''
}

function configOf(path: string, said: Pick<FunctionConfig, 'runtime' | 'architecture' | 'handler'>): FunctionConfig {
  return {
    ...said,
    name: basename(path),
    root: dirname(path),
    include: [],
    exclude: [],
    executable: [],
    dependencies: { kind: 'none' },
    groups: [],
    extras: [],
    findLinks: [],
    runtimeSdk: 'bundle',
    slim: 'none',
    bundle: { kind: 'files' },
    layers: [],
    image: {
      base: baseImageOf(said.runtime, said.architecture),
      pin: false,
      packages: [],
      buildPackages: [],
      install: 'copy',
      copy: [],
      labels: {},
      tag: '',
    },
    settings: { memorySize: null, timeout: null, ephemeralStorage: null, environment: {}, description: '' },
    leaks: { severity: 'warning', allow: [] },
    ignore: [],
    budget: { zippedBytes: null, unzippedBytes: null },
  }
}
