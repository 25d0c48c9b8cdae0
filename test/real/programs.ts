import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { REPOSITORY } from '../helpers.ts'

const run = promisify(execFile)

export interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Runs a program to its end, whatever its exit code. */
export async function ran(
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<Ran> {
  try {
    const { stdout, stderr } = await run(command, [...args], { maxBuffer: 1 << 28, ...options })
    return { code: 0, out: stdout, err: stderr }
  } catch (error) {
    const { code, stdout, stderr } = error as { code?: number; stdout?: string; stderr?: string }
    if (typeof code !== 'number') throw error
    return { code, out: stdout ?? '', err: stderr ?? '' }
  }
}

/** Runs a program that must succeed, and returns what it printed. */
export async function output(
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  const { code, out, err } = await ran(command, args, options)
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${err || out}`)
  return out.trim()
}

let built: Promise<string> | undefined

/** The program as it is published: builds dist/ once a run, and returns the path of bin/lpack.js. */
export function builtLpack(): Promise<string> {
  built ??= output(process.execPath, [join(REPOSITORY, 'scripts/build.js')])
  return built.then(() => join(REPOSITORY, 'bin/lpack.js'))
}

/** The path of another Node.js, brought by npm. */
export function nodeOfMajor(major: number): Promise<string> {
  return output('npx', ['-y', '-p', `node@${major}`, 'node', '-p', 'process.execPath'])
}
