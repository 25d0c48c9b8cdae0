import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { fetchForTarget } from '../../../src/files/node/install.ts'
import type { NodePlan, PackageManager } from '../../../src/model.ts'
import { makeDisk } from '../../../src/system/disk.ts'
import type { System } from '../../../src/system/system.ts'
import { type Answer, fakeProcesses } from '../../fake-processes.ts'
import { describe, inTemporaryFolder, rejects, writeTree } from '../../helpers.ts'

const PACKAGE = '@img/sharp-linux-arm64'
const WORKSPACE = {
  'package.json': '{"workspaces":["packages/*"]}',
  '.npmrc': 'registry=https://registry.example/\n',
  'packages/fn/package.json': '{"name":"fn"}',
  'packages/fn/index.js': '',
  'packages/lib/package.json': '{"name":"lib"}',
  'node_modules/mine.txt': '',
  'patches/a.patch': 'patch',
  'package-lock.json':
    '{"packages":{"":{},"packages/fn":{},"packages/lib":{},"node_modules/x":{"resolved":"file:vendor/x-1.tgz"}}}',
  'vendor/x-1.tgz': 'archive',
  'pnpm-lock.yaml': 'importers:\n\n  .: {}\n\n  packages/fn: {}\n',
  'pnpm-workspace.yaml': 'packages: [packages/*]\nsupportedArchitectures:\n  os: [darwin]\n',
  'yarn.lock': '"fn@workspace:packages/fn":\n  resolution: "fn@workspace:packages/fn"\n',
  '.yarnrc.yml': 'nodeLinker: pnpm # why\nenableTelemetry: false\n',
}
const LOCKS = { npm: 'package-lock.json', pnpm: 'pnpm-lock.yaml', yarn: 'yarn.lock' } as const

interface Setting {
  readonly manager: PackageManager
  readonly answer?: Answer
  readonly programs?: Readonly<Record<string, string>>
  readonly files?: Readonly<Record<string, string>>
  readonly isPnp?: boolean
  readonly hasLock?: boolean
}

/** A manager that has installed the package where it was asked to. */
const installing: Answer = async ({ args, cwd }) => {
  if (args.includes('--version')) return '10.20.1'
  await writeTree(cwd ?? '', { [`node_modules/${PACKAGE}/package.json`]: '{}' })
  return ''
}

async function fetching<T>(
  { manager, answer = installing, programs, files = {}, isPnp = false, hasLock = true }: Setting,
  look: (
    run: () => Promise<string>,
    at: { readonly dir: string; readonly calls: () => readonly string[] },
  ) => Promise<T>,
): Promise<T> {
  return inTemporaryFolder(async dir => {
    const workspace = join(dir, 'shop')
    await writeTree(workspace, { ...WORKSPACE, ...files })
    const processes = fakeProcesses(programs ?? { npm: '/bin/npm', pnpm: '/bin/pnpm', yarn: '/bin/yarn' }, answer)
    const progress = { show: () => undefined, clear: () => undefined }
    const lock = hasLock ? { manager, path: join(workspace, LOCKS[manager]) } : null
    const plan = {
      project: { dir: join(workspace, 'packages', 'fn'), workspace, lock, isPnp },
      target: { runtime: 'nodejs22.x', architecture: 'arm64', major: 22, os: 'linux', cpu: 'arm64', libc: 'glibc' },
    } as NodePlan
    const run = () =>
      fetchForTarget(plan, [PACKAGE], join(dir, 'work'), { disk: makeDisk(), processes, progress } as unknown as System)
    return look(run, { dir, calls: () => processes.calls.map(({ args }) => args.join(' ')) })
  })
}

describe('fetching packages of the target', it => {
  it('asks npm for the target alone, in a copy without node_modules and sources', () =>
    fetching({ manager: 'npm' }, async (run, { dir, calls }) => {
      assert.is(await run(), join(dir, 'work', 'target-packages', 'packages', 'fn'))
      assert.equal(calls(), [
        '--version',
        'ci --os=linux --cpu=arm64 --libc=glibc --ignore-scripts --no-audit --no-fund --loglevel=error --workspace=packages/fn --include-workspace-root --omit=dev',
      ])
      const disk = makeDisk()
      const copied = ['.npmrc', 'package-lock.json', 'packages/lib/package.json', 'vendor/x-1.tgz', 'patches/a.patch']
      for (const path of copied)
        assert.is((await disk.stat(join(dir, 'work/target-packages', path)))?.kind, 'file', path)
      for (const path of ['packages/fn/index.js', 'node_modules/mine.txt'])
        assert.is(await disk.stat(join(dir, 'work/target-packages', path)), null, path)
    }))

  it('gives pnpm the target in both of its settings files, and keeps the lock and the rest', () =>
    fetching({ manager: 'pnpm' }, async (run, { dir, calls }) => {
      await run()
      const platforms = '{"os":["linux"],"cpu":["arm64"],"libc":["glibc"]}'
      const read = (path: string) => readFile(join(dir, 'work/target-packages', path), 'utf8')
      assert.is(await read('pnpm-workspace.yaml'), `packages: [packages/*]\nsupportedArchitectures: ${platforms}\n`)
      assert.is(
        await read('package.json'),
        `{"workspaces":["packages/*"],"pnpm":{"supportedArchitectures":${platforms}}}`,
      )
      assert.is(await read('pnpm-lock.yaml'), WORKSPACE['pnpm-lock.yaml'])
      assert.is(await readFile(join(dir, 'shop/pnpm-workspace.yaml'), 'utf8'), WORKSPACE['pnpm-workspace.yaml'])
      assert.match(calls()[1] ?? '', /--filter=\{packages\/fn\}\.\.\. .*--frozen-lockfile --ignore-scripts .*--prod$/)
    }))

  it('gives Yarn the target and node_modules in its settings', () =>
    fetching(
      { manager: 'yarn', answer: one => (one.args.includes('--version') ? '4.9.1' : installing(one)) },
      async (run, { dir, calls }) => {
        await run()
        assert.is(
          await readFile(join(dir, 'work/target-packages/.yarnrc.yml'), 'utf8'),
          'enableTelemetry: false\nnodeLinker: node-modules\nsupportedArchitectures: {"os":["linux"],"cpu":["arm64"],"libc":["glibc"]}\n',
        )
        assert.equal(calls(), ['--version', 'install --immutable --mode=skip-build'])
      },
    ))

  it('installs again with dev dependencies where the package is not among the others', () => {
    const answer: Answer = one => (one.args.includes('--omit=dev') ? '' : installing(one))
    return fetching({ manager: 'npm', answer }, async (run, { calls }) => {
      await run()
      assert.match(calls()[2] ?? '', /--include=dev$/)
    })
  })

  it('names the package and the command where the lock has no such package', () =>
    fetching({ manager: 'npm', answer: () => '11.0.0' }, async run => {
      const { message } = await rejects(run, 'NODE_TARGET_PACKAGE_MISSING')
      assert.match(message, PACKAGE)
      assert.match(message, 'npm install --os=linux --cpu=arm64 --libc=glibc')
    }))

  it('names the package and the command where there is no lock', () =>
    fetching({ manager: 'npm', hasLock: false }, async (run, { calls }) => {
      const { message } = await rejects(run, 'NODE_TARGET_PACKAGE_MISSING')
      assert.match(message, 'npm install --os=linux --cpu=arm64 --libc=glibc')
      assert.equal(calls(), [])
    }))

  it('tells what the manager said and what to run where it fails', () =>
    fetching(
      {
        manager: 'pnpm',
        answer: ({ args }) => (args.includes('install') ? new Error('ERR_PNPM_FETCH_401') : '10.0.0'),
      },
      async run => {
        const { message } = await rejects(run, 'NODE_FETCH_FAILED')
        assert.match(message, 'ERR_PNPM_FETCH_401')
        assert.match(message, 'pnpm install --os=linux --cpu=arm64 --libc=glibc')
      },
    ))

  it('tells a manager that is not on PATH', () =>
    fetching({ manager: 'pnpm', programs: { npm: '/bin/npm' } }, async run => {
      assert.match((await rejects(run, 'NODE_MANAGER_UNFIT')).message, 'pnpm is not on PATH')
    }))

  it('never gives a lock of Yarn 4 to Yarn 1, which would resolve anew', () =>
    fetching({ manager: 'yarn', answer: () => '1.22.22' }, async (run, { calls }) => {
      const { message } = await rejects(run, 'NODE_MANAGER_UNFIT')
      assert.match(message, `"cpu":["current","arm64"]`)
      assert.equal(calls(), ['--version'])
    }))

  it("sends Yarn Plug'n'Play to node_modules", () =>
    fetching({ manager: 'yarn', isPnp: true }, async run => {
      assert.match((await rejects(run, 'NODE_PNP_EXTERNAL')).message, '`nodeLinker: node-modules`')
    }))
})
