import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { isExternalByRule } from '../../../src/files/node/externals.ts'
import { makePackages } from '../../../src/files/node/packages.ts'
import { makeDisk } from '../../../src/system/disk.ts'
import { pkg, type Tree } from '../../bundles.ts'
import { describe, inTemporaryFolder, writeTree } from '../../helpers.ts'

const JS = { 'index.js': '' }
const cases: readonly (readonly [what: string, name: string, files: Tree, expected: string | null])[] = [
  ['an add-on in its tree', 'a', pkg('a', { 'lib/deep/a.node': '' }), 'it has native code (lib/deep/a.node)'],
  ['a shared library', 'a', pkg('a', { 'lib/liba.so.1.2': '' }), 'it has native code (lib/liba.so.1.2)'],
  ['binding.gyp', 'a', pkg('a', { 'binding.gyp': '{}' }), 'it has native code (binding.gyp)'],
  ['gypfile', 'a', pkg('a', JS, { gypfile: true }), 'its package.json has `gypfile`'],
  ['binary', 'a', pkg('a', JS, { binary: { module_name: 'a' } }), 'its package.json has `binary`'],
  ['napi', 'a', pkg('a', JS, { napi: { name: 'a' } }), 'its package.json has `napi`'],
  ['a loader', 'a', pkg('a', JS, { dependencies: { bindings: '*' } }), 'it depends on bindings'],
  [
    'packages of platforms',
    '@x/a',
    pkg('@x/a', JS, { optionalDependencies: { fsevents: '*', '@x/a-linux-arm64': '*' } }),
    'it depends on @x/a-linux-arm64',
  ],
  ['a known name', 'pdfkit', pkg('pdfkit', JS), 'it reads its fonts beside itself'],
  ['JavaScript alone', 'a', pkg('a', { ...JS, 'a.nodes': '', 'x.so.txt': '', 'sub/binding.gyp': '' }), null],
  ['an add-on of a package inside', 'a', pkg('a', { ...JS, 'node_modules/b/b.node': '' }), null],
  ['a name of every object', 'constructor', pkg('constructor', JS), null],
]

describe('externals', it => {
  for (const [what, name, files, expected] of cases) {
    it(`${expected === null ? 'bundles' : 'leaves out'} a package with ${what}`, () =>
      inTemporaryFolder(async dir => {
        await writeTree(dir, files)
        assert.is(await reasonFor(join(dir, 'node_modules', name)), expected)
      }))
  }

  it('looks at the files alone of a package of the workspace', () =>
    inTemporaryFolder(async dir => {
      const manifest = { name: 'lib', optionalDependencies: { '@img/sharp-linux-x64': '*' } }
      await writeTree(dir, {
        'lib/package.json': JSON.stringify(manifest),
        'addon/package.json': '{"name":"addon"}',
        'addon/a.node': '',
      })
      assert.is(await reasonFor(join(dir, 'lib')), null)
      assert.is(await reasonFor(join(dir, 'addon')), 'it has native code (a.node)')
    }))
})

async function reasonFor(dir: string): Promise<string | null> {
  const disk = makeDisk()
  const found = await makePackages(disk).read(dir)
  if (found === null) throw new Error(`no package in ${dir}`)
  return isExternalByRule(found, disk)
}
