import { spawn } from 'node:child_process'
import { cp, mkdir, readFile, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as assert from 'uvu/assert'
import { REPOSITORY } from '../../helpers.ts'
import { builtLpack } from '../programs.ts'
import type { Project, Variant } from './projects.ts'

/** What a build may take: WebAssembly reserves addresses by the gigabyte, so that it is the data that is limited. */
const DATA_BYTES = 2 * 1024 ** 3
const MOST_MS = 120_000

const HOOK = fileURLToPath(new URL('./hook.mjs', import.meta.url))

/** Where all builds of a test have what they share. */
export interface Ground {
  readonly lpack: string
  readonly cacheDir: string
  readonly tmpDir: string
  readonly journalsDir: string
}

export interface Build {
  readonly project: Project
  readonly variant: Variant
  /** As hook.mjs takes it; null: by the hook nowhere. */
  readonly killAt: string | null
  /** By a signal from outside, after so many milliseconds. */
  readonly killAfterMs: number | null
}

export interface Ended {
  readonly build: Build
  readonly isKilled: boolean
  /** Where its main thread was in the end. */
  readonly place: string
  /** By the paths of its artifacts, as it reports them; none if it was killed. */
  readonly sha256s: ReadonlyMap<string, string>
  readonly tookMs: number
}

/** A ground with a copy of the published program: another build of dist/ doesn't disturb it. */
export async function makeGround(dir: string): Promise<Ground> {
  await builtLpack()
  const programDir = join(dir, 'program')
  for (const part of ['bin', 'dist', 'package.json']) {
    await cp(join(REPOSITORY, part), join(programDir, part), { recursive: true })
  }
  await symlink(join(REPOSITORY, 'node_modules'), join(programDir, 'node_modules'))
  const [cacheDir, tmpDir, journalsDir] = [join(dir, 'cache'), join(dir, 'tmp'), join(dir, 'journals')]
  for (const folder of [cacheDir, tmpDir, journalsDir]) await mkdir(folder, { recursive: true })
  return { lpack: join(programDir, 'bin/lpack.js'), cacheDir, tmpDir, journalsDir }
}

let journals = 0

/** Runs a build to its end. One that ends in another way than by the wanted kill must have gone well. */
export async function runBuild(build: Build, ground: Ground, args: readonly string[] = []): Promise<Ended> {
  const journal = join(ground.journalsDir, String(journals++))
  const began = performance.now()
  const { code, signal, out, err, isLate } = await ended(build, journal, ground, args)
  const tookMs = performance.now() - began
  const isWanted = build.killAt !== null || build.killAfterMs !== null
  assert.not.ok(isLate, `a build takes more than ${MOST_MS} ms`)
  const place = (await readFile(journal, 'utf8').catch(() => '')).trim() || 'start'
  if (signal === 'SIGKILL' && isWanted) return { build, isKilled: true, place, sha256s: new Map(), tookMs }
  assert.equal([code, signal, err], [0, null, ''])
  const { functions } = JSON.parse(out) as { functions: readonly { artifact: { path: string; sha256: string } }[] }
  const sha256s = new Map(functions.map(({ artifact }) => [artifact.path, artifact.sha256]))
  return { build, isKilled: false, place, sha256s, tookMs }
}

function ended(
  { project, variant, killAt, killAfterMs }: Build,
  journal: string,
  { lpack, cacheDir, tmpDir }: Ground,
  args: readonly string[],
) {
  const command = ['--import', HOOK, lpack, 'zip', '--json', '--config', join(project.dir, `${variant}.json`), ...args]
  const child = spawn('prlimit', [`--data=${DATA_BYTES}`, process.execPath, ...command], {
    cwd: project.dir,
    env: {
      ...process.env,
      LPACK_CACHE_DIR: cacheDir,
      TMPDIR: tmpDir,
      KILL_JOURNAL: journal,
      KILL_AT: killAt ?? '',
    },
  })
  let [out, err, isLate] = ['', '', false]
  child.stdout.on('data', (piece: Buffer) => {
    out += piece
  })
  child.stderr.on('data', (piece: Buffer) => {
    err += piece
  })
  const limit = setTimeout(() => {
    isLate = true
    child.kill('SIGKILL')
  }, MOST_MS)
  const kill = killAfterMs === null ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs)
  return new Promise<{ code: number | null; signal: string | null; out: string; err: string; isLate: boolean }>(
    (resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code, signal) => {
        clearTimeout(limit)
        clearTimeout(kill)
        resolve({ code, signal, out, err, isLate })
      })
    },
  )
}
