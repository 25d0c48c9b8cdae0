import * as assert from 'uvu/assert'
import {
  compareVersions,
  isPrerelease,
  isVersion,
  normaliseVersion,
  satisfies,
  satisfiesClause,
} from '../../src/formats/pep440.ts'
import { describe } from '../helpers.ts'

describe('versions', it => {
  it('follow the order of PEP 440', () => {
    const ordered = [
      '1.dev0',
      '1.0.dev456',
      '1.0a1',
      '1.0a2.dev456',
      '1.0a12.dev456',
      '1.0a12',
      '1.0b1.dev456',
      '1.0b2',
      '1.0b2.post345.dev456',
      '1.0b2.post345',
      '1.0rc1.dev456',
      '1.0rc1',
      '1.0',
      '1.0+abc.5',
      '1.0+abc.7',
      '1.0+5',
      '1.0.post456.dev34',
      '1.0.post456',
      '1.0.15',
      '1.1.dev1',
      '1.10',
      '1.99999999999999999998',
      '1.99999999999999999999',
      '1!0.1',
    ]
    const shuffled = [...ordered].sort()
    assert.not.equal(shuffled, ordered)
    assert.equal(shuffled.sort(compareVersions), ordered)
  })

  it('are equal in every spelling', () => {
    for (const [a, b] of [
      ['1.0', '1'],
      ['1.0.0-Alpha_1', '1a1'],
      ['1.0-1', '1.0.post1'],
      ['v1.0+A_b', '1.0+a.b'],
      ['0!1', '01.0'],
    ] as const) {
      assert.is(compareVersions(a, b), 0, `${a} and ${b}`)
    }
  })

  for (const [written, normal] of [
    ['v1.0.0-Alpha_02', '1.0.0a2'],
    ['1.0-1', '1.0.post1'],
    ['1!1.0.REV3.DEV', '1!1.0.post3.dev0'],
    ['1.0+Ubuntu_007-1e5', '1.0+ubuntu.7.1e5'],
    ['20240101120000000001', '20240101120000000001'],
    ['2011k', '2011k'],
  ] as const) {
    it(`normalises ${written} to ${normal}`, () => assert.is(normaliseVersion(written), normal))
  }

  it('are told from other texts', () => {
    assert.equal(['1.0', 'V1', '1.0dev', ' 1 '].filter(isVersion).length, 4)
    assert.equal(['', '2011k', '1..0', '1.0+', 'x', '1.0.*'].filter(isVersion), [])
    assert.throws(
      () => compareVersions('1.0', 'latest'),
      (error: unknown) => error instanceof SyntaxError && /"latest" is not a version/.test(error.message),
    )
  })

  it('know prereleases', () => {
    assert.equal(['1.0', '1.0a1', '1.0.post1', '1.0.dev1', '1.0+a1', 'x'].map(isPrerelease), [
      false,
      true,
      false,
      true,
      false,
      false,
    ])
  })
})

describe('specifiers', it => {
  const cases: readonly (readonly [specifier: string, met: readonly string[], unmet: readonly string[]])[] = [
    ['', ['1.0', '1.0a1', 'x'], []],
    ['>=1.0,<2', ['1.0', '1.5b1', '1.99+cpu'], ['0.9', '2.0', '2.0a1', 'x']],
    ['~=1.4.5', ['1.4.5', '1.4.6a1', '1.4.99'], ['1.4.5a1', '1.5', '1.4']],
    ['==1.*', ['1', '1.9a1', '1.0+x'], ['2', '1!1.0']],
    ['!=1.1.*', ['1.2', '1.0'], ['1.1', '1.1.5.dev1']],
    ['==2.1', ['2.1+cpu', '2.1.0'], ['2.1.post1']],
    ['==2.1+cpu', ['2.1+CPU'], ['2.1', '2.1+cu118']],
    ['>1.0', ['1.0.1', '1.1a1'], ['1.0.post1', '1.0+x', '1.0']],
    ['>1.0.post1', ['1.0.post2'], ['1.0.post1+x']],
    ['>1.0a1', ['1.0', '1.0a2'], ['1.0a1.post1', '1.0a1']],
    ['<1.0', ['0.9'], ['1.0a1', '1.0']],
    ['<1.0.post1', ['1.0', '1.0rc1'], ['1.0.post1.dev0']],
    ['<=1.0', ['1.0+x', '1.0a1'], ['1.0.post1']],
    ['===1.0-Foo', ['1.0-foo'], ['1.0']],
    ['===2011k', ['2011K'], ['2011']],
    ['>=1!0', ['1!0.1'], ['2024.1']],
    ['>=banana', [], ['1.0', 'banana']],
    ['~=1', [], ['1.0']],
    ['>=1.0+cpu', [], ['1.0+cpu', '2']],
  ]
  for (const [specifier, met, unmet] of cases) {
    it(`"${specifier}" is met by ${met.join(' ') || 'nothing'}`, () => {
      assert.equal(
        [...met, ...unmet].filter(version => satisfies(version, specifier)),
        met,
      )
    })
  }

  it('of one clause say when they cannot be read', () => {
    assert.equal(
      ['>=1', '>=1,<2', '1', '==x'].map(clause => satisfiesClause('1.5', clause)),
      [true, null, null, null],
    )
  })

  it('are read in linear time', () => {
    const start = performance.now()
    for (const text of [
      `1${'.1'.repeat(100_000)}x`,
      '1'.repeat(200_000),
      `1+${'a.'.repeat(100_000)}`,
      `1.0${' '.repeat(200_000)}x`,
    ]) {
      satisfies(text, `>=${text}`)
    }
    assert.ok(performance.now() - start < 2000)
  })
})
