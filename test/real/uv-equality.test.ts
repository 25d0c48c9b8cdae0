import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { UserError } from '../../src/errors.ts'
import { openIndexes } from '../../src/files/python/index/access.ts'
import { type Choosing, chooseFile } from '../../src/files/python/index/choose.ts'
import { isWheel } from '../../src/files/python/index/package-files.ts'
import { select } from '../../src/files/python/locks/uv.ts'
import { describeTarget } from '../../src/files/python/target.ts'
import type { SelectedPackage } from '../../src/files/python/types.ts'
import { parseWheelName, type WheelName } from '../../src/formats/wheel-name.ts'
import type { PythonTarget } from '../../src/model.ts'
import { describe, inTemporaryFolder, writeTree } from '../helpers.ts'
import { testSystem, testTarget } from '../worlds.ts'
import {
  type Choices,
  checkInstalled,
  choicesOfUv,
  lockAndExport,
  NO_WHEEL,
  PROJECT,
  type UvChoices,
} from './uv-choices.ts'
import { UV_PROJECTS, type UvProject } from './uv-projects.ts'

const TARGETS = [
  testTarget('python3.11', 'x86_64'),
  testTarget('python3.12', 'arm64'),
  testTarget('python3.13', 'x86_64'),
  testTarget('python3.14', 'arm64'),
]

/** What lpack chooses, by the lock alone: the index has nothing. */
async function chosenByLpack(project: UvProject, dir: string, target: PythonTarget): Promise<Choices> {
  const get = async (url: string) => ({ status: 404, url, contentType: '', text: '' })
  const network = { ...testSystem().network, get }
  const offline = testSystem({ cwd: dir, network: { ...network, configured: () => network } })
  const lock = join(dir, 'uv.lock')
  const selection = await select(lock, join(dir, project.root), target, project, offline)
  const lockIndexes: readonly string[] = []
  const access = await openIndexes({ indexes: selection.indexes, projectDir: dir, findLinks: [], lockIndexes }, offline)
  const choosing = { access, target, disk: offline.disk }
  return new Map(
    await Promise.all(selection.packages.map(async item => [item.name, await choice(item, choosing)] as const)),
  )
}

async function choice(item: SelectedPackage, choosing: Choosing): Promise<string> {
  try {
    const chosen = await chooseFile(item, choosing)
    if (chosen.kind === 'project') return PROJECT
    return item.origin.kind === 'archive' ? chosen.file.filename : `${item.version} ${chosen.file.filename}`
  } catch (error) {
    if (error instanceof UserError && error.code === 'NO_WHEEL') return NO_WHEEL
    throw error
  }
}

interface Permitted {
  readonly reason: string
  /** `newer` is uv's choice for the glibc above the target's; null where uv knows the target's. */
  readonly permits: (choices: { ours: string; uvs: string; newer: string | null; target: PythonTarget }) => boolean
}

/** All differences that may be. Everything else is a failure. */
const PERMITTED: readonly Permitted[] = [
  {
    reason: 'uv knows no glibc 2.26: at 2.17 it passes by the wheel that it takes at 2.28, and that loads at 2.26',
    permits: ({ ours, newer }) => ours === newer && isBetween(Math.min(...levelsOf(ours)), 17, 26),
  },
  {
    reason:
      'uv knows no glibc 2.26: at 2.17 it passes by a wheel for 2.26, and at 2.28 it prefers a tag of 2.27 or 2.28',
    permits: ({ ours, newer }) =>
      newer !== null &&
      isBetween(Math.min(...levelsOf(ours)), 17, 26) &&
      levelsOf(newer).some(level => isBetween(level, 26, 28)),
  },
  {
    reason: 'two wheels have one best tag: uv takes the first of its list, and lpack the first by name',
    permits: ({ ours, uvs, target }) => {
      const [our, its] = [ours, uvs].map(choice => wheelOf(choice))
      const best = target.tags.find(tag => our?.tags.includes(tag))
      const isSame = best !== undefined && best === target.tags.find(tag => its?.tags.includes(tag))
      return isSame && our?.build?.join() === its?.build?.join() && ours < uvs
    },
  },
]

/** The minor versions of glibc 2 in a chosen wheel's tags; those up to 2.17 and none at all are all as good as 17. */
function levelsOf(choice: string): readonly number[] {
  return (wheelOf(choice)?.tags ?? []).map(tag => Number(/-manylinux_2_(\d+)_/.exec(tag)?.[1] ?? 17))
}

function wheelOf(choice: string): WheelName | null {
  return parseWheelName(choice.slice(choice.indexOf(' ') + 1))
}

function isBetween(level: number, above: number, upTo: number): boolean {
  return level > above && level <= upTo
}

interface Counts {
  compared: number
  installed: number
  readonly kinds: Map<string, number>
  readonly permitted: Map<string, number>
}

interface Comparison {
  readonly target: PythonTarget
  readonly lpack: Choices
  readonly uv: UvChoices
}

/** Counts what is equal or may differ, and returns the differences that nothing permits. */
function compare({ target, lpack, uv: { nearest, newer } }: Comparison, counts: Counts): readonly string[] {
  // Sorted for determinism
  const names = [...new Set([...lpack.keys(), ...nearest.keys(), ...(newer?.keys() ?? [])])].sort()
  return names.flatMap(name => {
    const [ours = 'nothing', uvs = 'nothing'] = [lpack.get(name), nearest.get(name)]
    const above = newer === null ? null : (newer.get(name) ?? 'nothing')
    const permitted =
      ours === uvs ? undefined : PERMITTED.find(({ permits }) => permits({ ours, uvs, newer: above, target }))
    // A wheel that uv takes at 2.28 and that loads at 2.26 isn't to be passed by.
    const isPassedBy =
      above !== null && above !== ours && above !== uvs && isBetween(Math.min(...levelsOf(above)), 17, 26)
    if (permitted === undefined && (ours !== uvs || isPassedBy)) {
      return [`${name}: lpack ${ours}, uv ${uvs}${above === null ? '' : ` and, at glibc 2.28, ${above}`}`]
    }
    add(counts.kinds, kindOf(ours))
    if (permitted !== undefined) add(counts.permitted, permitted.reason)
    return []
  })
}

const KINDS = [NO_WHEEL, PROJECT, 'sdist', 'wheel for any platform', 'wheel for the platform']

function kindOf(choice: string): string {
  if (choice === PROJECT || choice === NO_WHEEL) return choice
  if (!isWheel(choice)) return 'sdist'
  return choice.endsWith('-any.whl') ? 'wheel for any platform' : 'wheel for the platform'
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}

describe('the choice of wheels from a uv.lock', it => {
  const counts: Counts = { compared: 0, installed: 0, kinds: new Map(), permitted: new Map() }
  for (const [name, project] of Object.entries(UV_PROJECTS)) {
    it(`is that of uv: ${name}`, () =>
      inTemporaryFolder(async dir => {
        await writeTree(dir, project.files)
        const requirements = await lockAndExport(project, dir)
        for (const target of TARGETS) {
          const uvs = await choicesOfUv(target, dir, requirements)
          const lpack = await chosenByLpack(project, dir, target)
          const differences = compare({ target, lpack, uv: uvs }, counts)
          assert.equal(differences, [], describeTarget(target))
          counts.compared++
          if (!project.isInstalled) continue
          await checkInstalled(target, dir, requirements, uvs.nearest)
          counts.installed++
        }
      }))
  }

  it('is compared for wheels of every kind, sdists, local projects and packages without either', () => {
    const total = [...counts.kinds.values()].reduce((sum, count) => sum + count, 0)
    const projects = Object.keys(UV_PROJECTS).length
    console.log(
      `${projects} projects, ${counts.compared} choices compared (${counts.installed} installed, too), ${total} packages`,
    )
    for (const tally of [counts.kinds, counts.permitted])
      for (const [key, count] of tally) console.log(`  ${count} ${key}`)
    assert.is(counts.compared, projects * TARGETS.length)
    assert.equal([...counts.kinds.keys()].sort(), KINDS)
  })
})
