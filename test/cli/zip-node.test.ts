import { readdir, readFile, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { readDirectory } from '../../src/formats/zip-directory.ts'
import { elfFile } from '../elf-files.ts'
import { describe, inTemporaryFolder, writeTree } from '../helpers.ts'
import { testSystem } from '../worlds.ts'
import { lpack } from './run.ts'

const HANDLER = 'export async function handler(event: unknown) {\n  return event\n}\n'
const CONFIG = JSON.stringify({ name: 'f', runtime: 'nodejs22.x', handler: 'src/index.handler' })

/** A package with native code for one CPU, as its ELF header says. */
const ADDON = {
  'node_modules/addon/package.json': JSON.stringify({
    name: 'addon',
    version: '1.0.0',
    main: 'index.js',
    gypfile: true,
  }),
  'node_modules/addon/index.js': "module.exports = require('./build/Release/addon.node')\n",
  'node_modules/addon/build/Release/addon.node': elfFile({ machine: 62 }),
}

describe('lpack zip, of Node.js functions', it => {
  it('bundles TypeScript at the handler’s own path, with what it imports', () =>
    inTemporaryFolder(async dir => {
      await writeTree(dir, {
        'lpack.config.json': CONFIG,
        'src/index.ts': `import { shout } from 'shout'\n${HANDLER.replace('event\n', 'shout(String(event))\n')}`,
        'package.json': JSON.stringify({ name: 'f', dependencies: { shout: '^2.0.0' } }),
        'node_modules/shout/package.json': JSON.stringify({ name: 'shout', version: '2.1.0', main: 'index.js' }),
        'node_modules/shout/index.js': 'exports.shout = text => `${text.toUpperCase()}!`\n',
      })
      const { code, out, err } = await lpack(dir, ['zip', '--json'])
      assert.is(code, 0, err)
      assert.equal(await contentsOf(dir), ['src/index.mjs'])
      const { functions } = JSON.parse(out) as {
        functions: { packages: { name: string; version: string; bytes: number }[] }[]
      }
      const shout = functions[0]?.packages.find(({ name }) => name === 'shout')
      assert.is(shout?.version, '2.1.0')
      assert.ok((shout?.bytes ?? 0) > 20)
    }))

  it('copies a package with native code, and reports it', () =>
    inTemporaryFolder(async dir => {
      await writeTree(dir, {
        'lpack.config.json': CONFIG,
        'src/index.ts': `import 'addon'\n${HANDLER}`,
        'package.json': '{ "name": "f" }',
        ...ADDON,
      })
      const { code, out } = await lpack(dir, ['zip'])
      assert.is(code, 0, out)
      assert.equal(await contentsOf(dir), [
        'node_modules/addon/build/Release/addon.node',
        'node_modules/addon/index.js',
        'node_modules/addon/package.json',
        'src/index.mjs',
      ])
      assert.match(out, /addon 1\.0\.0/)
    }))

  it('copies what `external` names though nothing imports it, as for what is loaded by name', () =>
    inTemporaryFolder(async dir => {
      const config = { ...JSON.parse(CONFIG), esbuild: { external: ['transport', 'of-a-layer'] } } as object
      await writeTree(dir, {
        'lpack.config.json': JSON.stringify(config),
        'src/index.ts': HANDLER,
        'package.json': JSON.stringify({ name: 'f', dependencies: { transport: '1' } }),
        'node_modules/transport/package.json': JSON.stringify({
          name: 'transport',
          version: '1.0.0',
          main: 'index.js',
        }),
        'node_modules/transport/index.js': '',
      })
      assert.is((await lpack(dir, ['zip'])).code, 0)
      assert.equal(await contentsOf(dir), [
        'node_modules/transport/index.js',
        'node_modules/transport/package.json',
        'src/index.mjs',
      ])
    }))

  it('packs the files as they are with esbuild: false', () =>
    inTemporaryFolder(async dir => {
      await writeTree(dir, {
        'lpack.config.json': JSON.stringify({
          name: 'f',
          runtime: 'nodejs22.x',
          handler: 'index.handler',
          esbuild: false,
        }),
        'index.js': 'exports.handler = async event => event\n',
        'package.json': JSON.stringify({
          name: 'f',
          dependencies: { shout: '^2.0.0' },
          devDependencies: { tool: '1' },
        }),
        'node_modules/shout/package.json': JSON.stringify({ name: 'shout', version: '2.1.0', main: 'index.js' }),
        'node_modules/shout/index.js': '',
        'node_modules/shout/index.d.ts': '',
        'node_modules/tool/package.json': JSON.stringify({ name: 'tool', version: '1.0.0' }),
      })
      const { code, out, err } = await lpack(dir, ['zip'])
      assert.is(code, 0, out + err)
      assert.equal(await contentsOf(dir), [
        'index.js',
        'node_modules/shout/index.js',
        'node_modules/shout/package.json',
        'package.json',
      ])
    }))

  it('keeps an external source map out of the zip, and puts it beside', () =>
    inTemporaryFolder(async dir => {
      const config = { ...JSON.parse(CONFIG), esbuild: { sourcemap: 'external' } } as object
      await writeTree(dir, { 'lpack.config.json': JSON.stringify(config), 'src/index.ts': HANDLER })
      assert.is((await lpack(dir, ['zip'])).code, 0)
      assert.equal(await contentsOf(dir), ['src/index.mjs'])
      const map = JSON.parse(await readFile(join(dir, 'lpack.out/f.mjs.map'), 'utf8')) as { sources: string[] }
      assert.equal(
        map.sources.map(source => source.replace(/^.*\//, '')),
        ['index.ts'],
      )
    }))
})

describe('lpack zip, on bad input of Node.js functions', it => {
  const files = { 'lpack.config.json': CONFIG, 'package.json': '{ "name": "f" }' }
  const cases: [string, Readonly<Record<string, string | Uint8Array>>, number, RegExp][] = [
    ['an entry that is missing', files, 2, /src\/index/],
    ['a syntax error', { ...files, 'src/index.ts': 'export const handler = {\n' }, 2, /src\/index\.ts:\d+:\d+/],
    [
      'a dependency that is not installed',
      { ...files, 'src/index.ts': `import 'left-pad'\n${HANDLER}` },
      2,
      /left-pad/,
    ],
    [
      'a handler that is not exported',
      { ...files, 'src/index.ts': HANDLER.replace('handler', 'main') },
      1,
      /HANDLER_FUNCTION_MISSING/,
    ],
    ['a broken package.json', { ...files, 'package.json': '{ "name": ', 'src/index.ts': HANDLER }, 2, /package\.json/],
    [
      'a built-in module that there is not',
      { ...files, 'src/index.ts': `import 'node:child_proces'\n${HANDLER}` },
      1,
      /NODE_BUILTIN_UNKNOWN.*node:child_proces/,
    ],
    [
      'an ES module that the bundle would require',
      {
        ...files,
        'lpack.config.json': CONFIG.replace('}', ',"esbuild":{"format":"cjs","external":["only-esm"]}}'),
        'src/index.ts': `import only from 'only-esm'\nexport const handler = async () => only\n`,
        'node_modules/only-esm/package.json': JSON.stringify({
          name: 'only-esm',
          version: '1.0.0',
          type: 'module',
          exports: './index.js',
        }),
        'node_modules/only-esm/index.js': 'export default 1\n',
      },
      1,
      /NODE_EXTERNAL_MODULE: only-esm/,
    ],
    [
      'a lock that is out of date',
      {
        ...files,
        'src/index.ts': HANDLER,
        'package.json': JSON.stringify({ name: 'f', dependencies: { shout: '^3.0.0' } }),
        'package-lock.json': JSON.stringify({
          name: 'f',
          lockfileVersion: 3,
          packages: { '': { name: 'f', dependencies: { shout: '^2.0.0' } } },
        }),
      },
      2,
      /package-lock\.json is not up to date/,
    ],
    [
      'an add-on for another CPU',
      {
        ...files,
        'src/index.ts': `import 'addon'\n${HANDLER}`,
        ...ADDON,
        'node_modules/addon/build/Release/addon.node': elfFile({ machine: 183 }),
      },
      1,
      /NODE_ADDON/,
    ],
    [
      'a key of Python functions',
      { ...files, 'lpack.config.json': CONFIG.replace('}', ',"groups":["a"]}') },
      2,
      /groups/,
    ],
    [
      'splitting',
      { ...files, 'lpack.config.json': CONFIG.replace('}', ',"esbuild":{"splitting":true}}') },
      2,
      /splitting/,
    ],
  ]
  for (const [situation, tree, expected, sentence] of cases) {
    it(`explains ${situation}`, () =>
      inTemporaryFolder(async dir => {
        await writeTree(dir, { ...tree, 'lpack.out/f.zip': 'the previous artifact', 'lpack.out/.gitignore': '*\n' })
        const { code, out, err } = await lpack(dir, ['zip'])
        assert.is(code, expected, out + err)
        assert.match(out + err, sentence)
        assert.not.match(err, /has a bug|\n {4}at /)
        assert.equal((await readdir(join(dir, 'lpack.out'))).sort(), ['.gitignore', 'f.zip'])
        const isUntouched = (await readFile(join(dir, 'lpack.out/f.zip'), 'utf8')) === 'the previous artifact'
        assert.is(isUntouched, expected === 2)
      }))
  }

  it('is not led round by workspace packages that link to each other', () =>
    inTemporaryFolder(async dir => {
      await writeTree(dir, {
        'package.json': JSON.stringify({ name: 'root', workspaces: ['packages/*'] }),
        'packages/f/lpack.config.json': CONFIG,
        'packages/f/package.json': JSON.stringify({ name: 'f', dependencies: { g: '*' } }),
        'packages/f/src/index.ts': `export { handler } from 'g'\nexport const answer = 42\n`,
        'packages/g/package.json': JSON.stringify({
          name: 'g',
          version: '1.0.0',
          main: 'index.ts',
          dependencies: { f: '*' },
        }),
        'packages/g/index.ts': `export async function handler() {\n  return (await import('f/src/index.ts')).answer\n}\n`,
        'node_modules/.keep': '',
      })
      await symlink('../packages/f', join(dir, 'node_modules/f'))
      await symlink('../packages/g', join(dir, 'node_modules/g'))
      const { code, out, err } = await lpack(join(dir, 'packages/f'), ['zip'])
      assert.is(code, 0, out + err)
      assert.equal(await contentsOf(join(dir, 'packages/f')), ['src/index.mjs'])
    }))
})

async function contentsOf(dir: string): Promise<readonly string[]> {
  return (await readDirectory(join(dir, 'lpack.out/f.zip'), testSystem().disk)).map(({ name }) => name)
}

/** The head of an ELF library for a machine: 62 is x86-64, 183 AArch64. */
