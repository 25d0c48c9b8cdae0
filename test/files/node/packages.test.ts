import { mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { makePackages } from '../../../src/files/node/packages.ts'
import { describe, inTemporaryFolder, rejects, writeTree } from '../../helpers.ts'
import { testSystem } from '../../worlds.ts'

const manifest = (name: string, version = '1.0.0') => JSON.stringify({ name, version })
const packagesOf = () => makePackages(testSystem().disk)

describe('files/node/packages', it => {
  it('finds the nearest package on the way up', () =>
    inTemporaryFolder(async dir => {
      await writeTree(dir, {
        'node_modules/a/package.json': manifest('a'),
        'node_modules/b/package.json': manifest('b'),
        'node_modules/b/node_modules/a/package.json': manifest('a', '2.0.0'),
      })
      const packages = packagesOf()
      assert.is((await packages.resolve('a', join(dir, 'node_modules/b')))?.version, '2.0.0')
      assert.is((await packages.resolve('a', dir))?.version, '1.0.0')
      assert.is(await packages.resolve('c', dir), null)
    }))

  it('starts from the real folder, as in the virtual store of pnpm', () =>
    inTemporaryFolder(async dir => {
      const store = 'node_modules/.pnpm/b@1.0.0/node_modules'
      await writeTree(dir, {
        [`${store}/b/package.json`]: manifest('b'),
        [`${store}/a/package.json`]: manifest('a', '3.0.0'),
      })
      await symlink(join(dir, store, 'b'), join(dir, 'node_modules/b'))
      const packages = packagesOf()
      const b = await packages.resolve('b', dir)
      assert.is(b?.dir, join(dir, store, 'b'))
      assert.is((await packages.resolve('a', join(dir, 'node_modules/b')))?.version, '3.0.0')
    }))

  it('passes over folders without package.json and names that would leave node_modules', () =>
    inTemporaryFolder(async dir => {
      await writeTree(dir, {
        'package.json': manifest('app'),
        'node_modules/a/package.json': manifest('a'),
        'lib/node_modules/a/leftover.txt': '',
      })
      const packages = packagesOf()
      assert.is((await packages.resolve('a', join(dir, 'lib')))?.version, '1.0.0')
      assert.is(await packages.resolve('../', dir), null)
      assert.is(await packages.resolve('..', dir), null)
    }))

  it('names the package of a file by its folder below node_modules', () =>
    inTemporaryFolder(async dir => {
      await writeTree(dir, {
        'package.json': manifest('app'),
        'node_modules/preact/package.json': manifest('preact'),
        'node_modules/preact/hooks/package.json': manifest('preact-hooks'),
        'node_modules/@scope/a/package.json': manifest('@scope/a'),
        'node_modules/@scope/a/esm/package.json': '{"type":"module"}',
        'node_modules/loose.js': '',
      })
      const packages = packagesOf()
      const nameOf = async (path: string) => (await packages.of(join(dir, path)))?.name ?? null
      assert.is(await nameOf('node_modules/preact/hooks/package.json'), 'preact')
      assert.is(await nameOf('node_modules/@scope/a/esm/package.json'), '@scope/a')
      assert.is(await nameOf('node_modules/loose.js'), null)
      assert.is(await nameOf('package.json'), 'app')
    }))

  it('names the package of a workspace file by the nearest package.json with a name', () =>
    inTemporaryFolder(async dir => {
      await writeTree(dir, {
        'package.json': manifest('root'),
        'packages/lib/package.json': manifest('@acme/lib'),
        'packages/lib/esm/package.json': '{"type":"module"}',
      })
      await mkdir(join(dir, 'node_modules/@acme'), { recursive: true })
      await symlink(join(dir, 'packages/lib'), join(dir, 'node_modules/@acme/lib'))
      const packages = packagesOf()
      const found = await packages.of(join(dir, 'node_modules/@acme/lib/esm/package.json'))
      assert.is(found?.name, '@acme/lib')
      assert.is(found?.dir, join(dir, 'packages/lib'))
    }))

  it('names a package without a name by its folder', () =>
    inTemporaryFolder(async dir => {
      await writeTree(dir, { 'node_modules/.prisma/client/package.json': '{}' })
      const found = await packagesOf().resolve('.prisma/client', dir)
      assert.equal([found?.name, found?.version], ['.prisma/client', '0.0.0'])
    }))

  it('says which package.json is damaged', () =>
    inTemporaryFolder(async dir => {
      await writeTree(dir, { 'node_modules/a/package.json': '{' })
      const error = await rejects(() => packagesOf().resolve('a', dir), 'PACKAGE_JSON_DAMAGED')
      assert.match(error.message, join(dir, 'node_modules/a/package.json'))
    }))
})
