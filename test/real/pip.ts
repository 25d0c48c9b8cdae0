import { createHash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import type { Architecture } from '../../src/model.ts'
import type { System } from '../../src/system/system.ts'
import { writeTree } from '../helpers.ts'
import { systemWith } from './python-tools.ts'

/** A target as the tools name it; written down apart from the program's own table. */
export interface Platform {
  /** Such as 3.13. */
  readonly python: string
  readonly architecture: Architecture
}

/** A file that pip wrote. */
export interface InstalledFile {
  readonly sha256: string
  readonly executable: boolean
}

/** What pip wrote into a folder; keys are paths below it. */
export interface Installation {
  readonly root: string
  readonly files: ReadonlyMap<string, InstalledFile>
}

/** Where and for what pins are made. */
interface Pinning {
  /** ISO day; nothing newer is taken. */
  readonly day: string
  readonly platform: Platform
  readonly dir: string
}

/** The exact versions of the named distributions and of all they require, as uv resolves them for the platform. */
export async function pin(names: readonly string[], { day, platform, dir }: Pinning): Promise<string> {
  const system = await systemWith('uv')
  await writeTree(dir, { 'wanted.in': `${names.join('\n')}\n` })
  const machine = machineOf(platform)
  // uv knows no manylinux_2_26.
  const uvPlatform =
    glibcMinorOf(platform) < 28 ? `${machine}-manylinux2014` : `${machine}-manylinux_2_${glibcMinorOf(platform)}`
  const { stdout } = await runTool(system, 'uv', [
    // Without the Python that it resolves for, uv would fetch one, and needs none.
    ...['pip', 'compile', '--quiet', '--no-python-downloads', '--no-header', '--no-annotate'],
    ...['--only-binary', ':all:', '--exclude-newer', day],
    ...['--python-version', platform.python, '--python-platform', uvPlatform, join(dir, 'wanted.in')],
  ])
  return stdout
}

/** What `pip install --target` writes for the platform. */
export async function pipInstall(pinned: string, platform: Platform, dir: string): Promise<Installation> {
  const system = await systemWith('pip')
  await writeTree(dir, { 'pinned.txt': pinned })
  const root = join(dir, 'installed')
  await runTool(system, 'python3', [
    ...['-m', 'pip', 'install', '--quiet', '--no-deps', '--no-compile', '--only-binary=:all:', '--target', root],
    ...['--implementation', 'cp', '--python-version', platform.python],
    ...platformsOf(platform).flatMap(one => ['--platform', one]),
    ...['-r', join(dir, 'pinned.txt')],
  ])
  return { root, files: await readTree(root) }
}

/** The files below a folder. */
export async function readTree(root: string): Promise<ReadonlyMap<string, InstalledFile>> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  const files = new Map<string, InstalledFile>()
  for (const entry of entries.filter(one => !one.isDirectory())) {
    const path = join(entry.parentPath, entry.name)
    const sha256 = sha256Of(await readFile(path))
    files.set(relative(root, path).split(sep).join('/'), {
      sha256,
      executable: ((await stat(path)).mode & 0o111) !== 0,
    })
  }
  return files
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** pip takes no platform for one that implies the older ones, so all are named, the best first. */
function platformsOf(platform: Platform): readonly string[] {
  const aliases: Readonly<Record<number, string>> = { 17: 'manylinux2014', 12: 'manylinux2010', 5: 'manylinux1' }
  const machine = machineOf(platform)
  // Before glibc 2.17 there was no Linux on arm64.
  const oldest = machine === 'x86_64' ? 5 : 17
  const minors = Array.from({ length: glibcMinorOf(platform) - oldest + 1 }, (_, i) => glibcMinorOf(platform) - i)
  const names = minors.flatMap(minor => [`manylinux_2_${minor}`, aliases[minor] ?? []].flat())
  return names.map(name => `${name}_${machine}`)
}

function machineOf({ architecture }: Platform): string {
  return architecture === 'arm64' ? 'aarch64' : 'x86_64'
}

/** Lambda's Pythons up to 3.11 run on Amazon Linux 2, later ones on Amazon Linux 2023. */
function glibcMinorOf({ python }: Platform): number {
  return Number(python.split('.')[1]) <= 11 ? 26 : 34
}

async function runTool(system: System, name: string, args: readonly string[]): Promise<{ readonly stdout: string }> {
  const path = await system.processes.find(name)
  if (path === null) throw new Error(`there is no ${name}`)
  return system.processes.run(path, args)
}
