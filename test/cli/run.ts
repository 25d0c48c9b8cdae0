import { type Console, main } from '../../src/cli/main.ts'
import type { System } from '../../src/system/system.ts'
import { testSystem } from '../worlds.ts'

export interface Outcome {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Runs lpack in this process, in a folder, with its cache there, too. */
export async function lpack(
  cwd: string,
  args: readonly string[],
  changes: Partial<System> = {},
  ask: Console['ask'] = null,
): Promise<Outcome> {
  const out: string[] = []
  const err: string[] = []
  const console: Console = {
    out: text => out.push(text),
    err: text => err.push(text),
    ask,
    color: false,
    width: 80,
    talkWidth: null,
    engine: 'node v0.0.0 linux x64',
    version: '1.2.3',
  }
  const code = await main(args, console, testSystem({ cwd, cacheDir: `${cwd}/.cache`, ...changes }))
  return { code, out: out.join(''), err: err.join('') }
}
