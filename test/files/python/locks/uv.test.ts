import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { PYPI } from '../../../../src/files/python/pypi.ts'
import { copyFixture, describe, inTemporaryFolder, rejects, writeTree } from '../../../helpers.ts'
import { namesOf, originOf, type Reading, selectFixture, selectIn } from './fixture-locks.ts'

// Locks that uv 0.13.9 wrote for an index of tiny wheels.
describe('uv.lock', it => {
  const selections: readonly (readonly [string, string, Reading, string])[] = [
    [
      'the fork for an old Python',
      'uv-project',
      { runtime: 'python3.10' },
      'base 1.0.0, compat 3.0, local 1.0, math-kit 1.9, shared 0.1, speedups 1.2.0, web 1.4.0',
    ],
    [
      'the fork for a new Python',
      'uv-project',
      { runtime: 'python3.13' },
      'base 1.0.0, local 1.0, math-kit 2.1, shared 0.1, speedups 1.2.0, web 1.4.0',
    ],
    [
      'an extra, without what another platform needs',
      'uv-project',
      { extras: ['Deco'] },
      'base 1.0.0, decorate 0.5, local 1.0, math-kit 2.1, shared 0.1, speedups 1.2.0, web 1.4.0',
    ],
    [
      'a group and what it includes',
      'uv-project',
      { groups: ['dev'] },
      'base 1.0.0, docgen 4.0, local 1.0, math-kit 2.1, plug 1.0, shared 0.1, speedups 1.2.0, tester 9.0, web 1.4.0',
    ],
    ['one of conflicting extras', 'uv-conflicts', { extras: ['old'] }, 'base 1.0.0, decorate 0.5, math-kit 1.9'],
    ['the other of conflicting extras', 'uv-conflicts', { extras: ['new'] }, 'base 1.0.0, decorate 0.5, math-kit 2.1'],
    [
      'a group that conflicts with extras',
      'uv-conflicts',
      { groups: ['oldest'] },
      'base 1.0.0, decorate 0.5, math-kit 1.9, web 1.4.0',
    ],
    ['a workspace member', 'uv-workspace', { root: 'packages/api' }, 'base 1.0.0, core 0.1, math-kit 2.1, web 1.4.0'],
    [
      'a folder within a workspace member',
      'uv-workspace',
      { root: 'packages/core/src/core' },
      'base 1.0.0, math-kit 2.1',
    ],
    [
      'all members for a workspace root that is no project',
      'uv-workspace',
      { groups: ['docs'] },
      'base 1.0.0, core 0.1, docgen 4.0, math-kit 2.1, web 1.4.0',
    ],
  ]
  for (const [what, fixture, reading, expected] of selections) {
    it(`selects ${what}`, async () => {
      assert.is(namesOf(await selectFixture('uv', fixture, reading)), expected)
    })
  }

  it('passes by a pyproject.toml that only configures tools', async () => {
    await inTemporaryFolder(async dir => {
      await copyFixture('locks/uv-workspace', dir)
      await writeTree(dir, { 'packages/core/functions/pyproject.toml': '[tool.lpack]\n' })
      assert.is(namesOf(await selectIn('uv', dir, { root: 'packages/core/functions' })), 'base 1.0.0, math-kit 2.1')
    })
  })

  it('says where each package comes from', async () => {
    const selection = await selectFixture('uv', 'uv-project')
    const sha256 = '1bcd11adee996d35f1b70932474ff19161c5a2612af63d79a7e5ce11691b41e1'
    const base = 'faa0804c7cf059db164bfdd5de4dae2466ca35039223ebb3995e8ed80821dac6'
    const url = 'http://127.0.0.1:8765/simple'
    assert.equal(originOf(selection, 'shared'), { kind: 'directory', path: '<dir>/libs/shared' })
    assert.equal(originOf(selection, 'local'), {
      kind: 'archive',
      file: {
        filename: 'local-1.0-py3-none-any.whl',
        location: '<dir>/wheels/local-1.0-py3-none-any.whl',
        sha256,
        bytes: null,
      },
    })
    assert.equal(originOf(selection, 'base'), {
      kind: 'index',
      index: url,
      files: [
        {
          filename: 'base-1.0.0-py3-none-any.whl',
          location: `${url}/base/base-1.0.0-py3-none-any.whl`,
          sha256: base,
          bytes: null,
        },
      ],
      hashes: [base],
    })
    assert.equal(selection.direct, ['local', 'math-kit', 'shared', 'web'])
  })

  const LOCK = `version = 1
requires-python = ">=3.10"

[[package]]
name = "app"
version = "1"
source = { virtual = "." }
dependencies = [{ name = "one" }, { name = "two" }, { name = "three" }, { name = "four" }]

[package.metadata]
requires-dist = [
  { name = "one", git = "https://example.invalid/one?subdirectory=py&tag=v1" },
  { name = "two", url = "https://example.invalid/two-2.0.tar.gz" },
  { name = "three" },
  { name = "four", index = "https://example.invalid/simple", specifier = ">=4,<5" },
]

[[package]]
name = "one"
version = "1.0"
source = { git = "https://example.invalid/one?subdirectory=py&tag=v1#0123456789012345678901234567890123456789" }

[[package]]
name = "two"
version = "2.0"
source = { url = "https://example.invalid/two-2.0.tar.gz" }
sdist = { hash = "sha256:${'a'.repeat(64)}", size = 7 }

[[package]]
name = "three"
version = "3.0"
source = { registry = "wheels" }
wheels = [{ path = "three-3.0-py3-none-any.whl" }]

[[package]]
name = "four"
version = "4.0"
source = { registry = "https://example.invalid/simple" }
wheels = [{ url = "https://example.invalid/four-4.0%2Bcpu-py3-none-any.whl", hash = "sha256:${'B'.repeat(64)}", size = 9 }]
`
  const MANIFEST = `[project]
name = "app"
version = "1"
requires-python = ">=3.10"
dependencies = ["one", "two @ https://example.invalid/two-2.0.tar.gz", "three", "four<5,>=4"]

[tool.uv.sources]
one = { git = "https://example.invalid/one", tag = "v1", subdirectory = "py" }
four = { index = "inner" }

[[tool.uv.index]]
name = "inner"
url = "https://user:secret@example.invalid/simple/"
explicit = true
`

  it('reads git, URL, folder and explicit index sources', async () => {
    await inTemporaryFolder(async dir => {
      await writeTree(dir, { 'uv.lock': LOCK, 'pyproject.toml': MANIFEST })
      const selection = await selectIn('uv', dir)
      assert.equal(originOf(selection, 'one'), {
        kind: 'git',
        url: 'https://example.invalid/one',
        commit: '0123456789012345678901234567890123456789',
        subdirectory: 'py',
      })
      assert.equal(originOf(selection, 'two'), {
        kind: 'archive',
        file: {
          filename: 'two-2.0.tar.gz',
          location: 'https://example.invalid/two-2.0.tar.gz',
          sha256: 'a'.repeat(64),
          bytes: 7,
        },
      })
      assert.equal(originOf(selection, 'three'), {
        kind: 'index',
        index: join(dir, 'wheels'),
        files: [
          {
            filename: 'three-3.0-py3-none-any.whl',
            location: join(dir, 'wheels', 'three-3.0-py3-none-any.whl'),
            sha256: null,
            bytes: null,
          },
        ],
        hashes: [],
      })
      assert.equal(originOf(selection, 'four'), {
        kind: 'index',
        index: 'https://example.invalid/simple',
        files: [
          {
            filename: 'four-4.0+cpu-py3-none-any.whl',
            location: 'https://example.invalid/four-4.0%2Bcpu-py3-none-any.whl',
            sha256: 'b'.repeat(64),
            bytes: 9,
          },
        ],
        hashes: ['b'.repeat(64)],
      })
    })
  })

  it('names PyPI as the default index', async () => {
    await inTemporaryFolder(async dir => {
      const lock = LOCK.replace('registry = "https://example.invalid/simple"', `registry = "${PYPI}"`)
      await writeTree(dir, { 'uv.lock': lock, 'pyproject.toml': MANIFEST })
      const origin = originOf(await selectIn('uv', dir), 'four')
      assert.is((origin as { index: unknown }).index, null)
    })
  })

  const changes: readonly (readonly [string, string | RegExp, string, string])[] = [
    ['another version range', '>=1.0 , <2', '>=1.1 , <2', 'its dependencies ask for web differently'],
    ['another extra of a dependency', 'Web[fast]', 'Web', 'its dependencies ask for web differently'],
    ['a new dependency', '"shared",', '"shared", "docgen",', 'its dependencies ask for docgen differently'],
    ['a dependency that is gone', '"shared",', '', 'its dependencies ask for shared differently'],
    [
      'another marker',
      "compat; python_version < '3.11'",
      "compat; python_version < '3.12'",
      'its dependencies ask for compat differently',
    ],
    [
      'a marker of another platform',
      "platform_system == 'Windows'",
      "platform_system == 'Darwin'",
      'its dependencies ask for winthing differently',
    ],
    [
      'another source',
      'local = { path = "wheels/local-1.0-py3-none-any.whl" }',
      '',
      'its dependencies ask for local differently',
    ],
    ['another folder', 'path = "libs/shared"', 'path = "libs/other"', 'its dependencies ask for shared differently'],
    [
      'another extra',
      'deco = ["decorate"]',
      'deco = ["decorate>=0.5"]',
      'its dependencies ask for decorate differently',
    ],
    ['a new empty extra', 'deco = ["decorate"]', 'deco = ["decorate"]\nnone = []', 'the extra "none" is new'],
    ['another group', 'docs = ["docgen"]', 'docs = ["docgen>=4"]', 'its group "dev" asks for docgen differently'],
    [
      'other legacy development dependencies',
      'dev-dependencies = ["plug"]',
      'dev-dependencies = []',
      'its group "dev" asks for plug differently',
    ],
    [
      'an override',
      '[tool.uv]',
      '[tool.uv]\noverride-dependencies = ["base<2"]',
      '`tool.uv.override-dependencies` asks for base differently',
    ],
    ['another Python range', '>=3.10,<4', '>=3.11,<4', 'the lock is for Python >=3.10, <4, the manifest for >=3.11,<4'],
  ]
  for (const [what, from, to, expected] of changes) {
    it(`refuses a lock after ${what}`, async () => {
      const error = await rejects(
        () => selectFixture('uv', 'uv-project', {}, { 'pyproject.toml': [from, to] }),
        'LOCK_STALE',
      )
      assert.ok(error.message.includes(expected), error.message)
      assert.ok(error.message.endsWith('Run `uv lock`.'), error.message)
    })
  }

  const harmless: readonly (readonly [string, string, string])[] = [
    ['the order of clauses', '>=1.0 , <2', '<2,>=1.0'],
    ['the spelling of a name', 'Web[fast]', 'web[Fast]'],
    ['the spelling of a version', '2.0.0-alpha', '2.0.0a0'],
    ['the spelling of a marker', "python_version >= '3.11'", "python_full_version >= '3.11'"],
    ['a marker that means the same', "platform_system == 'Windows'", "sys_platform == 'win32'"],
    ['the description', 'version = "0.1"', 'version = "0.1"\ndescription = "new"'],
  ]
  for (const [what, from, to] of harmless) {
    it(`is not troubled by ${what}`, async () => {
      await selectFixture('uv', 'uv-project', {}, { 'pyproject.toml': [from, to] })
    })
  }

  it('refuses what it cannot use, and says why', async () => {
    const lock = (from: string | RegExp, to: string) => ({ 'uv.lock': [from, to] as const })
    await rejects(() => selectFixture('uv', 'uv-project', {}, lock('version = 1', 'version = 2')), 'LOCK_UNREADABLE')
    await rejects(() => selectFixture('uv', 'uv-project', {}, lock('version = 1', 'version = ')), 'LOCK_UNREADABLE')
    await rejects(() => selectFixture('uv', 'uv-project', {}, lock('name = "base"', '')), 'LOCK_UNREADABLE')
    const gone = await rejects(
      () => selectFixture('uv', 'uv-project', {}, lock('name = "base"\nversion', 'name = "bass"\nversion')),
      'LOCK_UNREADABLE',
    )
    assert.ok(gone.message.includes('something depends on base, which it has no package for'), gone.message)
    await rejects(() => selectFixture('uv', 'uv-project', {}, lock('">=3.10, <4"', '">=3.10, <3.11"')), 'LOCK_PYTHON')
    await rejects(
      () =>
        selectFixture(
          'uv',
          'uv-project',
          {},
          lock('revision = ', 'supported-markers = ["sys_platform == \'darwin\'"]\nrevision = '),
        ),
      'LOCK_PLATFORM',
    )
    const group = await rejects(() => selectFixture('uv', 'uv-project', { groups: ['doc'] }), 'LOCK_NAME_UNKNOWN')
    assert.ok(group.message.endsWith("doesn't have. It has: dev, docs."), group.message)
    await rejects(() => selectFixture('uv', 'uv-project', { extras: ['dev'] }), 'LOCK_NAME_UNKNOWN')
    await rejects(() => selectFixture('uv', 'uv-conflicts', { extras: ['old', 'new'] }), 'LOCK_TWO_VERSIONS')
  })

  it('asks for the manifest and names the workspace member that is gone', async () => {
    await inTemporaryFolder(async dir => {
      await copyFixture('locks/uv-workspace', dir)
      await rm(join(dir, 'packages/core'), { recursive: true })
      const error = await rejects(() => selectIn('uv', dir, { root: 'packages/api' }), 'LOCK_STALE')
      assert.ok(error.message.includes('the workspace member "core" is gone'), error.message)
      await rm(join(dir, 'pyproject.toml'))
      await rm(join(dir, 'packages'), { recursive: true })
      await rejects(() => selectIn('uv', dir), 'LOCK_MANIFEST_MISSING')
    })
  })
})
