import { BOTO3, NODE_BUNDLE } from '../inputs.ts'
import type { Packager } from './packager.ts'

const LPACK = {
  name: 'lpack zip',
  tools: [],
  files: () => ({}),
  command: 'lpack zip --quiet',
  clean: 'rm -rf lpack.out; find "$LPACK_CACHE_DIR" -mindepth 1 -maxdepth 1 ! -name wheels -exec rm -rf {} +',
  artifact: 'lpack.out/function.zip',
} as const

export const lpackPython: Packager = { ...LPACK, input: BOTO3 }
export const lpackNode: Packager = { ...LPACK, input: NODE_BUNDLE }
