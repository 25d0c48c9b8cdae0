import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import * as assert from 'uvu/assert'
import { checkLock } from '../../src/files/node/freshness.ts'
import { fetchForTarget } from '../../src/files/node/install.ts'
import type { NodePlan } from '../../src/model.ts'
import { findProject } from '../../src/plan/node-project.ts'
import { makeSystem } from '../../src/system/make-system.ts'
import type { System } from '../../src/system/system.ts'
import { describe, inTemporaryFolder, rejects, writeTree } from '../helpers.ts'
import { stateOf } from './node-functions.ts'

const MANAGERS = {
  npm: { program: 'npm', install: ['install', '--ignore-scripts'], local: '1.0.0', package: null },
  'pnpm 9': {
    program: 'pnpm',
    install: ['install', '--ignore-scripts'],
    local: 'workspace:*',
    package: ['pnpm', '9.15.9', 'bin/pnpm.cjs'],
  },
  'pnpm 10': {
    program: 'pnpm',
    install: ['install', '--ignore-scripts'],
    local: 'workspace:*',
    package: ['pnpm', '10.34.0', 'bin/pnpm.cjs'],
  },
  'Yarn 4': {
    program: 'yarn',
    install: ['install', '--mode=skip-build'],
    local: 'workspace:*',
    package: ['@yarnpkg/cli-dist', '4.12.0', 'bin/yarn.js'],
  },
  'Yarn 1': {
    program: 'yarn',
    install: ['install', '--ignore-scripts'],
    local: '1.0.0',
    package: ['yarn', '1.22.22', 'bin/yarn.js'],
  },
} as const

type Manager = keyof typeof MANAGERS

const NAMES = Object.keys(MANAGERS) as Manager[]
const SHARP = '@img/sharp-linux-arm64'
const LIBVIPS = '@img/sharp-libvips-linux-arm64'

let tools: Promise<string> | null = null

/** The managers from the registry, made once for the run and removed at its end. */
function toolFolder(): Promise<string> {
  tools ??= mkdtemp(join(tmpdir(), 'lpack-managers-')).then(async dir => {
    process.once('exit', () => rmSync(dir, { recursive: true, force: true }))
    for (const name of NAMES) {
      const { program, package: from } = MANAGERS[name]
      if (from === null) continue
      const home = join(dir, name)
      await mkdir(home)
      execFileSync('npm', ['install', '--prefix', home, '--ignore-scripts', `${from[0]}@${from[1]}`], { stdio: 'pipe' })
      const script = join(home, 'node_modules', from[0], from[2])
      await mkdir(join(home, 'bin'))
      await writeFile(join(home, 'bin', program), `#!/bin/sh\nexec "${process.execPath}" "${script}" "$@"\n`)
      await chmod(join(home, 'bin', program), 0o755)
    }
    return dir
  })
  return tools
}

interface Shop {
  readonly dir: string
  readonly root: string
  readonly system: System
  readonly run: (...args: readonly string[]) => void
}

/** A workspace with a function that needs sharp, installed for this machine. */
async function shopOf(manager: Manager, dir: string): Promise<Shop> {
  const { program, local, install } = MANAGERS[manager]
  const system = makeSystem(new AbortController().signal, {
    show: () => undefined,
    clear: () => undefined,
    warn: () => undefined,
  })
  const bin = join(await toolFolder(), manager, 'bin')
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}`, CI: '' }
  const run = (...args: readonly string[]) =>
    void execFileSync(program === 'npm' ? 'npm' : join(bin, program), args, { cwd: dir, env, stdio: 'pipe' })
  const find = (name: string) =>
    name === program && name !== 'npm' ? Promise.resolve(join(bin, name)) : system.processes.find(name)
  await writeTree(dir, {
    'package.json': '{"name":"shop","private":true,"workspaces":["packages/*"],"devDependencies":{"is-odd":"^3.0.0"}}',
    'packages/fn/package.json': JSON.stringify({
      name: 'fn',
      version: '1.0.0',
      bin: { fn: 'cli.js' },
      dependencies: { sharp: '^0.33.0', lib: local },
      devDependencies: { kleur: '4' },
      optionalDependencies: { 'is-even': '1.0.0' },
    }),
    'packages/lib/package.json':
      '{"name":"lib","version":"1.0.0","dependencies":{"color":"npm:color-name@^1.1.0","ms":"2.1.3"}}',
    ...(manager.startsWith('pnpm') ? { 'pnpm-workspace.yaml': "packages: # all\n- 'packages/*'\n" } : {}),
    ...(manager === 'Yarn 4' ? { '.yarnrc.yml': 'nodeLinker: node-modules\n', 'yarn.lock': '' } : {}),
  })
  run(...install)
  return { dir, root: join(dir, 'packages/fn'), system: { ...system, processes: { ...system.processes, find } }, run }
}

async function planOf({ dir, root, system }: Shop): Promise<NodePlan> {
  const project = await findProject(root, dir, system)
  const target = { runtime: 'nodejs22.x', architecture: 'arm64', major: 22, os: 'linux', cpu: 'arm64', libc: 'glibc' }
  return { project, target } as NodePlan
}

function changeDependencies(dir: string, changes: Readonly<Record<string, string>>): void {
  const manifest = join(dir, 'package.json')
  const json = JSON.parse(readFileSync(manifest, 'utf8'))
  writeFileSync(manifest, JSON.stringify({ ...json, dependencies: { ...json.dependencies, ...changes } }))
}

/** The folder of a package as Node.js finds it, following a way of names. */
function resolved(from: string, ...names: readonly string[]): string {
  return names.reduce((dir, name) => {
    const parts = realpathSync(dir).split('/')
    const places = parts.map((_, index) => join('/', ...parts.slice(0, parts.length - index), 'node_modules', name))
    const found = places.find(place => existsSync(place))
    if (found === undefined) throw new Error(`${name} is not found from ${dir}`)
    return found
  }, from)
}

/** A package and its version as any of the locks has them next to each other. */
function lockedAs(name: string, version: string): RegExp {
  return new RegExp(`${name}(?:@npm:|@|": \\{\\s+"version": ")${version.replaceAll('.', '\\.')}\\b`)
}

function versionIn(dir: string): string {
  return JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8')).version
}

describe('fetching for the target', it => {
  for (const manager of NAMES) {
    it(`brings sharp for linux/arm64 with ${manager}, and leaves the project as it was`, async () => {
      await inTemporaryFolder(async dir => {
        const shop = await shopOf(manager, join(dir, 'shop'))
        const plan = await planOf(shop)
        const before = stateOf(shop.dir)
        await checkLock(plan.project, shop.system)
        const folder = await fetchForTarget(plan, [SHARP, LIBVIPS], join(dir, 'work'), shop.system)
        const sharp = resolved(folder, 'sharp')
        assert.is(versionIn(sharp), versionIn(resolved(shop.root, 'sharp')))
        const lock = await readFile(plan.project.lock?.path ?? '', 'utf8')
        const addon = resolved(sharp, SHARP)
        const native = resolved(addon, LIBVIPS)
        assert.match(lock, lockedAs(SHARP, versionIn(addon)))
        assert.match(lock, lockedAs(LIBVIPS, versionIn(native)))
        assert.is(
          versionIn(native),
          versionIn(resolved(shop.root, 'sharp', '@img/sharp-linux-x64', '@img/sharp-libvips-linux-x64')),
        )
        // e_machine 0xb7 is AArch64.
        assert.is(readFileSync(join(addon, 'lib/sharp-linux-arm64.node'))[18], 0xb7)
        if (manager !== 'Yarn 1') assert.throws(() => resolved(sharp, '@img/sharp-linux-x64'), /not found/)
        assert.is(stateOf(shop.dir), before)
      })
    })

    it(`tells a package.json that ${manager} has not locked, and mends nothing by itself`, async () => {
      await inTemporaryFolder(async dir => {
        const shop = await shopOf(manager, dir)
        const { project } = await planOf(shop)
        await checkLock(project, shop.system)
        changeDependencies(shop.root, { sharp: '^0.33.2' })
        const error = await rejects(() => checkLock(project, shop.system), 'LOCK_STALE')
        assert.match(error.message, 'sharp')
        shop.run(...MANAGERS[manager].install)
        await checkLock(project, shop.system)
      })
    })

    it(`tells a node_modules that ${manager} has not brought up to the lock`, async () => {
      await inTemporaryFolder(async dir => {
        const shop = await shopOf(manager, join(dir, 'shop'))
        const { project } = await planOf(shop)
        const lock = project.lock?.path ?? ''
        const old = readFileSync(lock)
        const lib = join(shop.dir, 'packages/lib')
        changeDependencies(lib, { ms: '2.1.2' })
        shop.run(...MANAGERS[manager].install)
        await checkLock(project, shop.system)
        changeDependencies(lib, { ms: '2.1.3' })
        writeFileSync(lock, old)
        const error = await rejects(() => checkLock(project, shop.system), 'NODE_INSTALL_STALE')
        assert.match(error.message, 'another version of ms')
      })
    })
  }

  it('tells what npm says where an archive is another than locked, and what to run', async () => {
    await inTemporaryFolder(async dir => {
      const shop = await shopOf('npm', join(dir, 'shop'))
      const plan = await planOf(shop)
      const lock = plan.project.lock?.path ?? ''
      const json = JSON.parse(readFileSync(lock, 'utf8'))
      json.packages['node_modules/ms'].integrity = `sha512-${'A'.repeat(86)}==`
      writeFileSync(lock, JSON.stringify(json))
      const error = await rejects(
        () => fetchForTarget(plan, [SHARP], join(dir, 'work'), shop.system),
        'NODE_FETCH_FAILED',
      )
      assert.match(error.message, 'npm install --os=linux --cpu=arm64 --libc=glibc')
      assert.match(error.message, 'EINTEGRITY')
    })
  })

  it('finds a package that only development lists, as bundled functions do', async () => {
    await inTemporaryFolder(async dir => {
      const shop = await shopOf('npm', join(dir, 'shop'))
      const manifest = join(shop.root, 'package.json')
      const { dependencies, devDependencies, ...rest } = JSON.parse(readFileSync(manifest, 'utf8'))
      writeFileSync(manifest, JSON.stringify({ ...rest, devDependencies: { ...devDependencies, ...dependencies } }))
      shop.run('install', '--ignore-scripts')
      const folder = await fetchForTarget(await planOf(shop), [SHARP], join(dir, 'work'), shop.system)
      assert.ok(existsSync(join(resolved(folder, 'sharp', SHARP), 'package.json')))
    })
  })
})
