import { mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { collectOwnFiles } from '../../src/files/own.ts'
import type { FunctionConfig, Plan } from '../../src/model.ts'
import { describe, inTemporaryFolder, rejects, writeTree } from '../helpers.ts'
import { testImage, testNodePlan, testPlan, testSystem } from '../worlds.ts'

const TREE = {
  'fn/app.py': '',
  'fn/models/a.bin': 'a',
  'fn/models/deep/b.bin': 'b',
  'fn/models/.env': 'SECRET=1',
  'fn/models/notes.md': '',
  'shared/w.bin': 'w',
  'shared/run.sh': '#!/bin/sh\n',
  'shared/__pycache__/x.pyc': '',
  'shared/lpack.out/old.zip': '',
}

interface Copy {
  /** From the function's root. */
  readonly from: string
  readonly to: string
}

/** Path and source of each file of a function in `fn` of a checkout with the files. */
async function collect(
  copy: readonly Copy[],
  changes: Partial<FunctionConfig> = {},
  { make = testPlan as (root: string, config: object, more: object) => Plan, more = {}, tree = {} } = {},
) {
  return inTemporaryFolder(async dir => {
    await writeTree(dir, { ...TREE, ...tree })
    const root = join(dir, 'fn')
    const image = testImage({ copy: copy.map(({ from, to }) => ({ from: join(root, from), to })) })
    const plan = make(root, { image, ...changes }, { purpose: 'image', boundary: dir, ...more })
    const { files, findings, leftOut } = await collectOwnFiles(plan, testSystem())
    return {
      files: files.map(file => `${file.path} ${sourceOf(file.content, dir)}${file.executable ? ' x' : ''}`).sort(),
      owners: files.map(({ owner }) => owner),
      findings: findings.map(({ code, path }) => `${code} ${path}`),
      leftOut: leftOut.map(({ rule, files }) => `${rule} ${files}`),
    }
  })
}

function sourceOf(content: { readonly kind: string; readonly path?: string }, dir: string): string {
  return (content.path ?? content.kind).slice(dir.length + 1)
}

const IN_PLACE = [
  'models/a.bin fn/models/a.bin',
  'models/deep/b.bin fn/models/deep/b.bin',
  'models/notes.md fn/models/notes.md',
]

describe('files/copies', it => {
  it('leaves files of the root where they are', async () => {
    const got = await collect([{ from: 'models', to: 'models' }])
    assert.equal(got.files, ['app.py fn/app.py', ...IN_PLACE])
    assert.equal(got.findings, ['ENV_FILE_LEFT_OUT models/.env'])
    assert.equal(got.leftOut, ['.env* 1'])
  })

  it('brings what no include names, but not what exclude names', async () => {
    const include = { include: ['*.py'] }
    assert.equal((await collect([{ from: 'models', to: 'models' }], include)).files, ['app.py fn/app.py', ...IN_PLACE])
    const exclude = { ...include, exclude: ['**/*.md'] }
    assert.equal((await collect([{ from: 'models', to: 'models' }], exclude)).files, [
      'app.py fn/app.py',
      ...IN_PLACE.slice(0, 2),
    ])
  })

  it('moves files of the root', async () => {
    assert.equal((await collect([{ from: 'models/deep', to: 'data/x' }])).files, [
      'app.py fn/app.py',
      'data/x/b.bin fn/models/deep/b.bin',
      'models/a.bin fn/models/a.bin',
      'models/notes.md fn/models/notes.md',
    ])
  })

  it('takes folders of the checkout as it takes own files', async () => {
    const got = await collect([{ from: '../shared', to: 'lib' }], { executable: ['lib/*.bin'] })
    assert.equal(
      got.files.filter(file => file.startsWith('lib/')),
      ['lib/run.sh shared/run.sh x', 'lib/w.bin shared/w.bin x'],
    )
    assert.equal(got.leftOut, ['.env* 1', '__pycache__ 1', 'lpack.out 1'])
    assert.equal([...new Set(got.owners)], [null])
  })

  it('takes a file, even one that is left out by default', async () => {
    const got = await collect([
      { from: '../shared/w.bin', to: 'weights/model.bin' },
      { from: 'models/.env', to: 'settings/.env' },
    ])
    assert.ok(got.files.includes('weights/model.bin shared/w.bin'))
    assert.ok(got.files.includes('settings/.env fn/models/.env'))
  })

  it('stands beside a bundle, which has no own files', async () => {
    assert.equal(
      (await collect([{ from: 'models', to: 'models' }], {}, { make: testNodePlan as never })).files,
      IN_PLACE,
    )
  })

  it('is nothing to a zip', async () => {
    const got = await collect([{ from: '../shared', to: 'lib' }], { include: ['app.py'] }, { more: { purpose: 'zip' } })
    assert.equal(got.files, ['app.py fn/app.py'])
  })

  it('takes one of two files of one path that are the same, and refuses two that differ', async () => {
    const copy = [{ from: '../shared', to: 'models' }]
    const same = await collect(copy, {}, { tree: { 'shared/a.bin': 'a' } })
    assert.is(same.files.filter(file => file.startsWith('models/a.bin')).length, 1)
    const error = await rejects(() => collect(copy, {}, { tree: { 'shared/a.bin': 'other' } }), 'FILES_COLLIDE')
    assert.match(
      error.message,
      /models\/a\.bin comes from the function itself and, with other content, from `image\.copy` of .*shared/,
    )
  })

  it('refuses what is not there, is empty, or outside of the checkout', async () => {
    await rejects(() => collect([{ from: 'gone', to: 'gone' }]), 'COPY_MISSING')
    await rejects(() => collect([{ from: '../shared/__pycache__', to: 'x' }]), 'COPY_EMPTY')
    await rejects(() => collect([{ from: 'models', to: 'models' }], { exclude: ['models'] }), 'COPY_EMPTY')
    await inTemporaryFolder(async dir => {
      await writeTree(dir, { 'checkout/fn/app.py': '', 'other/x.bin': '' })
      const root = join(dir, 'checkout', 'fn')
      const more = { purpose: 'image', boundary: join(dir, 'checkout') } as const
      const from = (path: string) => testPlan(root, { image: testImage({ copy: [{ from: path, to: 'x' }] }) }, more)
      await rejects(() => collectOwnFiles(from(join(dir, 'other')), testSystem()), 'COPY_OUTSIDE')
      await symlink(join(dir, 'other'), join(dir, 'checkout', 'link'))
      const error = await rejects(
        () => collectOwnFiles(from(join(dir, 'checkout', 'link')), testSystem()),
        'COPY_OUTSIDE',
      )
      assert.match(error.message, `leads to ${join(dir, 'other')}`)
      await mkdir(join(dir, 'checkout', 'inside'))
      await symlink(join(dir, 'other'), join(dir, 'checkout', 'inside', 'link'))
      await rejects(() => collectOwnFiles(from(join(dir, 'checkout', 'inside')), testSystem()), 'LINK_ESCAPES')
    })
  })
})
