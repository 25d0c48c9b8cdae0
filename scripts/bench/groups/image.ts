import { appendFileSync, cpSync, existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Bases, standInBases } from '../../../test/real/containers/bases.ts'
import { containerTools } from '../../../test/real/containers/environment.ts'
import { named, times, wall } from '../figures.ts'
import { BOTO3, folderOf, type Input, SCIENTIFIC } from '../inputs.ts'
import { forget } from '../lpack.ts'
import { interleave, run } from '../measure.ts'
import type { Bench, Contender, Goal, Group, Outcome, Result, Section } from '../types.ts'

const BUILDAH = 'buildah, pip in the image: build && push, cold'
const COPYING = "buildah, lpack's files: build && push, cold"
const LPACK = 'lpack image --push, cold'

const SOURCE = 'lambda_function.py'

/**
 * Images made and pushed without an engine, against Buildah: with a Dockerfile in which pip installs, as people write it, and with the
 * files that lpack has resolved and unpacked already.
 */
export const image: Group = {
  id: 'image',
  run: async (bench): Promise<Outcome> => {
    const bases = await standInBases()
    const { dir, env } = await containerTools()
    const { PATH: _, LPACK_CACHE_DIR: __, ...own } = env
    const equipped: Bench = { ...bench, env: { ...bench.env, ...own } }
    const sections = [SCIENTIFIC, BOTO3].map(input => sectionOf(equipped, input, { bases, toolsDir: dir }))
    return { sections, goals: sections.flatMap(({ title, results }) => goals(title, results)) }
  },
}

interface Place {
  readonly bases: Bases
  readonly toolsDir: string
}

function sectionOf(bench: Bench, input: Input, { bases, toolsDir }: Place): Section {
  const dir = join(bench.work, 'inputs', `image-${input.id}`)
  rmSync(dir, { recursive: true, force: true })
  cpSync(folderOf(bench, input), dir, { recursive: true })
  const base = `${bases.host}/bench/base:1`
  const plain = '--src-tls-verify=false --dest-tls-verify=false'
  run(bench, `skopeo copy --quiet ${plain} docker://${bases.python} docker://${base}`, dir)
  for (const install of ['in-image', 'copy']) {
    // Nothing is run here, so that the base may have another Python than what wheels are there for.
    const config = { name: 'function', runtime: 'python3.13', image: { base, install } }
    writeFileSync(join(dir, 'lpack.config.json'), JSON.stringify(config))
    run(bench, `lpack image --quiet --out-dir ${install}`, dir)
  }
  const name = `bench/${input.id}`
  const pushed = `${bases.host}/${name}:1`
  // A registry finds a blob by the repository's link to it.
  const repository = join(toolsDir, 'base-registry/blobs/docker/registry/v2/repositories', name)
  const clear = () => rmSync(repository, { recursive: true, force: true })
  const contenders = [
    buildah(bench, { name: BUILDAH, pushed, dir, context: 'in-image/function', clear }),
    buildah(bench, { name: COPYING, pushed, dir, context: 'copy/function', clear }),
    lpack(bench, { name: LPACK, pushed, dir, clear }),
  ]
  const cold = interleave(bench, contenders)
  if (!existsSync(repository)) throw new Error(`${pushed} did not arrive`)
  const changed = contenders.flatMap(contender => interleave(bench, [again(bench, contender)]))
  const notes = [
    'The registry is on the same machine and has the base, whose layers nobody uploads. Cold: no layer and no file kept but downloads,',
    'and an empty repository. Code changed: a line of the handler, after a run of which everything is kept.',
  ]
  return { title: `Image: ${input.title}`, notes: [notes.join(' ')], results: [...cold, ...changed] }
}

interface Making {
  readonly name: string
  readonly pushed: string
  readonly dir: string
  readonly clear: () => void
}

interface Contending extends Contender {
  /** Changes its code. */
  readonly change: () => void
}

function buildah(
  bench: Bench,
  { name, pushed, dir, context, clear }: Making & { readonly context: string },
): Contending {
  return {
    name,
    command: `buildah build --quiet --layers --tag '${pushed}' ${context} && buildah push --quiet --tls-verify=false '${pushed}'`,
    cwd: dir,
    before: () => {
      clear()
      // With the layers that it was built from; pip's downloads stay.
      run(bench, `buildah rmi --force '${pushed}' && buildah rmi --prune --force || true`, dir)
    },
    change: () => appendFileSync(join(dir, context, 'code', SOURCE), '# changed\n'),
  }
}

function lpack(bench: Bench, { name, pushed, dir, clear }: Making): Contending {
  return {
    name,
    command: `lpack image --quiet --push '${pushed}'`,
    cwd: dir,
    before: () => {
      clear()
      forget(bench, dir)
    },
    change: () => appendFileSync(join(dir, SOURCE), '# changed\n'),
  }
}

function again(bench: Bench, { name, command, cwd, change }: Contending): Contender {
  // Twice, for what was written just now can't be told from what changes just now.
  run(bench, `${command} && sleep 3 && ${command}`, cwd)
  return { name: afterChange(name), command, cwd, before: change }
}

function afterChange(name: string): string {
  return name.replace(', cold', ', code changed')
}

function goals(title: string, results: readonly Result[]): Goal[] {
  const ratio = (ours: string, theirs: string) => wall(named(results, ours)) / wall(named(results, theirs))
  return [
    goal(`${title}: cold, against Buildah`, ratio(LPACK, BUILDAH), 0.7),
    goal(`${title}: code changed, against Buildah`, ratio(afterChange(LPACK), afterChange(BUILDAH)), 0.2),
  ]
}

function goal(what: string, ratio: number, most: number): Goal {
  return { what, goal: `≤ ${most}×`, got: times(ratio), isReached: ratio <= most }
}
