import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { closeSync, lstatSync, openSync, readdirSync, readFileSync, readlinkSync, readSync, rmSync } from 'node:fs'
import { mkdir, mkdtemp, realpath } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { writeTree } from '../helpers.ts'
import { builtLpack, nodeOfMajor, output, ran } from './programs.ts'

/** Package managers of one exact version each, and how they install without running anything of the packages. */
export const MANAGERS = {
  npm: { from: null, install: ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'] },
  pnpm: { from: ['pnpm', '10.34.0', 'bin/pnpm.cjs'], install: ['install', '--ignore-scripts'] },
  yarn: { from: ['@yarnpkg/cli-dist', '4.12.0', 'bin/yarn.js'], install: ['install', '--mode=skip-build'] },
} as const

export type Manager = keyof typeof MANAGERS

export const MANAGER_NAMES = Object.keys(MANAGERS) as Manager[]

/** What Yarn needs beside package.json, to install into node_modules and to take the folder for a project of its own. */
export const YARN_FILES = { '.yarnrc.yml': 'nodeLinker: node-modules\n', 'yarn.lock': '' }

let managers: Promise<string> | null = null

/** A folder whose `<manager>` has that manager as a program, made once for the run and removed at its end. */
function managerFolder(): Promise<string> {
  managers ??= mkdtemp(join(tmpdir(), 'lpack-managers-')).then(async dir => {
    process.once('exit', () => rmSync(dir, { recursive: true, force: true }))
    for (const name of MANAGER_NAMES) {
      const { from } = MANAGERS[name]
      await mkdir(join(dir, name))
      if (from === null) continue
      const [pkg, version, script] = from
      await output('npm', ['install', '--prefix', join(dir, name), '--ignore-scripts', `${pkg}@${version}`])
      const text = `#!/bin/sh\nexec "${process.execPath}" "${join(dir, name, 'node_modules', pkg, script)}" "$@"\n`
      await writeTree(join(dir, name, 'bin'), { [name]: text })
      execFileSync('chmod', ['+x', join(dir, name, 'bin', name)])
    }
    return dir
  })
  return managers
}

/** An environment in which this manager is on PATH. */
export async function environmentWith(manager: Manager): Promise<NodeJS.ProcessEnv> {
  const path = `${join(await managerFolder(), manager, 'bin')}${delimiter}${process.env['PATH'] ?? ''}`
  // Where CI is set, pnpm and Yarn refuse to write a lock.
  return { ...process.env, PATH: path, CI: '' }
}

/** Installs what a folder's package.json names, and writes the lock. */
export async function install(manager: Manager, dir: string): Promise<void> {
  await output(manager, MANAGERS[manager].install, { cwd: dir, env: await environmentWith(manager) })
}

export interface NodeReport {
  readonly name: string
  readonly artifact: { readonly path: string; readonly bytes: number; readonly sha256: string }
  readonly packages: readonly { readonly name: string; readonly version: string }[]
  readonly findings: readonly { readonly code: string; readonly severity: string; readonly message: string }[]
}

export interface Packed {
  readonly code: number
  /** stderr, where mistakes are told. */
  readonly err: string
  /** Of the only function, if something was written. */
  readonly report: NodeReport | null
  /** Its zip. */
  readonly zip: string
}

/** Runs the published program in a folder, with the manager at hand. */
export async function pack(
  dir: string,
  {
    manager = 'npm',
    node = process.execPath,
    outDir = 'lpack.out',
  }: {
    readonly manager?: Manager
    readonly node?: string
    readonly outDir?: string
  } = {},
): Promise<Packed> {
  const args = [await builtLpack(), 'zip', '--json', '--out-dir', outDir]
  const { code, out, err } = await ran(node, args, { cwd: dir, env: await environmentWith(manager) })
  const report = out === '' ? null : ((JSON.parse(out) as { functions: NodeReport[] }).functions[0] ?? null)
  return { code, err, report, zip: resolve(dir, outDir, `${report?.name ?? 'none'}.zip`) }
}

/** Packs what must be packed without an error. */
export async function packFine(dir: string, options: Parameters<typeof pack>[1] = {}) {
  const { code, err, report, zip } = await pack(dir, options)
  if (code !== 0 || report === null)
    throw new Error(`lpack ended with ${code}: ${err}${JSON.stringify(report?.findings)}`)
  return { ...report, zip }
}

/** Unpacks a zip into a new folder, with no folder above it that could lend it a package. */
export async function unpacked<T>(zip: string, action: (dir: string) => Promise<T>): Promise<T> {
  const dir = await realpath(await mkdtemp(join(tmpdir(), 'lpack-artifact-')))
  try {
    execFileSync('unzip', ['-q', zip, '-d', dir])
    return await action(dir)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

export interface Running {
  readonly major: 22 | 24
  readonly event?: unknown
  /** The handler's file in the artifact. */
  readonly module?: string
  /** What it may do beside reading files and loading add-ons, as flags of Node.js. */
  readonly allowed?: readonly string[]
}

/**
 * What the handler of an unpacked artifact returns, in a process that may read the artifact's files and those in /etc alone
 * (add-ons ask there for the kind of Linux), by Node.js's permission model, and that gets no environment.
 */
export async function runAlone(
  dir: string,
  { major, event = {}, module = 'src/index.mjs', allowed = [] }: Running,
): Promise<unknown> {
  const code = `const { handler } = await import('./${module}')
console.log(JSON.stringify(await handler(${JSON.stringify(event)})))
process.exit()`
  const flags = ['--permission', '--allow-addons', `--allow-fs-read=${dir}/`, '--allow-fs-read=/etc/', ...allowed]
  const args = ['--no-warnings', ...flags, '--input-type=module', '-e', code]
  const text = await output(await nodeOfMajor(major), args, { cwd: dir, env: { HOME: '/nonexistent', PATH: '' } })
  return JSON.parse(text)
}

/** e_machine of every ELF file in a folder, by path; 62 is x86-64, 183 AArch64. */
export function elfMachines(dir: string): ReadonlyMap<string, number> {
  const found = new Map<string, number>()
  for (const entry of readdirSync(dir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    const head = Buffer.alloc(20)
    const file = openSync(path, 'r')
    readSync(file, head)
    closeSync(file)
    if (head.toString('latin1', 0, 4) === '\x7fELF') found.set(path.slice(dir.length + 1), head.readUInt16LE(18))
  }
  return found
}

/** One hash of everything in a folder: names, contents, modes, times of change, targets of links. */
export function stateOf(dir: string): string {
  const hash = createHash('sha256')
  // Sorted for determinism
  for (const name of (readdirSync(dir, { recursive: true }) as string[]).sort()) {
    const path = join(dir, name)
    const stat = lstatSync(path)
    hash.update(`${name} ${stat.mode} ${stat.isDirectory() ? '' : stat.mtimeMs}\n`)
    if (stat.isSymbolicLink()) hash.update(readlinkSync(path))
    else if (stat.isFile()) hash.update(readFileSync(path))
  }
  return hash.digest('hex')
}

export function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}
