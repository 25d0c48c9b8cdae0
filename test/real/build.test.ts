import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { buildWheels } from '../../src/files/python/build.ts'
import type { LocalWheel } from '../../src/files/python/types.ts'
import { layOutWheel } from '../../src/files/python/wheel.ts'
import type { Finding } from '../../src/model.ts'
import { describe, inTemporaryFolder, writeTree } from '../helpers.ts'
import { testTarget } from '../worlds.ts'
import { systemWith, type Tools } from './python-tools.ts'

const BACKENDS = [
  ['hatchling', 'hatchling.build'],
  ['setuptools', 'setuptools.build_meta'],
  ['flit_core', 'flit_core.buildapi'],
  ['poetry-core', 'poetry.core.masonry.api'],
  ['uv_build', 'uv_build'],
  ['pdm-backend', 'pdm.backend'],
] as const

function project(requires: string, backend: string, layout: 'src' | 'flat'): Readonly<Record<string, string>> {
  const folder = layout === 'src' ? 'src/acme_tools' : 'acme_tools'
  const settings = backend === 'uv_build' && layout === 'flat' ? '[tool.uv.build-backend]\nmodule-root = ""\n' : ''
  return {
    'pyproject.toml': `[build-system]\nrequires = ["${requires}"]\nbuild-backend = "${backend}"\n[project]\nname = "acme-tools"\nversion = "1.0"\nrequires-python = ">=3.9"\ndescription = "Tools"\ndependencies = ["idna>=3"]\n[project.optional-dependencies]\nx = ["six"]\n[project.scripts]\nacme = "acme_tools:main"\n${settings}`,
    'README.md': '# Acme\n',
    LICENSE: 'MIT\n',
    [`${folder}/__init__.py`]: 'def main(): pass\n',
    [`${folder}/py.typed`]: '',
    [`${folder}/stub.pyi`]: '',
    [`${folder}/sub/__init__.py`]: '',
    [`${folder}/sub/deep.py`]: 'x = 1\n',
    // setuptools packs no data without being told.
    ...(backend.startsWith('setuptools') ? {} : { [`${folder}/sub/data.json`]: '{}\n' }),
    'tests/test_acme.py': '',
  }
}

async function buildWith(
  tools: Tools,
  dir: string,
  workDir: string,
): Promise<{ wheels: readonly LocalWheel[]; findings: readonly Finding[] }> {
  const item = { name: 'acme-tools', version: null, origin: { kind: 'directory', path: dir } as const }
  return buildWheels([item], testTarget('python3.12', 'arm64'), null, join(workDir, tools), await systemWith(tools))
}

async function hashOf(wheels: readonly LocalWheel[]): Promise<string> {
  return createHash('sha256')
    .update(await readFile(wheels[0]?.path ?? ''))
    .digest('hex')
}

describe('a local project', it => {
  for (const [requires, backend] of BACKENDS) {
    for (const layout of ['src', 'flat'] as const) {
      it(`in ${layout} layout is the same wheel by ${requires} and from its sources`, () =>
        inTemporaryFolder(async dir => {
          const source = join(dir, 'project')
          await writeTree(source, project(requires, backend, layout))
          const before = (await readdir(source, { recursive: true })).sort()
          const byUv = await buildWith('uv', source, dir)
          const bySources = await buildWith('none', source, dir)
          // The tool built one, and its modules are what lpack packs by itself.
          assert.equal(
            await readdir(join(dir, 'uv', 'wheels', 'acme-tools', 'tool')).then(
              names => names.filter(name => name.endsWith('.whl')).length,
            ),
            1,
          )
          assert.is(await hashOf(byUv.wheels), await hashOf(bySources.wheels))
          assert.equal(byUv.findings, [])
          assert.equal((await readdir(source, { recursive: true })).sort(), before)
        }))
    }
  }

  it('is the same wheel by pip', () =>
    inTemporaryFolder(async dir => {
      const source = join(dir, 'project')
      await writeTree(source, project('setuptools', 'setuptools.build_meta', 'src'))
      const byPip = await buildWith('pip', source, dir)
      assert.equal((await readdir(join(dir, 'pip', 'wheels', 'acme-tools', 'tool'))).length, 1)
      assert.is(await hashOf(byPip.wheels), await hashOf((await buildWith('none', source, dir)).wheels))
    }))

  it('that needs its backend is built, and said to depend on it', () =>
    inTemporaryFolder(async dir => {
      const source = join(dir, 'project')
      await writeTree(source, {
        'setup.py':
          'from setuptools import setup\nsetup(name="acme-tools", version="2." + "0", py_modules=["acme"], install_requires=["six"])\n',
        'acme.py': 'x = 1\n',
      })
      const { wheels, findings } = await buildWith('uv', source, dir)
      assert.equal(
        findings.map(({ code }) => code),
        ['NOT_REPRODUCIBLE'],
      )
      const laidOut = await layOutWheel(wheels[0] as LocalWheel, (await systemWith('none')).disk)
      assert.equal([laidOut.version, laidOut.requires.map(({ name }) => name)], ['2.0', ['six']])
      assert.equal((await readdir(source)).sort(), ['acme.py', 'setup.py'])
    }))

  it('in git is built at its commit, with the version of its tag', () =>
    inTemporaryFolder(async dir => {
      const repository = join(dir, 'repository')
      await writeTree(join(repository, 'python'), {
        'pyproject.toml':
          '[build-system]\nrequires = ["hatchling", "hatch-vcs"]\nbuild-backend = "hatchling.build"\n[project]\nname = "acme-tools"\ndynamic = ["version"]\n[tool.hatch.version]\nsource = "vcs"\nraw-options = { root = ".." }\n',
        'acme_tools/__init__.py': '',
      })
      const git = (...args: readonly string[]) =>
        execFileSync('git', ['-C', repository, '-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args])
          .toString()
          .trim()
      git('init', '--quiet')
      git('add', '.')
      git('commit', '--quiet', '-m', 'first')
      git('tag', 'v3.1')
      const commit = git('rev-parse', 'HEAD')
      await writeTree(repository, { 'python/acme_tools/later.py': '' })
      git('add', '.')
      git('commit', '--quiet', '-m', 'second')
      const item = {
        name: 'acme-tools',
        version: null,
        origin: { kind: 'git', url: repository, commit, subdirectory: 'python' } as const,
      }
      const system = await systemWith('uv')
      const { wheels } = await buildWheels([item], testTarget(), null, join(dir, 'work'), system)
      const laidOut = await layOutWheel(wheels[0] as LocalWheel, system.disk)
      assert.is(laidOut.version, '3.1')
      assert.equal(
        laidOut.files.map(({ path }) => path).filter(path => path.endsWith('.py')),
        ['acme_tools/__init__.py'],
      )
    }))
})
