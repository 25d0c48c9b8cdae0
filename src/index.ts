export { type CheckOptions, check, type ReportOptions, report, type ZipOptions, zip } from './api.ts'
export { type ConfigExport, defineConfig, type RawConfig } from './config/define.ts'
export { type ErrorCode, UserError } from './errors.ts'
export { type Explanation, explain, FINDING_CODES, type FindingCode } from './findings.ts'
export type {
  Architecture,
  Duplicate,
  Finding,
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
export type { PublicArtifact, PublicCheck, PublicReport, PublicZip, ReportDocument } from './report/json.ts'
