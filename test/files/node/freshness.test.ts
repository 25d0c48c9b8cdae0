import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { checkLock } from '../../../src/files/node/freshness.ts'
import type { PackageManager } from '../../../src/model.ts'
import { makeDisk } from '../../../src/system/disk.ts'
import type { System } from '../../../src/system/system.ts'
import { describe, inTemporaryFolder, rejects, writeTree } from '../../helpers.ts'

const LOCKS = { npm: 'package-lock.json', pnpm: 'pnpm-lock.yaml', yarn: 'yarn.lock' } as const

type Files = Readonly<Record<string, string>>

/** Checks a lock beside a package.json; other files stand there, too. */
async function check(manager: PackageManager, lock: string, manifest: object, files: Files = {}): Promise<void> {
  await inTemporaryFolder(async dir => {
    await writeTree(dir, { ...files, [LOCKS[manager]]: lock, 'package.json': JSON.stringify(manifest) })
    const project = { dir, workspace: dir, lock: { manager, path: join(dir, LOCKS[manager]) }, isPnp: false }
    await checkLock(project, { disk: makeDisk() } as System)
  })
}

const NPM = JSON.stringify({
  lockfileVersion: 3,
  packages: {
    '': { dependencies: { a: '^1.0.0' }, devDependencies: { d: '3' }, peerDependencies: { p: '*' } },
    'node_modules/a': { version: '1.2.0', dependencies: { b: '1' }, optionalDependencies: { 'a-linux': '1' } },
    'node_modules/a/node_modules/b': { version: '1.0.0' },
    'node_modules/a-linux': { version: '1.0.0', optional: true },
    'node_modules/b': { version: '2.0.0' },
    'node_modules/d': { version: '3.0.0', dev: true },
  },
})
const PNPM = `lockfileVersion: '9.0'

settings:
  autoInstallPeers: true

importers:

  .:
    dependencies:
      a:
        specifier: ^1.0.0
        version: 1.2.0(p@1.0.0)
      p:
        specifier: '*'
        version: 1.0.0
    devDependencies:
      d:
        specifier: '3'
        version: 3.0.0

snapshots:

  a@1.2.0(p@1.0.0):
    dependencies:
      p: 1.0.0

  d@3.0.0: {}

  p@1.0.0: {}
`
const YARN = `__metadata:
  version: 8

"a@npm:^1.0.0":
  version: 1.2.0
  resolution: "a@npm:1.2.0"
  languageName: node

"d@npm:3":
  version: 3.0.0
  resolution: "d@npm:3.0.0"

"one@workspace:.":
  version: 0.0.0-use.local
  resolution: "one@workspace:."
  dependencies:
    a: "npm:^1.0.0"
    d: "npm:3"
  peerDependencies:
    p: "*"
`
const YARN_1 = `# yarn lockfile v1


a@^1.0.0:
  version "1.2.0"
  resolved "https://registry.example/a-1.2.0.tgz#1"

"d@3", "d@^3.0.0":
  version "3.0.0"
  resolved "https://registry.example/d-3.0.0.tgz#2"
`
const MANIFEST = {
  name: 'one',
  dependencies: { a: '^1.0.0' },
  devDependencies: { d: '3' },
  peerDependencies: { p: '*' },
}
const CASES = { npm: ['npm', NPM], pnpm: ['pnpm', PNPM], 'Yarn 4': ['yarn', YARN], 'Yarn 1': ['yarn', YARN_1] } as const

describe('a lock file', it => {
  for (const [name, [manager, lock]] of Object.entries(CASES)) {
    it(`of ${name} is fine where it says what package.json says`, () => check(manager, lock, MANIFEST))

    it(`of ${name} is stale where a dependency is new`, async () => {
      const manifest = { ...MANIFEST, dependencies: { ...MANIFEST.dependencies, fresh: '2' } }
      const error = await rejects(() => check(manager, lock, manifest), 'LOCK_STALE')
      assert.match(error.message, `fresh 2 is not in the lock. Run \`${manager} install\``)
    })

    it(`of ${name} is stale where a range is another`, async () => {
      const error = await rejects(
        () => check(manager, lock, { ...MANIFEST, dependencies: { a: '^1.1.0' } }),
        'LOCK_STALE',
      )
      assert.match(error.message, 'a ')
    })

    it(`of ${name} counts an optional dependency that stands in two keys once`, async () => {
      const twice = { ...MANIFEST, optionalDependencies: { a: '^9.0.0' } }
      assert.match((await rejects(() => check(manager, lock, twice), 'LOCK_STALE')).message, '9.0.0')
    })
  }

  for (const name of ['npm', 'pnpm', 'Yarn 4'] as const) {
    it(`of ${name} is stale where a dependency is gone`, async () => {
      const [manager, lock] = CASES[name]
      const { devDependencies: _, ...manifest } = MANIFEST
      assert.match(
        (await rejects(() => check(manager, lock, manifest), 'LOCK_STALE')).message,
        'd is in the lock, and not there',
      )
    })
  }

  it('of pnpm is stale where a dependency moved to development', async () => {
    const manifest = { name: 'one', devDependencies: { a: '^1.0.0', d: '3' }, peerDependencies: { p: '*' } }
    await rejects(() => check('pnpm', PNPM, manifest), 'LOCK_STALE')
  })

  it('of pnpm may say something else where an override rewrites it', () =>
    check('pnpm', `overrides:\n  x>a@1: ^1.0.0\n\n${PNPM}`, { ...MANIFEST, dependencies: { a: '^1.1.0' } }))

  it('of npm 6 tells no ranges, so none is compared', () =>
    check('npm', '{"lockfileVersion":1,"dependencies":{"a":{"version":"1.2.0"}}}', MANIFEST))

  it('is told from a damaged one', async () => {
    await rejects(() => check('npm', '<<<<<<< ours\n{}', MANIFEST), 'LOCK_UNREADABLE')
    await rejects(() => check('pnpm', `<<<<<<< ours\n${PNPM}`, MANIFEST), 'LOCK_UNREADABLE')
    await rejects(() => check('yarn', `<<<<<<< ours\n${YARN}`, MANIFEST), 'LOCK_UNREADABLE')
  })

  it('of a workspace is compared for the members that the function depends on, and for no others', async () => {
    await inTemporaryFolder(async dir => {
      const lock = JSON.stringify({
        packages: {
          '': { workspaces: ['*'] },
          fn: { dependencies: { lib: '1' } },
          lib: { dependencies: { a: '1' } },
          other: { dependencies: { a: '1' } },
          'node_modules/lib': { resolved: 'lib', link: true },
        },
      })
      await writeTree(dir, {
        'package-lock.json': lock,
        'package.json': '{"workspaces":["*"]}',
        'fn/package.json': '{"dependencies":{"lib":"1"}}',
        'lib/package.json': '{"dependencies":{"a":"1"}}',
        'other/package.json': '{"dependencies":{"a":"7"}}',
      })
      const project = {
        dir: join(dir, 'fn'),
        workspace: dir,
        lock: { manager: 'npm', path: join(dir, 'package-lock.json') },
        isPnp: false,
      } as const
      const system = { disk: makeDisk() } as System
      await checkLock(project, system)
      await writeTree(dir, { 'lib/package.json': '{"dependencies":{"a":"2"}}' })
      const error = await rejects(() => checkLock(project, system), 'LOCK_STALE')
      assert.match(error.message, join(dir, 'lib', 'package.json'))
    })
  })
})

describe('an installation', it => {
  const record = (packages: object) => ({ 'node_modules/.package-lock.json': JSON.stringify({ packages }) })
  const all = {
    'node_modules/a': { version: '1.2.0' },
    'node_modules/a/node_modules/b': { version: '1.0.0' },
  }

  it('of npm is fine without other platforms, dev dependencies and what nothing needs', () =>
    check('npm', NPM, MANIFEST, record(all)))

  it('of npm is stale where what a dependency needs has another version', async () => {
    const other = { ...all, 'node_modules/a/node_modules/b': { version: '0.9.0' } }
    const error = await rejects(() => check('npm', NPM, MANIFEST, record(other)), 'NODE_INSTALL_STALE')
    assert.match(error.message, 'another version of b, or none. Run `npm ci`')
  })

  it('of npm is stale where a dev dependency is there in another version', async () => {
    const files = { ...record({ ...all, 'node_modules/d': { version: '2.0.0' } }), 'node_modules/d/package.json': '{}' }
    await rejects(() => check('npm', NPM, MANIFEST, files), 'NODE_INSTALL_STALE')
  })

  it('of pnpm is stale where a package sees another peer', async () => {
    await check('pnpm', PNPM, MANIFEST, { 'node_modules/.pnpm/lock.yaml': PNPM })
    const other = PNPM.replaceAll('(p@1.0.0)', '(p@0.9.0)')
    await rejects(() => check('pnpm', PNPM, MANIFEST, { 'node_modules/.pnpm/lock.yaml': other }), 'NODE_INSTALL_STALE')
  })

  it('of Yarn 4 is stale where its state names another version', async () => {
    const state = '"a@virtual:0123#npm:1.2.0":\n  locations:\n    - "node_modules/a"\n'
    await check('yarn', YARN, MANIFEST, { 'node_modules/.yarn-state.yml': state })
    const other = state.replace('1.2.0', '1.1.0')
    await rejects(() => check('yarn', YARN, MANIFEST, { 'node_modules/.yarn-state.yml': other }), 'NODE_INSTALL_STALE')
  })

  it('of Yarn 1 is stale where its record names another archive', async () => {
    const files = (version: string) => ({
      'node_modules/.yarn-integrity': JSON.stringify({
        lockfileEntries: { 'a@^1.0.0': `https://registry.example/a-${version}.tgz#1` },
      }),
    })
    await check('yarn', YARN_1, MANIFEST, files('1.2.0'))
    await rejects(() => check('yarn', YARN_1, MANIFEST, files('1.1.0')), 'NODE_INSTALL_STALE')
  })
})
