import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { PYPI } from '../../../../src/files/python/pypi.ts'
import { describe, inTemporaryFolder, rejects, writeTree } from '../../../helpers.ts'
import { namesOf, originOf, type Reading, selectFixture, selectIn } from './fixture-locks.ts'

const HASH = 'a'.repeat(64)
const LOCK = `lock-version = "1.0"
created-by = "a test"
requires-python = ">=3.10"
environments = ["sys_platform == 'linux'", "sys_platform == 'darwin'"]
extras = ["fast"]
dependency-groups = ["default", "docs"]
default-groups = ["default"]

[[packages]]
name = "Main.Thing"
version = "1.0"
marker = "'default' in dependency_groups"
index = "${PYPI}/"
sdist = { url = "https://example.invalid/main_thing-1.0.tar.gz", size = 4, hashes = { sha256 = "${HASH}" } }
wheels = [
  { url = "https://example.invalid/x/wheel", name = "main_thing-1.0-py3-none-any.whl", size = 5, hashes = { sha256 = "${'B'.repeat(64)}", sha512 = "c" } },
]

[[packages]]
name = "speed"
version = "2.0"
marker = "'fast' in extras"
index = "https://example.invalid/simple"
wheels = [{ path = "wheels/speed-2.0-py3-none-any.whl", hashes = { sha256 = "${HASH}" } }]

[[packages]]
name = "docs-thing"
version = "3.0"
marker = "'docs' in dependency_groups and python_version >= '3.8'"
archive = { url = "https://example.invalid/docs_thing-3.0.zip", hashes = { sha256 = "${HASH}" } }

[[packages]]
name = "repo"
vcs = { type = "git", url = "https://example.invalid/repo", commit-id = "0123456789012345678901234567890123456789", subdirectory = "py" }

[[packages]]
name = "lib"
directory = { path = "lib" }
dependencies = [{ name = "repo" }]

[[packages]]
name = "app"
directory = { path = ".", editable = true }

[[packages]]
name = "windows"
version = "1.0"
marker = "sys_platform == 'win32'"
wheels = [{ name = "windows-1.0-py3-none-any.whl", hashes = { sha256 = "${HASH}" } }]
`

async function selectText(
  text: string,
  reading: Reading = {},
): Promise<ReturnType<typeof selectIn> extends Promise<infer S> ? S & { readonly dir: string } : never> {
  return inTemporaryFolder(async dir => {
    await writeTree(dir, { [reading.lock ?? 'pylock.toml']: text })
    return { ...(await selectIn('pylock', dir, reading)), dir }
  })
}

describe('pylock.toml', it => {
  it('selects the default groups, without the project itself', async () => {
    const selection = await selectText(LOCK)
    assert.is(namesOf(selection), 'lib, main-thing 1.0, repo')
    assert.equal(selection.direct, ['lib', 'main-thing'])
  })

  it('selects wanted groups and extras', async () => {
    assert.is(
      namesOf(await selectText(LOCK, { groups: ['docs'], extras: ['Fast'] })),
      'docs-thing 3.0, lib, main-thing 1.0, repo, speed 2.0',
    )
  })

  it('reads every kind of source', async () => {
    const selection = await selectText(LOCK, { groups: ['docs'], extras: ['fast'], lock: 'pylock.production.toml' })
    const { dir } = selection
    assert.equal(originOf(selection, 'main-thing'), {
      kind: 'index',
      index: null,
      files: [
        {
          filename: 'main_thing-1.0-py3-none-any.whl',
          location: 'https://example.invalid/x/wheel',
          sha256: 'b'.repeat(64),
          bytes: 5,
        },
        {
          filename: 'main_thing-1.0.tar.gz',
          location: 'https://example.invalid/main_thing-1.0.tar.gz',
          sha256: HASH,
          bytes: 4,
        },
      ],
      hashes: [HASH, 'b'.repeat(64)],
    })
    assert.equal(originOf(selection, 'speed'), {
      kind: 'index',
      index: 'https://example.invalid/simple',
      files: [
        {
          filename: 'speed-2.0-py3-none-any.whl',
          location: join(dir, 'wheels', 'speed-2.0-py3-none-any.whl'),
          sha256: HASH,
          bytes: null,
        },
      ],
      hashes: [HASH],
    })
    assert.equal(originOf(selection, 'docs-thing'), {
      kind: 'archive',
      file: {
        filename: 'docs_thing-3.0.zip',
        location: 'https://example.invalid/docs_thing-3.0.zip',
        sha256: HASH,
        bytes: null,
      },
    })
    assert.equal(originOf(selection, 'repo'), {
      kind: 'git',
      url: 'https://example.invalid/repo',
      commit: '0123456789012345678901234567890123456789',
      subdirectory: 'py',
    })
    assert.equal(originOf(selection, 'lib'), { kind: 'directory', path: join(dir, 'lib') })
  })

  // Written by `uv export --format pylock.toml --extra deco`.
  it('reads what uv exports', async () => {
    const selection = await selectFixture('pylock', 'uv-project', { runtime: 'python3.10' })
    assert.is(
      namesOf(selection),
      'base 1.0.0, compat 3.0, decorate 0.5, local 1.0, math-kit 1.9, shared, speedups 1.2.0, web 1.4.0',
    )
    assert.equal(selection.direct, ['compat', 'local', 'math-kit', 'shared', 'web'])
  })

  it('refuses what it cannot use, and says why', async () => {
    await rejects(() => selectText(LOCK.replace('lock-version = "1.0"', 'lock-version = "2.0"')), 'LOCK_UNREADABLE')
    await rejects(() => selectText(LOCK.replace('lock-version = "1.0"', '')), 'LOCK_UNREADABLE')
    await rejects(() => selectText(LOCK.replace('>=3.10', '>=3.12')), 'LOCK_PYTHON')
    await rejects(
      () => selectText(LOCK.replace("sys_platform == 'linux'", "platform_machine == 'aarch64'")),
      'LOCK_PLATFORM',
    )
    await rejects(
      () => selectText(LOCK.replace('name = "repo"', 'name = "repo"\nrequires-python = ">=3.14"')),
      'LOCK_PYTHON',
    )
    await rejects(
      () => selectText(LOCK.replace("'default' in dependency_groups", "'default' im dependency_groups")),
      'LOCK_UNREADABLE',
    )
    await rejects(() => selectText(LOCK.replace('type = "git"', 'type = "hg"')), 'LOCK_UNSUPPORTED')
    await rejects(() => selectText(LOCK.replace('directory = { path = "lib" }', '')), 'LOCK_UNREADABLE')
    await rejects(
      () => selectText(LOCK.replace('name = "speed"', 'name = "repo"'), { extras: ['fast'] }),
      'LOCK_TWO_VERSIONS',
    )
    await rejects(() => selectText(LOCK, { groups: ['test'] }), 'LOCK_NAME_UNKNOWN')
    const extra = await rejects(() => selectText(LOCK, { extras: ['slow'] }), 'LOCK_NAME_UNKNOWN')
    assert.ok(extra.message.endsWith('It has: fast.'), extra.message)
  })
})
