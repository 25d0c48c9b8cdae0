import { UserError } from '../errors.ts'
import type { Config } from '../model.ts'
import { wrapTalk } from '../report/wrap.ts'
import { reasonOfFault } from '../system/fault.ts'
import type { System } from '../system/system.ts'
import { type Invocation, type Output, readArguments } from './arguments.ts'

/** Where the program reads and writes as a person sees it. */
export interface Console {
  /** The result. */
  readonly out: (text: string) => void
  /** The conversation. */
  readonly err: (text: string) => void
  /** Asks a person; null: there is nobody. An empty answer means the fallback. */
  readonly ask: ((question: string, fallback: string) => Promise<string>) | null
  readonly color: boolean
  /** Cells of a line of the result. */
  readonly width: number
  /** Cells of a line of the conversation; null: it is no terminal, and lines stay whole. */
  readonly talkWidth: number | null
  readonly version: string
  /** What runs the program, such as `node v24.1.0 linux x64`. */
  readonly engine: string
}

/** Runs one command. Returns its exit code: 0 fine, 1 written and judged bad, 2 nothing written, 130 or 143 interrupted. */
export async function main(args: readonly string[], console: Console, system: System): Promise<number> {
  try {
    return await run(readArguments(args), console, system)
  } catch (error) {
    if (system.signal.aborted) return system.signal.reason === 'SIGTERM' ? 143 : 130
    console.err(`${wrapTalk(explained(error, console), console.talkWidth)}\n`)
    return 2
  } finally {
    system.progress.clear()
  }
}

/** A mistake of the user and a fault of the disk are told in a sentence; anything else is a bug of ours and keeps its stack. */
export function explained(error: unknown, { version }: { readonly version: string }): string {
  if (error instanceof UserError) return error.message
  const fault = reasonOfFault(error)
  if (fault !== null) return `${(error as NodeJS.ErrnoException).path ?? 'The disk'}: ${fault}.`
  const told = error instanceof Error ? error.stack : String(error)
  return `lpack ${version} has a bug; it met this:\n${told}`
}

/** Each command is loaded on demand, so that --version and --help start at once. */
async function run(invocation: Invocation, console: Console, system: System): Promise<number> {
  const tellInferred = (config: Config) => tell(config, invocation, console)
  switch (invocation.kind) {
    case 'help':
      console.out((await import('./usage.ts')).usageOf(invocation.command))
      return 0
    case 'version':
      console.out(invocation.isVerbose ? (await import('./about.ts')).about(console) : `${console.version}\n`)
      return 0
    case 'zip':
      return (await import('./zip.ts')).zipCommand(invocation, console, system, tellInferred)
    case 'image':
      return (await import('./image.ts')).imageCommand(invocation, console, system, tellInferred)
    case 'check':
      return (await import('./check.ts')).checkCommand(invocation, console, system, tellInferred)
    case 'list':
      return (await import('./check.ts')).listCommand(invocation, console)
    case 'report':
      return (await import('./report.ts')).reportCommand(invocation, console, system, tellInferred)
    case 'why':
      return (await import('./why.ts')).whyCommand(invocation, console, system, tellInferred)
    case 'init':
      return (await import('./init.ts')).initCommand(invocation, console, system)
    case 'cache':
      return (await import('./cache.ts')).cacheCommand(invocation, console, system)
  }
}

function tell(config: Config, invocation: Invocation, console: Console): void {
  const output: Output = 'output' in invocation ? invocation.output : 'text'
  if (output === 'quiet') return
  for (const sentence of config.inferred) console.err(`${wrapTalk(`inferred: ${sentence}`, console.talkWidth)}\n`)
}
