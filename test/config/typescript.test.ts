import { cp, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { defineConfig } from '../../src/config/define.ts'
import { copyFixture, describe, inTemporaryFolder, rejects } from '../helpers.ts'
import { inProject, loadIn } from './load-in.ts'

const BROKEN: readonly [string, string, string][] = [
  ['lpack.config.ts', "export default {\n  name: 'x'\n  runtime: 3\n}", ':3:3: Expected "}" but found "runtime".'],
  ['lpack.config.ts', 'export default { a: import.meta.url } x', ':1:39: Expected ";" but found "x".'],
  [
    'lpack.config.mjs',
    "import tools from 'not-installed'\nexport default tools",
    ':1:19: Could not resolve "not-installed".',
  ],
  [
    'lpack.config.ts',
    "import { stage } from './stage.ts'\nexport default stage",
    ':1:23: Could not resolve "./stage.ts".',
  ],
  [
    'lpack.config.ts',
    "import { zip } from 'lpack'\nexport default zip",
    ':1:10: No matching export in "lpack:lpack" for import "zip".',
  ],
]

describe('config/typescript', it => {
  it('reads a config that imports us, a package, Node.js and its own files, and leaves no file behind', () =>
    inTemporaryFolder(async outer => {
      const dir = join(outer, 'my "project" ü')
      await copyFixture('config/typescript', dir)
      await cp(join(dir, 'packages/labels'), join(dir, 'node_modules/labels'), { recursive: true })
      const before = await readdir(dir, { recursive: true })
      const config = await loadIn(dir)
      const [one] = config.functions
      assert.is(one?.name, 'named-in-config')
      assert.is(one?.handler, 'app.lambda_handler')
      assert.equal(one?.exclude, ['lpack.config.ts'])
      assert.equal(await readdir(dir, { recursive: true }), before)
    }))

  it('runs CommonJS configs with require, __dirname and modules of their own', () =>
    inProject(
      {
        'lpack.config.cjs':
          "const { basename } = require('node:path')\nconst name = require('./name.cjs')\nmodule.exports = { name, handler: 'a.b', exclude: [basename(__dirname), require('tool')] }",
        'name.cjs': "exports.default = 1\nmodule.exports = 'from-' + require('path').basename(__filename, '.cjs')",
        'node_modules/tool/index.js': "module.exports = require('./other')",
        'node_modules/tool/other.js': "module.exports = 'tool'",
      },
      async dir => {
        const [one] = (await loadIn(dir)).functions
        assert.is(one?.name, 'from-name')
        assert.equal(one?.exclude, ['project', 'tool'])
      },
    ))

  it('takes the default export of compiled CommonJS', () =>
    inProject(
      { 'lpack.config.js': "exports.__esModule = true\nexports.default = { name: 'compiled', handler: 'a.b' }" },
      async dir => {
        assert.is((await loadIn(dir)).functions[0]?.name, 'compiled')
      },
    ))

  it('bundles packages that Node.js can not import', () =>
    inProject(
      {
        'lpack.config.ts':
          "import name from 'workspace'\nimport data from 'workspace/data.json'\nexport default { name, handler: data.handler }",
        'node_modules/workspace/package.json': '{ "exports": { ".": "./index.ts", "./data.json": "./data.json" } }',
        'node_modules/workspace/index.ts': "export default 'workspace' as string",
        'node_modules/workspace/data.json': '{ "handler": "a.b" }',
      },
      async dir => assert.is((await loadIn(dir)).functions[0]?.name, 'workspace'),
    ))

  it('keeps its place where the first line runs a program', () =>
    inProject(
      { 'lpack.config.mjs': "#!/usr/bin/env node\nexport default { handler: 'a.b', exclude: [import.meta.filename] }" },
      async dir => {
        assert.equal((await loadIn(dir)).functions[0]?.exclude, [join(dir, 'lpack.config.mjs')])
      },
    ))

  it('calls a function afresh', () =>
    inProject(
      { 'lpack.config.mjs': "let calls = 0\nexport default async () => ({ name: 'call-' + ++calls, handler: 'a.b' })" },
      async dir => {
        assert.is((await loadIn(dir)).functions[0]?.name, 'call-1')
      },
    ))

  for (const [name, text, expected] of BROKEN) {
    it(`says where a config breaks: ${expected}`, () =>
      inProject({ [name]: text }, async dir => {
        const error = await rejects(() => loadIn(dir), 'CONFIG_UNREADABLE')
        assert.is(error.message, join(dir, name) + expected)
      }))
  }

  it('names the imported file that breaks', () =>
    inProject(
      { 'lpack.config.ts': "import './lib/stage.ts'\nexport default {}", 'lib/stage.ts': 'const = 3' },
      async dir => {
        const error = await rejects(() => loadIn(dir), 'CONFIG_UNREADABLE')
        assert.is(error.message, `${join(dir, 'lib/stage.ts')}:1:7: Expected identifier but found "=".`)
      },
    ))

  for (const text of [
    "throw new Error('STAGE is not set')",
    "export default () => { throw new Error('STAGE is not set') }",
    "export default Promise.reject(new Error('STAGE is not set'))",
  ]) {
    it(`tells what a config throws: ${text}`, () =>
      inProject({ 'lpack.config.ts': text }, async dir => {
        const error = await rejects(() => loadIn(dir), 'CONFIG_THREW')
        assert.is(error.message, `${join(dir, 'lpack.config.ts')} threw an error when it was loaded: STAGE is not set`)
      }))
  }

  it('asks for a default export', () =>
    inProject({ 'lpack.config.ts': 'export const config = {}' }, async dir => {
      const error = await rejects(() => loadIn(dir), 'CONFIG_WITHOUT_DEFAULT')
      assert.is(
        error.message,
        `${join(dir, 'lpack.config.ts')} has no default export. Write \`export default defineConfig({ … })\`.`,
      )
    }))

  it('checks what a function returns as any other config', () =>
    inProject({ 'lpack.config.ts': 'export default () => undefined' }, async dir => {
      const error = await rejects(() => loadIn(dir), 'CONFIG_INVALID')
      assert.match(error.message, /^lpack\.config\.ts: the config is empty\./)
    }))

  it('has a defineConfig that returns what it is given', () => {
    const config = { name: 'hello', runtime: 'python3.13' }
    assert.is(defineConfig(config), config)
  })
})
