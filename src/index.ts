export {
  type CheckOptions,
  type ComparedDocument,
  check,
  type ImageOptions,
  image,
  type ReportOptions,
  report,
  type ZipOptions,
  zip,
} from './api.ts'
export { type ConfigExport, defineConfig, type RawConfig } from './config/define.ts'
export { type ErrorCode, UserError } from './errors.ts'
export { type Explanation, explain, FINDING_CODES, type FindingCode } from './findings.ts'
export type {
  Architecture,
  Duplicate,
  Finding,
  ImageCommands,
  InlinedShare,
  JudgedLimit,
  LeftOut,
  LimitStatus,
  MeasuredFile,
  PackageSize,
  Severity,
  SilencedFinding,
  TotalReport,
} from './model.ts'
export type { DiffedArtifact, FileChange, FileFacts, HashReason, PackageChange, ReportDiff } from './report/diff.ts'
export type {
  PublicArtifact,
  PublicCheck,
  PublicImage,
  PublicImageArtifact,
  PublicReport,
  PublicZip,
  ReportDocument,
} from './report/json.ts'
