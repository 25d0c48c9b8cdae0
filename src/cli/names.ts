import { resolve } from 'node:path'
import { UserError } from '../errors.ts'
import type { System } from '../system/system.ts'
import type { SaidTarget } from './arguments.ts'

export interface SortedNames {
  readonly zips: readonly string[]
  readonly functions: readonly string[]
}

/** Zips are what can't be a function's name, or is said to run on something, and is a file. Throws UserError OPTION_MISUSED. */
export async function sortNames(
  { names, target }: { readonly names: readonly string[]; readonly target: SaidTarget },
  { cwd, disk }: System,
): Promise<SortedNames> {
  const zips: string[] = []
  const functions: string[] = []
  for (const name of names) {
    const mayBeFunction = target.runtime === null && /^[a-zA-Z0-9_-]{1,64}$/.test(name)
    const isFile = !mayBeFunction && (await disk.stat(resolve(cwd, name)))?.kind === 'file'
    if (/\.zip$/i.test(name) || isFile) zips.push(name)
    else functions.push(name)
  }
  if (target.isSaid && zips.length === 0) {
    throw new UserError(
      'OPTION_MISUSED',
      '--runtime, --architecture and --handler are for zips; for functions the config has them',
    )
  }
  return { zips, functions }
}
