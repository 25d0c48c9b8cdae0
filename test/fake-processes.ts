import { UserError } from '../src/errors.ts'
import type { Processes, RunOptions } from '../src/system/system.ts'

export interface Call {
  readonly command: string
  readonly args: readonly string[]
  readonly cwd: string | null
  /** Not there if nothing was given to read. */
  readonly stdin?: string
}

export interface FakeProcesses extends Processes {
  /** What was run so far. */
  readonly calls: readonly Call[]
  /** What was given beside, call by call. */
  readonly options: readonly RunOptions[]
}

/** What a program prints; an Error object: it fails and writes its message to stderr. */
export type Answer = (call: Call) => string | Error | Promise<string | Error>

/** Programs that exist by name, and one function that answers for all. */
export function fakeProcesses(programs: Readonly<Record<string, string>>, answer: Answer): FakeProcesses {
  const calls: Call[] = []
  const given: RunOptions[] = []
  return {
    calls,
    options: given,
    find: async name => programs[name] ?? null,
    run: async (command, args, options = {}) => {
      const { cwd = null, stdin } = options
      const call = { command, args, cwd, ...(stdin === undefined ? {} : { stdin }) }
      calls.push(call)
      given.push(options)
      const result = await answer(call)
      if (result instanceof Error)
        throw new UserError('TOOL_FAILED', [command, ...args].join(' '), 'exit code 1', result.message)
      options.onOutput?.(result)
      return { stdout: result, stderr: '' }
    },
  }
}

/** What follows an option in a command's arguments. */
export function optionValue(args: readonly string[], option: string): string {
  const value = args[args.indexOf(option) + 1]
  if (!args.includes(option) || value === undefined) throw new Error(`no ${option} in ${args.join(' ')}`)
  return value
}
