import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import * as assert from 'uvu/assert'
import type { ErrorCode, UserError } from '../../../src/errors.ts'
import {
  type EnvironmentRequest,
  type LaidOutEnvironment,
  layOutEnvironment,
} from '../../../src/files/python/environment.ts'
import { describe, inTemporaryFolder, rejects, writeTree } from '../../helpers.ts'
import { testSystem, testTarget } from '../../worlds.ts'
import { paths } from './distributions.ts'

interface InstalledRecipe {
  readonly version?: string
  readonly requires?: readonly string[]
  readonly extras?: readonly string[]
  /** Relative to site-packages. */
  readonly files?: Readonly<Record<string, string>>
  /** RECORD lines besides those of the files. */
  readonly record?: readonly string[]
  readonly tag?: string
  readonly directUrl?: unknown
}

const SITE = '.venv/lib/python3.13/site-packages'

/** Writes a virtual environment and the files of the project beside it. */
async function writeProject(
  dir: string,
  installed: Readonly<Record<string, InstalledRecipe>>,
  files: Readonly<Record<string, string>> = {},
): Promise<void> {
  await mkdir(join(dir, SITE), { recursive: true })
  await writeTree(dir, { '.venv/pyvenv.cfg': 'home = /usr/bin\nversion = 3.13.1\n', ...files })
  for (const [name, recipe] of Object.entries(installed)) await writeTree(join(dir, SITE), filesOf(name, recipe))
}

function filesOf(name: string, recipe: InstalledRecipe): Record<string, string> {
  const version = recipe.version ?? '1.0'
  const info = `${name}-${version}.dist-info`
  const metadata = [
    `Name: ${name}`,
    `Version: ${version}`,
    ...(recipe.requires ?? []).map(line => `Requires-Dist: ${line}`),
    ...(recipe.extras ?? []).map(line => `Provides-Extra: ${line}`),
  ]
  const files: Record<string, string> = {
    ...(recipe.files ?? { [`${name}.py`]: '' }),
    [`${info}/METADATA`]: `${metadata.join('\n')}\n\n`,
    [`${info}/WHEEL`]: `Wheel-Version: 1.0\nTag: ${recipe.tag ?? 'py3-none-any'}\n`,
    [`${info}/INSTALLER`]: 'pip\n',
    ...(recipe.directUrl === undefined ? {} : { [`${info}/direct_url.json`]: JSON.stringify(recipe.directUrl) }),
  }
  const record = [...Object.keys(files), `${info}/RECORD`, ...(recipe.record ?? [])].map(path => `${path},,`)
  return { ...files, [`${info}/RECORD`]: `${record.join('\n')}\n` }
}

function layOut(dir: string, changes: Partial<EnvironmentRequest> = {}): Promise<LaidOutEnvironment> {
  return layOutEnvironment(
    {
      path: join(dir, '.venv'),
      declaredIn: join(dir, 'requirements.txt'),
      root: dir,
      isLaidOut: true,
      target: testTarget(),
      wanted: { groups: [], extras: [] },
      ...changes,
    },
    testSystem(),
  )
}

interface Case {
  readonly installed: Readonly<Record<string, InstalledRecipe>>
  readonly files?: Readonly<Record<string, string>>
}

const laidOut = (
  { installed, files }: Case,
  request: (dir: string) => Partial<EnvironmentRequest> = () => ({}),
): Promise<LaidOutEnvironment> =>
  inTemporaryFolder(async dir => {
    await writeProject(dir, installed, files)
    return layOut(dir, request(dir))
  })

const refused = (
  { installed, files }: Case,
  code: ErrorCode,
  request: (dir: string) => Partial<EnvironmentRequest> = () => ({}),
): Promise<UserError> =>
  inTemporaryFolder(async dir => {
    await writeProject(dir, installed, files)
    return rejects(() => layOut(dir, request(dir)), code)
  })

const names = ({ distributions }: LaidOutEnvironment): string[] => distributions.map(({ name }) => name)
const withPyproject = (dir: string): Partial<EnvironmentRequest> => ({ declaredIn: join(dir, 'pyproject.toml') })

describe('environment', it => {
  it('takes the closure of a requirements file and what it includes, and leaves development tools', async () => {
    const found = await laidOut({
      installed: {
        requests: {
          version: '2.31',
          requires: ['urllib3<3', 'certifi', 'pysocks; extra == "socks"', 'colorama; sys_platform == "win32"'],
          extras: ['socks'],
        },
        urllib3: { version: '2.1' },
        certifi: {},
        PySocks: {},
        flask: {},
        pytest: { requires: ['requests'] },
        pip: {},
      },
      files: {
        'requirements.txt': '-r more/base.txt\nflask>=0.1\nidna; python_version < "3"\n',
        'more/base.txt': 'requests[socks]\n-r ../requirements.txt\n',
      },
    })
    assert.equal(names(found), ['certifi', 'flask', 'pysocks', 'requests', 'urllib3'])
    assert.equal(found.direct, ['flask', 'requests'])
    assert.equal(found.toBuild, [])
    assert.equal(found.findings, [])
  })

  it('takes files by RECORD: no bytecode, programs, per-machine files, nor what another left there', async () => {
    const { distributions } = await laidOut({
      installed: {
        acme: {
          files: { 'acme/__init__.py': '', 'acme/run': '#!/bin/sh', 'acme.pth': 'import acme' },
          record: [
            '../../../bin/acme',
            '../../../share/acme/data.txt',
            '../../../share/man/man1/acme.1',
            '../../../../elsewhere.txt',
            'acme/__pycache__/__init__.cpython-313.pyc',
          ],
        },
      },
      files: {
        'requirements.txt': 'acme',
        [`${SITE}/acme/stray.py`]: '',
        '.venv/share/acme/data.txt': '',
        '.venv/bin/acme': '',
      },
    })
    const [acme] = distributions
    assert.equal(
      paths(acme?.files ?? []),
      ['METADATA', 'RECORD', 'WHEEL']
        .map(file => `acme-1.0.dist-info/${file}`)
        .concat('acme/__init__.py', 'acme/run', 'share/acme/data.txt'),
    )
    assert.equal(
      acme?.files.filter(({ executable }) => executable).map(({ path }) => path),
      ['acme/run'],
    )
  })

  it('reads pyproject.toml with the wanted extras and groups, extras that name others included', async () => {
    const installed = { a: {}, b: {}, c: {}, d: {}, e: {}, dev: {} }
    const files = {
      'pyproject.toml': `
        [project]
        name = "Acme.App"
        dependencies = ["a"]
        [project.optional-dependencies]
        all = ["acme-app[fast,safe]"]
        fast = ["b; python_version >= '3'"]
        safe = ["c"]
        other = ["missing"]
        [dependency-groups]
        web = ["d", { include-group = "base" }]
        base = ["e"]
        dev = ["dev"]`,
    }
    assert.equal(names(await laidOut({ installed, files }, withPyproject)), ['a'])
    const found = await laidOut({ installed, files }, dir => ({
      ...withPyproject(dir),
      wanted: { extras: ['All'], groups: ['web'] },
    }))
    assert.equal(names(found), ['a', 'b', 'c', 'd', 'e'])
    assert.equal(found.direct, ['a', 'b', 'c', 'd', 'e'])
    await refused({ installed, files }, 'LOCK_NAME_UNKNOWN', dir => ({
      ...withPyproject(dir),
      wanted: { extras: ['nothing'], groups: [] },
    }))
  })

  it("reads Poetry's tables and checks its constraints", async () => {
    const files = {
      'pyproject.toml':
        '[tool.poetry]\nname = "app"\n[tool.poetry.dependencies]\npython = "^3.9"\na = "^1.0"\nb = { version = "*", python = "<3.8" }\n[tool.poetry.group.dev.dependencies]\npytest = "*"\n',
    }
    assert.equal(names(await laidOut({ installed: { a: { version: '1.9' }, pytest: {} }, files }, withPyproject)), [
      'a',
    ])
    const error = await refused(
      { installed: { a: { version: '2.0' } }, files },
      'ENVIRONMENT_INCOMPLETE',
      withPyproject,
    )
    assert.ok(error.message.includes('a ^1.0: 2.0 is there'), error.message)
  })

  it('takes dynamic dependencies from the installed project, and refuses without it', async () => {
    const files = { 'pyproject.toml': '[project]\nname = "app"\ndynamic = ["dependencies"]\n' }
    const found = await inTemporaryFolder(async dir => {
      const directUrl = { url: pathToFileURL(dir).href, dir_info: { editable: true } }
      await writeProject(dir, { app: { requires: ['a'], directUrl }, a: {}, b: {} }, files)
      return layOut(dir, withPyproject(dir))
    })
    assert.equal(names(found), ['a'])
    assert.equal(found.direct, ['a'])
    assert.equal(found.toBuild, [])
    await refused({ installed: { a: {} }, files }, 'ENVIRONMENT_DYNAMIC', withPyproject)
  })

  it("counts the function's own project with its requirements, and has other editables built", async () => {
    await inTemporaryFolder(async dir => {
      const editable = (path: string) => ({
        files: {},
        directUrl: { url: pathToFileURL(join(dir, path)).href, dir_info: { editable: true } },
      })
      await writeProject(
        dir,
        {
          app: { ...editable(''), requires: ['shared', 'a'] },
          shared: { ...editable('libs/shared'), requires: ['b'] },
          a: {},
          b: {},
          c: {},
        },
        { 'requirements.txt': '-e .\n', 'libs/shared/pyproject.toml': '' },
      )
      const found = await layOut(dir)
      assert.equal(names(found), ['a', 'b'])
      assert.equal(found.toBuild, [
        { name: 'shared', version: null, origin: { kind: 'directory', path: join(dir, 'libs/shared') } },
      ])
      assert.equal(found.direct, ['a', 'shared'])
    })
  })

  it('knows an editable of Poetry by its .pth file alone', async () => {
    await inTemporaryFolder(async dir => {
      await writeProject(
        dir,
        { shared: { files: { 'shared.pth': join(dir, 'libs/shared/src') } } },
        { 'requirements.txt': 'shared', 'libs/shared/pyproject.toml': '', 'libs/shared/src/shared.py': '' },
      )
      const { toBuild } = await layOut(dir)
      assert.equal(
        toBuild.map(({ origin }) => origin),
        [{ kind: 'directory', path: join(dir, 'libs/shared') }],
      )
    })
  })

  it('finds what is named by its place: a folder, a wheel, a repository', async () => {
    const found = await inTemporaryFolder(async dir => {
      await writeProject(
        dir,
        {
          local: { directUrl: { url: pathToFileURL(join(dir, 'libs/local')).href, dir_info: {} } },
          acme_wheel: {},
          remote: { directUrl: { url: 'https://example.com/remote.git', vcs_info: { vcs: 'git', commit_id: 'abc' } } },
        },
        {
          'requirements.txt':
            './libs/local\n./wheels/acme_wheel-1.0-py3-none-any.whl\ngit+https://example.com/remote.git@main\n',
          'libs/local/pyproject.toml': '',
        },
      )
      return layOut(dir)
    })
    assert.equal(names(found), ['acme-wheel', 'local', 'remote'])
    assert.equal(found.direct, ['acme-wheel', 'local', 'remote'])
  })

  it('packs everything but installers where nothing is declared, and says so', async () => {
    const found = await laidOut(
      {
        installed: {
          a: { requires: ['b'] },
          b: {},
          c: { requires: ['setuptools'] },
          setuptools: {},
          pip: {},
          wheel: {},
        },
      },
      () => ({ declaredIn: null }),
    )
    assert.equal(names(found), ['a', 'b', 'c', 'setuptools'])
    assert.equal(found.direct, ['a', 'c'])
    assert.equal(
      found.findings.map(({ code }) => code),
      ['ENVIRONMENT_UNDECLARED'],
    )
  })

  it('lists all that is missing or of another version in one error', async () => {
    const error = await refused(
      {
        installed: { a: { version: '1.0', requires: ['b>=2', 'c'] }, b: { version: '1.5' } },
        files: { 'requirements.txt': 'a==1.0\nd\n' },
      },
      'ENVIRONMENT_INCOMPLETE',
    )
    for (const line of ['b>=2 (required by a): 1.5 is there', 'c (required by a): missing', 'd: missing'])
      assert.ok(error.message.includes(line), error.message)
  })

  it('refuses another Python, and names both', async () => {
    const error = await refused(
      { installed: {}, files: { 'requirements.txt': '' } },
      'ENVIRONMENT_OTHER_PYTHON',
      () => ({ target: testTarget('python3.12') }),
    )
    assert.ok(error.message.includes('3.13') && error.message.includes('python3.12'), error.message)
  })

  it('reads the version that uv and virtualenv write', async () => {
    await inTemporaryFolder(async dir => {
      await writeTree(dir, {
        'requirements.txt': '',
        '.venv/pyvenv.cfg': 'version_info = 3.12.4.final.0',
        '.venv/lib/python3.12/site-packages/a.py': '',
      })
      const error = await rejects(() => layOut(dir), 'ENVIRONMENT_OTHER_PYTHON')
      assert.ok(error.message.includes('is of Python 3.12,'), error.message)
    })
  })

  it('refuses wheels of another platform among what is needed', async () => {
    const mac = { tag: 'cp313-cp313-macosx_14_0_arm64' }
    const error = await refused(
      { installed: { numpy: mac, black: mac, a: {} }, files: { 'requirements.txt': 'numpy\na\n' } },
      'ENVIRONMENT_FOREIGN',
    )
    assert.ok(error.message.includes('numpy 1.0 (cp313-cp313-macosx_14_0_arm64)'), error.message)
    assert.not.ok(error.message.includes('black'))
    assert.equal(names(await laidOut({ installed: { numpy: mac, a: {} }, files: { 'requirements.txt': 'a' } })), ['a'])
  })

  it('refuses a file that RECORD lists and that is gone, and a distribution without RECORD', async () => {
    const files = { 'requirements.txt': 'a' }
    await refused({ installed: { a: { record: ['a/gone.py'] } }, files }, 'ENVIRONMENT_BROKEN')
    await inTemporaryFolder(async dir => {
      await writeProject(dir, {}, { ...files, [`${SITE}/a-1.dist-info/METADATA`]: 'Name: a\nVersion: 1\n' })
      await rejects(() => layOut(dir), 'ENVIRONMENT_BROKEN')
    })
  })

  it('refuses one distribution in two versions', async () => {
    await inTemporaryFolder(async dir => {
      await writeProject(
        dir,
        { a: { version: '1' } },
        { 'requirements.txt': 'a', [`${SITE}/a-2.dist-info/METADATA`]: 'Name: a\nVersion: 2\n' },
      )
      await rejects(() => layOut(dir), 'ENVIRONMENT_BROKEN')
    })
  })

  for (const left of ['old_lib-1.0-py3.13.egg-info/PKG-INFO', 'old-lib.egg-link']) {
    it(`refuses what setup.py installed as ${left}`, async () => {
      await refused(
        { installed: {}, files: { 'requirements.txt': 'old.lib', [`${SITE}/${left}`]: '' } },
        'ENVIRONMENT_LEGACY',
      )
    })
  }

  it('refuses a folder that is no environment', async () => {
    await inTemporaryFolder(async dir => {
      await writeTree(dir, { 'requirements.txt': '' })
      await rejects(() => layOut(dir), 'ENVIRONMENT_UNREADABLE')
      await writeTree(dir, { '.venv/pyvenv.cfg': 'version = 3.13.1' })
      await rejects(() => layOut(dir), 'ENVIRONMENT_UNREADABLE')
    })
  })

  it('notes that packages of the system are not packed', async () => {
    const { findings } = await laidOut({
      installed: {},
      files: { 'requirements.txt': '', '.venv/pyvenv.cfg': 'version = 3.13.1\ninclude-system-site-packages = true\n' },
    })
    assert.equal(
      findings.map(({ code }) => code),
      ['ENVIRONMENT_SYSTEM_PACKAGES'],
    )
  })

  it("reads an environment of Windows' shape", async () => {
    await inTemporaryFolder(async dir => {
      await writeTree(dir, { '.venv/pyvenv.cfg': 'version = 3.13.1', 'requirements.txt': 'a' })
      await writeTree(join(dir, '.venv/Lib/site-packages'), filesOf('a', { record: ['../../Scripts/a.exe'] }))
      const found = await layOut(dir)
      assert.equal(
        paths(found.distributions[0]?.files ?? []),
        ['METADATA', 'RECORD', 'WHEEL'].map(file => `a-1.0.dist-info/${file}`).concat('a.py'),
      )
    })
  })
})
