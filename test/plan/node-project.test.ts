import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { findProject } from '../../src/plan/node-project.ts'
import { makeDisk } from '../../src/system/disk.ts'
import type { System } from '../../src/system/system.ts'
import { describe, inTemporaryFolder, rejects, writeTree } from '../helpers.ts'

const system = { disk: makeDisk() } as System
const WITH_DEPENDENCY = '{"name":"one","dependencies":{"ms":"2"}}'

/** The project of a function at `root`, its paths from the folder. */
async function projectIn(files: Readonly<Record<string, string>>, root: string) {
  return inTemporaryFolder(async dir => {
    await writeTree(dir, { ...files, [`${root}/index.js`]: '' })
    const project = await findProject(join(dir, root), dir, system)
    const from = (path: string) => path.slice(dir.length + 1).replaceAll('\\', '/') || '.'
    const lock = project.lock === null ? null : `${project.lock.manager} ${from(project.lock.path)}`
    return { dir: from(project.dir), workspace: from(project.workspace), lock, isPnp: project.isPnp }
  })
}

describe('the project of a Node.js function', it => {
  it('is the root itself where there is no package.json', async () => {
    assert.equal(await projectIn({}, 'fn'), { dir: 'fn', workspace: 'fn', lock: null, isPnp: false })
  })

  it('is the nearest package.json above with its lock', async () => {
    const files = { 'package.json': WITH_DEPENDENCY, 'package-lock.json': '{}' }
    assert.equal(await projectIn(files, 'src/fn'), {
      dir: '.',
      workspace: '.',
      lock: 'npm package-lock.json',
      isPnp: false,
    })
  })

  it('passes over a package.json that only tells the type of modules', async () => {
    const files = { 'package.json': WITH_DEPENDENCY, 'yarn.lock': '', 'fn/package.json': '{"type":"module"}' }
    assert.equal(await projectIn(files, 'fn'), { dir: '.', workspace: '.', lock: 'yarn yarn.lock', isPnp: false })
  })

  const workspaces: readonly (readonly [string, Readonly<Record<string, string>>, string])[] = [
    ['npm', { 'package.json': '{"workspaces":["./packages/*"]}', 'package-lock.json': '{}' }, 'npm package-lock.json'],
    ['Yarn', { 'package.json': '{"workspaces":{"packages":["packages/**"]}}', 'yarn.lock': '' }, 'yarn yarn.lock'],
    [
      'pnpm',
      {
        'package.json': '{}',
        'pnpm-lock.yaml': '',
        'pnpm-workspace.yaml': 'a: &x b\npackages:\n- "packages/*" # all\n\nc: {\n}',
      },
      'pnpm pnpm-lock.yaml',
    ],
  ]
  for (const [manager, files, lock] of workspaces) {
    it(`has the lock of the ${manager} workspace that it is a member of`, async () => {
      const project = await projectIn({ ...files, 'packages/fn/package.json': '{"name":"fn"}' }, 'packages/fn')
      assert.equal(project, { dir: 'packages/fn', workspace: '.', lock, isPnp: false })
    })
  }

  for (const globs of ['["apps/*"]', '["packages/*","!packages/fn"]']) {
    it(`has no lock where the workspace above is ${globs}`, async () => {
      const files = {
        'package.json': `{"workspaces":${globs}}`,
        'package-lock.json': '{}',
        'packages/fn/package.json': WITH_DEPENDENCY,
      }
      const project = await projectIn(files, 'packages/fn')
      assert.equal(project, { dir: 'packages/fn', workspace: 'packages/fn', lock: null, isPnp: false })
    })
  }

  it('takes the lock of the manager that package.json names', async () => {
    const files = {
      'package.json': '{"packageManager":"npm@11.0.0"}',
      'package-lock.json': '{}',
      'yarn.lock': '',
      'pnpm-lock.yaml': '',
    }
    assert.is((await projectIn(files, 'fn')).lock, 'npm package-lock.json')
  })

  it('takes the lock of the manager that installed where several stand', async () => {
    const files = {
      'package.json': '{}',
      'package-lock.json': '{}',
      'pnpm-lock.yaml': '',
      'node_modules/.package-lock.json': '{}',
    }
    assert.is((await projectIn(files, 'fn')).lock, 'npm package-lock.json')
  })

  it('prefers npm-shrinkwrap.json to package-lock.json, as npm does', async () => {
    const files = { 'package.json': '{}', 'package-lock.json': '{}', 'npm-shrinkwrap.json': '{}' }
    assert.is((await projectIn(files, 'fn')).lock, 'npm npm-shrinkwrap.json')
  })

  for (const [settings, isPnp] of [
    ['nodeLinker: pnp\n', true],
    ['nodeLinker: "node-modules"\n', false],
    ['', true],
  ] as const) {
    it(`is ${isPnp ? '' : 'not '}Plug'n'Play with a .pnp.cjs and the settings ${JSON.stringify(settings)}`, async () => {
      const files = { 'package.json': '{}', 'yarn.lock': '', '.pnp.cjs': '', '.yarnrc.yml': settings }
      assert.is((await projectIn(files, 'fn')).isPnp, isPnp)
    })
  }

  it('names a package.json that is no JSON', async () => {
    const error = await rejects(() => projectIn({ 'package.json': '{"name":' }, 'fn'), 'PACKAGE_JSON_DAMAGED')
    assert.match(error.message, 'package.json')
  })

  it('never looks beyond the boundary', async () => {
    await inTemporaryFolder(async dir => {
      await writeTree(dir, { 'package.json': WITH_DEPENDENCY, 'package-lock.json': '{}', 'checkout/fn/index.js': '' })
      const project = await findProject(join(dir, 'checkout/fn'), join(dir, 'checkout'), system)
      assert.is(project.dir, join(dir, 'checkout/fn'))
      assert.is(project.lock, null)
    })
  })
})
