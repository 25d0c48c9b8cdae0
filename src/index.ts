export { type ZipOptions, zip } from './api.ts'
export { defineConfig } from './config/define.ts'
export type * from './model.ts'
