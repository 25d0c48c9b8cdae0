import * as assert from 'uvu/assert'
import { parseChallenges } from '../../src/formats/www-authenticate.ts'
import { describe } from '../helpers.ts'

function read(header: string): readonly (readonly [string, Readonly<Record<string, string>>])[] {
  return parseChallenges(header).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)])
}

describe('challenges', it => {
  for (const [header, expected] of [
    ['Basic realm="Amazon ECR"', [['basic', { realm: 'Amazon ECR' }]]],
    [
      'Bearer realm="https://public.ecr.aws/token/",service="public.ecr.aws",scope="aws"',
      [['bearer', { realm: 'https://public.ecr.aws/token/', service: 'public.ecr.aws', scope: 'aws' }]],
    ],
    [
      'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:a/b:pull,push",error="invalid_token"',
      [
        [
          'bearer',
          {
            realm: 'https://auth.docker.io/token',
            service: 'registry.docker.io',
            scope: 'repository:a/b:pull,push',
            error: 'invalid_token',
          },
        ],
      ],
    ],
    ['BEARER Realm = "x" , SERVICE=y', [['bearer', { realm: 'x', service: 'y' }]]],
    [
      'Basic realm="a, b=\\"c\\"", Bearer realm=d',
      [
        ['basic', { realm: 'a, b="c"' }],
        ['bearer', { realm: 'd' }],
      ],
    ],
    [
      'Negotiate, Basic realm=""',
      [
        ['negotiate', {}],
        ['basic', { realm: '' }],
      ],
    ],
    [
      'Negotiate YWJj==, Basic realm="x"',
      [
        ['negotiate', {}],
        ['basic', { realm: 'x' }],
      ],
    ],
    [',, Basic', [['basic', {}]]],
    ['realm="x"', []],
    ['Bearer realm="noend', [['bearer', {}]]],
    ['', []],
    ['"', []],
  ] as const) {
    it(`reads ${header}`, () => assert.equal(read(header), expected))
  }

  it('is done at once with a long header', () => {
    const start = performance.now()
    for (const header of ['"'.repeat(50_000), 'a='.repeat(50_000), `a="${'\\'.repeat(50_000)}`, 'a="'.repeat(20_000)]) {
      parseChallenges(header)
    }
    assert.ok(performance.now() - start < 1_000)
  })
})
