import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { UserError } from '../../../src/errors.ts'
import { bundle } from '../../../src/files/node/bundle.ts'
import { bundleIn, bundleTree, pkg, runBundle, textOf } from '../../bundles.ts'
import { describe, inTemporaryFolder, rejects, writeTree } from '../../helpers.ts'
import { makeZip } from '../../wheels.ts'
import { testNodePlan, testSystem } from '../../worlds.ts'

/** CommonJS whose exports no lexer sees, as of add-ons. */
const NATIVE = pkg('native', {
  'index.js': `const all = { hash: n => 'hashed ' + n }; module.exports = module.exports = all`,
  'build/native.node': '',
})

describe('bundle packages', it => {
  it('leaves out a package with native code, and finds its names when it runs', async () => {
    const files = {
      'src/index.ts': `import { hash } from 'native'
        export const handler = async () => [hash(1), (await import('native')).hash(2), (await import('native')).default.hash(3)]`,
      ...NATIVE,
    }
    await inTemporaryFolder(async dir => {
      await writeTree(dir, files)
      const bundled = await bundleIn(dir, { entry: 'src/index.ts' })
      assert.equal(
        bundled.externals.map(({ name, importer, package: found }) => [name, importer, found?.dir]),
        [['native', join(dir, 'src'), join(dir, 'node_modules/native')]],
      )
      assert.not.match(textOf(bundled.bytes), 'hashed')
      assert.equal(await runBundle(bundled, NATIVE), ['hashed 1', 'hashed 2', 'hashed 3'])
    })
  })

  it('names the package inside a package that imports it', async () => {
    const { externals } = await bundleTree({
      'index.ts': `export { default as handler } from '@scope/wrapper'`,
      ...pkg('@scope/wrapper', { 'index.js': `module.exports = require('native/build/native.node')` }),
      ...NATIVE,
    })
    assert.equal(
      externals.map(({ name, importer }) => [name, importer.replaceAll('\\', '/').split('/').slice(-2)]),
      [['native', ['@scope', 'wrapper']]],
    )
  })

  it('imports an external ES module, which cannot be required', async () => {
    const modern = pkg('modern', { 'index.js': `export const say = () => 'modern'`, 'a.node': '' }, { type: 'module' })
    const files = { 'index.ts': `import { say } from 'modern'\nexport const handler = async () => say()`, ...modern }
    assert.is(await runBundle(await bundleTree(files), modern), 'modern')
  })

  for (const format of ['esm', 'cjs']) {
    it(`leaves out what \`external\` names, installed or not, as ${format}`, async () => {
      const parts = ['a', '@x/one', '@x/two', 'layer'].map(name =>
        pkg(name, { 'index.js': `exports.name = '${name}'` }),
      )
      const files = {
        'index.ts': `import * as a from 'a'; import * as one from '@x/one'; import * as two from '@x/two'; import * as layer from 'layer'
          export const handler = async () => [a, one, two, layer].map(({ name }) => name)`,
        ...Object.assign({}, ...parts.slice(0, 3)),
      }
      const bundled = await bundleTree(files, { options: { format, external: ['a', '@x/*', 'layer'] } })
      assert.equal(
        bundled.externals.map(({ name, package: found }) => [name, found?.version ?? null]),
        [
          ['@x/one', '1.0.0'],
          ['@x/two', '1.0.0'],
          ['a', '1.0.0'],
          ['layer', null],
        ],
      )
      assert.equal(await runBundle(bundled, Object.assign({}, ...parts)), ['a', '@x/one', '@x/two', 'layer'])
    })
  }

  it('tells of externals that esbuild decides on, too', async () => {
    const files = { 'index.ts': `export { b as handler } from 'b'`, ...pkg('b', { 'index.js': 'exports.b = 1' }) }
    const { externals } = await bundleTree(files, { options: { packages: 'external' } })
    assert.equal(
      externals.map(({ name, package: found }) => [name, found]),
      [['b', null]],
    )
  })

  it('leaves the SDK to the runtime with `runtimeSdk: omit`', async () => {
    const sdk = pkg('@aws-sdk/client-s3', { 'index.js': `exports.S3Client = class { name = 'the SDK' }` })
    const files = {
      'index.ts': `import { S3Client } from '@aws-sdk/client-s3'\nexport const handler = async () => new S3Client().name`,
      ...sdk,
    }
    const bundled = await bundleTree(files, { changes: { runtimeSdk: 'omit' } })
    assert.equal(
      bundled.externals.map(({ name, package: found }) => [name, found]),
      [['@aws-sdk/client-s3', null]],
    )
    assert.not.match(textOf(bundled.bytes), 'the SDK')
    assert.is(await runBundle(bundled, sdk), 'the SDK')
    assert.equal((await bundleTree(files)).externals, [])
  })

  it('does without an optional dependency that is not installed', async () => {
    const files = {
      'index.ts': `import a from 'a'; import b from 'b'\nexport const handler = async () => [a, b()]`,
      ...pkg('a', { 'index.js': `try { module.exports = require('pg-native') } catch { module.exports = 'without' }` }),
      ...pkg(
        'b',
        {
          'index.js': `const load = name => { try { return name() } catch (error) { return error.code } }; module.exports = () => load(() => require('@b/extra/deep'))`,
        },
        { peerDependencies: { '@b/extra': '*' }, peerDependenciesMeta: { '@b/extra': { optional: true } } },
      ),
    }
    const bundled = await bundleTree(files)
    assert.equal(
      bundled.externals.map(({ name, package: found }) => [name, found]),
      [
        ['@b/extra', null],
        ['pg-native', null],
      ],
    )
    assert.equal(bundled.findings, [])
    assert.equal(await runBundle(bundled), ['without', 'MODULE_NOT_FOUND'])
  })

  it('refuses a static import of an optional peer that is not installed, as Node.js would', async () => {
    const manifest = {
      type: 'module',
      peerDependenciesMeta: { peer: { optional: true } },
      peerDependencies: { peer: '*' },
    }
    const files = { 'index.ts': `import 'a'`, ...pkg('a', { 'index.js': `import peer from 'peer'; peer()` }, manifest) }
    const { message } = await rejects(() => bundleTree(files), 'MODULE_NOT_INSTALLED')
    assert.match(message, 'node_modules/a/index.js:1:18: peer')
  })

  it('leaves out nothing that the code does not reach', async () => {
    const files = {
      'index.ts': `import { used } from './both.ts'\nexport const handler = async () => used`,
      'both.ts': `import { hash } from 'native'\nexport const used = 1\nexport const unused = () => hash(1)`,
      ...pkg('native', { 'index.js': '', 'a.node': '' }, { sideEffects: false }),
    }
    assert.equal((await bundleTree(files)).externals, [])
  })

  it('bundles the package that the entry is in, whatever it declares', async () => {
    const files = {
      'package.json': '{"name":"own","dependencies":{"bindings":"1"}}',
      'index.ts': `import { b } from 'own/b'\nexport const handler = async () => b`,
      'b.ts': 'export const b = 1',
      'a.node': '',
      'tsconfig.json': '{"compilerOptions":{"paths":{"own/*":["./*.ts"]}}}',
    }
    const bundled = await bundleTree(files)
    assert.equal(bundled.externals, [])
    assert.is(await runBundle(bundled), 1)
  })

  it('warns of an external in two versions, and takes the one of the function itself', async () => {
    const native = (version: string) => pkg('native', { 'index.js': '', 'a.node': '' }, { version })
    const nested = Object.entries(native('2.0.0')).map(([path, content]) => [`node_modules/a/${path}`, content])
    const { externals, findings } = await bundleTree({
      'index.ts': `import 'a'\nimport 'native'`,
      ...pkg('a', { 'index.js': `require('native')` }),
      ...native('1.0.0'),
      ...Object.fromEntries(nested),
    })
    assert.equal(
      externals.map(({ package: found }) => found?.version),
      ['1.0.0'],
    )
    assert.equal(
      findings.map(({ code, message }) => [code, message]),
      [
        [
          'NODE_EXTERNAL_VERSIONS',
          'native is imported in several versions, and as it stays out of the bundle, all importers get 1.0.0 instead of 2.0.0. Install one version that suits all.',
        ],
      ],
    )
  })

  it('takes a version that is installed several times once, unless its peers may differ', async () => {
    const counter = (manifest: Readonly<Record<string, unknown>>) =>
      pkg('counter', { 'index.js': 'let n = 0; exports.count = () => ++n' }, manifest)
    const user = (name: string, manifest: Readonly<Record<string, unknown>>) => ({
      ...pkg(name, { 'index.js': `exports.count = require('counter').count` }),
      ...Object.fromEntries(
        Object.entries(counter(manifest)).map(([path, text]) => [`node_modules/${name}/${path}`, text]),
      ),
    })
    const files = (manifest: Readonly<Record<string, unknown>>) => ({
      'index.ts': `import { count as a } from 'a'; import { count as b } from 'b'; import { count as own } from 'counter'
        export const handler = async () => [a(), b(), own()]`,
      ...user('a', { version: '2.0.0', ...manifest }),
      ...user('b', { version: '2.0.0', ...manifest }),
      ...counter({ version: '1.0.0' }),
    })
    assert.equal(await runBundle(await bundleTree(files({}))), [1, 2, 1])
    assert.equal(await runBundle(await bundleTree(files({ peerDependencies: { x: '*' } }))), [1, 1, 1])
  })

  it('names a package.json that is no JSON', async () => {
    const files = { 'index.ts': `import 'a'`, 'node_modules/a/package.json': '{', 'node_modules/a/index.js': '' }
    const { message } = await rejects(() => bundleTree(files), 'BUNDLE_FAILED')
    assert.match(message, 'node_modules/a/package.json:1:2: ')
  })

  it('throws what looking at a package throws, as it is', () =>
    inTemporaryFolder(async dir => {
      await writeTree(dir, { 'index.ts': `import 'a'`, ...pkg('a', { 'index.js': '' }) })
      const refuse = () => Promise.reject(new UserError('PACKAGE_JSON_DAMAGED', 'a', 'a reason'))
      await rejects(() => bundle(testNodePlan(dir), refuse, testSystem()), 'PACKAGE_JSON_DAMAGED')
    }))

  it("bundles out of the zips of Yarn Plug'n'Play, and sees there what must stay outside", async () => {
    const zipped = (name: string, text: string, manifest: Readonly<Record<string, unknown>> = {}) =>
      makeZip(
        Object.entries(pkg(name, { 'index.js': text }, manifest)).map(([path, content]) => ({ name: path, content })),
      )
    const located = (name: string, dir: string) => [
      name,
      [['npm:1.0.0', { packageLocation: dir, packageDependencies: [[name, 'npm:1.0.0']], linkType: 'HARD' }]],
    ]
    const dependencies = ['plain', 'native', 'virtual'].map(name => [name, 'npm:1.0.0'])
    const cache = (name: string) => `.yarn/cache/${name}-npm-1.0.0-0123456789-8.zip`
    const virtual = `./.yarn/__virtual__/virtual-virtual-abc/0/cache/virtual-npm-1.0.0-0123456789-8.zip/node_modules/virtual/`
    const registry = [
      [null, [[null, { packageLocation: './', packageDependencies: dependencies, linkType: 'SOFT' }]]],
      located('plain', `./${cache('plain')}/node_modules/plain/`),
      located('native', `./${cache('native')}/node_modules/native/`),
      located('virtual', virtual),
    ]
    const bundled = await bundleTree({
      'index.ts': `import plain from 'plain'; import native from 'native'; import virtual from 'virtual'
        export const handler = async () => [plain, virtual, native]`,
      '.pnp.cjs': '',
      '.pnp.data.json': JSON.stringify({
        enableTopLevelFallback: false,
        fallbackExclusionList: [],
        fallbackPool: [],
        ignorePatternData: null,
        dependencyTreeRoots: [{ name: 'app', reference: 'workspace:.' }],
        packageRegistryData: registry,
      }),
      [cache('plain')]: zipped('plain', `module.exports = 'plain'`),
      [cache('virtual')]: zipped('virtual', `module.exports = 'virtual'`),
      [cache('native')]: zipped('native', '', { optionalDependencies: { '@native/linux-x64': '1' } }),
    })
    assert.equal(
      bundled.externals.map(({ name, package: found }) => [name, found?.version]),
      [['native', '1.0.0']],
    )
    assert.equal(
      bundled.inlined.map(part => part.package?.name ?? null),
      [null, 'plain', 'virtual'],
    )
    const native = pkg('native', { 'index.js': `module.exports = 'native'` })
    assert.equal(await runBundle(bundled, native), ['plain', 'virtual', 'native'])
  })
})
