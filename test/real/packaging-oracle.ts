import { execFile, spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { REPOSITORY } from '../helpers.ts'

const run = promisify(execFile)
const PYTHON = process.platform === 'win32' ? 'python' : 'python3'

export interface Oracle {
  /** Asks the `packaging` library; the answers stand under the questions' names. See packaging-oracle.py. */
  readonly ask: (questions: Record<string, unknown>) => Promise<Record<string, unknown>>
  /** The Requires-Dist lines of published packages: what pip would install for the requirements. */
  readonly requirementsOf: (requirements: readonly string[], options?: readonly string[]) => Promise<readonly string[]>
}

/** The `packaging` library, installed in a virtual environment in that folder. */
export async function makeOracle(dir: string): Promise<Oracle> {
  await run(PYTHON, ['-m', 'venv', dir])
  const python = join(dir, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python')
  await run(python, ['-m', 'pip', 'install', '--quiet', 'packaging==26.3', 'pip==26.3'])
  return {
    ask: questions => ask(python, questions),
    requirementsOf: async (requirements, options = []) => {
      const report = join(dir, 'report.json')
      const fixed = ['--dry-run', '--ignore-installed', '--quiet', '--only-binary', ':all:', '--report', report]
      await run(python, ['-m', 'pip', 'install', ...fixed, ...options, ...requirements])
      const { install } = JSON.parse(await readFile(report, 'utf8')) as {
        install: readonly { metadata: { requires_dist?: readonly string[] } }[]
      }
      return install.flatMap(each => each.metadata.requires_dist ?? [])
    },
  }
}

async function ask(python: string, questions: Record<string, unknown>): Promise<Record<string, unknown>> {
  const child = spawn(python, [join(REPOSITORY, 'test/real/packaging-oracle.py')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  child.stdin.end(JSON.stringify(questions))
  const chunks: Buffer[] = []
  for await (const chunk of child.stdout) chunks.push(chunk as Buffer)
  return JSON.parse(Buffer.concat(chunks).toString('utf8')) as Record<string, unknown>
}

/** Numbers from 0 up to 1, the same in every run (mulberry32). */
export function makeRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
