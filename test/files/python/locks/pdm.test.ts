import * as assert from 'uvu/assert'
import { describe, inTemporaryFolder, rejects, writeTree } from '../../../helpers.ts'
import { namesOf, originOf, type Reading, selectFixture, selectIn } from './fixture-locks.ts'

// Locks that PDM 2.22.4 wrote for an index of tiny wheels: `pdm` with groups and markers, `pdm-plain` without, with URLs.
describe('pdm.lock', it => {
  const selections: readonly (readonly [Reading, string])[] = [
    [
      { runtime: 'python3.10' },
      'base 1.0.0, compat 3.0, local 1.0, math-kit 2.1, shared 0.1, speedups 1.2.0, web 1.4.0',
    ],
    [{ runtime: 'python3.13' }, 'base 1.0.0, local 1.0, math-kit 2.1, shared 0.1, speedups 1.2.0, web 1.4.0'],
    [
      { extras: ['deco'], groups: ['docs'] },
      'base 1.0.0, decorate 0.5, docgen 4.0, local 1.0, math-kit 2.1, shared 0.1, speedups 1.2.0, web 1.4.0',
    ],
    [
      { groups: ['dev'] },
      'base 1.0.0, local 1.0, math-kit 2.1, plug 1.0, shared 0.1, speedups 1.2.0, tester 9.0, web 1.4.0',
    ],
  ]
  for (const fixture of ['pdm', 'pdm-plain']) {
    for (const [reading, expected] of selections) {
      it(`selects from ${fixture} with ${JSON.stringify(reading)}`, async () => {
        assert.is(namesOf(await selectFixture('pdm', fixture, reading)), expected)
      })
    }
  }

  it('says where each package comes from', async () => {
    const selection = await selectFixture('pdm', 'pdm')
    const url = 'http://127.0.0.1:8765/simple'
    const base = 'faa0804c7cf059db164bfdd5de4dae2466ca35039223ebb3995e8ed80821dac6'
    const local = '1bcd11adee996d35f1b70932474ff19161c5a2612af63d79a7e5ce11691b41e1'
    const archive = {
      kind: 'archive',
      file: {
        filename: 'local-1.0-py3-none-any.whl',
        location: '<dir>/wheels/local-1.0-py3-none-any.whl',
        sha256: local,
        bytes: null,
      },
    }
    assert.equal(originOf(selection, 'base'), {
      kind: 'index',
      index: null,
      files: [{ filename: 'base-1.0.0-py3-none-any.whl', location: null, sha256: base, bytes: null }],
      hashes: [base],
    })
    assert.equal(originOf(selection, 'shared'), { kind: 'directory', path: '<dir>/libs/shared' })
    assert.equal(originOf(selection, 'local'), archive)
    assert.equal(selection.indexes, { indexUrl: url, extraIndexUrls: [], findLinks: [], noIndex: null })
    assert.equal(selection.direct, ['local', 'math-kit', 'shared', 'web'])
    const plain = await selectFixture('pdm', 'pdm-plain')
    assert.equal(originOf(plain, 'base'), {
      kind: 'index',
      index: null,
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
    assert.equal(originOf(plain, 'local'), archive)
  })

  it('refuses a changed dependency, group, extra, source or Python range', async () => {
    const edits = [
      ['web[fast]>=1.0', 'web[fast]>=1.1'],
      ['"docgen"', '"docgen>=4"'],
      ['"tester"', '"tester>=9"'],
      ['decorate>=0.5', 'decorate'],
      ['name = "pypi"', 'name = "inner"'],
      ['<4', '<5'],
    ] as const
    for (const edit of edits) {
      const error = await rejects(() => selectFixture('pdm', 'pdm', {}, { 'pyproject.toml': edit }), 'LOCK_STALE')
      assert.ok(error.message.endsWith('Run `pdm lock`.'), error.message)
    }
    await selectFixture('pdm', 'pdm', {}, { 'pyproject.toml': ['☃', 'new'] })
  })

  it('compares the requirements where a lock records its inputs in place of a hash', async () => {
    const inputs = { 'pdm.lock': [/content_hash = .*/, 'lock_inputs = {}'] as const }
    assert.is(namesOf(await selectFixture('pdm', 'pdm', { runtime: 'python3.13' }, inputs)), selections[1]?.[1])
    const error = await rejects(
      () => selectFixture('pdm', 'pdm', {}, { ...inputs, 'pyproject.toml': ['math-kit>=1', 'math-kit>=3'] }),
      'LOCK_STALE',
    )
    assert.ok(error.message.includes('it asks for math-kit>=3'), error.message)
  })

  it('refuses what it cannot use, and says why', async () => {
    const lock = (from: string | RegExp, to: string) => ({ 'pdm.lock': [from, to] as const })
    await rejects(
      () => selectFixture('pdm', 'pdm', {}, lock('lock_version = "4', 'lock_version = "5')),
      'LOCK_UNREADABLE',
    )
    await rejects(() => selectFixture('pdm', 'pdm', {}, lock('[metadata]', '[metadata')), 'LOCK_UNREADABLE')
    await rejects(
      () =>
        selectFixture(
          'pdm',
          'pdm',
          {},
          lock('requires_python = "~=3.10"', 'requires_python = "~=3.10"\nplatform = "macos_arm64"'),
        ),
      'LOCK_PLATFORM',
    )
    await selectFixture(
      'pdm',
      'pdm',
      {},
      lock('requires_python = "~=3.10"', 'requires_python = "~=3.10"\nplatform = "manylinux_2_17_x86_64"'),
    )
    await rejects(
      () => selectFixture('pdm', 'pdm-plain', {}, lock('name = "base"', 'name = "bass"')),
      'LOCK_UNREADABLE',
    )
    const unlocked = await rejects(
      () => selectFixture('pdm', 'pdm', { groups: ['docs'] }, lock(', "docs"]', ']')),
      'LOCK_STALE',
    )
    assert.ok(unlocked.message.includes('the group "docs" is not locked'), unlocked.message)
    const group = await rejects(() => selectFixture('pdm', 'pdm', { groups: ['test'] }), 'LOCK_NAME_UNKNOWN')
    assert.ok(group.message.endsWith('It has: dev, docs.'), group.message)
    await rejects(() => selectFixture('pdm', 'pdm', { extras: ['docs'] }), 'LOCK_NAME_UNKNOWN')
    await inTemporaryFolder(async dir => {
      await writeTree(dir, { 'pdm.lock': '[metadata]\nlock_version = "4.5.0"\n' })
      await rejects(() => selectIn('pdm', dir), 'LOCK_MANIFEST_MISSING')
    })
  })
})
