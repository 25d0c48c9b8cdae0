import type {
  Architecture,
  Artifact,
  CheckReport,
  Finding,
  FunctionReport,
  JudgedLimit,
  PackageSize,
  SilencedFinding,
} from '../model.ts'

/** A function's report as programs get it, from `--json` and from `zip()`. Sizes are bytes; keys never change meaning, new ones may come. */
export interface PublicReport {
  readonly name: string
  readonly runtime: string
  readonly architecture: Architecture
  readonly handler: string
  readonly artifact: {
    readonly kind: 'zip'
    /** Absolute. */
    readonly path: string
    readonly bytes: number
    readonly unzippedBytes: number
    readonly files: number
    /** Lower-case hex. */
    readonly sha256: string
    /** Base64, as Lambda's CodeSha256. */
    readonly codeSha256: string
    readonly unchanged: boolean
  }
  readonly packages: readonly PackageSize[]
  readonly limits: readonly JudgedLimit[]
  readonly findings: readonly Finding[]
  /** Findings that `ignore` of the config names, with its reasons. They don't count. */
  readonly silenced: readonly SilencedFinding[]
  /** False if a limit or budget of severity error is over, or a finding is an error. */
  readonly ok: boolean
}

/** The document that `--json` prints. */
export function reportsAsJson(reports: readonly FunctionReport[], version: string): string {
  return `${JSON.stringify({ version, functions: reports.map(publicReport) }, null, 2)}\n`
}

export function publicReport(report: FunctionReport): PublicReport {
  const { name, runtime, architecture, handler, packages, limits, findings, silenced, ok } = report
  const artifact = publicArtifact(report.artifact)
  return { name, runtime, architecture, handler, artifact, packages, limits, findings, silenced, ok }
}

/** What was found in a function or a zip, from `lpack check --json` and from `check()`. */
export interface PublicCheck extends Omit<PublicReport, 'handler' | 'artifact' | 'packages'> {
  /** null of a zip whose handler was not told. */
  readonly handler: string | null
  /** null of a function, for nothing is written. */
  readonly artifact: PublicReport['artifact'] | null
  /** null of a function. */
  readonly packages: readonly PackageSize[] | null
}

/** The document that `check --json` prints. */
export function checksAsJson(reports: readonly CheckReport[], version: string): string {
  return `${JSON.stringify({ version, functions: reports.map(publicCheck) }, null, 2)}\n`
}

export function publicCheck(report: CheckReport): PublicCheck {
  const { name, runtime, architecture, handler, packages, limits, findings, silenced, ok } = report
  const artifact = report.artifact === null ? null : publicArtifact(report.artifact)
  return { name, runtime, architecture, handler, artifact, packages, limits, findings, silenced, ok }
}

function publicArtifact(artifact: Artifact): PublicReport['artifact'] {
  const { kind, path, bytes, unzippedBytes, sha256, unchanged, entries } = artifact
  return {
    kind,
    path,
    bytes,
    unzippedBytes,
    files: entries.length,
    sha256,
    codeSha256: codeSha256(sha256),
    unchanged,
  }
}

/** As Lambda's CodeSha256: base64 of the zip's digest. https://docs.aws.amazon.com/lambda/latest/api/API_FunctionConfiguration.html */
export function codeSha256(sha256: string): string {
  return Buffer.from(sha256, 'hex').toString('base64')
}
