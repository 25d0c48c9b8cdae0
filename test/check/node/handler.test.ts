import * as assert from 'uvu/assert'
import { checkNodeHandler } from '../../../src/check/node/handler.ts'
import { makeSubject } from '../../../src/check/subject.ts'
import { describe } from '../../helpers.ts'
import { testFile, testFileSet, testNodePlan, testSystem } from '../../worlds.ts'

type Files = Readonly<Record<string, string>>

async function findingsOf(runtime: string, handler: string, files: Files, bundle: 'esm' | 'cjs' | 'files') {
  const set = testFileSet(Object.entries(files).map(([path, text]) => testFile(path, text)))
  const options = bundle === 'cjs' ? { format: 'cjs' } : {}
  const config = bundle === 'files' ? { kind: 'files' as const } : { kind: 'bundle' as const, options }
  return checkNodeHandler(makeSubject(testNodePlan('/root', { runtime, handler, bundle: config }), set, testSystem()))
}

const ESM = 'var a=1;export{a as handler};'
const CJS = 'exports.handler = async () => 1'
const MODULE = '{ "type": "module" }'
const CALLBACK_ENDS = 'HANDLER_CALLBACK_ENDS'

/** Handler, files, how they are packed → what is found on nodejs22.x and on nodejs24.x. */
const CASES: readonly [string, Files, 'esm' | 'cjs' | 'files', string, string][] = [
  ['index.handler', { 'index.mjs': ESM }, 'esm', '', ''],
  ['src/index.handler', { 'src/index.mjs': ESM }, 'esm', '', ''],
  ['index.handler', { 'index.cjs': CJS }, 'cjs', '', ''],
  ['index.hander', { 'index.mjs': ESM }, 'esm', 'HANDLER_FUNCTION_MISSING', 'HANDLER_FUNCTION_MISSING'],
  ['index.handler.post', { 'index.mjs': ESM }, 'esm', '', ''],
  ['index.handler', { 'index.mjs': 'export * from "./x.mjs"' }, 'esm', '', ''],
  // Only the newer runtime looks into a default export.
  ['index.handler', { 'index.mjs': 'export default f();' }, 'esm', 'HANDLER_FUNCTION_MISSING', ''],
  ['index.handler', { 'src/index.mjs': ESM }, 'esm', 'HANDLER_MODULE_MISSING', 'HANDLER_MODULE_MISSING'],
  ['index.handler', { 'index.ts': ESM }, 'files', 'HANDLER_MODULE_MISSING', 'HANDLER_MODULE_MISSING'],
  ['index', { 'index.mjs': ESM }, 'esm', 'HANDLER_MALFORMED', 'HANDLER_MALFORMED'],
  ['a..b/index.handler', { 'index.mjs': ESM }, 'esm', 'HANDLER_MALFORMED', 'HANDLER_MALFORMED'],
  ['index.handler', { 'index.js': CJS }, 'files', '', ''],
  ['index.handler', { 'index.js': ESM, 'package.json': MODULE }, 'files', '', ''],
  ['a/index.handler', { 'a/index.js': ESM, 'package.json': MODULE }, 'files', '', ''],
  ['index.handler', { 'index.js': 'module.exports = build()' }, 'files', '', ''],
  [
    'index.handler',
    { 'index.js': 'exports.handle = 1' },
    'files',
    'HANDLER_FUNCTION_MISSING',
    'HANDLER_FUNCTION_MISSING',
  ],
  // Node.js 24 looks at the syntax where no package.json says the kind.
  ['index.handler', { 'index.js': ESM }, 'files', 'HANDLER_MODULE_KIND', ''],
  [
    'a/index.handler',
    { 'a/index.js': ESM, 'a/package.json': '{}', 'package.json': MODULE },
    'files',
    'HANDLER_MODULE_KIND',
    '',
  ],
  ['index.handler', { 'index.cjs': ESM }, 'files', 'HANDLER_MODULE_KIND', 'HANDLER_MODULE_KIND'],
  ['index.handler', { 'index.mjs': CJS }, 'files', 'HANDLER_MODULE_KIND', 'HANDLER_MODULE_KIND'],
  ['index.handler', { 'index.js': CJS, 'package.json': MODULE }, 'files', 'HANDLER_MODULE_KIND', 'HANDLER_MODULE_KIND'],
  // Own files that Lambda would load before the bundle.
  ['index.handler', { 'index.mjs': ESM, 'index.js': CJS }, 'esm', 'HANDLER_MODULE_HIDDEN', 'HANDLER_MODULE_HIDDEN'],
  ['index.handler', { 'index.mjs': ESM, 'index.cjs': CJS }, 'esm', '', ''],
  ['app.handler', { 'app.mjs': ESM, 'app/data.json': '1' }, 'esm', 'HANDLER_MODULE_HIDDEN', 'HANDLER_MODULE_HIDDEN'],
  // require() appends .js before it looks into the folder; import() takes the folder.
  ['app.handler', { 'app.js': CJS, 'app/data.json': '1' }, 'files', '', 'HANDLER_MODULE_HIDDEN'],
  ['app.handler', { 'app/index.js': CJS }, 'files', '', 'HANDLER_MODULE_MISSING'],
  [
    'app.handler',
    { 'app/main.js': CJS, 'app/package.json': '{"main":"main.js"}' },
    'files',
    '',
    'HANDLER_MODULE_MISSING',
  ],
  ['app.handler', { 'app/x.js': CJS }, 'files', 'HANDLER_MODULE_MISSING', 'HANDLER_MODULE_MISSING'],
  // require() of a folder's .js, which package.json makes an ES module.
  [
    'app.handler',
    { 'app.js': ESM, 'app/x.json': '1', 'package.json': MODULE },
    'files',
    'HANDLER_MODULE_HIDDEN',
    'HANDLER_MODULE_HIDDEN',
  ],
  // What is nowhere else is required by its bare name.
  ['tool.handler', { 'node_modules/tool/index.js': CJS }, 'files', '', ''],
  // A layer's.
  ['/opt/nodejs/wrapper.handler', {}, 'files', '', ''],
  ['/var/task/index.handler', { 'index.js': CJS }, 'files', '', ''],
  ['index.handler', { 'index.js': 'await start()\nexports.handler = 1' }, 'files', 'HANDLER_MODULE_KIND', ''],
  [
    'index.handler',
    { 'index.cjs': 'const a = await start()\nexports.handler = 1' },
    'files',
    'HANDLER_MODULE_KIND',
    'HANDLER_MODULE_KIND',
  ],
  ['index.handler', { 'index.cjs': 'const f = async () => await start()\nexports.handler = f' }, 'files', '', ''],
  [
    'index.handler',
    { 'index.mjs': "if (typeof module === 'object') module.exports = {}\nexport const handler = 1" },
    'files',
    '',
    '',
  ],
  // Callbacks.
  [
    'index.handler',
    { 'index.mjs': 'export const handler = (event, context, callback) => callback()' },
    'files',
    CALLBACK_ENDS,
    'HANDLER_CALLBACK',
  ],
  ['index.handler', { 'index.mjs': 'export const handler = (event, context, callback = null) => 1' }, 'files', '', ''],
  ['index.handler', { 'index.mjs': 'export const handler = (event, ...more) => 1' }, 'files', '', ''],
  [
    'index.handler',
    { 'index.mjs': 'export const handler = awslambda.streamifyResponse(async (e, stream, c) => 1)' },
    'files',
    '',
    '',
  ],
  [
    'index.handler',
    { 'index.mjs': 'const run = (e, c, callback) => 1\nexport const handler = middy(run)' },
    'files',
    '',
    '',
  ],
  [
    'index.handler',
    { 'index.js': 'exports.handler = function (e, c, callback) {}' },
    'files',
    CALLBACK_ENDS,
    'HANDLER_CALLBACK',
  ],
  [
    'index.handler',
    { 'index.js': 'module.exports = { handler: (e, c, callback) => {} }' },
    'files',
    CALLBACK_ENDS,
    'HANDLER_CALLBACK',
  ],
]

describe('check/node-handler', it => {
  for (const [handler, files, bundle, on22, on24] of CASES) {
    it(`checks ${handler} of ${JSON.stringify(files)} as ${bundle}`, async () => {
      for (const [runtime, expected] of [
        ['nodejs20.x', on22],
        ['nodejs22.x', on22],
        ['nodejs24.x', on24],
      ] as const) {
        const found = await findingsOf(runtime, handler, files, bundle)
        assert.equal(
          found.map(({ code, severity }) => `${severity} ${code}`),
          expected === '' ? [] : [`${expected === CALLBACK_ENDS ? 'note' : 'error'} ${expected}`],
          runtime,
        )
      }
    })
  }

  it('says what Lambda would say, and what was meant', async () => {
    const [missing] = await findingsOf('nodejs22.x', 'src/index.hander', { 'src/index.mjs': ESM }, 'esm')
    assert.is(
      missing?.message,
      'The handler "src/index.hander" needs "hander", which its module does not have; did you mean "handler"? Lambda would say: src/index.hander is undefined or not exported. Correct the name, or define it there.',
    )
    const [gone] = await findingsOf('nodejs22.x', 'src/index.handler', {}, 'esm')
    assert.is(
      gone?.message,
      'The handler "src/index.handler" needs src/index.js, src/index.mjs or src/index.cjs, which is not in the artifact. Lambda would say: Error: Cannot find module \'index\'. Correct the handler, or pack the file at that path.',
    )
  })
})
