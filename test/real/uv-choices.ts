// What a real uv locks, chooses and installs: the oracle for lpack's choice.
import { rmSync } from 'node:fs'
import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import * as assert from 'uvu/assert'
import { parseMetadata, parseWheelFile } from '../../src/formats/metadata.ts'
import { normaliseName } from '../../src/formats/package-name.ts'
import { parseWheelName } from '../../src/formats/wheel-name.ts'
import type { PythonTarget } from '../../src/model.ts'
import { output, ran } from './programs.ts'
import { systemWith } from './python-tools.ts'
import type { UvProject } from './uv-projects.ts'

/** What is chosen, by name: `version file` (a wheel, or the sdist where no wheel loads), `file` of a URL, or one of the two below. */
export type Choices = ReadonlyMap<string, string>
/** Projects on disk are compared by name alone. */
export const PROJECT = 'project on disk'
export const NO_WHEEL = 'no wheel and no sdist'

/** uv's choices for the target; where it doesn't know the target's glibc, `nearest` is for the one below and `newer` for the one above. */
export interface UvChoices {
  readonly nearest: Choices
  readonly newer: Choices | null
}

/** Locks with uv and exports what the function needs, without dev, as requirements. */
export async function lockAndExport(project: UvProject, dir: string): Promise<string> {
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

/** What uv chooses for a target from exported requirements. */
export async function choicesOfUv(target: PythonTarget, dir: string, requirements: string): Promise<UvChoices> {
  const chosenFor = (level: UvLevel) => chosenByUv({ target, platform: uvPlatform(target, level), requirements, dir })
  if (target.glibc.minor === 26) {
    return { nearest: await chosenFor('manylinux2014'), newer: await chosenFor('manylinux_2_28') }
  }
  return { nearest: await chosenFor('manylinux_2_34'), newer: null }
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

/** Installs for real what uv said it would choose: what lies in the folder then is those versions of those wheels. */
export async function checkInstalled(
  target: PythonTarget,
  dir: string,
  requirements: string,
  chosen: Choices,
): Promise<void> {
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
