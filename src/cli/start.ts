import { makeSystem, ownVersion } from '../system/make-system.ts'
import { explained, main } from './main.ts'
import { hasColor, makeProgress } from './progress.ts'

/** Starts the program in this process: the one place where arguments, streams and signals of the process are taken. */
export async function start(): Promise<void> {
  const interruption = new AbortController()
  const progress = await makeProgress(process.stderr, process.env)
  for (const [signal, exitCode] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    // The second one means it. Never `once`: a handler that is gone looks to execa's clean-up as if nobody minded the signal, and it
    // ends the process.
    process.on(signal, () => {
      if (interruption.signal.aborted) {
        progress.clear()
        process.exit(exitCode)
      }
      interruption.abort(signal)
    })
  }
  // A reader that has seen enough, such as head, is no fault.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
    })
  }
  const version = ownVersion()
  // Node would end with 1, which says that an artifact is written.
  process.on('uncaughtException', error => {
    process.stderr.write(`${explained(error, { version })}\n`)
    process.exit(2)
  })
  const system = makeSystem(interruption.signal, progress)
  const console = {
    out: (text: string) => void process.stdout.write(text),
    err: (text: string) => void process.stderr.write(text),
    ask: process.stdin.isTTY && process.stderr.isTTY ? asker(interruption.signal) : null,
    color: hasColor(process.stdout, process.env),
    width: cellsOf(process.stdout),
    talkWidth: process.stderr.isTTY ? cellsOf(process.stderr) : null,
    engine: `node ${process.version} ${process.platform} ${process.arch}`,
    version,
  }
  process.exitCode = await main(process.argv.slice(2), console, system)
}

/** Longer lines are hard to read, and nothing gets better in fewer cells. A terminal that doesn't know its own width says 0. */
function cellsOf({ columns }: { readonly columns?: number }): number {
  return Math.max(40, Math.min(120, columns || 80))
}

/** Questions go where the conversation is, for stdout may be a pipe. */
function asker(signal: AbortSignal) {
  return async (question: string, fallback: string): Promise<string> => {
    const { createInterface } = await import('node:readline/promises')
    const terminal = createInterface({ input: process.stdin, output: process.stderr })
    // Ctrl-C while a line is read comes here and not to the process; at the end of the input nobody will answer.
    for (const end of ['SIGINT', 'close'] as const) terminal.once(end, () => process.emit('SIGINT', 'SIGINT'))
    try {
      return await terminal.question(`${question}${fallback === '' ? '' : ` [${fallback}]`}: `, { signal })
    } finally {
      terminal.removeAllListeners('close')
      terminal.close()
    }
  }
}
