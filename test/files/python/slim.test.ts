import * as assert from 'uvu/assert'
import { slim } from '../../../src/files/python/slim.ts'
import type { LaidOutDistribution } from '../../../src/files/python/types.ts'
import type { FileEntry, SlimLevel } from '../../../src/model.ts'
import { describe, inTemporaryFolder } from '../../helpers.ts'
import { testFile } from '../../worlds.ts'
import { disk, layOutAll, paths, testDistribution, textOf } from './distributions.ts'

const ELF = Buffer.from('\x7fELF\x02\x01\x01\0', 'latin1')
const WINDOWS = Buffer.from('MZ\x90\0\x03\0\0\0', 'latin1')

/** Paths without those of .dist-info folders. */
async function slimmed(
  level: SlimLevel,
  distributions: readonly LaidOutDistribution[],
  ownFiles: readonly FileEntry[] = [],
): Promise<string[]> {
  const { files } = await slim({ distributions, level, ownFiles }, disk)
  return paths(files).filter(path => !path.includes('.dist-info/'))
}

const safe = (
  files: Readonly<Record<string, string | Uint8Array>>,
  name = 'acme',
  requires: readonly string[] = [],
  others: readonly LaidOutDistribution[] = [],
) => slimmed('safe', [testDistribution(name, '1', { files, requires }), ...others])

describe('slim safe', it => {
  it('drops sources, static libraries, foreign binaries and stubs', async () => {
    const found = await safe({
      'acme/__init__.py': '',
      'acme/py.typed': '',
      'acme/__init__.pyi': '',
      'acme/fast.pyx': '',
      'acme/fast.pxd': '',
      'acme/fast.pxi': '',
      'acme/fast.c': '',
      'acme/fast.cpp': '',
      'acme/include/fast.h': '',
      'acme/include/fast.hpp': '',
      'acme/libfast.a': '!<arch>\n…',
      'acme/fast.o': ELF,
      'acme/fast.dll': WINDOWS,
      'acme/fast.exe': WINDOWS,
      'acme/fast.pyd': WINDOWS,
      'acme/fast.dylib': Buffer.from('cffaedfe00000000', 'hex'),
      'acme/fast.cpython-313-x86_64-linux-gnu.so': ELF,
      'acme/LICENSE.txt': '',
    })
    assert.equal(found, [
      'acme/LICENSE.txt',
      'acme/__init__.py',
      'acme/fast.cpython-313-x86_64-linux-gnu.so',
      'acme/py.typed',
    ])
  })

  it('keeps CUDA sources, which are read to be compiled for the card that is there', async () => {
    assert.equal(await safe({ 'acme/kernel.cu': '', 'acme/kernel.cuh': '' }), ['acme/kernel.cu', 'acme/kernel.cuh'])
  })

  it('tells a 3D model or a circuit library from what a linker reads', async () => {
    const found = await safe({
      'acme/cube.obj': 'v 0.1 0.2 0.3\n',
      'acme/diodes.lib': '.MODEL D1 D\n',
      'acme/archive.a': 'text',
      'acme/real.obj': Buffer.from('64860300', 'hex'),
    })
    assert.equal(found, ['acme/archive.a', 'acme/cube.obj', 'acme/diodes.lib'])
  })

  it('keeps sources of packages that compile at run time, and of those that require one', async () => {
    const files = { 'x/a.h': '', 'x/a.pyx': '', 'x/lib.a': '!<arch>\n' }
    assert.is((await safe(files, 'torch')).length, 3)
    assert.is((await safe(files, 'nvidia-cuda-runtime-cu12')).length, 3)
    assert.is((await safe(files, 'pygit2', ['cffi>=1'], [testDistribution('cffi', '1')])).length, 3)
    assert.is((await safe(files, 'acme', ['cffi; extra == "x"'])).length, 0)
  })

  it("keeps numpy's headers only beside what compiles extension modules", async () => {
    const files = { 'numpy/include/a.h': '' }
    assert.equal(await safe(files, 'numpy'), [])
    assert.equal(await safe(files, 'numpy', [], [testDistribution('cffi', '1')]), [])
    assert.equal(await safe(files, 'numpy', [], [testDistribution('pybind11', '1')]), ['numpy/include/a.h'])
  })

  it('keeps stubs where attach_stub reads them, and those of tools that analyse Python', async () => {
    const stubs = {
      'skimage/__init__.py': 'import lazy_loader\n__getattr__ = lazy_loader.attach_stub(__name__, __file__)\n',
      'skimage/__init__.pyi': '',
      'skimage/io.pyi': '',
    }
    assert.is((await safe(stubs)).length, 3)
    assert.equal(await safe({ 'jedi/third_party/typeshed/a.pyi': '' }, 'jedi'), ['jedi/third_party/typeshed/a.pyi'])
  })

  it('keeps .NET assemblies beside pythonnet', async () => {
    assert.equal(await safe({ 'acme/a.dll': WINDOWS }, 'acme', [], [testDistribution('pythonnet', '3')]), [
      'acme/a.dll',
    ])
  })

  it('reads the magic from wheels, too', async () => {
    await inTemporaryFolder(async dir => {
      const library = Buffer.concat([Buffer.from('!<arch>\n'), Buffer.alloc(100_000, 'object code ')])
      const distributions = await layOutAll(dir, [
        { name: 'acme', version: '1', files: { 'acme/a.a': library, 'acme/b.a': 'text', 'acme/a.exe': WINDOWS } },
      ])
      assert.equal(await slimmed('safe', distributions), ['acme/b.a'])
    })
  })

  it('keeps licences and metadata, and drops only bills of materials from .dist-info', async () => {
    const info = 'acme-1.dist-info'
    const files = {
      [`${info}/licenses/c/LICENSE.c`]: '',
      [`${info}/entry_points.txt`]: '',
      [`${info}/top_level.txt`]: '',
      [`${info}/sboms/a.cdx.json`]: '{}',
    }
    const { files: left } = await slim(
      { distributions: [testDistribution('acme', '1', { files })], level: 'safe', ownFiles: [] },
      disk,
    )
    assert.equal(
      paths(left),
      ['METADATA', 'RECORD', 'entry_points.txt', 'licenses/c/LICENSE.c', 'top_level.txt'].map(
        name => `${info}/${name}`,
      ),
    )
  })

  it('keeps test suites', async () => {
    assert.equal(await safe({ 'acme/tests/a.py': '' }), ['acme/tests/a.py'])
  })
})

describe('slim', it => {
  it('counts what it leaves out, rule by rule', async () => {
    const { leftOut } = await slim(
      {
        distributions: [testDistribution('acme', '1', { files: { 'a.pyi': '12', 'b.pyi': '345', 'c.h': '' } })],
        level: 'safe',
        ownFiles: [],
      },
      disk,
    )
    assert.equal(leftOut, [
      { rule: 'C and C++ sources', files: 1, bytes: 0 },
      { rule: 'type stubs', files: 2, bytes: 5 },
    ])
  })

  it('writes a RECORD of what is packed, sorted and without hashes', async () => {
    const distributions = [
      testDistribution('acme', '1', {
        files: {
          'acme/b.py': '',
          'acme/a.py': '',
          'acme/a.pyi': '',
          'acme/x,y.txt': '',
          'acme-1.dist-info/RECORD': 'old,sha256=x,1\n',
        },
      }),
    ]
    const { files } = await slim({ distributions, level: 'safe', ownFiles: [] }, disk)
    assert.is(
      await textOf(files, 'acme-1.dist-info/RECORD'),
      'acme-1.dist-info/METADATA,,\nacme-1.dist-info/RECORD,,\nacme/a.py,,\nacme/b.py,,\n"acme/x,y.txt",,\n',
    )
    assert.is(files.filter(({ path }) => path.endsWith('RECORD')).length, 1)
    assert.is(files.find(({ path }) => path.endsWith('RECORD'))?.owner, 'acme')
  })

  it('leaves all but RECORD alone at the level none', async () => {
    const distribution = testDistribution('acme', '1', { files: { 'a.pyi': '', 'a.c': '', 'tests/a.py': '' } })
    const { files, leftOut } = await slim({ distributions: [distribution], level: 'none', ownFiles: [] }, disk)
    assert.equal(paths(files), ['a.c', 'a.pyi', 'acme-1.dist-info/METADATA', 'acme-1.dist-info/RECORD', 'tests/a.py'])
    assert.equal(leftOut, [])
  })
})

describe('slim strong', it => {
  const strong = (files: Readonly<Record<string, string>>, own: Readonly<Record<string, string>> = {}) =>
    slimmed(
      'strong',
      [testDistribution('acme', '1', { files })],
      Object.entries(own).map(([path, text]) => testFile(path, text)),
    )

  it('drops suites that nothing imports, with their data, and no test or testing', async () => {
    const found = await strong({
      'acme/__init__.py': '',
      'acme/tests/__init__.py': '',
      'acme/tests/data/big.bin': '',
      'acme/sub/_tests/test_a.py': 'from acme.tests import x',
      'tests/test_all.py': 'import acme.tests',
      'acme/test/__init__.py': '',
      'acme/testing/__init__.py': '',
      'acme/tests.py': '',
    })
    assert.equal(found, ['acme/__init__.py', 'acme/test/__init__.py', 'acme/testing/__init__.py', 'acme/tests.py'])
  })

  const importing: readonly (readonly [string, string, string])[] = [
    ['an absolute import', 'acme/core.py', 'import acme.tests.helper'],
    ['an import of a name', 'acme/core.py', 'from acme import tests'],
    ['a relative import', 'acme/core.py', 'from .tests import helper'],
    ['a relative import of the folder', 'acme/__init__.py', 'from . import tests'],
    ['a relative import from below', 'acme/sub/deep/core.py', 'from ...tests import helper'],
    ['an import in a function', 'acme/core.py', 'def test():\n    from acme.tests import run\n    return run()'],
    ['a name in quotes', 'acme/core.py', "import importlib\nimportlib.import_module('acme.tests.plugin')"],
    ['a relative name in quotes', 'acme/core.py', "importlib.import_module('.tests', __package__)"],
    ['an entry point', 'acme-1.dist-info/entry_points.txt', '[acme.plugins]\nx = acme.tests.plugin:X\n'],
  ]
  for (const [what, path, text] of importing) {
    it(`keeps a suite for ${what}`, async () => {
      const found = await strong({
        'acme/tests/__init__.py': '',
        'acme/tests/helper.py': '',
        'acme/sub/tests/a.py': '',
        [path]: text,
      })
      assert.ok(found.includes('acme/tests/helper.py'), found.join())
      assert.not.ok(found.includes('acme/sub/tests/a.py'), found.join())
    })
  }

  it("keeps what the function's own files import", async () => {
    assert.ok(
      (await strong({ 'acme/tests/a.py': '' }, { 'lambda_function.py': 'from acme.tests import a' })).includes(
        'acme/tests/a.py',
      ),
    )
  })

  it('keeps what a suite that is imported imports itself', async () => {
    const found = await strong({
      'acme/core.py': 'import acme.tests',
      'acme/tests/__init__.py': 'import acme.sub.tests.data',
      'acme/sub/tests/data.py': '',
      'acme/other/tests/a.py': '',
    })
    assert.equal(found, ['acme/core.py', 'acme/sub/tests/data.py', 'acme/tests/__init__.py'])
  })

  it('keeps a suite that another distribution imports', async () => {
    const found = await slimmed('strong', [
      testDistribution('acme', '1', { files: { 'acme/tests/a.py': '' } }),
      testDistribution('user', '1', { files: { 'user.py': 'import acme.tests.a' } }),
    ])
    assert.equal(found, ['acme/tests/a.py', 'user.py'])
  })
})
