import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { PYPI } from '../../../../src/files/python/pypi.ts'
import { copyFixture, describe, inTemporaryFolder, rejects, writeTree } from '../../../helpers.ts'
import { namesOf, originOf, selectFixture, selectIn } from './fixture-locks.ts'

// A lock that Pipenv wrote for an index of tiny wheels.
describe('Pipfile.lock', it => {
  it('selects the default section alone', async () => {
    const selection = await selectFixture('pipfile', 'pipfile')
    assert.is(namesOf(selection), 'base 1.0.0, local, math-kit 2.1, speedups 1.2.0, web 1.4.0')
    assert.equal(selection.direct, ['local', 'math-kit', 'web'])
    assert.equal(selection.indexes, {
      indexUrl: 'http://127.0.0.1:8765/simple',
      extraIndexUrls: [],
      findLinks: [],
      noIndex: null,
    })
  })

  it('selects the wanted categories', async () => {
    assert.is(
      namesOf(await selectFixture('pipfile', 'pipfile', { groups: ['docs'] })),
      'base 1.0.0, docgen 4.0, local, math-kit 2.1, speedups 1.2.0, web 1.4.0',
    )
    for (const group of ['dev-packages', 'develop']) {
      assert.is(
        namesOf(await selectFixture('pipfile', 'pipfile', { groups: [group] })),
        'base 1.0.0, local, math-kit 2.1, plug 1.0, speedups 1.2.0, tester 9.0, web 1.4.0',
      )
    }
  })

  it('stands alone where there is no Pipfile', async () => {
    await inTemporaryFolder(async dir => {
      await copyFixture('locks/pipfile', dir)
      await rm(join(dir, 'Pipfile'))
      assert.is(namesOf(await selectIn('pipfile', dir)), 'base 1.0.0, local, math-kit 2.1, speedups 1.2.0, web 1.4.0')
    })
  })

  const HASH = `sha256:${'a'.repeat(64)}`
  const LOCK = {
    _meta: {
      'pipfile-spec': 6,
      requires: {},
      sources: [
        { name: 'pypi', url: PYPI },
        { name: 'inner', url: 'https://$USER_NAME:${SECRET}@example.invalid/simple' },
      ],
    },
    default: {
      public: { version: '==1.0', index: 'pypi', hashes: [HASH] },
      private: { version: '==2.0', index: 'inner', hashes: [HASH] },
      repo: { git: 'https://example.invalid/repo', ref: '0123456789012345678901234567890123456789' },
      folder: { path: './lib', editable: true },
      archive: { file: 'https://example.invalid/archive-3.0-py3-none-any.whl', hashes: [HASH] },
      'Win.Thing': { version: '==1.0', markers: "sys_platform == 'win32'" },
    },
    develop: {},
  }

  it('reads every kind of source', async () => {
    await inTemporaryFolder(async dir => {
      await writeTree(dir, { 'Pipfile.lock': JSON.stringify(LOCK) })
      const selection = await selectIn('pipfile', dir, { env: { USER_NAME: 'me', SECRET: 'shh' } })
      const inner = 'https://me:shh@example.invalid/simple'
      assert.equal(originOf(selection, 'public'), { kind: 'index', index: null, files: [], hashes: ['a'.repeat(64)] })
      assert.equal(originOf(selection, 'private'), { kind: 'index', index: inner, files: [], hashes: ['a'.repeat(64)] })
      assert.equal(originOf(selection, 'repo'), {
        kind: 'git',
        url: 'https://example.invalid/repo',
        commit: '0123456789012345678901234567890123456789',
        subdirectory: '',
      })
      assert.equal(originOf(selection, 'folder'), { kind: 'directory', path: join(dir, 'lib') })
      assert.equal(originOf(selection, 'archive'), {
        kind: 'archive',
        file: {
          filename: 'archive-3.0-py3-none-any.whl',
          location: 'https://example.invalid/archive-3.0-py3-none-any.whl',
          sha256: 'a'.repeat(64),
          bytes: null,
        },
      })
      assert.equal(selection.indexes, { indexUrl: null, extraIndexUrls: [inner], findLinks: [], noIndex: null })
      assert.is(selection.packages.length, 5)
    })
  })

  it('refuses a changed Pipfile', async () => {
    for (const edit of [
      ['1.4.0', '1.5.0'],
      ['tester = "*"', ''],
      ['[docs]', '[papers]'],
      ['verify_ssl = false', 'verify_ssl = true'],
      ['python_version = "3.11"', 'python_version = "3.12"'],
    ] as const) {
      const error = await rejects(() => selectFixture('pipfile', 'pipfile', {}, { Pipfile: edit }), 'LOCK_STALE')
      assert.ok(error.message.endsWith('Run `pipenv lock`.'), error.message)
    }
  })

  // What Pipenv before 2026 wrote: json.dumps of the Pipfile as it is, names not normalised.
  it('accepts the hash of an older Pipenv', async () => {
    const edits = {
      'Pipfile.lock': [
        /"sha256": "a4c0[0-9a-f]*"/,
        '"sha256": "8e3ff58bb3e6b464c5008717ba392fd068ac6df3ebe220fa10db36014e045da3"',
      ] as const,
    }
    await selectFixture('pipfile', 'pipfile', {}, edits)
  })

  it('refuses what it cannot use, and says why', async () => {
    const lock = (from: string | RegExp, to: string) => ({ 'Pipfile.lock': [from, to] as const })
    const python = await rejects(() => selectFixture('pipfile', 'pipfile', { runtime: 'python3.13' }), 'LOCK_PYTHON')
    assert.ok(python.message.includes('is for Python ==3.11.*'), python.message)
    await rejects(
      () => selectFixture('pipfile', 'pipfile', {}, lock('"pipfile-spec": 6', '"pipfile-spec": 7')),
      'LOCK_UNREADABLE',
    )
    await rejects(() => selectFixture('pipfile', 'pipfile', {}, lock('"default"', '"defaults"')), 'LOCK_UNREADABLE')
    await rejects(() => selectFixture('pipfile', 'pipfile', {}, lock('{', '')), 'LOCK_UNREADABLE')
    await rejects(
      () => selectFixture('pipfile', 'pipfile', {}, lock('"version": "==1.0.0"', '"version": 1')),
      'LOCK_UNREADABLE',
    )
    const group = await rejects(() => selectFixture('pipfile', 'pipfile', { groups: ['test'] }), 'LOCK_NAME_UNKNOWN')
    assert.ok(group.message.endsWith('It has: dev-packages, docs.'), group.message)
  })
})
