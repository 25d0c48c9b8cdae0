export { type CheckOptions, check, type ZipOptions, zip } from './api.ts'
export { type ConfigExport, defineConfig, type RawConfig } from './config/define.ts'
export { type ErrorCode, UserError } from './errors.ts'
export { type Explanation, explain, FINDING_CODES, type FindingCode } from './findings.ts'
export type {
  Architecture,
  Finding,
  JudgedLimit,
  LimitStatus,
  PackageSize,
  Severity,
  SilencedFinding,
} from './model.ts'
export type { PublicCheck, PublicReport } from './report/json.ts'
