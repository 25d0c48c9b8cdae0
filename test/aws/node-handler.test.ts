import * as assert from 'uvu/assert'
import { readNodeHandler } from '../../src/aws/node-handler.ts'
import { describe } from '../helpers.ts'

const CASES: readonly [string, { module: string; exportPath: string } | string][] = [
  ['index.handler', { module: 'index', exportPath: 'handler' }],
  ['src/index.handler', { module: 'src/index', exportPath: 'handler' }],
  ['./src//index.handler', { module: 'src/index', exportPath: 'handler' }],
  // The module ends at the first dot; what follows is looked up property by property.
  ['index.api.get', { module: 'index', exportPath: 'api.get' }],
  ['v1.2/index.handler', { module: 'v1.2/index', exportPath: 'handler' }],
  ['index', 'Bad handler'],
  ['a.b/index', 'Bad handler'],
  [
    '../index.handler',
    "'../index.handler' is not a valid handler name. Use absolute paths when specifying root directories in handler names.",
  ],
]

describe('aws/node-handler', it => {
  for (const [handler, expected] of CASES) {
    it(`reads ${handler}`, () => assert.equal(readNodeHandler(handler), expected))
  }
})
