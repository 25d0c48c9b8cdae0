import { UserError } from '../errors.ts'
import type { Config, FunctionReport } from '../model.ts'
import { reasonOfFault } from '../system/fault.ts'
import type { System } from '../system/system.ts'
import { type Invocation, readArguments, USAGE } from './arguments.ts'

/** Where the program reads and writes as a person sees it. */
export interface Console {
  /** The result. */
  readonly out: (text: string) => void
  /** The conversation. */
  readonly err: (text: string) => void
  /** Asks a person; null: there is nobody. An empty answer means the fallback. */
  readonly ask: ((question: string, fallback: string) => Promise<string>) | null
  readonly color: boolean
  readonly version: string
}

/** Runs one command. Returns its exit code: 0 fine, 1 written and judged bad, 2 nothing written, 130 or 143 interrupted. */
export async function main(args: readonly string[], console: Console, system: System): Promise<number> {
  try {
    return await run(readArguments(args), console, system)
  } catch (error) {
    if (system.signal.aborted) return system.signal.reason === 'SIGTERM' ? 143 : 130
    console.err(`${explained(error, console)}\n`)
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

async function run(invocation: Invocation, console: Console, system: System): Promise<number> {
  switch (invocation.kind) {
    case 'help':
      console.out(USAGE)
      return 0
    case 'version':
      console.out(`${console.version}\n`)
      return 0
    case 'zip':
      return zipCommand(invocation, console, system)
    case 'image': {
      const { imageCommand } = await import('./image.ts')
      return imageCommand(invocation, console, system, config => tellInferred(config, invocation, console))
    }
    case 'check': {
      const { checkCommand } = await import('./check.ts')
      return checkCommand(invocation, console, system, config => tellInferred(config, invocation, console))
    }
    case 'list': {
      const { listCommand } = await import('./check.ts')
      return listCommand(invocation, console)
    }
    case 'init': {
      const { initCommand } = await import('./init.ts')
      return initCommand(invocation, console, system)
    }
    case 'cache': {
      const { cacheCommand } = await import('./cache.ts')
      return cacheCommand(invocation, console, system)
    }
  }
}

async function zipCommand(
  invocation: Extract<Invocation, { kind: 'zip' }>,
  console: Console,
  system: System,
): Promise<number> {
  // Loaded on demand, so that --version and --help start at once.
  const { loadConfig } = await import('../config/load.ts')
  const { zip } = await import('../pack.ts')
  const config = await loadConfig(system, { configFile: invocation.configFile, outDir: invocation.outDir })
  tellInferred(config, invocation, console)
  const cacheDir = invocation.useCache ? system.cacheDir : null
  const { functions, check, jobs } = invocation
  const reports = await zip(config, { functions, check, jobs, cacheDir }, system)
  system.progress.clear()
  await tellReports(reports, invocation, console, system)
  return reports.every(({ ok }) => ok) ? 0 : 1
}

function tellInferred(config: Config, { output }: { readonly output: string }, console: Console): void {
  if (output === 'quiet') return
  for (const sentence of config.inferred) console.err(`inferred: ${sentence}\n`)
}

async function tellReports(
  reports: readonly FunctionReport[],
  { output }: Extract<Invocation, { kind: 'zip' }>,
  console: Console,
  system: System,
): Promise<void> {
  if (output === 'json') {
    const { reportsAsJson } = await import('../report/json.ts')
    console.out(reportsAsJson(reports, console.version))
    return
  }
  const { reportAsText } = await import('../report/text.ts')
  const style = { color: console.color, verbose: output === 'verbose', cwd: system.cwd }
  const bad = reports.filter(({ ok }) => !ok)
  if (output !== 'quiet') console.out(reports.map(report => reportAsText(report, style)).join('\n'))
  else if (bad.length > 0) console.err(bad.map(report => reportAsText(report, style)).join('\n'))
}
