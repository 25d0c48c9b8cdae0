import { createHash } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import * as assert from 'uvu/assert'
import { buildWheels } from '../../../src/files/python/build.ts'
import type { SelectedPackage } from '../../../src/files/python/types.ts'
import { layOutWheel } from '../../../src/files/python/wheel.ts'
import type { System } from '../../../src/system/system.ts'
import { type Answer, type FakeProcesses, fakeProcesses, optionValue } from '../../fake-processes.ts'
import { describe, inTemporaryFolder, rejects, writeTree } from '../../helpers.ts'
import { makeTar } from '../../tars.ts'
import { makeWheel, type WheelRecipe } from '../../wheels.ts'
import { testSystem, testTarget } from '../../worlds.ts'

const PLAIN = {
  'pyproject.toml':
    '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n[project]\nname = "acme-tools"\nversion = "1.0"\ndependencies = ["idna"]\n',
  'acme_tools/__init__.py': 'x = 1\n',
  'acme_tools/run.sh': '#!/bin/sh\n',
  LICENSE: 'MIT\n',
}

const DYNAMIC = { 'pyproject.toml': '[project]\nname = "acme-tools"\ndynamic = ["version"]\n', 'acme_tools.py': '' }

const directory = (path: string): SelectedPackage => ({
  name: 'acme-tools',
  version: null,
  origin: { kind: 'directory', path },
})

function sdist(path: string, sha256: string | null = null): SelectedPackage {
  const file = { filename: 'acme_tools-1.0.tar.gz', location: path, sha256, bytes: null }
  return { name: 'acme-tools', version: '1.0', origin: { kind: 'index', index: null, files: [file], hashes: [] } }
}

/** Answers `uv build` and `pip wheel` with a wheel of this recipe. */
function builds(recipe: WheelRecipe): Answer {
  return async ({ args }) => {
    if (args.includes('find')) return new Error('No interpreter found')
    const option = ['--out-dir', '--wheel-dir'].find(name => args.includes(name))
    const wheel = makeWheel(recipe)
    if (option !== undefined) await writeFile(join(optionValue(args, option), wheel.filename), wheel.bytes)
    return ''
  }
}

const BUILT: WheelRecipe = {
  name: 'acme-tools',
  version: '1.0',
  files: { 'acme_tools/__init__.py': 'x = 1\n', 'acme_tools/run.sh': '#!/bin/sh\n' },
  distInfoFiles: { 'top_level.txt': 'acme_tools\n' },
}

const UV = { uv: '/bin/uv' }

interface World {
  readonly dir: string
  readonly workDir: string
  readonly system: System
  readonly processes: FakeProcesses
}

async function inWorld<T>(
  files: Readonly<Record<string, string>>,
  programs: Readonly<Record<string, string>>,
  answer: Answer,
  action: (world: World) => Promise<T>,
): Promise<T> {
  return inTemporaryFolder(async top => {
    const dir = join(top, 'project')
    await writeTree(dir, files)
    const processes = fakeProcesses(programs, answer)
    return action({ dir, workDir: join(top, 'work'), system: testSystem({ processes }), processes })
  })
}

async function hashOf(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex')
}

describe('building wheels', it => {
  it('makes the wheel of a plain project from its sources, without any tool', async () => {
    await inWorld(
      PLAIN,
      {},
      () => '',
      async ({ dir, workDir, system }) => {
        const { wheels, findings } = await buildWheels([directory(dir)], testTarget(), null, workDir, system)
        assert.equal(findings, [])
        assert.equal(
          wheels.map(({ name, filename }) => [name, filename]),
          [['acme-tools', 'acme_tools-1.0-py3-none-any.whl']],
        )
        const laidOut = await layOutWheel(wheels[0] as never, system.disk)
        assert.equal(
          laidOut.requires.map(({ name }) => name),
          ['idna'],
        )
        assert.equal(laidOut.files.map(({ path, executable }) => `${path}${executable ? ' x' : ''}`).sort(), [
          'acme_tools-1.0.dist-info/METADATA',
          'acme_tools-1.0.dist-info/RECORD',
          'acme_tools-1.0.dist-info/WHEEL',
          'acme_tools-1.0.dist-info/licenses/LICENSE',
          'acme_tools/__init__.py',
          'acme_tools/run.sh x',
        ])
      },
    )
  })

  it('gives the same bytes with uv, with pip and with no tool', async () => {
    const hashes: string[] = []
    for (const programs of [{}, UV, { python3: '/bin/python3' }]) {
      await inWorld(PLAIN, programs, builds(BUILT), async ({ dir, workDir, system, processes }) => {
        const { wheels, findings } = await buildWheels([directory(dir)], testTarget(), null, workDir, system)
        assert.equal(findings, [])
        assert.is(
          processes.calls.some(({ args }) => args.includes('build') || args.includes('wheel')),
          Object.keys(programs).length > 0,
        )
        hashes.push(await hashOf(wheels[0]?.path ?? ''))
      })
    }
    assert.is(new Set(hashes).size, 1)
  })

  it('lets uv build a copy, for the Python of the target where it is', async () => {
    const answer: Answer = call => (call.args.includes('find') ? '/opt/python3.13\n' : builds(BUILT)(call))
    await inWorld(
      {
        ...DYNAMIC,
        '.git/HEAD': '',
        'build/x': '',
        'a.egg-info/PKG-INFO': '',
        '.venv/pyvenv.cfg': '',
        'acme/build/__init__.py': '',
      },
      UV,
      answer,
      async ({ dir, workDir, system, processes }) => {
        await buildWheels([directory(dir)], testTarget(), null, workDir, system)
        const copy = join(workDir, 'projects', 'acme-tools')
        assert.equal(processes.calls, [
          { command: '/bin/uv', args: ['python', 'find', '--no-python-downloads', '3.13'], cwd: null },
          {
            command: '/bin/uv',
            args: [
              'build',
              '--wheel',
              '--no-sources',
              '--quiet',
              '--color',
              'never',
              '--python',
              '/opt/python3.13',
              '--out-dir',
              join(workDir, 'wheels', 'acme-tools', 'tool'),
              copy,
            ],
            cwd: workDir,
          },
        ])
        assert.equal((await readdir(copy, { recursive: true })).sort(), [
          'acme',
          'acme/build',
          'acme/build/__init__.py',
          'acme_tools.py',
          'pyproject.toml',
        ])
        assert.equal((await readdir(dir)).sort(), [
          '.git',
          '.venv',
          'a.egg-info',
          'acme',
          'acme_tools.py',
          'build',
          'pyproject.toml',
        ])
      },
    )
  })

  it('lets pip build with the Python of the environment', async () => {
    await inWorld(
      { ...DYNAMIC, 'venv/bin/python': '' },
      { python3: '/bin/python3' },
      builds(BUILT),
      async ({ dir, workDir, system, processes }) => {
        const active = { ...system, env: { VIRTUAL_ENV: join(dir, 'venv') }, platform: 'linux' }
        await buildWheels([directory(dir)], testTarget(), null, workDir, active)
        assert.equal(processes.calls.at(-1), {
          command: join(dir, 'venv', 'bin', 'python'),
          args: [
            '-m',
            'pip',
            'wheel',
            '--no-deps',
            '--ignore-requires-python',
            '--no-input',
            '--disable-pip-version-check',
            '--quiet',
            '--wheel-dir',
            join(workDir, 'wheels', 'acme-tools', 'tool'),
            join(workDir, 'projects', 'acme-tools'),
          ],
          cwd: workDir,
        })
      },
    )
  })

  it('notes what another build backend may build otherwise', async () => {
    await inWorld(DYNAMIC, UV, builds(BUILT), async ({ dir, workDir, system }) => {
      const { findings } = await buildWheels([directory(dir)], testTarget(), null, workDir, system)
      assert.equal(
        findings.map(({ code }) => code),
        ['NOT_REPRODUCIBLE'],
      )
    })
  })

  it('makes the wheel of a plain project from its sources where its build fails', async () => {
    await inWorld(
      PLAIN,
      UV,
      () => new Error('no network'),
      async ({ dir, workDir, system }) => {
        const { wheels } = await buildWheels([directory(dir)], testTarget(), null, workDir, system)
        assert.is(wheels.length, 1)
      },
    )
  })

  it('tells why another project can’t be packed without a tool', async () => {
    await inWorld(
      DYNAMIC,
      {},
      () => '',
      async ({ dir, workDir, system }) => {
        const error = await rejects(
          () => buildWheels([directory(dir)], testTarget(), null, workDir, system),
          'LOCAL_PROJECT_UNBUILDABLE',
        )
        assert.match(error.message, 'version are computed by its build backend')
      },
    )
  })

  it('tells what the build backend says', async () => {
    await inWorld(
      DYNAMIC,
      UV,
      () => new Error('no tags in this repository'),
      async ({ dir, workDir, system }) => {
        const error = await rejects(
          () => buildWheels([directory(dir)], testTarget(), null, workDir, system),
          'BUILD_FAILED',
        )
        assert.match(error.message, 'no tags in this repository')
      },
    )
  })

  it('refuses a local project with native code', async () => {
    await inWorld(
      DYNAMIC,
      UV,
      builds({ ...BUILT, tag: 'cp313-cp313-linux_x86_64' }),
      async ({ dir, workDir, system }) => {
        await rejects(
          () => buildWheels([directory(dir)], testTarget(), null, workDir, system),
          'BUILT_FOR_THIS_MACHINE',
        )
      },
    )
  })

  it('names a local project that is not there', async () => {
    await inWorld(
      {},
      UV,
      () => '',
      async ({ dir, workDir, system }) => {
        await rejects(
          () => buildWheels([directory(join(dir, 'gone'))], testTarget(), null, workDir, system),
          'LOCAL_PROJECT_MISSING',
        )
      },
    )
  })

  it('refuses a link that leads back to a folder it is in', async () => {
    await inWorld(
      PLAIN,
      UV,
      () => '',
      async ({ dir, workDir, system }) => {
        const { symlink } = await import('node:fs/promises')
        await symlink('..', join(dir, 'acme_tools', 'loop'))
        await rejects(() => buildWheels([directory(dir)], testTarget(), null, workDir, system), 'LINK_CYCLE')
      },
    )
  })

  it('builds a source distribution once for a Python version', async () => {
    await inWorld({}, UV, builds(BUILT), async ({ dir, workDir, system, processes }) => {
      await writeTree(dir, { 'a.tar.gz': gzipSync(makeTar({ 'acme_tools-1.0/setup.py': 'setup() # ext_modules\n' })) })
      const cacheDir = join(workDir, 'cache')
      const item = sdist(join(dir, 'a.tar.gz'))
      const built = () => processes.calls.filter(({ args }) => args.includes('build')).length
      const first = await buildWheels([item], testTarget(), cacheDir, workDir, system)
      assert.equal(
        first.findings.map(({ code }) => code),
        ['NOT_REPRODUCIBLE'],
      )
      assert.ok(first.wheels[0]?.path.startsWith(join(cacheDir, 'built')))
      const second = await buildWheels([item], testTarget(), cacheDir, workDir, testSystem())
      assert.equal(second.wheels, first.wheels)
      assert.equal(second.findings, first.findings)
      assert.is(built(), 1)
      await buildWheels([item], testTarget('python3.12'), cacheDir, workDir, system)
      assert.is(built(), 2)
      assert.equal(
        (await readdir(join(cacheDir, 'built'))).filter(name => name.endsWith('.tmp')),
        [],
      )
    })
  })

  it('says that a source distribution needs uv', async () => {
    await inWorld(
      {},
      {},
      () => '',
      async ({ dir, workDir, system }) => {
        await writeTree(dir, { 'a.tar.gz': gzipSync(makeTar({ 'acme_tools-1.0/setup.py': 'setup()\n' })) })
        await rejects(
          () => buildWheels([sdist(join(dir, 'a.tar.gz'))], testTarget(), null, workDir, system),
          'SDIST_NEEDS_UV',
        )
      },
    )
  })

  const natives: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
    ['has extension modules', { 'acme_tools-1.0/setup.py': 'setup(ext_modules=[Extension("a", ["a.c"])])\n' }],
    [
      'is built by maturin',
      { 'acme_tools-1.0/pyproject.toml': '[build-system]\nrequires = ["maturin>=1"]\nbuild-backend = "maturin"\n' },
    ],
    ['needs Cython', { 'acme_tools-1.0/pyproject.toml': '[build-system]\nrequires = ["setuptools", "Cython>=3"]\n' }],
  ]
  for (const [what, files] of natives) {
    it(`refuses a source distribution that ${what}, and runs nothing of it`, async () => {
      await inWorld({}, UV, builds(BUILT), async ({ dir, workDir, system, processes }) => {
        await writeTree(dir, { 'a.tar.gz': gzipSync(makeTar(files)) })
        const offline = { ...system, env: { PIP_NO_INDEX: '1' } }
        await rejects(
          () => buildWheels([sdist(join(dir, 'a.tar.gz'))], testTarget(), null, workDir, offline),
          'NO_WHEEL',
        )
        assert.equal(processes.calls, [])
      })
    })
  }

  it('refuses a source distribution whose wheel is for this machine', async () => {
    await inWorld({}, UV, builds({ ...BUILT, tag: 'cp313-cp313-linux_x86_64' }), async ({ dir, workDir, system }) => {
      await writeTree(dir, { 'a.tar.gz': gzipSync(makeTar({ 'acme_tools-1.0/setup.py': 'import magic\n' })) })
      const offline = { ...system, env: { PIP_NO_INDEX: '1' } }
      await rejects(
        () => buildWheels([sdist(join(dir, 'a.tar.gz'))], testTarget(), join(workDir, 'cache'), workDir, offline),
        'NO_WHEEL',
      )
      assert.equal(await readdir(join(workDir, 'cache', 'built')), [])
    })
  })

  it('takes a git project at its commit, with its submodules', async () => {
    const origin = { kind: 'git', url: 'https://example.com/acme.git', commit: 'a1b2', subdirectory: 'python' } as const
    const answer: Answer = async call => {
      if (call.args.includes('clone')) await writeTree(join(call.args.at(-1) ?? '', 'python'), PLAIN)
      return builds(BUILT)(call)
    }
    await inWorld({}, { ...UV, git: '/bin/git' }, answer, async ({ workDir, system, processes }) => {
      const { wheels } = await buildWheels(
        [{ name: 'acme-tools', version: null, origin }],
        testTarget(),
        null,
        workDir,
        system,
      )
      const checkout = join(workDir, 'git', 'acme-tools')
      assert.equal(
        processes.calls.filter(({ command }) => command === '/bin/git').map(({ args }) => args),
        [
          ['clone', '--quiet', '--filter=blob:none', '--no-checkout', '--', origin.url, checkout],
          ['-C', checkout, 'checkout', '--quiet', '--detach', 'a1b2'],
          ['-C', checkout, 'submodule', '--quiet', 'update', '--init', '--recursive'],
        ],
      )
      assert.is(wheels[0]?.filename, 'acme_tools-1.0-py3-none-any.whl')
    })
  })

  it('says that a git project needs git', async () => {
    const origin = { kind: 'git', url: 'https://example.com/acme.git', commit: 'a1b2', subdirectory: '' } as const
    await inWorld(
      {},
      UV,
      () => '',
      async ({ workDir, system }) => {
        await rejects(
          () => buildWheels([{ name: 'acme', version: null, origin }], testTarget(), null, workDir, system),
          'GIT_MISSING',
        )
      },
    )
  })
})
