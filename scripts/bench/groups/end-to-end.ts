import { cpSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { BOTO3, folderOf, type Input, NODE_BUNDLE } from '../inputs.ts'
import { interleave, run } from '../measure.ts'
import { chalice } from '../packagers/chalice.ts'
import { lpackNode, lpackPython } from '../packagers/lpack.ts'
import type { Packager } from '../packagers/packager.ts'
import { samNode, samPython } from '../packagers/sam.ts'
import { serverlessNode, serverlessPython } from '../packagers/serverless.ts'
import { uvGuide } from '../packagers/uv.ts'
import { installTool, writeFiles } from '../tools.ts'
import type { Bench, Contender, Group, Section } from '../types.ts'

/** The first of each is what the others are compared with. */
const PACKAGERS: readonly Packager[] = [
  lpackPython,
  uvGuide,
  samPython,
  serverlessPython,
  chalice,
  lpackNode,
  samNode,
  serverlessNode,
]

/** From sources and lock to the zip: lpack against other packagers, from nothing and again. */
export const endToEnd: Group = {
  id: 'end-to-end',
  run: async bench => ({ sections: [BOTO3, NODE_BUNDLE].map(input => sectionOf(bench, input)), goals: [] }),
}

function sectionOf(bench: Bench, input: Input): Section {
  const packagers = PACKAGERS.filter(packager => packager.input === input)
  const versions = new Set(packagers.flatMap(({ tools }) => tools.flatMap(({ packages }) => packages)))
  const notes = [
    `Installed for it: ${[...versions].join(', ')}. Of SAM it is \`sam build\` and the zip that \`sam package\` would upload.`,
  ]
  const pairs = packagers.flatMap(packager => {
    try {
      return [prepared(bench, packager)]
    } catch (error) {
      notes.push(`${packager.name} doesn't run here: ${String(error).replaceAll(bench.work, '…')}`)
      return []
    }
  })
  const contenders = [...pairs.map(({ first }) => first), ...pairs.map(({ again }) => again)]
  // Other packagers take their time, and the difference is large.
  const results = interleave(bench, contenders, Math.min(2, bench.repeats))
  return { title: `End to end: ${input.title}`, notes, results }
}

/** A packager that has run once, which also fills its cache of downloads: from nothing, and again with nothing changed. */
function prepared(bench: Bench, packager: Packager): Readonly<Record<'first' | 'again', Contender>> {
  const { name, input, files, command, clean, artifact } = packager
  const id = packager.name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')
  const dir = join(bench.work, 'packagers', `${input.id}-${id}`)
  rmSync(dir, { recursive: true, force: true })
  cpSync(folderOf(bench, input), dir, { recursive: true, filter: path => !path.endsWith('lpack.out') })
  const isPython = input === BOTO3
  if (isPython) run(bench, 'uv export --quiet --frozen --no-hashes --no-emit-project -o requirements.txt', dir)
  const runtime = isPython ? `python${run(bench, 'cat .python-version', dir)}` : 'nodejs22.x'
  writeFiles(dir, files(runtime))
  const programs = packager.tools.map(tool => installTool(bench, tool))
  const path = [...programs, bench.env['PATH']].join(':')
  const env = { ...packager.env, PATH: path }
  run(bench, command, dir, env)
  const again = { name: `${name}, again`, command, cwd: dir, env, bytes: () => statSync(join(dir, artifact)).size }
  return { first: { ...again, name, before: () => void run(bench, clean, dir) }, again }
}
