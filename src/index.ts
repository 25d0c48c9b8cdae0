export { type ZipOptions, zip } from './api.ts'
export { type ConfigExport, defineConfig, type RawConfig } from './config/define.ts'
export { type ErrorCode, UserError } from './errors.ts'
export type * from './model.ts'
