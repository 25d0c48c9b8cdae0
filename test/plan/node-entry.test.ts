import { join } from 'node:path'
import * as assert from 'uvu/assert'
import type { FunctionConfig, NodeEntry } from '../../src/model.ts'
import { findEntry } from '../../src/plan/node-entry.ts'
import { describe, inTemporaryFolder, rejects, writeTree } from '../helpers.ts'
import { testConfig, testSystem } from '../worlds.ts'

const FILES: FunctionConfig['bundle'] = { kind: 'files' }

async function entryOf<T>(
  handler: string,
  files: readonly string[] | Readonly<Record<string, string>>,
  use: (find: () => Promise<NodeEntry>, root: string) => Promise<T>,
  changes: Partial<FunctionConfig> = {},
): Promise<T> {
  return inTemporaryFolder(async root => {
    await writeTree(root, Array.isArray(files) ? Object.fromEntries(files.map(file => [file, ''])) : { ...files })
    return use(() => findEntry(testConfig(root, { runtime: 'nodejs22.x', handler, ...changes }), testSystem()), root)
  })
}

/** Handler, files → the entry. */
const FOUND: readonly [string, readonly string[] | Readonly<Record<string, string>>, string][] = [
  ['index.handler', ['index.ts'], 'index.ts'],
  ['src/index.handler', ['src/index.mts', 'index.ts'], 'src/index.mts'],
  ['index.handler', ['index.tsx'], 'index.tsx'],
  ['index.handler', ['index.js', 'index.ts', 'index.mjs'], 'index.js'],
  ['index.handler', ['index.cjs', 'index.mjs'], 'index.mjs'],
  // What was compiled keeps what a bundler can't make, such as decorators' metadata.
  ['dist/app.handler', ['dist/app.js', 'src/app.ts'], 'dist/app.js'],
  [
    'dist/app.handler',
    { 'package.json': '{ "source": "src/app.ts" }', 'src/app.ts': '', 'dist/app.d.ts': '' },
    'src/app.ts',
  ],
  [
    'dist/index.handler',
    { 'package.json': '{ "main": "./dist/index.js", "source": "./src/main.ts" }', 'src/main.ts': '' },
    'src/main.ts',
  ],
  // A folder of the name, and a file whose kind nobody knows, are no modules to bundle.
  ['app.handler', ['app/index.js', 'app.ts'], 'app.ts'],
  ['app.handler', ['app', 'app.ts'], 'app.ts'],
]

const MISSING: readonly [string, readonly string[], string][] = [
  ['index.handler', [], '. Correct the handler, or build what it names first.'],
  ['src/indx.handler', ['src/index.ts'], '; did you mean "src/index.handler"?'],
  ['index.api.get', ['src/index.ts'], '; did you mean "src/index.api.get"?'],
  ['dist/app.handler', ['src/app.ts'], '; did you mean "src/app.handler"?'],
]

describe('plan/node-entry', it => {
  for (const [handler, files, expected] of FOUND) {
    it(`finds ${handler} in ${JSON.stringify(files)}`, () =>
      entryOf(handler, files, async (find, root) => {
        const { file, module, exportPath } = await find()
        assert.equal([file, `${module}.${exportPath}`], [join(root, expected), handler])
      }))
  }

  for (const [handler, files, end] of MISSING) {
    it(`says of ${handler} beside ${files} what was tried`, () =>
      entryOf(handler, files, async (find, root) => {
        const error = await rejects(find, 'ENTRY_NOT_FOUND')
        const module = handler.slice(0, handler.indexOf('.'))
        const tried = '.js, .mjs, .cjs, .ts, .mts, .cts, .tsx, .jsx'
        assert.is(
          error.message,
          `Function "hello": the handler "${handler}" needs a file ${module} with one of ${tried} in ${root}, and there is none${end}`,
        )
      }))
  }

  it('packs no source as it is', () =>
    entryOf(
      'src/index.handler',
      ['src/index.ts'],
      async find => {
        const error = await rejects(find, 'ENTRY_NOT_BUILT')
        assert.match(error.message, 'only its source src/index.ts is there')
      },
      { bundle: FILES },
    ))

  it('takes a file without extension where there is no bundle', () =>
    entryOf('app.handler', ['app'], async (find, root) => assert.is((await find()).file, join(root, 'app')), {
      bundle: FILES,
    }))

  for (const [handler, words] of [
    ['../index.handler', "'../index.handler' is not a valid handler name."],
    ['a.b/index', 'Bad handler.'],
    ['/var/index.handler', "Cannot find module '/var/index'."],
  ] as const) {
    it(`refuses ${handler} with Lambda's words`, () =>
      entryOf(handler, [], async find => {
        const error = await rejects(find, 'HANDLER_UNUSABLE')
        assert.ok(error.message.includes(`It would say: ${words}`), error.message)
      }))
  }
})
