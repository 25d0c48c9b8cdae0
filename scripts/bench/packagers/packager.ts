import type { Input } from '../inputs.ts'
import type { Tool } from '../tools.ts'

/** A way to package a function for Lambda, from its sources and lock to the zip that would be uploaded. */
export interface Packager {
  readonly name: string
  readonly input: Input
  readonly tools: readonly Tool[]
  /** What it wants besides the function; `runtime` is Lambda's id. */
  readonly files: (runtime: string) => Readonly<Record<string, string>>
  readonly command: string
  readonly env?: Readonly<Record<string, string>>
  /** Removes what it made, but for downloads, so that it starts from nothing. */
  readonly clean: string
  readonly artifact: string
}
