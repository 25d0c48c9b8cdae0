import * as assert from 'uvu/assert'
import { describe, inTemporaryFolder, rejects } from '../../helpers.ts'
import { makeWheel, type WheelRecipe } from '../../wheels.ts'
import { layOut, paths, textOf } from './distributions.ts'

const layOutRecipe = (recipe: WheelRecipe) => inTemporaryFolder(dir => layOut(dir, makeWheel(recipe)))

/** Laid out without the three files that every .dist-info has. */
async function pathsOf(recipe: WheelRecipe): Promise<string[]> {
  const { files, distInfo } = await layOutRecipe(recipe)
  const usual = ['METADATA', 'RECORD', 'WHEEL'].map(file => `${distInfo}/${file}`)
  return paths(files).filter(path => !usual.includes(path))
}

describe('wheel', it => {
  it('lays out modules, metadata and requirements', async () => {
    const wheel = await layOutRecipe({
      name: 'Acme.Lib',
      version: '1.0',
      requires: ['Requests[socks]>=2; python_version > "3"'],
      providesExtra: ['Fast_IO'],
      files: { 'acme_lib/__init__.py': '', 'acme_lib.py': '' },
      entryPoints: '[console_scripts]\nacme = acme_lib:main\n',
      distInfoFiles: { 'licenses/LICENSE': 'MIT', 'top_level.txt': 'acme_lib\n' },
    })
    assert.is(wheel.name, 'acme-lib')
    assert.is(wheel.version, '1.0')
    assert.equal(wheel.extras, ['fast-io'])
    assert.equal(
      wheel.requires.map(({ name, extras, specifier }) => ({ name, extras, specifier })),
      [{ name: 'requests', extras: ['socks'], specifier: '>=2' }],
    )
    assert.equal(paths(wheel.files), [
      'Acme_Lib-1.0.dist-info/METADATA',
      'Acme_Lib-1.0.dist-info/RECORD',
      'Acme_Lib-1.0.dist-info/WHEEL',
      'Acme_Lib-1.0.dist-info/entry_points.txt',
      'Acme_Lib-1.0.dist-info/licenses/LICENSE',
      'Acme_Lib-1.0.dist-info/top_level.txt',
      'acme_lib.py',
      'acme_lib/__init__.py',
    ])
    assert.ok(wheel.files.every(({ owner }) => owner === 'acme-lib'))
  })

  it('maps the schemes of .data, and drops scripts and headers', async () => {
    const found = await pathsOf({
      name: 'acme',
      version: '1.0',
      files: { 'acme.py': '' },
      dataFiles: {
        'purelib/acme_pure.py': '',
        'platlib/acme_native.so': '',
        'data/share/acme/data.txt': '',
        'data/share/man/man1/acme.1': '',
        'data/share/doc/acme/a.txt': '',
        'data/etc/jupyter/acme.json': '',
        'data/lib/libacme.so': '',
        'scripts/acme': '#!python',
        'headers/acme.h': '',
      },
    })
    assert.equal(found, ['acme.py', 'acme_native.so', 'acme_pure.py', 'lib/libacme.so', 'share/acme/data.txt'])
  })

  it('drops what belongs to one machine, but no packages that are called so', async () => {
    const found = await pathsOf({
      name: 'acme',
      version: '1.0',
      files: {
        'acme/__init__.py': '',
        'acme/__init__.pyc': 'bytecode',
        'acme/__pycache__/__init__.cpython-313.pyc': 'bytecode',
        'acme/sourceless.pyc': 'bytecode',
        'acme/weights.pth': 'weights',
        'acme/INSTALLER': 'a module of it',
        'acme-nspkg.pth': 'import acme',
        'acme.egg-link': '/elsewhere',
        'bin/__init__.py': '',
        'include/__init__.py': '',
        '.lock': '',
      },
      distInfoFiles: {
        INSTALLER: 'pip',
        REQUESTED: '',
        'direct_url.json': '{}',
        'uv_cache.json': '{}',
        'uv_build.json': '{}',
        'RECORD.jws': '',
        'RECORD.p7s': '',
      },
    })
    assert.equal(found, [
      'acme/INSTALLER',
      'acme/__init__.py',
      'acme/sourceless.pyc',
      'acme/weights.pth',
      'bin/__init__.py',
      'include/__init__.py',
    ])
  })

  it('takes the executable bit from the wheel', async () => {
    const { files } = await layOutRecipe({
      name: 'acme',
      version: '1.0',
      files: { 'acme/run.sh': '#!/bin/sh', 'acme/only_owner': '', 'acme/__init__.py': '' },
      modes: { 'acme/run.sh': 0o755, 'acme/only_owner': 0o600 },
    })
    assert.equal(
      files.filter(({ executable }) => executable).map(({ path }) => path),
      ['acme/run.sh'],
    )
  })

  it('warns of a .pth file that adds a folder, and not of one that runs code', async () => {
    const { findings } = await layOutRecipe({
      name: 'cmeel',
      version: '1',
      files: { 'cmeel.pth': 'cmeel.prefix/lib/site-packages\n', 'hook.pth': 'import hook\n# comment\n' },
    })
    assert.equal(
      findings.map(({ code, path }) => [code, path]),
      [['PTH_LEFT_OUT', 'cmeel.pth']],
    )
  })

  it('finds the .dist-info folder in another spelling than the file name', async () => {
    await inTemporaryFolder(async dir => {
      const wheel = makeWheel({ name: 'Flask.SQLAlchemy', version: '3.0', files: { 'flask_sqlalchemy.py': '' } })
      const { name } = await layOut(dir, { ...wheel, filename: 'flask_sqlalchemy-3.0-py3-none-any.whl' })
      assert.is(name, 'flask-sqlalchemy')
    })
  })

  it('expands the tags of the WHEEL file', async () => {
    const { tags } = await layOutRecipe({ name: 'six', version: '1', tag: 'py2.py3-none-any' })
    assert.equal(tags, ['py2-none-any', 'py3-none-any'])
  })

  it('reads the contents from the wheel', async () => {
    await inTemporaryFolder(async dir => {
      const { files } = await layOut(
        dir,
        makeWheel({ name: 'acme', version: '1', files: { 'acme.py': 'answer = 42\n' } }),
      )
      assert.is(await textOf(files, 'acme.py'), 'answer = 42\n')
    })
  })

  const malformed: readonly (readonly [string, WheelRecipe, string])[] = [
    [
      'a wheel of another version than its name says',
      { name: 'acme', version: '1', distInfoFiles: { METADATA: 'Name: acme\nVersion: 2\n' } },
      'acme 2',
    ],
    [
      'a wheel of another name than its file',
      { name: 'acme', version: '1', distInfoFiles: { METADATA: 'Name: other\nVersion: 1\n' } },
      'other 1',
    ],
    ['METADATA without a name', { name: 'acme', version: '1', distInfoFiles: { METADATA: 'Version: 1\n' } }, 'Name'],
    ['a requirement that is none', { name: 'acme', version: '1', requires: ['&&&'] }, '&&&'],
    ['a Wheel-Version to come', { name: 'acme', version: '1', distInfoFiles: { WHEEL: 'Wheel-Version: 2.0\n' } }, '2'],
    ['a wheel without RECORD', { name: 'acme', version: '1', recordOverride: null }, 'RECORD'],
    ['an unknown scheme', { name: 'acme', version: '1', dataFiles: { 'mathlib/a': '' } }, 'mathlib'],
    [
      'two files for one path',
      { name: 'acme', version: '1', files: { 'a.py': '' }, dataFiles: { 'purelib/a.py': '' } },
      'a.py',
    ],
    [
      'two .dist-info folders of its name',
      { name: 'acme', version: '1', files: { 'acme-2.dist-info/METADATA': '' } },
      '2 .dist-info',
    ],
  ]
  for (const [what, recipe, why] of malformed) {
    it(`refuses ${what}`, async () => {
      const error = await rejects(() => layOutRecipe(recipe), 'WHEEL_MALFORMED')
      assert.ok(error.message.includes(why), error.message)
    })
  }

  it('refuses names that leave the folder', async () => {
    await rejects(
      () => layOutRecipe({ name: 'acme', version: '1', files: { '../evil.py': '' } }),
      'ARCHIVE_UNSAFE_NAME',
    )
    await rejects(
      () => layOutRecipe({ name: 'acme', version: '1', dataFiles: { 'data/../../evil.py': '' } }),
      'ARCHIVE_UNSAFE_NAME',
    )
  })
})
