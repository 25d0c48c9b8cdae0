import * as assert from 'uvu/assert'
import { parsePackageJson } from '../../src/formats/package-json.ts'
import { describe } from '../helpers.ts'

const parse = (json: unknown) => parsePackageJson(JSON.stringify(json))

describe('formats/package-json', it => {
  it('reads absent keys as empty', () => {
    assert.equal(parse({}), {
      name: '',
      version: '',
      type: 'commonjs',
      main: '',
      exports: undefined,
      dependencies: {},
      optionalDependencies: {},
      peerDependencies: {},
      optionalPeers: [],
      bundledDependencies: [],
      os: [],
      cpu: [],
      libc: [],
      bin: [],
      files: [],
      licence: '',
      gypfile: false,
      hasBinary: false,
      hasNapi: false,
    })
  })

  it('takes a dependency that is listed as optional, too, for optional', () => {
    const manifest = parse({ dependencies: { a: '1', b: '1' }, optionalDependencies: { a: '1' } })
    assert.equal(manifest.dependencies, { b: '1' })
    assert.equal(manifest.optionalDependencies, { a: '1' })
  })

  it('counts a peer that only its meta names', () => {
    const manifest = parse({
      peerDependencies: { react: '18' },
      peerDependenciesMeta: { 'supports-color': { optional: true }, react: { optional: false } },
    })
    assert.equal(manifest.peerDependencies, { 'supports-color': '*', react: '18' })
    assert.equal(manifest.optionalPeers, ['supports-color'])
  })

  it('reads bundleDependencies, and true as all dependencies', () => {
    assert.equal(parse({ bundleDependencies: ['a'] }).bundledDependencies, ['a'])
    assert.equal(parse({ bundledDependencies: true, dependencies: { a: '1' } }).bundledDependencies, ['a'])
  })

  it('reads one text where a list may stand, and commands in both shapes', () => {
    const manifest = parse({ os: 'linux', cpu: ['x64', 1], bin: './cli.js' })
    assert.equal([manifest.os, manifest.cpu, manifest.bin], [['linux'], ['x64'], ['cli.js']])
    assert.equal(parse({ bin: { a: './bin/a.js', b: 'b.js' } }).bin, ['bin/a.js', 'b.js'])
  })

  it('passes over a byte order mark and keys of the wrong type', () => {
    assert.is(parsePackageJson('\uFEFF{"name":"a","main":false,"dependencies":["x"]}').name, 'a')
    assert.equal(parse({ main: false, dependencies: ['x'], peerDependencies: { a: 1 } }).peerDependencies, {})
  })

  for (const text of ['', '{', '[]', 'null', '"a"']) {
    it(`refuses ${JSON.stringify(text)} with a SyntaxError`, () => {
      let thrown: unknown
      try {
        parsePackageJson(text)
      } catch (error) {
        thrown = error
      }
      assert.ok(thrown instanceof SyntaxError)
    })
  }
})
