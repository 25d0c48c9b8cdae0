import type {
  Architecture,
  Artifact,
  CheckReport,
  Duplicate,
  Finding,
  FunctionReport,
  ImageArtifact,
  ImageCommands,
  ImageReport,
  InlinedShare,
  JudgedLimit,
  LeftOut,
  MeasuredFile,
  MeasuredReport,
  PackageSize,
  SilencedFinding,
  TotalReport,
} from '../model.ts'

import type { ReportDiff } from './diff.ts'

/** An artifact as programs get it. */
export interface PublicArtifact {
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

/** What was packed, from `lpack zip --json` and from `zip()`. Sizes are bytes; keys never change meaning, new ones may come. */
export interface PublicZip {
  readonly name: string
  readonly runtime: string
  readonly architecture: Architecture
  readonly handler: string
  readonly artifact: PublicArtifact
  /** Heaviest in the zip first, the function's own code among them. */
  readonly packages: readonly PackageSize[]
  readonly limits: readonly JudgedLimit[]
  readonly findings: readonly Finding[]
  /** Findings that `ignore` of the config names, with its reasons. They don't count. */
  readonly silenced: readonly SilencedFinding[]
  /** False if a limit or budget of severity error is over, or a finding is an error. */
  readonly ok: boolean
}

/**
 * An artifact that stands, measured: from `lpack report --json` and from `report()`. Text, Markdown and the HTML page are made from this
 * very object, so they can't disagree with it. The sum of the packages' `zippedBytes` and `otherBytes` is the artifact's `bytes`; so is the
 * sum of the files' and `otherBytes`. A package has the bytes of its files and its shares in `inlined`, without what of its own files is
 * in `inlined` for others.
 */
export interface PublicReport extends Omit<PublicZip, 'runtime' | 'architecture' | 'handler'> {
  /** null of a zip of which nobody has told it; the same holds for the next two. */
  readonly runtime: string | null
  readonly architecture: Architecture | null
  readonly handler: string | null
  /** Each file once, sorted by the bytes of its path; `package` is an `id` of `packages`. */
  readonly files: readonly MeasuredFile[]
  /** Shares of bundles that are other packages' than the file's. */
  readonly inlined: readonly InlinedShare[]
  /** Bytes of the zip that are no file's: 22 in a zip of lpack's with up to 65,535 files. */
  readonly otherBytes: number
  /** What was left out, rule by rule; empty where nobody knows. */
  readonly leftOut: readonly LeftOut[]
  readonly duplicates: readonly Duplicate[]
  /** False if nobody looked for what would go wrong on Lambda, so that `findings` says nothing of it. */
  readonly checked: boolean
}

/** What `lpack report --json` prints. */
export interface ReportDocument {
  /** lpack's. */
  readonly version: string
  readonly functions: readonly PublicReport[]
  /** null of one function without a budget for all. */
  readonly total: TotalReport | null
}

/** The document that `zip --json` prints. `total`: of a budget for all functions; null: there is none. */
export function reportsAsJson(
  reports: readonly FunctionReport[],
  version: string,
  total: TotalReport | null = null,
): string {
  const document = { version, functions: reports.map(publicZip), ...(total === null ? {} : { total }) }
  return `${JSON.stringify(document, null, 2)}\n`
}

export function publicZip(report: FunctionReport): PublicZip {
  const { name, runtime, architecture, handler, packages, limits, findings, silenced, ok } = report
  const artifact = publicArtifact(report.artifact)
  return { name, runtime, architecture, handler, artifact, packages, limits, findings, silenced, ok }
}

/** What every form of the report is made from. */
export function documentOf(
  reports: readonly MeasuredReport[],
  total: TotalReport | null,
  version: string,
): ReportDocument {
  return { version, functions: reports.map(publicReport), total }
}

/** The document that `report --json` prints. `diffs`: what has changed, one a function in their order; null: nobody has asked. */
export function documentAsJson(document: ReportDocument, diffs: readonly ReportDiff[] | null = null): string {
  return `${JSON.stringify(diffs === null ? document : { ...document, diffs }, null, 2)}\n`
}

function publicReport(report: MeasuredReport): PublicReport {
  const { name, runtime, architecture, handler, packages, limits, findings, silenced, ok } = report
  const { files, inlined, otherBytes, leftOut, duplicates, checked } = report
  const artifact = { ...publicArtifact(report.artifact), files: files.length }
  const measured = { files, inlined, otherBytes, leftOut, duplicates, checked }
  return { name, runtime, architecture, handler, artifact, packages, limits, findings, silenced, ...measured, ok }
}

/** What was found in a function or a zip, from `lpack check --json` and from `check()`. */
export interface PublicCheck extends Omit<PublicZip, 'handler' | 'artifact' | 'packages'> {
  /** null of a zip whose handler was not told. */
  readonly handler: string | null
  /** null of a function, for nothing is written. */
  readonly artifact: PublicArtifact | null
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

/** A function's image, from `lpack image --json` and from `image()`. Sizes are bytes; keys never change meaning, new ones may come. */
export interface PublicImage extends Omit<PublicZip, 'artifact' | 'packages'> {
  readonly artifact: PublicImageArtifact
  /** Heaviest first. */
  readonly packages: readonly Omit<PackageSize, 'zippedBytes'>[]
}

export interface PublicImageArtifact {
  /** dockerfile: a folder with it and its context. image: made without an engine. */
  readonly kind: 'dockerfile' | 'image'
  /** Absolute: the folder of the Dockerfile or of the OCI layout; null of an image that was only pushed. */
  readonly path: string | null
  /** What it was pushed as, with its digest, or what an engine called it; null: neither. */
  readonly reference: string | null
  /** Of the manifest; null of a dockerfile. */
  readonly digest: string | null
  readonly base: string
  /** Compressed, with the base; of a dockerfile those of its context. */
  readonly bytes: number
  readonly unzippedBytes: number
  /** Whether `unzippedBytes` counts the base. */
  readonly baseCounted: boolean
  /** In all but the base. */
  readonly files: number
  /** The lowest first; of a dockerfile without the base's. */
  readonly layers: ImageArtifact['layers']
  readonly manifestBytes: number | null
  readonly settingsBytes: number | null
  readonly unchanged: boolean
  /** Bytes that a push sent; null: nothing was pushed. */
  readonly uploadedBytes: number | null
  /** What built the Dockerfile, and the image's id there; null: nothing did. */
  readonly built: ImageArtifact['built']
  readonly commands: ImageCommands
}

/** The document that `image --json` prints. */
export function imagesAsJson(reports: readonly ImageReport[], version: string): string {
  return `${JSON.stringify({ version, functions: reports.map(publicImage) }, null, 2)}\n`
}

export function publicImage(report: ImageReport): PublicImage {
  const { name, runtime, architecture, handler, packages, limits, findings, silenced, ok } = report
  const artifact = publicImageArtifact(report.artifact)
  return { name, runtime, architecture, handler, artifact, packages, limits, findings, silenced, ok }
}

function publicImageArtifact({ isBaseCounted, ...artifact }: ImageArtifact): PublicImageArtifact {
  const { kind, path, reference, digest, base, bytes, unzippedBytes, layers, manifestBytes, settingsBytes } = artifact
  const { unchanged, uploadedBytes, built, commands } = artifact
  return {
    kind,
    path,
    reference,
    digest,
    base,
    bytes,
    unzippedBytes,
    baseCounted: isBaseCounted,
    files: layers.reduce((sum, { files }) => sum + (files ?? 0), 0),
    layers,
    manifestBytes,
    settingsBytes,
    unchanged,
    uploadedBytes,
    built,
    commands,
  }
}

function publicArtifact(artifact: Artifact): PublicArtifact {
  const { kind, path, bytes, unzippedBytes, sha256, unchanged, entries } = artifact
  const files = entries.length
  return { kind, path, bytes, unzippedBytes, files, sha256, codeSha256: codeSha256(sha256), unchanged }
}

/** As Lambda's CodeSha256: base64 of the zip's digest. https://docs.aws.amazon.com/lambda/latest/api/API_FunctionConfiguration.html */
export function codeSha256(sha256: string): string {
  return Buffer.from(sha256, 'hex').toString('base64')
}
