import { createRequire } from 'node:module'
import { makeSystem } from '../system/make-system.ts'
import { main } from './main.ts'
import { isLively, makeProgress } from './progress.ts'

/** Starts the program in this process: the one place where arguments, streams and signals of the process are taken. */
export async function start(): Promise<void> {
  const interruption = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    // The second one means it: the handler is gone, and the process ends at once.
    process.once(signal, () => interruption.abort(signal))
  }
  // A reader that has seen enough, such as head, is no fault.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
  const { version } = createRequire(import.meta.url)('lpack/package.json') as { readonly version: string }
  const system = makeSystem(interruption.signal, await makeProgress(process.stderr, process.env))
  const console = {
    out: (text: string) => void process.stdout.write(text),
    err: (text: string) => void process.stderr.write(text),
    color: isLively(process.stdout, process.env),
    version,
  }
  process.exitCode = await main(process.argv.slice(2), console, system)
}
