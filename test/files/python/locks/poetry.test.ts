import * as assert from 'uvu/assert'
import { constraintAdmits } from '../../../../src/files/python/locks/poetry-constraint.ts'
import { describe, inTemporaryFolder, rejects, writeTree } from '../../../helpers.ts'
import { namesOf, originOf, type Reading, selectFixture, selectIn } from './fixture-locks.ts'

// Locks that Poetry 1.8.5 (format 2.0) and 2.5.1 (format 2.1) wrote for an index of tiny wheels.
describe('poetry.lock', it => {
  const old = 'base 1.0.0, compat 3.0, local 1.0, math-kit 1.9, shared 0.1, speedups 1.2.0, web 1.4.0'
  const now = 'base 1.0.0, local 1.0, math-kit 2.1, shared 0.1, speedups 1.2.0, web 1.4.0'
  const selections: readonly (readonly [string, Reading, string])[] = [
    ['poetry-1', { runtime: 'python3.10' }, old],
    ['poetry-2', { runtime: 'python3.10' }, old],
    ['poetry-1', { runtime: 'python3.13' }, now],
    ['poetry-2', { runtime: 'python3.13' }, now],
    ['poetry-1', { extras: ['deco'], groups: ['docs'] }, `${now.replace('local', 'decorate 0.5, docgen 4.0, local')}`],
    ['poetry-2', { extras: ['deco'], groups: ['docs'] }, `${now.replace('local', 'decorate 0.5, docgen 4.0, local')}`],
    [
      'poetry-1',
      { groups: ['dev'] },
      now.replace('math-kit 2.1', 'math-kit 2.1, plug 1.0').replace('web', 'tester 9.0, web'),
    ],
    [
      'poetry-2',
      { groups: ['dev'] },
      now.replace('math-kit 2.1', 'math-kit 2.1, plug 1.0').replace('web', 'tester 9.0, web'),
    ],
    ['poetry-2-project', {}, 'base 1.0.0, speedups 1.2.0, web 1.4.0'],
    [
      'poetry-2-project',
      { extras: ['deco'], groups: ['docs'] },
      'base 1.0.0, decorate 0.5, docgen 4.0, speedups 1.2.0, web 1.4.0',
    ],
  ]
  for (const [fixture, reading, expected] of selections) {
    it(`selects from ${fixture} with ${JSON.stringify(reading)}`, async () => {
      assert.is(namesOf(await selectFixture('poetry', fixture, reading)), expected)
    })
  }

  it('says where each package comes from', async () => {
    const selection = await selectFixture('poetry', 'poetry-2')
    const base = 'faa0804c7cf059db164bfdd5de4dae2466ca35039223ebb3995e8ed80821dac6'
    assert.equal(originOf(selection, 'base'), {
      kind: 'index',
      index: 'http://127.0.0.1:8765/simple',
      files: [{ filename: 'base-1.0.0-py3-none-any.whl', location: null, sha256: base, bytes: null }],
      hashes: [base],
    })
    assert.equal(originOf(selection, 'shared'), { kind: 'directory', path: '<dir>/libs/shared' })
    const sha256 = '1bcd11adee996d35f1b70932474ff19161c5a2612af63d79a7e5ce11691b41e1'
    assert.equal(originOf(selection, 'local'), {
      kind: 'archive',
      file: {
        filename: 'local-1.0-py3-none-any.whl',
        location: '<dir>/wheels/local-1.0-py3-none-any.whl',
        sha256,
        bytes: null,
      },
    })
    assert.equal(selection.direct, ['local', 'math-kit', 'shared', 'web'])
  })

  const FIRST_FORMAT = `[[package]]
name = "Some_Tool"
version = "1.0"
category = "main"
optional = false
python-versions = "*"

[package.dependencies]
fork = [{version = "<2", markers = "python_version < \\"3.11\\""}, {version = "^2.0", markers = "python_version >= \\"3.11\\""}]

[[package]]
name = "fork"
version = "1.5"
category = "main"
optional = false
python-versions = "*"

[[package]]
name = "fork"
version = "2.5"
category = "main"
optional = false
python-versions = ">=3.11"

[[package]]
name = "repo"
version = "0.1"
category = "main"
optional = false
python-versions = "*"

[package.source]
type = "git"
url = "https://example.invalid/repo.git"
reference = "main"
resolved_reference = "0123456789012345678901234567890123456789"
subdirectory = "py"

[metadata]
lock-version = "1.1"
python-versions = "^3.9"
content-hash = "HASH"

[metadata.files]
some-tool = [{file = "some_tool-1.0-py3-none-any.whl", hash = "sha256:${'a'.repeat(64)}"}]
fork = [
    {file = "fork-1.5-py3-none-any.whl", hash = "sha256:${'b'.repeat(64)}"},
    {file = "fork-1.5.tar.gz", hash = "sha256:${'c'.repeat(64)}"},
    {file = "fork-2.5-py3-none-any.whl", hash = "sha256:${'d'.repeat(64)}"},
    {file = "fork-2.5.tar.gz", hash = "sha256:${'e'.repeat(64)}"},
]
`
  // The hash is that of Python: json.dumps({"dependencies": …, "source": None, "extras": None, "dev-dependencies": None}, sort_keys=True)
  const HASH = '76216601b2e3d710d90ab79fea58b20b2135b986199b17eb9e2134645050ebfb'
  const MANIFEST =
    '[tool.poetry]\nname = "app"\n\n[tool.poetry.dependencies]\npython = "^3.9"\nsome-tool = "*"\nrepo = {git = "https://example.invalid/repo.git", branch = "main", subdirectory = "py"}\n'

  it('reads format 1.1, whose files stand in one table', async () => {
    await inTemporaryFolder(async dir => {
      await writeTree(dir, { 'poetry.lock': FIRST_FORMAT.replace('HASH', HASH), 'pyproject.toml': MANIFEST })
      const selection = await selectIn('poetry', dir)
      assert.is(namesOf(selection), 'fork 2.5, repo 0.1, some-tool 1.0')
      assert.equal((originOf(selection, 'fork') as { hashes: unknown }).hashes, ['d'.repeat(64), 'e'.repeat(64)])
      assert.equal(originOf(selection, 'repo'), {
        kind: 'git',
        url: 'https://example.invalid/repo.git',
        commit: '0123456789012345678901234567890123456789',
        subdirectory: 'py',
      })
      assert.is(namesOf(await selectIn('poetry', dir, { runtime: 'python3.10' })), 'fork 1.5, repo 0.1, some-tool 1.0')
    })
  })

  for (const fixture of ['poetry-1', 'poetry-2']) {
    it(`refuses a changed dependency, group, extra or source in ${fixture}`, async () => {
      const edits = [
        ['"^1.0"', '"^1.1"'],
        ['docgen = "^4"', 'docgen = "^3"'],
        ['deco = ["decorate"]', 'deco = []'],
        ['priority = "primary"', ''],
      ] as const
      for (const edit of edits)
        await rejects(() => selectFixture('poetry', fixture, {}, { 'pyproject.toml': edit }), 'LOCK_STALE')
    })
    it(`is not troubled by another description in ${fixture}`, async () => {
      await selectFixture('poetry', fixture, {}, { 'pyproject.toml': ['☃', 'new'] })
    })
  }

  it('names the command of the Poetry that wrote the lock', async () => {
    const first = await rejects(
      () => selectFixture('poetry', 'poetry-1', {}, { 'pyproject.toml': ['^1.0', '^1.1'] }),
      'LOCK_STALE',
    )
    assert.ok(first.message.endsWith('Run `poetry lock --no-update`.'), first.message)
    const second = await rejects(
      () => selectFixture('poetry', 'poetry-2-project', {}, { 'pyproject.toml': ['docgen>=4', 'docgen>=5'] }),
      'LOCK_STALE',
    )
    assert.ok(second.message.endsWith('Run `poetry lock`.'), second.message)
  })

  it('refuses what it cannot use, and says why', async () => {
    const lock = (from: string | RegExp, to: string) => ({ 'poetry.lock': [from, to] as const })
    await rejects(
      () => selectFixture('poetry', 'poetry-2', {}, lock('lock-version = "2.1"', 'lock-version = "3.0"')),
      'LOCK_UNREADABLE',
    )
    await rejects(() => selectFixture('poetry', 'poetry-2', {}, lock('lock-version = "2.1"', '')), 'LOCK_UNREADABLE')
    await rejects(
      () => selectFixture('poetry', 'poetry-2', {}, lock(/\[\[package\]\]/, '[[package]')),
      'LOCK_UNREADABLE',
    )
    await rejects(
      () => selectFixture('poetry', 'poetry-2', {}, lock('python-versions = "^3.10"', 'python-versions = "~3.10"')),
      'LOCK_PYTHON',
    )
    await rejects(
      () => selectFixture('poetry', 'poetry-1', {}, lock('name = "base"', 'name = "bass"')),
      'LOCK_UNREADABLE',
    )
    const group = await rejects(() => selectFixture('poetry', 'poetry-1', { groups: ['test'] }), 'LOCK_NAME_UNKNOWN')
    assert.ok(group.message.endsWith('It has: dev, docs.'), group.message)
    const extra = await rejects(
      () => selectFixture('poetry', 'poetry-2-project', { extras: ['docs'] }),
      'LOCK_NAME_UNKNOWN',
    )
    assert.ok(extra.message.endsWith('It has: deco.'), extra.message)
    await inTemporaryFolder(async dir => {
      await writeTree(dir, { 'poetry.lock': FIRST_FORMAT })
      await rejects(() => selectIn('poetry', dir), 'LOCK_MANIFEST_MISSING')
    })
  })

  const constraints: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ['^1.2.3', ['1.2.3', '1.9'], ['1.2.2', '2.0']],
    ['^0.2.3', ['0.2.3', '0.2.9'], ['0.3.0']],
    ['^0.0.3', ['0.0.3'], ['0.0.4']],
    ['^0.0', ['0.0.9'], ['0.1']],
    ['^0', ['0.9'], ['1.0']],
    ['~1.2.3', ['1.2.9'], ['1.3']],
    ['~1.2', ['1.2.9'], ['1.3']],
    ['~1', ['1.9'], ['2.0']],
    ['1.*', ['1.0', '1.9.9'], ['2.0']],
    ['1.2', ['1.2', '1.2.0'], ['1.2.1']],
    ['*', ['0.1', '9a1'], []],
    ['>= 1.5.6, < 1.5.7 || > 1.5.7', ['1.5.6', '1.6'], ['1.5.7']],
    ['>=2.7, !=3.0.*, !=3.1.*', ['2.7', '3.2'], ['3.0.1', '3.1']],
    ['~=1.4', ['1.9'], ['2.0']],
  ]
  for (const [constraint, admitted, refused] of constraints) {
    it(`reads the constraint ${constraint}`, () => {
      for (const version of admitted) assert.ok(constraintAdmits(version, constraint), `${version} is in ${constraint}`)
      for (const version of refused)
        assert.not(constraintAdmits(version, constraint), `${version} is not in ${constraint}`)
    })
  }
})
