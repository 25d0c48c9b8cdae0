// Measures lpack against its peers. How, and where from: npm run bench -- --help.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readArguments, USAGE } from './arguments.ts'
import { endToEnd } from './groups/end-to-end.ts'
import { growth } from './groups/growth.ts'
import { image } from './groups/image.ts'
import { jobs } from './groups/jobs.ts'
import { remote } from './groups/remote.ts'
import { startUp } from './groups/start-up.ts'
import { tenFunctions } from './groups/ten-functions.ts'
import { trees } from './groups/trees.ts'
import { warmRuns } from './groups/warm.ts'
import { buildLpack, REPOSITORY } from './lpack.ts'
import { keepOutcome, keptOutcomes } from './outcomes.ts'
import { howMeasured } from './setting.ts'
import { outcomesAsText } from './text.ts'
import { installTool, UV } from './tools.ts'
import type { Bench } from './types.ts'

const GROUPS = [trees, warmRuns, jobs, tenFunctions, growth, startUp, remote, image, endToEnd] as const

const options = readArguments(process.argv.slice(2))
const unknown = options.only.filter(id => !GROUPS.some(group => group.id === id))
if (options.isHelp || unknown.length > 0) {
  const groups = `Groups: ${GROUPS.map(({ id }) => id).join(', ')}.`
  process.stdout.write(`${unknown.map(id => `There is no group ${id}.\n`).join('')}${USAGE}\n${groups}\n`)
  process.exit(options.isHelp ? 0 : 2)
}

mkdirSync(options.work, { recursive: true })
const build = buildLpack(options.work)
const bench = prepare()
for (const group of GROUPS) {
  if (options.only.length > 0 && !options.only.includes(group.id)) continue
  const start = Date.now()
  bench.tell(`${group.id}`)
  try {
    const outcome = await group.run(bench)
    keepOutcome(bench.work, group.id, { build, outcome })
    process.stdout.write(`${outcomesAsText([outcome])}\n\n`)
  } catch (error) {
    // The other groups still have something to tell.
    console.error(error)
    process.exitCode = 1
  }
  bench.tell(`${group.id} took ${((Date.now() - start) / 1000).toFixed(0)} s`)
}

const kept = keptOutcomes(
  bench.work,
  GROUPS.map(({ id }) => id),
  build,
)
const text = outcomesAsText(kept)
if (options.isWritten) {
  writeFileSync(join(REPOSITORY, 'BENCHMARKS.md'), `# Benchmarks\n\n${howMeasured(bench)}\n\n${text}\n`)
  bench.tell(`BENCHMARKS.md written, with ${kept.length} of ${GROUPS.length} groups`)
}

function prepare(): Bench {
  const bare: Bench = {
    work: options.work,
    repeats: options.repeats,
    isThorough: options.isThorough,
    env: process.env,
    tell: sentence => void process.stderr.write(`${sentence}\n`),
  }
  const folders = [join(options.work, 'bin'), installTool(bare, UV)]
  const env = {
    ...process.env,
    PATH: [...folders, process.env['PATH']].join(':'),
    LPACK_CACHE_DIR: join(options.work, 'cache'),
    UV_CACHE_DIR: join(options.work, 'uv-cache'),
    LPACK_REMOTE_CACHE: undefined,
    VIRTUAL_ENV: undefined,
    CI: '1',
  }
  return { ...bare, env }
}
