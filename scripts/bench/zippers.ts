import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Bench, Contender } from './types.ts'

/** Programs that compress; `$OUT` is the file to make. */
const ZIPPERS = [
  { name: 'zip -9 -r', program: 'zip', command: 'zip -9 -q -r "$OUT" .', isSlow: false, smallOnly: false },
  { name: '7z -tzip -mx=9', program: '7z', command: '7z a -tzip -mx=9 -bd "$OUT" .', isSlow: true, smallOnly: false },
  {
    name: 'libdeflate-gzip -12, streams alone',
    program: 'libdeflate-gzip',
    command: 'find . -type f -print0 | xargs -0 libdeflate-gzip -12 -c > "$OUT"',
    isSlow: true,
    smallOnly: false,
  },
  {
    name: 'zip, then advzip -4',
    program: 'advzip',
    command: 'zip -9 -q -r "$OUT" . && advzip -z -4 -q "$OUT"',
    isSlow: true,
    smallOnly: true,
  },
] as const

/** Up to here, in bytes, zopfli ends in seconds. */
const SMALL_BYTES = 4_000_000

/** gzip's header without a name, and its trailer. */
const GZIP_FRAME_BYTES = 18

export const ZIP = ZIPPERS[0].name
export const SEVEN_ZIP = ZIPPERS[1].name

/** The programs that are installed and run on this tree, and the names of the others with the reason. */
export function zippers(bench: Bench, dir: string): { contenders: Contender[]; leftOut: string[] } {
  const files = readdirSync(dir, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile())
  const bytes = files.reduce((sum, file) => sum + statSync(join(file.parentPath, file.name)).size, 0)
  const isQuickEnough = (zipper: (typeof ZIPPERS)[number]) =>
    !zipper.smallOnly || bench.isThorough || bytes <= SMALL_BYTES
  const missing = ZIPPERS.filter(({ program }) => !isInstalled(bench, program))
  const installed = ZIPPERS.filter(zipper => !missing.includes(zipper))
  return {
    contenders: installed.filter(isQuickEnough).map(zipper => asContender(bench, dir, zipper, files.length)),
    leftOut: [
      ...missing.map(({ program }) => `${program} is not installed.`),
      ...installed
        .filter(zipper => !isQuickEnough(zipper))
        .map(({ program }) => `${program} -4 would take very long here; --thorough runs it.`),
    ],
  }
}

/** The one that the goals are measured by. */
export function zip(bench: Bench, dir: string): Contender {
  return asContender(bench, dir, ZIPPERS[0], 0)
}

function asContender(bench: Bench, dir: string, zipper: (typeof ZIPPERS)[number], files: number): Contender {
  const out = join(bench.work, 'made', `${zipper.program}.zip`)
  const frames = zipper.program === 'libdeflate-gzip' ? files * GZIP_FRAME_BYTES : 0
  return {
    name: zipper.name,
    command: zipper.command,
    cwd: dir,
    env: { OUT: out },
    before: () => {
      mkdirSync(join(bench.work, 'made'), { recursive: true })
      rmSync(out, { force: true })
    },
    bytes: () => statSync(out).size - frames,
    isSlow: zipper.isSlow,
  }
}

function isInstalled(bench: Bench, program: string): boolean {
  const folders = (bench.env['PATH'] ?? '').split(':').filter(folder => folder !== '')
  return folders.some(folder => statSync(join(folder, program), { throwIfNoEntry: false })?.isFile())
}
