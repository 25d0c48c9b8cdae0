import { access, constants } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { UserError } from '../errors.ts'
import type { Processes } from './system.ts'

const TAIL_LINES = 20

/** Programs on this machine, run by execa without a shell, ended when the signal fires. */
export function makeProcesses(
  env: Readonly<Record<string, string | undefined>>,
  platform: string,
  signal: AbortSignal,
): Processes {
  return {
    find: name => find(name, env, platform),
    run: async (command, args, options = {}) => {
      const { execa } = await import('execa')
      const child = execa(command, args, {
        reject: false,
        cancelSignal: signal,
        ...(options.stdin === undefined ? { stdin: 'ignore' } : { input: options.stdin }),
        extendEnv: false,
        env: { ...env, ...options.env },
        ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      })
      const { onOutput } = options
      if (onOutput !== undefined) {
        for (const stream of [child.stdout, child.stderr]) tellText(stream, onOutput)
      }
      const result = await child
      signal.throwIfAborted()
      if (result.failed)
        throw new UserError('TOOL_FAILED', [command, ...args].join(' '), endingOf(result), told(result))
      return { stdout: result.stdout, stderr: result.stderr }
    },
  }
}

/** Whole characters, though a read may end amid one. */
function tellText(stream: NodeJS.ReadableStream, onOutput: (text: string) => void): void {
  const decoder = new TextDecoder()
  stream.on('data', (piece: Uint8Array) => onOutput(decoder.decode(piece, { stream: true })))
}

async function find(
  name: string,
  env: Readonly<Record<string, string | undefined>>,
  platform: string,
): Promise<string | null> {
  const extensions = platform === 'win32' ? (env['PATHEXT'] ?? '.EXE;.CMD').split(';') : ['']
  for (const dir of (env['PATH'] ?? env['Path'] ?? '').split(delimiter)) {
    for (const extension of extensions) {
      const path = join(dir, name + extension)
      if (dir !== '' && (await isExecutable(path))) return path
    }
  }
  return null
}

async function isExecutable(path: string): Promise<boolean> {
  // A path that can't be executed is not an answer, whatever the reason.
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
}

function endingOf(result: {
  readonly exitCode?: number | undefined
  readonly signal?: string | undefined
  readonly code?: string | undefined
}): string {
  if (result.exitCode !== undefined) return `exit code ${result.exitCode}`
  return result.signal ?? result.code ?? 'no exit code'
}

/** pnpm and Yarn tell what is wrong on stdout. */
function told({ stdout, stderr }: { readonly stdout: string; readonly stderr: string }): string {
  return tail(stderr.trim() === '' ? stdout : stderr)
}

function tail(text: string): string {
  return text.trimEnd().split('\n').slice(-TAIL_LINES).join('\n')
}
