import { join, relative } from 'node:path'
import * as assert from 'uvu/assert'
import type { FunctionConfig } from '../../src/model.ts'
import { findBoundary } from '../../src/plan/boundary.ts'
import { findSource } from '../../src/plan/dependency-source.ts'
import { describe, inTemporaryFolder, rejects, writeTree } from '../helpers.ts'
import { testConfig, testSystem } from '../worlds.ts'

const PROJECT = '[project]\nname = "hello"\nversion = "1"\ndependencies = ["requests"]\n'
const VENV = 'home = /usr/bin\nversion = 3.13.0\n'
const MEMBER_LOCK = '[[package]]\nname = "hello"\nsource = { editable = "functions/hello" }\n'

/** Situation → files, the function's root, what is found, and what is told as unused. */
const CASES: [string, Readonly<Record<string, string>>, string, string, readonly string[]][] = [
  ['nothing', { 'lambda_function.py': '' }, '.', 'none', []],
  [
    'an unlocked requirements.txt beside a virtual environment',
    { 'requirements.txt': 'requests', 'venv/pyvenv.cfg': VENV },
    '.',
    'requirements requirements.txt in venv',
    [],
  ],
  ['a requirements.txt alone', { 'requirements.txt': 'requests' }, '.', 'requirements requirements.txt', []],
  ['a virtual environment alone', { '.venv/pyvenv.cfg': VENV }, '.', 'environment .venv', []],
  [
    'a pyproject.toml with a virtual environment',
    { 'pyproject.toml': PROJECT, '.venv/pyvenv.cfg': VENV },
    '.',
    'environment .venv for pyproject.toml',
    [],
  ],
  ['a pyproject.toml alone', { 'pyproject.toml': PROJECT }, '.', 'pyproject pyproject.toml', []],
  ['a pyproject.toml of tools only', { 'pyproject.toml': '[tool.ruff]\n' }, '.', 'none', []],
  [
    'a uv.lock with its pyproject.toml and environment',
    { 'uv.lock': '', 'pyproject.toml': PROJECT, '.venv/pyvenv.cfg': VENV },
    '.',
    'lock uv.lock',
    [],
  ],
  [
    'several locks',
    { 'poetry.lock': '', 'uv.lock': '', 'requirements.txt': '' },
    '.',
    'lock uv.lock',
    ['poetry.lock', 'requirements.txt'],
  ],
  ['a named pylock', { 'pylock.prod.toml': '' }, '.', 'lock pylock.prod.toml', []],
  [
    'named pylocks beside others',
    { 'pylock.dev.toml': '', 'pylock.toml': '', 'poetry.lock': '' },
    '.',
    'lock pylock.toml',
    ['poetry.lock', 'pylock.dev.toml'],
  ],
  ['a Pipfile.lock', { 'Pipfile.lock': '{}', Pipfile: '' }, '.', 'lock Pipfile.lock', []],
  [
    'a lock above the root',
    { 'uv.lock': '', 'pyproject.toml': PROJECT, 'functions/hello/lambda_function.py': '' },
    'functions/hello',
    'lock uv.lock',
    [],
  ],
  [
    'a requirements.txt nearer than a lock',
    { 'uv.lock': '', 'pyproject.toml': PROJECT, 'functions/hello/requirements.txt': '' },
    'functions/hello',
    'requirements functions/hello/requirements.txt',
    [],
  ],
  [
    'a workspace lock that has the root as a member',
    { 'uv.lock': MEMBER_LOCK, 'pyproject.toml': PROJECT, 'functions/hello/pyproject.toml': PROJECT },
    'functions/hello',
    'lock uv.lock',
    [],
  ],
  [
    'a workspace lock that does not',
    { 'uv.lock': '', 'pyproject.toml': PROJECT, 'functions/hello/pyproject.toml': PROJECT },
    'functions/hello',
    'pyproject functions/hello/pyproject.toml',
    [],
  ],
  [
    'a requirements.txt with an environment above',
    { '.venv/pyvenv.cfg': VENV, 'functions/hello/requirements.txt': '' },
    'functions/hello',
    'requirements functions/hello/requirements.txt in .venv',
    [],
  ],
  [
    'an environment above, for nothing declared',
    { '.venv/pyvenv.cfg': VENV, 'functions/hello/lambda_function.py': '' },
    'functions/hello',
    'none',
    [],
  ],
]

describe('plan/dependency-source', it => {
  for (const [situation, files, root, expected, others] of CASES) {
    it(`finds ${expected} for ${situation}`, () =>
      inTemporaryFolder(async dir => {
        await writeTree(dir, { '.git/HEAD': '', ...files })
        const found = await find(dir, root)
        assert.is(describeSource(found.source, dir), expected)
        assert.equal(
          found.others.map(path => relative(dir, path)),
          others,
        )
      }))
  }

  it('uses the active environment where something is declared', () =>
    inTemporaryFolder(async dir => {
      await writeTree(dir, { 'app/requirements.txt': 'requests', 'active/pyvenv.cfg': VENV })
      const env = { VIRTUAL_ENV: join(dir, 'active') }
      assert.is(
        describeSource((await find(dir, 'app', {}, env)).source, dir),
        'requirements app/requirements.txt in active',
      )
    }))

  const named: [string, string][] = [
    ['locks/uv.lock', 'lock locks/uv.lock'],
    ['locks/prod.txt', 'requirements locks/prod.txt'],
    ['wheels', 'wheels wheels'],
    ['env', 'environment env for requirements.txt'],
  ]
  for (const [path, expected] of named) {
    it(`takes ${path} when the config names it`, () =>
      inTemporaryFolder(async dir => {
        await writeTree(dir, {
          'requirements.txt': '',
          'locks/uv.lock': '',
          'locks/prod.txt': '',
          'wheels/a-1-py3-none-any.whl': '',
          'env/pyvenv.cfg': VENV,
        })
        const { source } = await find(dir, '.', { dependencies: { kind: 'named', path: join(dir, path) } })
        assert.is(describeSource(source, dir), expected)
      }))
  }

  it('refuses a named path that is missing, or no source', () =>
    inTemporaryFolder(async dir => {
      await writeTree(dir, { 'setup.cfg': '', 'folder/file': '' })
      const named = (path: string) => find(dir, '.', { dependencies: { kind: 'named', path: join(dir, path) } })
      await rejects(() => named('gone.lock'), 'DEPENDENCIES_MISSING')
      await rejects(() => named('setup.cfg'), 'DEPENDENCIES_UNKNOWN')
      await rejects(() => named('folder'), 'DEPENDENCIES_UNKNOWN')
    }))

  it('tells that a pyproject.toml is broken', () =>
    inTemporaryFolder(async dir => {
      await writeTree(dir, { 'pyproject.toml': '[project\n' })
      const error = await rejects(() => find(dir, '.'), 'MANIFEST_BROKEN')
      assert.match(error.message, join(dir, 'pyproject.toml'))
    }))
})

async function find(
  dir: string,
  root: string,
  changes: Partial<FunctionConfig> = {},
  env: Record<string, string> = {},
) {
  const system = testSystem({ env })
  const path = join(dir, root)
  return findSource(testConfig(path, changes), await findBoundary(path, dir, system.disk), system)
}

function describeSource(source: Awaited<ReturnType<typeof findSource>>['source'], dir: string): string {
  if (source.kind === 'none') return 'none'
  const told = `${source.kind} ${relative(dir, source.path)}`
  if (source.kind === 'requirements' && source.environment !== null)
    return `${told} in ${relative(dir, source.environment)}`
  return source.kind === 'environment' && source.declaredIn !== null
    ? `${told} for ${relative(dir, source.declaredIn)}`
    : told
}
