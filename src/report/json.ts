import type { Architecture, Finding, FunctionReport, JudgedLimit, PackageSize } from '../model.ts'

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
  /** False if a limit or budget of severity error is over, or a finding is an error. */
  readonly ok: boolean
}

/** The document that `--json` prints. */
export function reportsAsJson(reports: readonly FunctionReport[], version: string): string {
  return `${JSON.stringify({ version, functions: reports.map(publicReport) }, null, 2)}\n`
}

export function publicReport(report: FunctionReport): PublicReport {
  const { name, runtime, architecture, handler, packages, limits, findings, ok } = report
  const { kind, path, bytes, unzippedBytes, sha256, unchanged, entries } = report.artifact
  const files = entries.length
  const artifact = { kind, path, bytes, unzippedBytes, files, sha256, codeSha256: codeSha256(sha256), unchanged }
  return { name, runtime, architecture, handler, artifact, packages, limits, findings, ok }
}

/** As Lambda's CodeSha256: base64 of the zip's digest. https://docs.aws.amazon.com/lambda/latest/api/API_FunctionConfiguration.html */
export function codeSha256(sha256: string): string {
  return Buffer.from(sha256, 'hex').toString('base64')
}
