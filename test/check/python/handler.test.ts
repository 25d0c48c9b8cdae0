import * as assert from 'uvu/assert'
import { check } from '../../../src/check/check.ts'
import { elfFile } from '../../elf-files.ts'
import { describe } from '../../helpers.ts'
import { testFile, testFileSet, testPlan, testSystem } from '../../worlds.ts'

const FILES = testFileSet([
  testFile('lambda_function.py', 'def lambda_handler(event, context): ...\n'),
  testFile('functions/app.py', 'from handlers import *\n'),
  testFile('handlers.py', 'anything = print\n'),
  testFile('functions/lazy.py', 'def __getattr__(name): ...\n'),
  testFile('package/__init__.py', 'from .inner import handler as main\n'),
  testFile('package/inner.py', 'def handler(event, context): ...\n'),
  testFile('package.py', 'def shadowed(event, context): ...\n'),
  testFile('compiled.cpython-313-x86_64-linux-gnu.so', elfFile({ strings: ['PyInit_compiled'] })),
])

const CASES: [string, string | null][] = [
  ['lambda_function.lambda_handler', null],
  ['lambda_function.lambda_handlr', 'HANDLER_FUNCTION_MISSING'],
  ['lambda_functions.lambda_handler', 'HANDLER_MODULE_MISSING'],
  ['lambda_handler', 'HANDLER_MALFORMED'],
  ['functions/app.anything', null],
  ['functions.app.anything', null],
  ['functions/lazy.anything', null],
  ['package.main', null],
  ['package.shadowed', 'HANDLER_FUNCTION_MISSING'],
  ['compiled.handler', null],
]

describe('check/python-handler', it => {
  for (const [handler, code] of CASES) {
    it(`finds ${code ?? 'nothing wrong'} for ${handler}`, async () => {
      const findings = await check(testPlan('/root', { handler }), FILES, testSystem())
      assert.equal(
        findings.map(finding => finding.code),
        code === null ? [] : [code],
      )
    })
  }

  it('says what Lambda would say, and what was meant', async () => {
    const [found] = await check(testPlan('/root', { handler: 'lambda_function.lambda_handlr' }), FILES, testSystem())
    assert.match(found?.message ?? '', "Handler 'lambda_handlr' missing on module 'lambda_function'")
    assert.match(found?.message ?? '', 'did you mean "lambda_handler"?')
  })

  it('ends its sentence where nothing else can be meant', async () => {
    const [found] = await check(testPlan('/root', { handler: 'lambda_function.entry' }), FILES, testSystem())
    assert.match(found?.message ?? '', 'which its module does not have. Lambda would say')
  })

  it('warns of names that differ in case alone', async () => {
    const files = testFileSet([...FILES.files, testFile('Lambda_function.py', '')])
    const findings = await check(testPlan('/root'), files, testSystem())
    assert.equal(
      findings.map(({ code, severity }) => `${severity} ${code}`),
      ['warning CASE_COLLISION'],
    )
  })
})
