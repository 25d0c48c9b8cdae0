import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Bench, Contender, Measurement, Result } from './types.ts'

/** Runs the contenders in turns, A B C A B C …, so that what else the machine does meets them all alike. */
export function interleave(bench: Bench, contenders: readonly Contender[], rounds = bench.repeats): Result[] {
  const runs = contenders.map((): Measurement[] => [])
  const bytes = contenders.map((): number | null => null)
  for (let round = 0; round < rounds; round++) {
    contenders.forEach((contender, index) => {
      if (contender.isSlow && round > 0) return
      contender.before?.()
      const measurement = measure(bench, contender)
      runs[index]?.push(measurement)
      bytes[index] = contender.bytes?.() ?? null
      bench.tell(`  ${round + 1}/${rounds} ${measurement.wallSeconds.toFixed(2).padStart(7)} s  ${contender.name}`)
    })
  }
  return contenders.map(({ name }, index) => ({ name, bytes: bytes[index] ?? null, runs: runs[index] ?? [] }))
}

/** One run in a process of its own, under GNU time. Throws if the command fails. */
export function measure(bench: Bench, { command, cwd, env }: Contender): Measurement {
  const figures = join(bench.work, 'figures.txt')
  const start = process.hrtime.bigint()
  const { status, stderr, stdout, error } = spawnSync(
    '/usr/bin/time',
    ['--quiet', '-o', figures, '-f', '%U %S %M', 'sh', '-c', command],
    { cwd, env: { ...bench.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8', maxBuffer: 1 << 28 },
  )
  const wallSeconds = Number(process.hrtime.bigint() - start) / 1e9
  if (error) throw error
  if (status !== 0) throw new Error(`${command}\nended with ${status}: ${tail(stderr.trim() || stdout.trim())}`)
  const [user = 0, system = 0, kilobytes = 0] = readFileSync(figures, 'utf8').trim().split(' ').map(Number)
  return { wallSeconds, cpuSeconds: user + system, peakBytes: kilobytes * 1024 }
}

/** Runs a command that sets the stage, and returns what it prints. */
export function run(bench: Bench, command: string, cwd: string, env: Readonly<Record<string, string>> = {}): string {
  const { status, stderr, stdout } = spawnSync('sh', ['-c', command], {
    cwd,
    env: { ...bench.env, ...env },
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  if (status !== 0) throw new Error(`${command}\nended with ${status}: ${tail(stderr.trim() || stdout.trim())}`)
  return stdout.trim()
}

function tail(text: string): string {
  return text.split('\n').slice(-8).join('\n')
}
