import type {
  Architecture,
  Artifact,
  CheckReport,
  Finding,
  FunctionReport,
  ImageArtifact,
  ImageCommands,
  ImageReport,
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

/** A function's image, from `lpack image --json` and from `image()`. Sizes are bytes; keys never change meaning, new ones may come. */
export interface PublicImage extends Omit<PublicReport, 'artifact' | 'packages'> {
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
