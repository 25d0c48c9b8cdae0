export { type CheckOptions, check, type ImageOptions, image, type ZipOptions, zip } from './api.ts'
export { type ConfigExport, defineConfig, type RawConfig } from './config/define.ts'
export { type ErrorCode, UserError } from './errors.ts'
export { type Explanation, explain, FINDING_CODES, type FindingCode } from './findings.ts'
export type {
  Architecture,
  Finding,
  ImageCommands,
  JudgedLimit,
  LimitStatus,
  PackageSize,
  Severity,
  SilencedFinding,
} from './model.ts'
export type { PublicCheck, PublicImage, PublicImageArtifact, PublicReport } from './report/json.ts'
