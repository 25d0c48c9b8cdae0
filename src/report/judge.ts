import { DIRECT_UPLOAD_BYTES, UNZIPPED_BYTES } from '../aws/limits.ts'
import { finding } from '../findings.ts'
import type {
  Artifact,
  CheckReport,
  FileSet,
  Finding,
  FunctionReport,
  JudgedLimit,
  LimitStatus,
  PackageSize,
  Plan,
  WrittenEntry,
} from '../model.ts'
import { silence } from './silence.ts'

/** From this share of a limit on, it is near. */
const NEAR = 0.9

/** Measures an artifact and judges it against Lambda's limits and the user's budget. `checked`: what the checks found; null: none were made. */
export function judge(
  plan: Plan,
  fileSet: FileSet,
  artifact: Artifact,
  checked: readonly Finding[] | null,
): FunctionReport {
  const { config } = plan
  const limits = limitsOf(plan, artifact)
  const found = [...plan.findings, ...fileSet.findings, ...(checked ?? []), ...layerFindings(plan)]
  const { findings, silenced } = silence(found, config, checked !== null)
  return {
    name: config.name,
    runtime: config.runtime,
    architecture: config.architecture,
    handler: config.handler,
    artifact,
    packages: packagesOf(fileSet, artifact.entries),
    limits,
    findings,
    silenced,
    leftOut: fileSet.leftOut,
    ok: !isBad(limits, findings),
  }
}

/** Judges what is known of a function before its artifact is written. */
export function judgeFiles(plan: Plan, fileSet: FileSet, checked: readonly Finding[]): CheckReport {
  const { config } = plan
  const bytes = fileSet.files.reduce((sum, file) => sum + file.bytes, 0)
  const limits = unzippedLimits(plan, bytes)
  const found = [...plan.findings, ...fileSet.findings, ...checked, ...layerFindings(plan)]
  const { findings, silenced } = silence(found, config, true)
  const { name, runtime, architecture, handler } = config
  const ok = !isBad(limits, findings)
  return { name, runtime, architecture, handler, artifact: null, packages: null, limits, findings, silenced, ok }
}

/** Whether what was found or measured decides the exit code. */
export function isBad(limits: readonly JudgedLimit[], findings: readonly Finding[]): boolean {
  const isOver = limits.some(({ status, severity }) => status === 'over' && severity === 'error')
  return isOver || findings.some(({ severity }) => severity === 'error')
}

function limitsOf(plan: Plan, artifact: Artifact): JudgedLimit[] {
  const { zippedBytes } = plan.config.budget
  const [unzipped, ...budgets] = unzippedLimits(plan, artifact.unzippedBytes)
  return [
    mustBeSmaller('zip-direct-upload', artifact.bytes, DIRECT_UPLOAD_BYTES, 'warning'),
    ...(unzipped === undefined ? [] : [unzipped]),
    ...(zippedBytes === null ? [] : [mayBe('budget-zipped', artifact.bytes, zippedBytes)]),
    ...budgets,
  ]
}

function unzippedLimits({ config }: Plan, bytes: number): JudgedLimit[] {
  const layerBytes = config.layers.reduce((sum, layer) => sum + (layer.unzippedBytes ?? 0), 0)
  const { unzippedBytes } = config.budget
  return [
    mustBeSmaller('unzipped', bytes + layerBytes, UNZIPPED_BYTES, 'error'),
    ...(unzippedBytes === null ? [] : [mayBe('budget-unzipped', bytes, unzippedBytes)]),
  ]
}

/** AWS refuses what is exactly as large as its limits, too. */
export function mustBeSmaller(id: string, bytes: number, limit: number, severity: 'error' | 'warning'): JudgedLimit {
  return { id, bytes, limit, status: statusOf(bytes, limit, bytes >= limit), severity }
}

export function mayBe(id: string, bytes: number, limit: number, severity: 'error' | 'warning' = 'error'): JudgedLimit {
  return { id, bytes, limit, status: statusOf(bytes, limit, bytes > limit), severity }
}

function statusOf(bytes: number, limit: number, isOver: boolean): LimitStatus {
  if (isOver) return 'over'
  return bytes >= limit * NEAR ? 'near' : 'ok'
}

function layerFindings({ config }: Plan): Finding[] {
  return config.layers
    .filter(({ unzippedBytes }) => unzippedBytes === null)
    .map(({ arn }) => finding('LAYER_NOT_COUNTED', '', arn))
}

/** A package has its own files, and its part of bundles; of a bundle's zipped bytes its share. */
export function packagesOf(fileSet: FileSet, written: readonly WrittenEntry[]): PackageSize[] {
  const sizes = new Map(fileSet.packages.map(({ id }) => [id, { bytes: 0, zippedBytes: 0, files: 0 }]))
  const entries = new Map(written.map(entry => [entry.path, entry]))
  const add = (owner: string | null, bytes: number, zippedBytes: number, files: number): void => {
    const size = owner === null ? undefined : sizes.get(owner)
    if (size === undefined) return
    size.bytes += bytes
    size.zippedBytes += zippedBytes
    size.files += files
  }
  for (const { owner, bytes, zippedBytes } of written) add(owner, bytes, zippedBytes, 1)
  for (const { path, owner, bytes } of fileSet.inlined) {
    const bundle = entries.get(path)
    add(owner, bytes, bundle === undefined ? 0 : Math.round((bytes / bundle.bytes) * bundle.zippedBytes), 0)
  }
  const packages = fileSet.packages.map(({ id, name, version, requiredBy }) => ({
    name,
    version,
    ...(sizes.get(id) ?? { bytes: 0, zippedBytes: 0, files: 0 }),
    requiredBy,
  }))
  // Sorted for determinism
  return packages.sort(
    (a, b) => b.zippedBytes - a.zippedBytes || (`${a.name}@${a.version}` < `${b.name}@${b.version}` ? -1 : 1),
  )
}
