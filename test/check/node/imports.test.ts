import * as assert from 'uvu/assert'
import { checkNodeHandler } from '../../../src/check/node/handler.ts'
import { checkNodeImports } from '../../../src/check/node/imports.ts'
import { makeSubject } from '../../../src/check/subject.ts'
import type { FunctionConfig } from '../../../src/model.ts'
import { describe } from '../../helpers.ts'
import { NODE_PROJECTS } from '../../node-projects.ts'
import { testFile, testFileSet, testNodePlan, testSystem } from '../../worlds.ts'

type Files = Readonly<Record<string, string>>

async function findingsOf(files: Files, changes: Partial<FunctionConfig> = {}) {
  const set = testFileSet(Object.entries(files).map(([path, text]) => testFile(path, text)))
  const plan = testNodePlan('/root', { bundle: { kind: 'files' }, ...changes })
  const subject = makeSubject(plan, set, testSystem())
  return [...(await checkNodeHandler(subject)), ...(await checkNodeImports(subject))]
}

const settings = (environment: Readonly<Record<string, string>>) => ({
  settings: { memorySize: null, timeout: null, ephemeralStorage: null, environment, description: '' },
})

describe('check/node-imports', it => {
  for (const { title, files, handler = 'index.handler', errors, others = [] } of NODE_PROJECTS) {
    for (const runtime of ['nodejs20.x', 'nodejs22.x', 'nodejs24.x']) {
      it(`${title}, on ${runtime}`, async () => {
        const found = await findingsOf(files, { runtime, handler })
        const code = errors[runtime]
        assert.equal(
          found.filter(({ severity }) => severity === 'error').map(one => one.code),
          code === undefined ? [] : [code],
        )
        const rest = found.filter(({ severity }) => severity !== 'error').map(one => one.code)
        assert.equal(
          rest.filter(one => !others.includes(one)),
          [],
        )
      })
    }
  }

  it('warns of an ES module that a package requires up to Node.js 22, and notes it beyond', async () => {
    const project = NODE_PROJECTS.find(({ title }) => title === 'a package that requires an ES module')
    const codes = async (runtime: string) => (await findingsOf(project?.files ?? {}, { runtime })).map(one => one.code)
    assert.equal(await codes('nodejs22.x'), ['NODE_REQUIRE_ESM_IN_PACKAGE'])
    assert.equal(await codes('nodejs24.x'), ['NODE_REQUIRE_ESM_MAYBE'])
  })

  it('says where, what Lambda would say, and what to do', async () => {
    const [db] = await findingsOf({ 'index.mjs': "// db\nimport './Db.js'\nexport const handler = 1", 'db.js': '' })
    assert.is(
      db?.message,
      `index.mjs:2 loads "./Db.js", which is not in the artifact. Lambda would say: Error [ERR_MODULE_NOT_FOUND]: Cannot find module '/var/task/Db.js' imported from /var/task/index.mjs. It is there as db.js: write the specifier so, in the same case.`,
    )
    const [pg] = await findingsOf({ 'index.js': "exports.handler = 1\nrequire('pg')" })
    assert.is(
      pg?.message,
      `index.js:2 loads "pg", which is not in the artifact. Lambda would say: Runtime.ImportModuleError: Error: Cannot find module 'pg'. Add "pg" to \`dependencies\` of package.json (not \`devDependencies\`), and install it.`,
    )
  })

  it('knows what the runtime brings, and what it no longer does', async () => {
    assert.equal(await findingsOf({ 'index.mjs': "import '@aws-sdk/client-s3'\nexport const handler = 1" }), [])
    const [old] = await findingsOf({ 'index.js': "require('aws-sdk')\nexports.handler = 1" })
    assert.match(old?.message ?? '', 'The runtime brings the AWS SDK v3 alone')
  })

  it('notes what a layer may bring', async () => {
    const files = { 'index.mjs': "import 'left-out'\nexport const handler = 1" }
    const found = await findingsOf(files, { layers: [{ arn: 'arn', unzippedBytes: null }] })
    assert.equal(
      found.map(({ code, severity }) => `${severity} ${code}`),
      ['note NODE_IMPORT_BEYOND'],
    )
  })

  it('is silent where the environment or the code changes how modules are found', async () => {
    const files = { 'index.js': "require('left-out')\nexports.handler = 1" }
    for (const environment of [{ NODE_PATH: '/opt/x' }, { NODE_OPTIONS: '--import ./hook.mjs' }]) {
      assert.equal(await findingsOf(files, settings(environment)), [])
    }
    const esm = { 'index.js': "require('./a.mjs')\nexports.handler = 1", 'a.mjs': '' }
    assert.is((await findingsOf(esm)).length, 1)
    assert.equal(await findingsOf(esm, settings({ NODE_OPTIONS: '--experimental-require-module' })), [])
    const aliased = {
      ...files,
      'index.js': `require('./alias')\n${files['index.js']}`,
      'alias.js': 'Module._resolveFilename = a',
    }
    assert.equal(await findingsOf(aliased), [])
  })

  it('follows no import of package.json that leads to itself', async () => {
    const imports = { '#a': '#b', '#b': '#a', '#c/*': '#c/*' }
    const source = "import '#a'\nimport '#c/d'\nexport const handler = 1"
    assert.equal(await findingsOf({ 'index.mjs': source, 'package.json': JSON.stringify({ imports }) }), [])
  })

  it('tells of a package once, however often it is wanted', async () => {
    const files = {
      'index.js': "require('./a')\nrequire('left-out')\nrequire('left-out/sub')\nexports.handler = 1",
      'a.js': "require('left-out')",
    }
    assert.is((await findingsOf(files)).length, 1)
  })
})
