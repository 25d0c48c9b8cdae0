import * as assert from 'uvu/assert'
import { checkPythonAbi } from '../../../src/check/python/abi.ts'
import { makeSubject } from '../../../src/check/subject.ts'
import type { FileEntry } from '../../../src/model.ts'
import { describe } from '../../helpers.ts'
import { testFile, testFileSet, testPlan, testSystem } from '../../worlds.ts'

const INIT = testFile('fast/__init__.py', 'from ._core import run\n')
const extension = (suffix: string) => testFile(`fast/_core${suffix}`, '')

function distribution(tag: string, requires = '>=3.9'): readonly FileEntry[] {
  return [
    testFile(
      'fast-1.dist-info/METADATA',
      `Metadata-Version: 2.1\nName: fast\nVersion: 1\nRequires-Python: ${requires}\n`,
    ),
    testFile('fast-1.dist-info/RECORD', 'fast/__init__.py,,\n'),
    testFile('fast-1.dist-info/WHEEL', `Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: ${tag}\n`),
  ]
}

const CASES: [title: string, files: readonly FileEntry[], expected: readonly string[]][] = [
  ['its own suffix', [INIT, extension('.cpython-313-x86_64-linux-gnu.so')], []],
  ['the stable ABI', [INIT, extension('.abi3.so')], []],
  ['a plain suffix', [INIT, extension('.so')], []],
  ...[
    '.cpython-312-x86_64-linux-gnu.so',
    '.cpython-313-aarch64-linux-gnu.so',
    '.cpython-313-x86_64-linux-musl.so',
    '.cpython-313t-x86_64-linux-gnu.so',
    '.cpython-313-darwin.so',
    '.pypy311-pp73-x86_64-linux-gnu.so',
    '.cp313-win_amd64.pyd',
  ].map(
    suffix =>
      [suffix, [INIT, extension(suffix)], ['error PYTHON_EXTENSION_FOREIGN']] as [string, FileEntry[], string[]],
  ),
  ['one of several that fits', [INIT, extension('.cpython-312-x86_64-linux-gnu.so'), extension('.abi3.so')], []],
  ['a source beside', [INIT, extension('.cpython-312-x86_64-linux-gnu.so'), extension('.py')], []],
  [
    'a module that nothing imports',
    [testFile('fast/__init__.py', ''), extension('.cpython-312-darwin.so')],
    ['warning PYTHON_EXTENSION_UNSEEN'],
  ],
  [
    'a module that may be missing',
    [
      testFile('fast/__init__.py', 'try:\n  from ._core import run\nexcept ImportError:\n  run = None\n'),
      extension('.cpython-312-darwin.so'),
    ],
    ['note PYTHON_EXTENSION_OPTIONAL'],
  ],
  ['a wheel that fits', [INIT, ...distribution('cp313-cp313-manylinux_2_17_x86_64')], []],
  ['a pure wheel', [INIT, ...distribution('py2.py3-none-any')], []],
  ['a wheel of an older stable ABI', [INIT, ...distribution('cp37-abi3-manylinux2014_x86_64')], []],
  [
    'a wheel for a newer glibc, whose files may yet load',
    [INIT, ...distribution('cp313-cp313-manylinux_2_39_x86_64')],
    [],
  ],
  [
    'a wheel of a newer stable ABI',
    [INIT, ...distribution('cp314-abi3-manylinux2014_x86_64')],
    ['warning PYTHON_WHEEL_FOREIGN'],
  ],
  ['a wheel for macOS', [INIT, ...distribution('cp313-cp313-macosx_11_0_arm64')], ['warning PYTHON_WHEEL_FOREIGN']],
  ['a wheel for musl', [INIT, ...distribution('cp313-cp313-musllinux_1_2_x86_64')], ['warning PYTHON_WHEEL_FOREIGN']],
  [
    'a wheel that its module tells of already',
    [INIT, extension('.cpython-313-darwin.so'), ...distribution('cp313-cp313-macosx_11_0_arm64')],
    ['error PYTHON_EXTENSION_FOREIGN'],
  ],
  ['a Python that is new enough', [INIT, ...distribution('py3-none-any', '>=3.13')], []],
  ['a Python that is too old', [INIT, ...distribution('py3-none-any', '>=3.14')], ['warning PYTHON_REQUIRES_PYTHON']],
  ['a patch level that Lambda may have', [INIT, ...distribution('py3-none-any', '>=3.13.50')], []],
  ['a specifier that says nothing', [INIT, ...distribution('py3-none-any', 'some')], []],
]

describe('check/python-abi', it => {
  for (const [title, files, expected] of CASES) {
    it(`finds ${expected.join() || 'nothing'} for ${title}`, async () => {
      const findings = await checkPythonAbi(makeSubject(testPlan('/root'), testFileSet(files), testSystem()))
      assert.equal(
        findings.map(({ severity, code }) => `${severity} ${code}`),
        expected,
      )
    })
  }

  it('says what Lambda would say', async () => {
    const files = [INIT, extension('.cpython-312-x86_64-linux-gnu.so')]
    const [found] = await checkPythonAbi(makeSubject(testPlan('/root'), testFileSet(files), testSystem()))
    assert.match(found?.message ?? '', "No module named 'fast._core'")
  })

  it('reads METADATA and WHEEL of any bytes', async () => {
    let seed = 7
    const random = () => (seed = (Math.imul(seed, 48271) >>> 0) % 2147483647)
    for (let round = 0; round < 300; round++) {
      const noise = Buffer.from(Array.from({ length: random() % 80 }, () => random() % 256))
      const files = distribution('py3-none-any').map(file => {
        const whole = Buffer.from((file.content as { readonly bytes: Uint8Array }).bytes)
        return testFile(file.path, Buffer.concat([whole.subarray(0, random() % whole.length), noise]))
      })
      await checkPythonAbi(makeSubject(testPlan('/root'), testFileSet(files), testSystem()))
    }
  })
})
