import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { makePlans } from '../../src/plan/make-plans.ts'
import { NO_BUDGET } from '../../src/report/limits.ts'
import { describe, inTemporaryFolder, writeTree } from '../helpers.ts'
import { testConfig, testSystem } from '../worlds.ts'

describe('plan/make-plans', it => {
  it('plans a zip, or an image with a folder in its place', () =>
    inTemporaryFolder(async dir => {
      await writeTree(dir, { 'lambda_function.py': '' })
      const outDir = join(dir, 'lpack.out')
      const config = {
        file: null,
        dir,
        outDir,
        outDirs: [outDir],
        functions: [testConfig(dir)],
        inferred: [],
        totalBudget: NO_BUDGET,
      }
      const plans = async (...purpose: readonly ('zip' | 'image')[]) =>
        (await makePlans(config, [], testSystem(), ...purpose)).map(plan => [plan.purpose, plan.artifactPath])
      assert.equal(await plans(), [['zip', join(outDir, 'hello.zip')]])
      assert.equal(await plans('image'), [['image', join(outDir, 'hello')]])
    }))
})
