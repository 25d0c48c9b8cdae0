import * as assert from 'uvu/assert'
import {
  evaluateMarker,
  normaliseName,
  parseMarker,
  parseRequirement,
  requirementText,
} from '../../src/formats/pep508.ts'
import type { MarkerEnvironment } from '../../src/model.ts'
import { describe } from '../helpers.ts'

const LAMBDA: MarkerEnvironment = {
  os_name: 'posix',
  sys_platform: 'linux',
  platform_machine: 'aarch64',
  platform_python_implementation: 'CPython',
  platform_release: '5.10.0-28-amd64',
  platform_system: 'Linux',
  platform_version: '#1 SMP',
  python_version: '3.12',
  python_full_version: '3.12.3',
  implementation_name: 'cpython',
  implementation_version: '3.12.3',
}

const isSyntaxError =
  (part: string) =>
  (error: unknown): boolean =>
    error instanceof SyntaxError && error.message.includes(part)

describe('requirements', it => {
  const cases: readonly (readonly [
    text: string,
    name: string,
    extras: readonly string[],
    specifier: string,
    url: string | null,
  ])[] = [
    ['requests', 'requests', [], '', null],
    ['Zope.Interface_x', 'zope-interface-x', [], '', null],
    ['celery[redis, S_Q.S,redis] >=5 , <6', 'celery', ['redis', 's-q-s'], '>=5,<6', null],
    ['foo (>=1.0)', 'foo', [], '>=1.0', null],
    ['foo(>=1.0,!=1.1.*)', 'foo', [], '>=1.0,!=1.1.*', null],
    ['foo (1.0)', 'foo', [], '==1.0', null],
    ['foo ()', 'foo', [], '', null],
    ['torch==2.1+cpu', 'torch', [], '==2.1+cpu', null],
    ['foo~=1!2.0', 'foo', [], '~=1!2.0', null],
    ['foo>=1!2,!=1!3', 'foo', [], '>=1!2,!=1!3', null],
    ['foo>=1!=2', 'foo', [], '>=1,!=2', null],
    ['foo===2011k', 'foo', [], '===2011k', null],
    ['foo>=1.*', 'foo', [], '>=1', null],
    ['pytz (>dev)', 'pytz', [], '>0.dev0', null],
    ['foo>=1 <2', 'foo', [], '>=1,<2', null],
    ['foo>=1,', 'foo', [], '>=1', null],
    ['foo[] ', 'foo', [], '', null],
    ['pip @ https://example.org/pip.whl#sha256=00', 'pip', [], '', 'https://example.org/pip.whl#sha256=00'],
    ['pip[x]@file:///a/b', 'pip', ['x'], '', 'file:///a/b'],
  ]
  for (const [text, name, extras, specifier, url] of cases) {
    it(`reads ${text}`, () => {
      for (const [suffix, hasMarker] of [
        ['', false],
        [' ; python_version > "3"', true],
      ] as const) {
        const { marker, ...rest } = parseRequirement(text + suffix)
        assert.equal(rest, { name, extras, specifier, url })
        assert.is(marker !== null, hasMarker)
      }
    })
  }

  const refused: readonly (readonly [text: string, part: string])[] = [
    ['', 'needs a package name at column 1'],
    ['-foo', 'needs a package name at column 1'],
    ['foo bar', 'at column 5'],
    ['foo 1.0', 'needs a version such as ==1.0'],
    ['foo>=banana', 'instead of >=banana at column 4'],
    ['foo>=', 'needs a version after >= at column 6'],
    ['foo[a b]', 'needs `,` or `]` at column 7'],
    ['foo (>=1', 'needs `)` at column 9'],
    ['foo; python_version', 'needs one of'],
    ['foo; (python_version > "3"', 'needs `)`'],
    ['foo; python_version > "3" "4"', 'needs `and`, `or` or its end at column 27'],
    ['foo; weather == "fine"', 'needs a marker variable or a quoted text at column 6'],
    ['foo @ ', 'needs a URL'],
  ]
  for (const [text, part] of refused) {
    it(`refuses "${text}"`, () => assert.throws(() => parseRequirement(text), isSyntaxError(part)))
  }

  it('do not tell the credentials of their URL when refused', () => {
    assert.throws(
      () => parseRequirement('foo @ https://user:secret@example.org/foo.whl ; bad'),
      (error: unknown) =>
        error instanceof SyntaxError &&
        !error.message.includes('secret') &&
        error.message.includes('://***@example.org'),
    )
  })

  it('have one spelling of names', () => {
    assert.equal(['A.B_c', 'a--b', 'x'].map(normaliseName), ['a-b-c', 'a-b', 'x'])
  })
})

describe('markers', it => {
  const cases: readonly (readonly [marker: string, holds: boolean])[] = [
    ["python_version >= '3.9'", true],
    ["python_version < '3.9'", false],
    ["'3.9' <= python_version", true],
    ["python_version in '3.11 3.12'", true],
    ["python_version not in '3.11, 3.12'", false],
    ["python_version == '3.*'", true],
    ["python_version == '3.12.*'", true],
    ["python_version >= '3.x'", false],
    ["python_full_version < '3.12.4'", true],
    ["platform_release >= '5'", false],
    ["platform_release != '5'", false],
    ["platform_release == '5.10.0-28-amd64'", true],
    ["platform_release >= '5.10.0-28-amd64'", true],
    ["'amd64' in platform_release", true],
    ["sys_platform > 'a'", false],
    ["sys_platform >= 'linux'", true],
    ["sys_platform ~= 'linux'", false],
    ["os.name == 'posix' and python_implementation == 'CPython'", true],
    ["sys_platform == 'linux' or sys_platform == 'x' and os_name == 'nt'", true],
    ["(sys_platform == 'linux' or sys_platform == 'x') and os_name == 'nt'", false],
    ["((python_version>'3')and(os_name=='posix'))", true],
    ["'a' == 'a'", false],
    ["extra == 'x'", false],
    ["extra != 'x'", true],
  ]
  for (const [marker, holds] of cases) {
    it(`${marker} is ${holds}`, () => assert.is(evaluateMarker(parseMarker(marker), LAMBDA, []), holds))
  }

  it('hold where there is none', () => assert.is(evaluateMarker(null, LAMBDA, []), true))

  it('see each of several extras, in any spelling', () => {
    const holds = (marker: string): boolean => evaluateMarker(parseMarker(marker), LAMBDA, ['tests', 'A_B'])
    assert.equal(
      [
        "extra == 'a.b'",
        "'Tests' == extra",
        "extra == 'docs'",
        "extra != 'tests'",
        "extra == 'tests' and extra == 'a-b'",
      ].map(holds),
      [true, true, false, false, true],
    )
  })

  it('of lock files see sets of extras and groups', () => {
    const holds = (marker: string): boolean => evaluateMarker(parseMarker(marker), LAMBDA, ['cli'], ['dev'])
    assert.equal(
      ["'CLI' in extras", "'dev' in extras", "'dev' in dependency_groups", "'x' not in dependency_groups"].map(holds),
      [true, false, true, true],
    )
  })

  it('of builds from a checkout compare as local versions', () => {
    const checkout = { ...LAMBDA, python_full_version: '3.13.0+' }
    assert.is(evaluateMarker(parseMarker("python_full_version == '3.13.0'"), checkout, []), true)
  })

  it('refuse hostile nesting and read hostile length', () => {
    assert.throws(() => parseMarker('('.repeat(100_000)), isSyntaxError('nested parentheses'))
    const long = Array.from({ length: 20_000 }, () => "os_name == 'posix'").join(' and ')
    assert.is(evaluateMarker(parseMarker(long), LAMBDA, []), true)
  })
})

describe('requirements as text', it => {
  const texts: readonly (readonly [written: string, expected: string])[] = [
    ['Polite_Words (>= 1.0 , <2)', 'polite-words>=1.0,<2'],
    ['requests[security,socks]>=2; python_version<"3.12"', "requests[security,socks]>=2; python_version < '3.12'"],
    ['a @ https://h/x.whl ; extra == "A_b"', "a @ https://h/x.whl ; extra == 'a-b'"],
    [
      "a; os_name == 'x' and (sys_platform == 'y' or 'z' in platform_version)",
      "a; os_name == 'x' and (sys_platform == 'y' or 'z' in platform_version)",
    ],
    [
      "a; os_name == 'x' and sys_platform == 'y' or extra == 'z'",
      "a; os_name == 'x' and sys_platform == 'y' or extra == 'z'",
    ],
    [`a; os_name == "it's"`, `a; os_name == "it's"`],
  ]
  for (const [written, expected] of texts) {
    it(`write ${written} as what means the same`, () => {
      const requirement = parseRequirement(written)
      assert.is(requirementText(requirement), expected)
      assert.equal(parseRequirement(requirementText(requirement)), requirement)
    })
  }
})
