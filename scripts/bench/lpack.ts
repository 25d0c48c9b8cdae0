import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Bench, Contender } from './types.ts'

export const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url))

/** Builds lpack and copies it, so that work in the repository doesn't change it meanwhile. Returns a name for this very build. */
export function buildLpack(work: string): string {
  execFileSync(process.execPath, [join(REPOSITORY, 'scripts/build.js')], { stdio: 'inherit' })
  const copy = join(work, 'lpack')
  rmSync(copy, { recursive: true, force: true })
  for (const part of ['bin', 'dist', 'package.json']) {
    cpSync(join(REPOSITORY, part), join(copy, part), { recursive: true })
  }
  symlinkSync(join(REPOSITORY, 'node_modules'), join(copy, 'node_modules'))
  const programs = join(work, 'bin')
  mkdirSync(programs, { recursive: true })
  rmSync(join(programs, 'lpack'), { force: true })
  symlinkSync(join(copy, 'bin/lpack.js'), join(programs, 'lpack'))
  const hash = createHash('sha256')
  for (const file of readdirSync(join(copy, 'dist')).sort()) {
    if (file.endsWith('.js')) hash.update(readFileSync(join(copy, 'dist', file)))
  }
  return hash.digest('hex')
}

/** lpack in a folder, with what it kept and wrote before. */
export function warm(dir: string, name = 'lpack, nothing changed'): Contender {
  return { name, command: 'lpack zip --quiet', cwd: dir, bytes: () => artifactBytes(dir) }
}

/** lpack with nothing but downloads. */
export function cold(bench: Bench, dir: string, name = 'lpack, cold'): Contender {
  return { ...warm(dir, name), before: () => forget(bench, dir) }
}

/** Removes artifacts and all that is kept, but for downloads. */
export function forget(bench: Bench, dir: string): void {
  const cache = join(bench.work, 'cache')
  rmSync(join(dir, 'lpack.out'), { recursive: true, force: true })
  mkdirSync(cache, { recursive: true })
  for (const name of readdirSync(cache)) {
    if (name !== 'wheels') rmSync(join(cache, name), { recursive: true, force: true })
  }
}

/** Of all zips in the output folder. */
export function artifactBytes(dir: string): number {
  const out = join(dir, 'lpack.out')
  return readdirSync(out)
    .filter(file => file.endsWith('.zip'))
    .reduce((sum, file) => sum + statSync(join(out, file)).size, 0)
}
