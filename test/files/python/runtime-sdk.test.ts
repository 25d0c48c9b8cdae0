import * as assert from 'uvu/assert'
import { omitRuntimeSdk, RUNTIME_SDK } from '../../../src/files/python/runtime-sdk.ts'
import { describe } from '../../helpers.ts'
import { testTarget } from '../../worlds.ts'
import { testDistribution } from './distributions.ts'

const target = testTarget()

describe('runtime-sdk', it => {
  it('leaves out the whole set and counts it', () => {
    const { distributions, leftOut, findings } = omitRuntimeSdk(
      [...RUNTIME_SDK.map(name => testDistribution(name, '1')), testDistribution('flask', '1')],
      target,
    )
    assert.equal(
      distributions.map(({ name }) => name),
      ['flask'],
    )
    assert.is(leftOut[0]?.rule, 'runtime SDK')
    assert.is(leftOut[0]?.files, RUNTIME_SDK.length)
    assert.equal(findings, [])
  })

  it('leaves alone what is only called alike', () => {
    const { distributions, leftOut } = omitRuntimeSdk(
      [testDistribution('types-six', '1'), testDistribution('boto3-stubs', '1')],
      target,
    )
    assert.is(distributions.length, 2)
    assert.equal(leftOut, [])
  })

  it('notes who then runs with the version of the runtime', () => {
    const { findings } = omitRuntimeSdk(
      [
        testDistribution('urllib3', '2'),
        testDistribution('requests', '2', { requires: ['urllib3<3', 'six; python_version < "3"'] }),
        testDistribution('flask', '1'),
      ],
      target,
    )
    assert.equal(
      findings.map(({ code, severity }) => [code, severity]),
      [['RUNTIME_SDK_SHARED', 'note']],
    )
    assert.ok(findings[0]?.message.startsWith('requests needs urllib3<3,'), findings[0]?.message)
  })
})
