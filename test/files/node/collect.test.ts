import * as assert from 'uvu/assert'
import { collectNodeFiles } from '../../../src/files/node/collect.ts'
import { pkg, type Tree } from '../../bundles.ts'
import { describe, inTemporaryFolder, writeTree } from '../../helpers.ts'
import { testNodePlan, testSystem } from '../../worlds.ts'

const PRISMA = {
  'package.json': '{"name":"app","dependencies":{"@prisma/client":"6.0.0"}}',
  ...pkg('@prisma/client', { 'index.js': `module.exports = require('.prisma/client')`, 'runtime/library.js': '' }),
}

/** The codes of what is told about a function that imports a module. */
async function codesFor(module: string, more: Tree = {}): Promise<readonly string[]> {
  return inTemporaryFolder(async root => {
    await writeTree(root, {
      ...PRISMA,
      ...more,
      'index.ts': `import '${module}'; export const handler = async () => 1`,
    })
    const { findings } = await collectNodeFiles(
      testNodePlan(root),
      { workDir: `${root}/work`, decisions: null },
      testSystem(),
    )
    return findings.map(({ code }) => code)
  })
}

describe('files/node/collect', it => {
  it("tells that Prisma's client was not generated", async () =>
    assert.equal(await codesFor('@prisma/client'), ['PRISMA_NOT_GENERATED']))

  it("tells nothing of Prisma's client where it is generated, beside it or elsewhere", async () => {
    const generated = pkg('.prisma/client', { 'index.js': '' })
    assert.equal(await codesFor('@prisma/client', generated), [])
    assert.equal(await codesFor('@prisma/client/runtime/library.js'), [])
  })
})
