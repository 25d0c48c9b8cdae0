import { rmSync } from 'node:fs'
import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import * as assert from 'uvu/assert'
import { UserError } from '../../src/errors.ts'
import { openIndexes } from '../../src/files/python/index/access.ts'
import { type Choosing, chooseFile } from '../../src/files/python/index/choose.ts'
import { isWheel } from '../../src/files/python/index/package-files.ts'
import { select } from '../../src/files/python/locks/uv.ts'
import { describeTarget } from '../../src/files/python/target.ts'
import type { SelectedPackage } from '../../src/files/python/types.ts'
import { parseMetadata, parseWheelFile } from '../../src/formats/metadata.ts'
import { normaliseName } from '../../src/formats/package-name.ts'
import { parseWheelName, type WheelName } from '../../src/formats/wheel-name.ts'
import type { PythonTarget } from '../../src/model.ts'
import { describe, inTemporaryFolder, writeTree } from '../helpers.ts'
import { testSystem, testTarget } from '../worlds.ts'
import { output, ran } from './programs.ts'
import { systemWith } from './python-tools.ts'
import { UV_PROJECTS, type UvProject } from './uv-projects.ts'

const TARGETS = [
  testTarget('python3.11', 'x86_64'),
  testTarget('python3.12', 'arm64'),
  testTarget('python3.13', 'x86_64'),
  testTarget('python3.14', 'arm64'),
]

/** What is chosen, by name: `version file` (a wheel, or the sdist where no wheel loads), `file` of a URL, or one of the two below. */
type Choices = ReadonlyMap<string, string>
/** Projects on disk are compared by name alone. */
const PROJECT = 'project on disk'
const NO_WHEEL = 'no wheel and no sdist'

interface Uv {
  readonly path: string
  readonly env: NodeJS.ProcessEnv
}

let prepared: Promise<Uv> | null = null

/** uv with a cache of its own, which all projects share. */
function uv(): Promise<Uv> {
  prepared ??= mkdtemp(join(tmpdir(), 'lpack-uv-cache-')).then(async cache => {
    process.once('exit', () => rmSync(cache, { recursive: true, force: true }))
    const { env, processes } = await systemWith('uv')
    // uvu sets FORCE_COLOR.
    const plain = { UV_CACHE_DIR: cache, UV_LINK_MODE: 'copy', FORCE_COLOR: undefined, NO_COLOR: '1' }
    return { path: (await processes.find('uv')) ?? '', env: { ...env, ...plain } }
  })
  return prepared
}

/** The levels of glibc that uv knows, 2.17, 2.28, 2.34: python3.11's 2.26 is none of them. */
type UvLevel = 'manylinux2014' | 'manylinux_2_28' | 'manylinux_2_34'

function uvPlatform(target: PythonTarget, level: UvLevel): string {
  return `${target.markers.platform_machine}-${level}`
}

interface Install {
  readonly target: PythonTarget
  readonly platform: string
  readonly requirements: string
  /** The lock's folder, which the paths in the requirements start from. */
  readonly dir: string
}

/**
 * What `uv pip install --target` chooses: the versions are its list of what it installs, the files what its log says it
 * selected. Without --only-binary it names the sdist where no wheel loads; what has neither it names one by one.
 */
async function chosenByUv(install: Install): Promise<Choices> {
  const { path, env } = await uv()
  const missing: string[] = []
  for (;;) {
    const file = join(install.dir, `${install.platform}.txt`)
    await writeFile(file, without(missing, install.requirements))
    const args = ['pip', 'install', '--dry-run', '-v', ...installArguments(install, file)]
    const { code, out, err } = await ran(path, args, { cwd: install.dir, env })
    if (code === 0) return new Map([...listed(`${err}\n${out}`), ...missing.map(name => [name, NO_WHEEL] as const)])
    const [, name] = /Because (\S+)==\S+ has no (?:wheels|usable wheels|source distribution)/.exec(err) ?? []
    if (name === undefined || missing.includes(name)) throw new Error(err.slice(err.indexOf('error:')))
    missing.push(name)
  }
}

function installArguments({ target, platform }: Pick<Install, 'target' | 'platform'>, file: string): readonly string[] {
  // The full version, for uv takes 3.12 as 3.12.0.
  const python = ['--python-version', target.markers.python_full_version, '--python-platform', platform]
  return ['--target', outputOf(file), '-r', file, '--no-deps', ...python]
}

function outputOf(requirementsFile: string): string {
  return `${requirementsFile}.out`
}

/** An exported requirements file without some of its packages; each is a line and its hashes. */
function without(names: readonly string[], requirements: string): string {
  const blocks = requirements.split(/\n(?! )/)
  return blocks.filter(block => !names.some(name => block.startsWith(`${name}==`))).join('\n')
}

function listed(log: string): readonly (readonly [string, string])[] {
  const files = new Map<string, string>()
  for (const [, name = '', version = '', file = ''] of log.matchAll(/Selecting: (\S+?)==(\S+) \[\w+\] \((\S+)\)$/gm)) {
    const wish = `${name}==${version}`
    assert.is(files.get(wish) ?? file, file, `uv selects two files of ${wish}`)
    files.set(wish, file)
  }
  return [...log.matchAll(/^ \+ (\S+?)(?:==(\S+))?(?: @ (\S+)| \(from (\S+)\))?$/gm)].map(
    ([, name = '', version, direct, from]) => {
      const url = direct ?? from
      if (url !== undefined) return [name, /\.(whl|tar\.gz)$/.test(url) ? basename(new URL(url).pathname) : PROJECT]
      const file = files.get(`${name}==${version}`)
      assert.ok(file, `uv's log doesn't say which file of ${name} ${version} it takes`)
      return [name, `${version} ${file}`]
    },
  )
}

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

/** uv's choices for the target; where it doesn't know the target's glibc, `nearest` is for the one below and `newer` for the one above. */
interface UvChoices {
  readonly nearest: Choices
  readonly newer: Choices | null
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

async function choicesOfUv(target: PythonTarget, dir: string, requirements: string): Promise<UvChoices> {
  const chosenFor = (level: UvLevel) => chosenByUv({ target, platform: uvPlatform(target, level), requirements, dir })
  if (target.glibc.minor === 26) {
    return { nearest: await chosenFor('manylinux2014'), newer: await chosenFor('manylinux_2_28') }
  }
  return { nearest: await chosenFor('manylinux_2_34'), newer: null }
}

/** Locks with uv and exports what the function needs, without dev, as requirements. */
async function lock(project: UvProject, dir: string): Promise<string> {
  const { path, env } = await uv()
  const cwd = join(dir, project.root)
  await output(path, ['lock', '--quiet'], { cwd, env })
  const wanted = [
    ...project.extras.flatMap(extra => ['--extra', extra]),
    ...project.groups.flatMap(group => ['--group', group]),
  ]
  const form = ['--frozen', '--no-dev', '--no-emit-project', '--no-editable', '--no-header', '--no-annotate', '--quiet']
  return output(path, ['export', ...form, ...wanted], { cwd, env })
}

/** Installs for real what uv said it would choose: what lies in the folder then is those versions of those wheels. */
async function checkInstalled(target: PythonTarget, dir: string, requirements: string, chosen: Choices): Promise<void> {
  const { path, env } = await uv()
  const platform = uvPlatform(target, target.glibc.minor === 26 ? 'manylinux2014' : 'manylinux_2_34')
  const file = join(dir, `${platform}.installed.txt`)
  await writeFile(file, requirements)
  const args = ['pip', 'install', '--only-binary', ':all:', ...installArguments({ target, platform }, file)]
  await output(path, args, { cwd: dir, env })
  const out = outputOf(file)
  const folders = (await readdir(out)).filter(name => name.endsWith('.dist-info'))
  const installed = await Promise.all(
    folders.map(async folder => {
      const { name, version } = parseMetadata(await readFile(join(out, folder, 'METADATA'), 'utf8'))
      const { tags } = parseWheelFile(await readFile(join(out, folder, 'WHEEL'), 'utf8'))
      return { name: normaliseName(name), version, tags }
    }),
  )
  assert.is(installed.length, chosen.size)
  for (const { name, version, tags } of installed) {
    const [chosenVersion, filename = ''] = chosen.get(name)?.split(' ') ?? []
    assert.is(chosenVersion, version)
    assert.equal([...tags].sort(), [...(parseWheelName(filename)?.tags ?? [])].sort(), filename)
  }
}

describe('the choice of wheels from a uv.lock', it => {
  const counts: Counts = { compared: 0, installed: 0, kinds: new Map(), permitted: new Map() }
  for (const [name, project] of Object.entries(UV_PROJECTS)) {
    it(`is that of uv: ${name}`, () =>
      inTemporaryFolder(async dir => {
        await writeTree(dir, project.files)
        const requirements = await lock(project, dir)
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
