import { ENCODER_ID } from '../deflate/encoder.ts'
import { bundlerVersion } from '../system/make-system.ts'
import type { Console } from './main.ts'

/** What a bug report should say. */
export function about({ version, engine }: Console): string {
  return [`lpack ${version}`, engine, `encoder ${ENCODER_ID}`, `esbuild ${bundlerVersion()}`, ''].join('\n')
}
