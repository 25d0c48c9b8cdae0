import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { explain, FINDING_CODES } from '../src/findings.ts'
import { describe, REPOSITORY } from './helpers.ts'

const TESTS = readdirSync(join(REPOSITORY, 'test'), { recursive: true, encoding: 'utf8' })
  .filter(file => file.endsWith('.ts'))
  .map(file => readFileSync(join(REPOSITORY, 'test', file), 'utf8'))
  .join('\n')

describe('findings', it => {
  for (const code of FINDING_CODES) {
    it(`${code} is tried by a test, and explained`, () => {
      assert.match(TESTS, new RegExp(`'${code}'|${code}\\b`))
      assert.ok(explain(code).explanation.length > 40, explain(code).explanation)
    })
  }
})
