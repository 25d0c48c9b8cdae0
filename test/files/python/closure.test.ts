import * as assert from 'uvu/assert'
import { checkComplete, requiredBy } from '../../../src/files/python/closure.ts'
import { parseRequirement } from '../../../src/formats/pep508.ts'
import { describe, rejects } from '../../helpers.ts'
import { testTarget } from '../../worlds.ts'
import { testDistribution } from './distributions.ts'

const target = testTarget('python3.11')

describe('requiredBy', it => {
  it('names those whose requirements hold on the target', () => {
    const found = requiredBy(
      [
        testDistribution('requests', '2.31', {
          requires: ['urllib3<3', 'certifi', 'pysocks; extra == "socks"', 'six; python_version < "3"'],
        }),
        testDistribution('urllib3', '2.0'),
        testDistribution('certifi', '2024.1.1'),
        testDistribution('six', '1.16'),
        testDistribution('boto3', '1', { requires: ['six', 'urllib3'] }),
      ],
      ['requests', 'boto3'],
      target,
    )
    assert.equal(Object.fromEntries(found.map(one => [one.name, one.requiredBy])), {
      boto3: ['(direct)'],
      certifi: ['requests'],
      requests: ['(direct)'],
      six: ['boto3'],
      urllib3: ['boto3', 'requests'],
    })
  })

  it('follows extras that a requirement asks for', () => {
    const found = requiredBy(
      [
        testDistribution('app', '1', { requires: ['requests[socks]'] }),
        testDistribution('requests', '2', { requires: ['pysocks; extra == "socks"'], extras: ['socks'] }),
        testDistribution('pysocks', '1'),
      ],
      ['app'],
      target,
    )
    assert.equal(
      found.map(one => [one.name, one.requiredBy]),
      [
        ['app', ['(direct)']],
        ['pysocks', ['requests']],
        ['requests', ['app']],
      ],
    )
  })

  it('attributes what only an extra of a direct distribution can have brought', () => {
    const found = requiredBy(
      [
        testDistribution('fastapi', '1', { requires: ['uvicorn; extra == "all"', 'anyio'], extras: ['all'] }),
        testDistribution('uvicorn', '1', { requires: ['h11'] }),
        testDistribution('h11', '1'),
        testDistribution('anyio', '1'),
        testDistribution('stray', '1'),
      ],
      ['fastapi'],
      target,
    )
    assert.equal(Object.fromEntries(found.map(one => [one.name, one.requiredBy])), {
      anyio: ['fastapi'],
      fastapi: ['(direct)'],
      h11: ['uvicorn'],
      stray: ['(direct)'],
      uvicorn: ['fastapi'],
    })
  })

  it('ends where distributions require each other', () => {
    const found = requiredBy(
      [testDistribution('a', '1', { requires: ['b'] }), testDistribution('b', '1', { requires: ['a'] })],
      ['a'],
      target,
    )
    assert.equal(
      found.map(one => [one.name, one.requiredBy]),
      [
        ['a', ['(direct)', 'b']],
        ['b', ['a']],
      ],
    )
  })
})

describe('checkComplete', it => {
  const check = (distributions: Parameters<typeof checkComplete>[0], declared: readonly string[] = []) =>
    checkComplete(distributions, target, { file: 'requirements.txt', declared: declared.map(parseRequirement) })

  it('accepts what is complete for the target', () => {
    check([
      testDistribution('requests', '2.31', {
        requires: ['urllib3<3,>=1.21', 'win-inet-pton; sys_platform == "win32"', 'pysocks; extra == "socks"'],
      }),
      testDistribution('urllib3', '2.0.0rc1'),
    ])
  })

  it('lists everything that is missing or does not satisfy, and by whom', async () => {
    const error = await rejects(
      () =>
        check([
          testDistribution('requests', '2.31', { requires: ['urllib3<2', 'certifi>=2017'] }),
          testDistribution('urllib3', '2.1'),
        ]),
      'LOCK_INCOMPLETE',
    )
    assert.ok(error.message.includes('urllib3<2 (required by requests): 2.1 is there'), error.message)
    assert.ok(error.message.includes('certifi>=2017 (required by requests): missing'), error.message)
  })

  it('counts the extras that the file asks for', async () => {
    const requests = testDistribution('requests', '2.31', { requires: ['pysocks; extra == "socks"'] })
    check([requests], ['requests==2.31'])
    await rejects(() => check([requests], ['requests[socks]==2.31']), 'LOCK_INCOMPLETE')
  })
})
