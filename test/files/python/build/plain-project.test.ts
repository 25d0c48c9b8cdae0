import { join, relative } from 'node:path'
import * as assert from 'uvu/assert'
import { readPlainProject } from '../../../../src/files/python/build/plain-project.ts'
import { makeDisk } from '../../../../src/system/disk.ts'
import { describe, inTemporaryFolder, writeTree } from '../../../helpers.ts'

const BACKENDS = {
  hatchling: 'hatchling.build',
  setuptools: 'setuptools.build_meta',
  flit_core: 'flit_core.buildapi',
  'poetry-core': 'poetry.core.masonry.api',
  uv_build: 'uv_build',
  'pdm-backend': 'pdm.backend',
} as const

type Package = keyof typeof BACKENDS

function manifest(backend: Package, more = '', project = ''): string {
  return `[build-system]\nrequires = ["${backend}"]\nbuild-backend = "${BACKENDS[backend]}"\n[project]\nname = "Acme-Tools"\nversion = "1.0"\n${project}\n${more}\n`
}

/** The wheel paths that a project of these files gives, or why it gives none. */
async function read(files: Readonly<Record<string, string>>): Promise<readonly string[] | string> {
  return inTemporaryFolder(async dir => {
    await writeTree(dir, files)
    const read = await readPlainProject(dir, makeDisk())
    return read.kind === 'other'
      ? read.why
      : read.project.files.map(({ path, source }) => `${path} < ${relative(dir, source)}`)
  })
}

const SOURCE = { 'src/acme_tools/__init__.py': '', 'src/acme_tools/data.json': '{}', 'src/acme_tools/sub/a.py': '' }
const FLAT = {
  'acme_tools/__init__.py': '',
  'acme_tools/data.json': '{}',
  'acme_tools/sub/a.py': '',
  'tests/test_a.py': '',
}

describe('plain project', it => {
  for (const backend of ['hatchling', 'flit_core', 'poetry-core', 'uv_build', 'pdm-backend'] as const) {
    it(`takes all files of a src layout with ${backend}`, async () => {
      assert.equal(
        await read({ 'pyproject.toml': manifest(backend), ...SOURCE, 'src/acme_tools/__pycache__/a.pyc': '' }),
        [
          'acme_tools/__init__.py < src/acme_tools/__init__.py',
          'acme_tools/data.json < src/acme_tools/data.json',
          'acme_tools/sub/a.py < src/acme_tools/sub/a.py',
        ],
      )
    })
  }

  for (const backend of ['hatchling', 'flit_core', 'poetry-core', 'pdm-backend'] as const) {
    it(`takes all files of a flat layout with ${backend}`, async () => {
      assert.equal(await read({ 'pyproject.toml': manifest(backend), ...FLAT }), [
        'acme_tools/__init__.py < acme_tools/__init__.py',
        'acme_tools/data.json < acme_tools/data.json',
        'acme_tools/sub/a.py < acme_tools/sub/a.py',
      ])
    })
  }

  for (const [layout, files, folder] of [
    ['src', SOURCE, 'src/acme_tools'],
    ['flat', FLAT, 'acme_tools'],
  ] as const) {
    it(`takes Python files, stubs and py.typed of a ${layout} layout with setuptools`, async () => {
      const more = { [`${folder}/py.typed`]: '', [`${folder}/a.pyi`]: '' }
      const paths = await read({ 'pyproject.toml': manifest('setuptools'), ...files, ...more })
      assert.equal(
        paths,
        ['__init__.py', 'a.pyi', 'py.typed', 'sub/a.py'].map(file => `acme_tools/${file} < ${folder}/${file}`),
      )
    })
  }

  it('takes setuptools where no build system is named', async () => {
    const project = '[project]\nname = "acme-tools"\nversion = "1.0"\n'
    assert.equal(await read({ 'pyproject.toml': project, 'acme_tools/__init__.py': '', 'acme_tools/x.txt': '' }), [
      'acme_tools/__init__.py < acme_tools/__init__.py',
    ])
  })

  it('takes the one module with hatchling and flit', async () => {
    for (const backend of ['hatchling', 'flit_core'] as const) {
      assert.equal(await read({ 'pyproject.toml': manifest(backend), 'acme_tools.py': '' }), [
        'acme_tools.py < acme_tools.py',
      ])
    }
  })

  it('takes the packages that hatchling is told', async () => {
    const more = '[tool.hatch.build.targets.wheel]\npackages = ["lib/one", "two"]'
    assert.equal(
      await read({ 'pyproject.toml': manifest('hatchling', more), 'lib/one/__init__.py': '', 'two/__init__.py': '' }),
      ['one/__init__.py < lib/one/__init__.py', 'two/__init__.py < two/__init__.py'],
    )
  })

  it('takes the module that uv is told', async () => {
    const more = '[tool.uv.build-backend]\nmodule-name = "acme"\nmodule-root = ""'
    assert.equal(await read({ 'pyproject.toml': manifest('uv_build', more), 'acme/__init__.py': '' }), [
      'acme/__init__.py < acme/__init__.py',
    ])
  })

  const others: readonly (readonly [string, Readonly<Record<string, string>>, RegExp])[] = [
    ['has no pyproject.toml', { 'setup.py': '' }, /no pyproject\.toml/],
    ['is Poetry’s alone', { 'pyproject.toml': '[tool.poetry]\nname = "a"\n' }, /no \[project\]/],
    [
      'computes its version',
      { 'pyproject.toml': '[project]\nname = "a"\ndynamic = ["version"]\n' },
      /version are computed/,
    ],
    ['has a setup.py', { 'pyproject.toml': manifest('setuptools'), ...FLAT, 'setup.py': '' }, /setup\.py decides/],
    [
      'has a MANIFEST.in',
      { 'pyproject.toml': manifest('setuptools'), ...FLAT, 'MANIFEST.in': '' },
      /MANIFEST\.in decides/,
    ],
    [
      'has two packages for setuptools',
      { 'pyproject.toml': manifest('setuptools'), ...FLAT, 'other/a.py': '' },
      /beside acme_tools it has other/,
    ],
    [
      'has a module beside its package',
      { 'pyproject.toml': manifest('setuptools'), ...SOURCE, 'src/other.py': '' },
      /other\.py/,
    ],
    [
      'has setuptools settings',
      { 'pyproject.toml': manifest('setuptools', '[tool.setuptools.package-data]\nacme_tools = ["*.json"]'), ...FLAT },
      /\[tool\.setuptools\]/,
    ],
    [
      'has a hatch build hook',
      { 'pyproject.toml': manifest('hatchling', '[tool.hatch.build.hooks.custom]'), ...FLAT },
      /\[tool\.hatch\.build\]/,
    ],
    [
      'names packages for Poetry',
      { 'pyproject.toml': manifest('poetry-core', '[tool.poetry]\npackages = []'), ...FLAT },
      /\[tool\.poetry\]/,
    ],
    [
      'lies flat with uv',
      { 'pyproject.toml': manifest('uv_build'), ...FLAT },
      /none of src\/Acme_Tools, src\/acme_tools/,
    ],
    [
      'has an unknown backend',
      {
        'pyproject.toml':
          '[build-system]\nrequires = []\nbuild-backend = "mesonpy"\n[project]\nname = "a"\nversion = "1"\n',
      },
      /backend is mesonpy/,
    ],
    [
      'holds native code',
      { 'pyproject.toml': manifest('hatchling'), ...FLAT, 'acme_tools/fast.so': '' },
      /native code \(acme_tools\/fast\.so\)/,
    ],
    ['has no package of its name', { 'pyproject.toml': manifest('hatchling') }, /none of Acme_Tools, acme_tools/],
  ]
  for (const [what, files, why] of others) {
    it(`is none when it ${what}`, async () => assert.match(String(await read(files)), why))
  }

  it('reads requirements, extras and entry points', async () => {
    const project = `
requires-python = ">=3.9"
dependencies = ["idna>=3", "a  @ https://example.com/a.whl;x ; os_name == 'nt'"]
[project.optional-dependencies]
Two_Two = ["six;python_version<'4' or os_name=='nt'"]
one = ["attrs"]
[project.scripts]
zeta = "acme_tools:main"
alpha = "acme_tools:other"
[project.entry-points.plugins]
x = "acme_tools.x"
`
    await inTemporaryFolder(async dir => {
      await writeTree(dir, {
        'pyproject.toml': manifest('hatchling', '', project),
        ...FLAT,
        'LICENSE.txt': 'MIT',
        'COPYING.md': '',
      })
      const read = await readPlainProject(dir, makeDisk())
      if (read.kind === 'other') throw new Error(read.why)
      assert.equal(
        { ...read.project, files: [] },
        {
          name: 'Acme-Tools',
          version: '1.0',
          requiresPython: '>=3.9',
          requires: [
            'idna>=3',
            "a @ https://example.com/a.whl;x ; os_name == 'nt'",
            `six ; (python_version<'4' or os_name=='nt') and extra == "two-two"`,
            'attrs ; extra == "one"',
          ],
          extras: ['two-two', 'one'],
          entryPoints:
            '[console_scripts]\nalpha = acme_tools:other\nzeta = acme_tools:main\n\n[plugins]\nx = acme_tools.x\n',
          files: [],
          licences: ['COPYING.md', 'LICENSE.txt'].map(path => ({ path, source: join(dir, path) })),
        },
      )
    })
  })
})
