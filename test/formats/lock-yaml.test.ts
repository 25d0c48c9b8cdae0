import * as assert from 'uvu/assert'
import { parseLockYaml } from '../../src/formats/lock-yaml.ts'
import { withSetting } from '../../src/formats/yaml-setting.ts'
import { describe } from '../helpers.ts'

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

describe('the YAML of lock files', it => {
  const cases: readonly (readonly [string, unknown])[] = [
    ['a: 1\nb:\n  c: d e\n', { a: '1', b: { c: 'd e' } }],
    [
      "'@a/b@1':\n  resolution: {integrity: sha512-x==, tarball: https://h/a.tgz}\n",
      { '@a/b@1': { resolution: { integrity: 'sha512-x==', tarball: 'https://h/a.tgz' } } },
    ],
    ['"a@npm:1, a@npm:2":\n  version: 1.0.0\n', { 'a@npm:1, a@npm:2': { version: '1.0.0' } }],
    ['? "a@npm:1"\n:\n  version: 2\nb: 1\n', { 'a@npm:1': { version: '2' }, b: '1' }],
    ['cpu: [x64, arm64]\nl:\n- a\n- "b c"\nm:\n  - d\n', { cpu: ['x64', 'arm64'], l: ['a', 'b c'], m: ['d'] }],
    ['a:\n  deprecated: |-\n    first: line\n    - second\n  b: c\n', { a: { deprecated: '', b: 'c' } }],
    ["engines: {node: '>=10, <20', npm: '*'}\n", { engines: { node: '>=10, <20', npm: '*' } }],
    ["a: 'it''s'\n# comment\nb: x # note\n", { a: "it's", b: 'x' }],
    ['---\nfirst: 1\n---\nsecond: 2\n', { second: '2' }],
    ['/a@1.0.0(b@2.0.0):\n  version: link:../x\n', { '/a@1.0.0(b@2.0.0)': { version: 'link:../x' } }],
    ['a:\r\n  b: c\r\n', { a: { b: 'c' } }],
    ['', {}],
  ]
  for (const [text, expected] of cases) {
    it(`reads ${JSON.stringify(text)}`, () => assert.equal(plain(parseLockYaml(text)), expected))
  }

  it('keeps names that objects have of themselves', () => {
    assert.equal(Object.keys(parseLockYaml('constructor: 1\n__proto__: 2\n') as object), ['constructor', '__proto__'])
  })

  for (const text of ['<<<<<<< ours\na: 1\n', 'a: &anchor b\n', 'a: "open\n', 'a: 1\n   b: 2\n']) {
    it(`names the line of ${JSON.stringify(text)}, which no manager writes`, () => {
      assert.throws(
        () => parseLockYaml(text),
        (error: unknown) => error instanceof SyntaxError && /line [12] /.test(error.message),
      )
    })
  }
})

describe('a setting of a YAML file', it => {
  const cases = [
    ['', 'k: [1]\n'],
    ['a: 1\n', 'a: 1\nk: [1]\n'],
    ['k:\n  os:\n  - x\n\n  cpu: y\n# why\na: &x 1 # note\n', 'a: &x 1 # note\nk: [1]\n'],
    ['a: {\n  k: 2 }\n"k": old\nb: 2', 'a: {\n  k: 2 }\nb: 2\nk: [1]\n'],
  ] as const
  for (const [before, after] of cases) {
    it(`is put into ${JSON.stringify(before)}`, () => assert.is(withSetting(before, 'k', '[1]'), after))
  }
})
