import * as assert from 'uvu/assert'
import { OWN } from '../../src/report/packages.ts'
import { type ReasonSubject, reasonOf } from '../../src/report/reasons.ts'
import { describe } from '../helpers.ts'

/** Path, package, and why the file is there. */
const CASES: readonly (readonly [string, string, string])[] = [
  ['app.py', OWN, 'own file'],
  ['src/index.mjs.map', OWN, 'source map'],
  ['numpy/core/multiarray.py', 'numpy', 'module of numpy'],
  ['numpy/core/_umath.cpython-313-x86_64-linux-gnu.so', 'numpy', 'compiled module of numpy'],
  ['cryptography/_rust.abi3.so', 'cryptography', 'compiled module of cryptography'],
  ['numpy.libs/libgfortran-040039e1.so.5.0.0', 'numpy', 'library of numpy'],
  ['certifi/cacert.pem', 'certifi', 'data of certifi'],
  ['numpy-2.2.6.dist-info/METADATA', 'numpy', 'metadata of numpy'],
  ['numpy-2.2.6.dist-info/LICENSE.txt', 'numpy', 'licence of numpy'],
  ['numpy-2.2.6.dist-info/licenses/vendored/foo.txt', 'numpy', 'licence of numpy'],
  ['numpy/random/LICENSE.md', 'numpy', 'licence of numpy'],
  ['licensing/legal.py', 'licensing', 'module of licensing'],
  ['node_modules/sharp/package.json', 'sharp', 'package.json of sharp'],
  ['node_modules/sharp/lib/index.js', 'sharp', 'module of sharp'],
  ['node_modules/sharp/lib/notice.cjs', 'sharp', 'module of sharp'],
  ['node_modules/@img/sharp/lib/sharp.node', '@img/sharp', 'compiled module of @img/sharp'],
  ['node_modules/@img/libvips/lib/libvips-cpp.so.42', '@img/libvips', 'library of @img/libvips'],
  ['node_modules/sharp/LICENSE', 'sharp', 'licence of sharp'],
  ['node_modules/sharp/data.bin', 'sharp', 'data of sharp'],
]

describe('report/reasons', it => {
  for (const [path, name, expected] of CASES) {
    it(`calls ${path} ${expected}`, () => {
      assert.is(reasonOf(subject(path, name)), expected)
    })
  }

  it('tells bundles and links, and what the rules of slimming have said first', () => {
    assert.is(reasonOf(subject('index.mjs', OWN, { isBundle: true })), 'bundle of the handler')
    assert.is(reasonOf(subject('lib.so', 'x', { target: 'lib.so.1' })), 'link to lib.so.1')
    assert.is(reasonOf(subject('x.pyi', 'x', { said: 'lazy_loader reads it' })), 'lazy_loader reads it')
  })
})

function subject(path: string, name: string, changes: Partial<ReasonSubject> = {}): ReasonSubject {
  return { path, name, isBundle: false, target: null, said: null, ...changes }
}
