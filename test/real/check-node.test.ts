import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { checkNodeHandler } from '../../src/check/node/handler.ts'
import { checkNodeImports } from '../../src/check/node/imports.ts'
import { makeSubject } from '../../src/check/subject.ts'
import { describe, inTemporaryFolder, REPOSITORY, writeTree } from '../helpers.ts'
import { NODE_PROJECTS } from '../node-projects.ts'
import { testFile, testFileSet, testNodePlan, testSystem } from '../worlds.ts'
import { nodeOfMajor, ran } from './programs.ts'

const LOADER = join(REPOSITORY, 'test/real/lambda-handler.mjs')

/** As Lambda starts each version; of 24 AWS doesn't say that it forbids anything. */
const FLAGS: Readonly<Record<number, readonly string[]>> = {
  20: ['--no-experimental-require-module'],
  22: ['--no-experimental-require-module', '--no-experimental-detect-module'],
  24: [],
}

/** What a package leaves to its users is a warning, whose truth is that the function doesn't start either. */
const FAILS_TOO = ['NODE_IMPORT_MISSING_IN_PACKAGE', 'NODE_REQUIRE_ESM_IN_PACKAGE']

describe('real/check-node', it => {
  for (const major of [20, 22, 24]) {
    it(`finds an error if and only if Node.js ${major} would not start the function as Lambda does`, async () => {
      const node = await nodeOfMajor(major)
      const runtime = `nodejs${major}.x`
      const wrong: string[] = []
      for (const { title, files, handler = 'index.handler' } of NODE_PROJECTS) {
        const set = testFileSet(Object.entries(files).map(([path, text]) => testFile(path, text)))
        const plan = testNodePlan('/root', { runtime, handler, bundle: { kind: 'files' } })
        const subject = makeSubject(plan, set, testSystem())
        const found = [...(await checkNodeHandler(subject)), ...(await checkNodeImports(subject))]
        const isFaulty = found.some(({ code, severity }) => severity === 'error' || FAILS_TOO.includes(code))
        const result = await inTemporaryFolder(async root => {
          await writeTree(root, files)
          const env = { ...process.env, NODE_PATH: root, NODE_OPTIONS: '' }
          return ran(node, [...(FLAGS[major] ?? []), LOADER, root, handler, String(major)], { env })
        })
        if (isFaulty !== (result.code !== 0))
          wrong.push(`${title}: ${JSON.stringify(found)} but ${result.err.slice(0, 300)}`)
      }
      assert.equal(wrong, [])
    })
  }
})
