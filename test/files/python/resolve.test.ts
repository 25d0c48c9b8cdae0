import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { resolve } from '../../../src/files/python/resolve.ts'
import type { MarkerEnvironment } from '../../../src/model.ts'
import { type Answer, type FakeProcesses, fakeProcesses, optionValue } from '../../fake-processes.ts'
import { describe, inTemporaryFolder, rejects, writeTree } from '../../helpers.ts'
import { testSystem, testTarget } from '../../worlds.ts'

const NOTHING = { groups: [], extras: [] }
const SHA = 'a'.repeat(64)

interface Locked {
  readonly name: string
  readonly file: string
}

function pylock(...packages: readonly Locked[]): string {
  const entries = packages.map(({ name, file }) => {
    const entry = `{ url = "https://example.com/${file}", hashes = { sha256 = "${SHA}" } }`
    return `[[packages]]\nname = "${name}"\nversion = "1.0"\n${file.endsWith('.whl') ? `wheels = [${entry}]` : `sdist = ${entry}`}\n`
  })
  return `lock-version = "1.0"\ncreated-by = "uv"\n${entries.join('\n')}`
}

const wheel = (name: string): Locked => ({ name, file: `${name}-1.0-py3-none-any.whl` })
const sdist = (name: string): Locked => ({ name, file: `${name}-1.0.tar.gz` })

/** Answers `uv pip compile` with a lock, or with what uv says when it fails. */
function compiles(answer: (wheelsOf: readonly string[], args: readonly string[]) => string | Error): Answer {
  return async ({ args }) => {
    const wheelsOf = args.flatMap((value, index) => (args[index - 1] === '--only-binary' ? [value] : []))
    const lock = answer(wheelsOf, args)
    if (lock instanceof Error) return lock
    await writeFile(optionValue(args, '--output-file'), lock)
    return ''
  }
}

const UV = { uv: '/bin/uv' }

async function inFolder<T>(files: Readonly<Record<string, string>>, action: (dir: string) => Promise<T>): Promise<T> {
  return inTemporaryFolder(async dir => {
    await writeTree(dir, files)
    return action(dir)
  })
}

async function resolveFile(
  dir: string,
  processes: FakeProcesses,
  target = testTarget(),
  file = 'requirements.txt',
  wanted: { groups: readonly string[]; extras: readonly string[] } = NOTHING,
) {
  const kind = file === 'pyproject.toml' ? 'pyproject' : 'requirements'
  return resolve({ kind, path: join(dir, file) }, target, wanted, ['/links'], testSystem({ processes }))
}

/** The values of --only-binary, run by run. */
function wheelsAsked({ calls }: FakeProcesses): readonly (readonly string[])[] {
  return calls.map(({ args }) => args.filter((_, index) => args[index - 1] === '--only-binary'))
}

describe('resolving with uv', it => {
  it('asks for the target, with all settings of the user left alone', async () => {
    await inFolder({ 'requirements.txt': 'boto3\n' }, async dir => {
      const processes = fakeProcesses(
        UV,
        compiles(() => pylock(wheel('boto3'), wheel('six'))),
      )
      const selection = await resolveFile(dir, processes, testTarget('python3.12', 'arm64'))
      const [call] = processes.calls
      const lock = optionValue(call?.args ?? [], '--output-file')
      assert.is(processes.calls.length, 1)
      assert.equal(call, {
        command: '/bin/uv',
        args: [
          ...['pip', 'compile', join(dir, 'requirements.txt'), '--format', 'pylock.toml', '--output-file', lock],
          ...['--python-version', testTarget('python3.12').markers.python_full_version],
          ...['--python-platform', 'aarch64-manylinux_2_34', '--only-binary', ':all:', '--find-links', '/links'],
          ...['--no-header', '--quiet', '--color', 'never', '--no-python-downloads'],
        ],
        cwd: dir,
      })
      assert.equal(selection.direct, ['boto3'])
      assert.equal(
        selection.packages.map(({ name, version }) => `${name} ${version}`),
        ['boto3 1.0', 'six 1.0'],
      )
      assert.equal(selection.packages[0]?.origin, {
        kind: 'index',
        index: null,
        files: [
          {
            filename: 'boto3-1.0-py3-none-any.whl',
            location: 'https://example.com/boto3-1.0-py3-none-any.whl',
            sha256: SHA,
            bytes: null,
          },
        ],
        hashes: [SHA],
      })
      assert.equal(
        selection.findings.map(({ code, severity }) => `${code} ${severity}`),
        ['UNLOCKED note'],
      )
    })
  })

  for (const [runtime, architecture, platform] of [
    ['python3.11', 'x86_64', 'x86_64-manylinux2014'],
    ['python3.11', 'arm64', 'aarch64-manylinux2014'],
    ['python3.13', 'x86_64', 'x86_64-manylinux_2_34'],
  ] as const) {
    it(`names the platform ${platform} for ${runtime} on ${architecture}`, async () => {
      await inFolder({ 'requirements.txt': 'a\n' }, async dir => {
        const processes = fakeProcesses(
          UV,
          compiles(() => pylock(wheel('a'))),
        )
        await resolveFile(dir, processes, testTarget(runtime, architecture))
        assert.is(optionValue(processes.calls[0]?.args ?? [], '--python-platform'), platform)
      })
    })
  }

  it('passes extras and groups of a pyproject.toml, and knows what they ask for', async () => {
    const manifest = `[project]\nname = "app"\ndependencies = ["A.B", "win; sys_platform == 'win32'"]
[project.optional-dependencies]\nall = ["app[x]", "c"]\nx = ["d", "app[all]"]\ny = ["e"]
[dependency-groups]\nprod = ["f", {include-group = "more"}]\nmore = ["g"]\ndev = ["h"]\n`
    await inFolder({ 'pyproject.toml': manifest }, async dir => {
      const processes = fakeProcesses(
        UV,
        compiles(() => pylock(wheel('d'))),
      )
      const selection = await resolveFile(dir, processes, testTarget(), 'pyproject.toml', {
        groups: ['prod'],
        extras: ['all'],
      })
      assert.equal(selection.direct, ['a-b', 'c', 'd', 'f', 'g'])
      assert.equal(processes.calls[0]?.args.slice(2, 7), [
        join(dir, 'pyproject.toml'),
        '--extra',
        'all',
        '--group',
        'prod',
      ])
    })
  })

  it('takes sources where no version has a wheel, and wheels of all others', async () => {
    await inFolder({ 'requirements.txt': 'docopt\nnumpy\nold\n' }, async dir => {
      const needed = (name: string) =>
        new Error(
          `No solution found\nhint: Wheels are required for \`${name}\` because building from source is disabled`,
        )
      const processes = fakeProcesses(
        UV,
        compiles(wheelsOf => {
          if (wheelsOf.includes(':all:')) return needed('docopt')
          if (wheelsOf.includes('old')) return needed('old')
          return wheelsOf.includes('numpy')
            ? pylock(sdist('docopt'), wheel('numpy'), sdist('old'))
            : pylock(sdist('docopt'), sdist('numpy'), sdist('old'))
        }),
      )
      const { packages } = await resolveFile(dir, processes)
      assert.equal(wheelsAsked(processes), [[':all:'], [], ['numpy', 'old'], ['numpy']])
      assert.equal(
        packages.map(({ origin }) => origin.kind === 'index' && origin.files[0]?.filename),
        ['docopt-1.0.tar.gz', 'numpy-1.0-py3-none-any.whl', 'old-1.0.tar.gz'],
      )
    })
  })

  it('takes the newest sources where uv does not say which package lacks wheels', async () => {
    await inFolder({ 'requirements.txt': 'numpy\n' }, async dir => {
      const processes = fakeProcesses(
        UV,
        compiles(wheelsOf => (wheelsOf.length > 0 ? new Error('No solution found') : pylock(sdist('numpy')))),
      )
      const { packages } = await resolveFile(dir, processes)
      assert.equal(
        packages.map(({ name }) => name),
        ['numpy'],
      )
      assert.equal(wheelsAsked(processes), [[':all:'], [], ['numpy']])
    })
  })

  it('tells uv’s explanation where there is no solution', async () => {
    await inFolder({ 'requirements.txt': 'a\nb\n' }, async dir => {
      const processes = fakeProcesses(
        UV,
        compiles(
          () => new Error('No solution found when resolving dependencies\n  cause: a needs b<1 and you require b'),
        ),
      )
      const error = await rejects(() => resolveFile(dir, processes), 'RESOLUTION_FAILED')
      assert.match(error.message, 'python3.13 on x86_64 (glibc 2.34)')
      assert.match(error.message, 'a needs b<1 and you require b')
    })
  })

  it('tells that wheels are missing rather than why sources don’t build', async () => {
    await inFolder({ 'requirements.txt': 'psycopg2\n' }, async dir => {
      const processes = fakeProcesses(
        UV,
        compiles(
          wheelsOf =>
            new Error(wheelsOf.length > 0 ? 'No solution found: psycopg2 has no usable wheels' : 'pg_config not found'),
        ),
      )
      const error = await rejects(() => resolveFile(dir, processes), 'RESOLUTION_FAILED')
      assert.match(error.message, 'psycopg2 has no usable wheels')
    })
  })

  it('lets uv fetch a Python only where the machine has none', async () => {
    await inFolder({ 'requirements.txt': 'a\n' }, async dir => {
      const processes = fakeProcesses(
        UV,
        compiles((_, args) =>
          args.includes('--no-python-downloads')
            ? new Error('error: No interpreter found in search path')
            : pylock(wheel('a')),
        ),
      )
      await resolveFile(dir, processes)
      assert.equal(
        processes.calls.map(({ args }) => args.includes('--no-python-downloads')),
        [true, false],
      )
    })
  })

  it('says when uv is too old', async () => {
    await inFolder({ 'requirements.txt': 'a\n' }, async dir => {
      const processes = fakeProcesses(UV, () => new Error("error: unexpected argument '--format' found"))
      await rejects(() => resolveFile(dir, processes), 'UV_TOO_OLD')
    })
  })

  it('leaves the function’s own project out, and keeps what it asks for', async () => {
    await inFolder(
      {
        'requirements.txt': '-e .\n',
        'pyproject.toml': '[project]\nname = "app"\nversion = "1"\ndependencies = ["six"]\n',
      },
      async dir => {
        const lock = `${pylock(wheel('six'))}\n[[packages]]\nname = "app"\ndirectory = { path = ${JSON.stringify(dir)}, editable = true }\n`
        const selection = await resolveFile(
          dir,
          fakeProcesses(
            UV,
            compiles(() => lock),
          ),
        )
        assert.equal(
          selection.packages.map(({ name }) => name),
          ['six'],
        )
        assert.equal(selection.direct, ['six'])
      },
    )
  })

  it('keeps the indexes that a requirements file names', async () => {
    await inFolder({ 'requirements.txt': '--index-url https://user:secret@example.com/simple\na\n' }, async dir => {
      const { indexes } = await resolveFile(
        dir,
        fakeProcesses(
          UV,
          compiles(() => pylock(wheel('a'))),
        ),
      )
      assert.is(indexes.indexUrl, 'https://user:secret@example.com/simple')
    })
  })

  const unresolvable: readonly (readonly [string, string, string])[] = [
    ['Poetry’s own dependencies', '[tool.poetry]\nname = "a"\n[tool.poetry.dependencies]\nsix = "*"\n', 'poetry lock'],
    ['dynamic dependencies', '[project]\nname = "a"\ndynamic = ["dependencies"]\n', 'uv lock'],
    ['no [project]', '[tool.x]\n', 'has no [project] table'],
  ]
  for (const [what, manifest, advice] of unresolvable) {
    it(`says what to do about a pyproject.toml with ${what}`, async () => {
      await inFolder({ 'pyproject.toml': manifest }, async dir => {
        const error = await rejects(
          () =>
            resolveFile(
              dir,
              fakeProcesses(UV, () => ''),
              testTarget(),
              'pyproject.toml',
            ),
          'PYPROJECT_UNRESOLVABLE',
        )
        assert.match(error.message, advice)
      })
    })
  }

  it('refuses an extra that the project doesn’t have', async () => {
    await inFolder({ 'pyproject.toml': '[project]\nname = "a"\n' }, async dir => {
      await rejects(
        () =>
          resolveFile(
            dir,
            fakeProcesses(UV, () => ''),
            testTarget(),
            'pyproject.toml',
            { groups: [], extras: ['x'] },
          ),
        'LOCK_NAME_UNKNOWN',
      )
    })
  })
})

const PYTHON = { python3: '/bin/python3' }

function report(...items: readonly object[]): string {
  return JSON.stringify({ version: '1', install: items })
}

function reported(name: string, url: string, more: object = {}, requires: readonly string[] = []) {
  return {
    download_info: { url, archive_info: { hash: `sha256=${SHA}`, hashes: { sha256: SHA } } },
    is_direct: false,
    requested: false,
    metadata: { name, version: '1.0', requires_dist: requires },
    ...more,
  }
}

/** A Python whose pip has these markers and gives this report. */
function pip(markers: Partial<MarkerEnvironment>, installs: string | Error): Answer {
  return async ({ args }) => {
    if (args.includes('-c')) return JSON.stringify({ ...testTarget().markers, platform_release: '6.1', ...markers })
    if (typeof installs === 'string') await writeFile(optionValue(args, '--report'), installs)
    return installs
  }
}

describe('resolving nothing', it => {
  it('needs no tool for a pyproject.toml that asks for nothing on the target', async () => {
    const manifest = `[project]\nname = "app"\ndependencies = ["win; sys_platform == 'win32'"]\n`
    await inFolder({ 'pyproject.toml': manifest }, async dir => {
      const processes = fakeProcesses({}, async () => '')
      const { packages, findings } = await resolveFile(dir, processes, testTarget(), 'pyproject.toml')
      assert.equal([packages, findings, processes.calls], [[], [], []])
    })
  })
})

describe('resolving with pip', it => {
  it('asks with every manylinux platform of the target', async () => {
    await inFolder({ 'requirements.txt': 'boto3\n' }, async dir => {
      const processes = fakeProcesses(
        PYTHON,
        pip(
          {},
          report(
            reported('Boto3', 'https://example.com/boto3-1.0-py3-none-any.whl', { requested: true }),
            reported('six', 'https://example.com/six-1.0-py3-none-any.whl'),
          ),
        ),
      )
      const selection = await resolveFile(dir, processes)
      const { command, args, cwd } = processes.calls.at(-1) ?? { args: [] }
      assert.is(command, '/bin/python3')
      assert.is(cwd, dir)
      assert.equal(args.slice(0, 8), [
        '-m',
        'pip',
        'install',
        '--dry-run',
        '--ignore-installed',
        '--quiet',
        '--no-input',
        '--disable-pip-version-check',
      ])
      const platforms = args.filter((_, index) => args[index - 1] === '--platform')
      assert.is(platforms[0], 'manylinux_2_34_x86_64')
      assert.ok(platforms.includes('manylinux_2_17_x86_64') && platforms.includes('manylinux2014_x86_64'))
      assert.not(platforms.includes('linux_x86_64'))
      assert.is(optionValue(args, '--only-binary'), ':all:')
      assert.is(optionValue(args, '--python-version'), testTarget().markers.python_full_version)
      assert.equal(args.slice(-6, -2), ['--find-links', '/links', '-r', join(dir, 'requirements.txt')])
      assert.equal(selection.direct, ['boto3'])
      assert.equal(
        selection.packages.map(({ name, version }) => `${name} ${version}`),
        ['boto3 1.0', 'six 1.0'],
      )
      assert.equal(
        selection.findings.map(({ code }) => code),
        ['UNLOCKED'],
      )
    })
  })

  it('gives pip the requirements of a pyproject.toml that hold on the target', async () => {
    const manifest = `[project]\nname = "app"\ndependencies = ["boto3[crt] >=1,<3 ; python_version > '3'", "win; sys_platform == 'win32'", "a @ https://example.com/a.whl"]\n`
    await inFolder({ 'pyproject.toml': manifest }, async dir => {
      let listed = ''
      const processes = fakeProcesses(PYTHON, async call => {
        const { readFile } = await import('node:fs/promises')
        if (!call.args.includes('-c')) listed = await readFile(optionValue(call.args, '-r'), 'utf8')
        return pip({}, report())(call)
      })
      await resolveFile(dir, processes, testTarget(), 'pyproject.toml')
      assert.is(listed, 'boto3[crt]>=1,<3\na @ https://example.com/a.whl\n')
    })
  })

  it('reads folders, git and URLs', async () => {
    await inFolder({ 'requirements.txt': 'a\n' }, async dir => {
      const items = [
        reported('local', 'file:///srv/local', {
          download_info: { url: 'file:///srv/local', dir_info: {} },
          is_direct: true,
        }),
        reported('remote', 'https://example.com/r.git', {
          download_info: {
            url: 'https://example.com/r.git',
            subdirectory: 'sub',
            vcs_info: { vcs: 'git', commit_id: 'a1b2' },
          },
          is_direct: true,
        }),
        reported('url', 'https://example.com/url-1.0-py3-none-any.whl', { is_direct: true }),
      ]
      const { packages } = await resolveFile(dir, fakeProcesses(PYTHON, pip({}, report(...items))))
      assert.equal(
        packages.map(({ origin }) => origin),
        [
          { kind: 'directory', path: '/srv/local' },
          { kind: 'git', url: 'https://example.com/r.git', commit: 'a1b2', subdirectory: 'sub' },
          {
            kind: 'archive',
            file: {
              filename: 'url-1.0-py3-none-any.whl',
              location: 'https://example.com/url-1.0-py3-none-any.whl',
              sha256: SHA,
              bytes: null,
            },
          },
        ],
      )
    })
  })

  for (const [key, value] of Object.entries({
    python_full_version: '3.13.0',
    sys_platform: 'darwin',
    platform_machine: 'arm64',
  })) {
    it(`is refused where ${key} is another`, async () => {
      await inFolder({ 'requirements.txt': 'a\n' }, async dir => {
        const processes = fakeProcesses(PYTHON, pip({ [key]: value }, report()))
        const error = await rejects(() => resolveFile(dir, processes), 'UNLOCKED_NEEDS_UV')
        assert.match(error.message, `${key} is ${value}`)
        assert.is(processes.calls.length, 1)
      })
    })
  }

  it('is refused where a package asks for the kernel', async () => {
    await inFolder({ 'requirements.txt': 'a\n' }, async dir => {
      const item = reported('a', 'https://example.com/a-1.0-py3-none-any.whl', {}, ['b ; platform_release >= "6"'])
      const error = await rejects(
        () => resolveFile(dir, fakeProcesses(PYTHON, pip({}, report(item)))),
        'UNLOCKED_NEEDS_UV',
      )
      assert.match(error.message, 'platform_release >= "6"')
    })
  })

  it('passes over a Python without pip', async () => {
    await inFolder({ 'requirements.txt': 'a\n' }, async dir => {
      const answer: Answer = call =>
        call.command === '/bin/python3' ? new Error('No module named pip') : pip({}, report())(call)
      const processes = fakeProcesses({ python3: '/bin/python3', python: '/opt/python' }, answer)
      await resolveFile(dir, processes)
      assert.is(processes.calls.at(-1)?.command, '/opt/python')
    })
  })

  it('tells what pip says', async () => {
    await inFolder({ 'requirements.txt': 'a\n' }, async dir => {
      const processes = fakeProcesses(PYTHON, pip({}, new Error('ERROR: No matching distribution found for a')))
      const error = await rejects(() => resolveFile(dir, processes), 'RESOLUTION_FAILED')
      assert.match(error.message, 'No matching distribution found for a')
    })
  })

  it('needs some tool', async () => {
    await inFolder({ 'requirements.txt': 'a\n' }, async dir => {
      const error = await rejects(
        () =>
          resolveFile(
            dir,
            fakeProcesses({}, () => ''),
          ),
        'UNLOCKED_NEEDS_UV',
      )
      assert.match(error.message, 'neither uv nor a Python with pip is on PATH')
    })
  })
})
