import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { type Requirements, readRequirements } from '../../../src/files/python/requirements.ts'
import { copyFixture, describe, inTemporaryFolder, rejects, writeTree } from '../../helpers.ts'
import { testSystem, testTarget } from '../../worlds.ts'

const SHA256 = 'a'.repeat(64)
const HASH = `--hash=sha256:${SHA256}`
const COMMIT = '0123456789012345678901234567890123456789'

interface World {
  readonly runtime?: string
  readonly env?: Readonly<Record<string, string>>
  readonly files?: Readonly<Record<string, string>>
}

function read(
  text: string,
  { runtime = 'python3.11', env = {}, files = {} }: World = {},
): Promise<Requirements & { readonly dir: string }> {
  return inTemporaryFolder(async dir => {
    await writeTree(dir, { ...files, 'requirements.txt': text })
    return { ...(await readRequirements(join(dir, 'requirements.txt'), testTarget(runtime), testSystem({ env }))), dir }
  })
}

const names = (requirements: Requirements): string | null =>
  requirements.selection?.packages.map(item => `${item.name} ${item.version}`).join(', ') ?? null

describe('requirements.txt', it => {
  const locked: readonly (readonly [string, string, string])[] = [
    ['pins', 'A_b == 1.0\nc[x]===2.0.post1', 'a-b 1.0, c 2.0.post1'],
    ['the pin among several clauses', 'a>=0.5,==1.0', 'a 1.0'],
    ['nothing', '# only a comment', ''],
    [
      'active lines alone',
      "a==1; python_version < '3.11'\nb==2; sys_platform == 'linux'\nc>=3; sys_platform == 'win32'",
      'b 2',
    ],
    ['one of two versions', "a==1; python_version < '3.11'\na==2; python_version >= '3.11'", 'a 2'],
    ['a line and the same with an extra', 'a==1\na[x]==1', 'a 1'],
    [
      'wheels and sdists by URL and path',
      'https://example.invalid/a-1.0-py3-none-any.whl\n./b-2.0.tar.gz\nc @ file:///c-3.0-py3-none-any.whl',
      'a 1.0, b 2.0, c 3.0',
    ],
    ['a project in git at a commit', `a @ git+https://example.invalid/a.git@${COMMIT}`, 'a null'],
  ]
  for (const [what, text, expected] of locked) {
    it(`is locked with ${what}`, async () => {
      const requirements = await read(text)
      assert.is(requirements.why, '')
      assert.is(names(requirements), expected)
    })
  }

  const open: readonly (readonly [string, string, string])[] = [
    ['a range', 'a==1\n\nb>=2', 'requirements.txt, line 3: b>=2 is not pinned with =='],
    ['a bare name', 'a', 'requirements.txt, line 1: a is not pinned with =='],
    ['a wildcard', 'a==1.*', 'requirements.txt, line 1: a==1.* is not pinned with =='],
    [
      'a branch in git',
      'a @ git+https://example.invalid/a@main',
      'requirements.txt, line 1: git+https://example.invalid/a@main names no commit by its full hash',
    ],
    [
      'a folder without a name',
      './lib',
      "requirements.txt, line 1: ./lib doesn't tell its package's name: write it as `name @ …`",
    ],
    [
      'the project itself without a manifest',
      '-e .',
      'requirements.txt, line 1: . is the project itself, and no [project] table says what it depends on',
    ],
  ]
  for (const [what, text, why] of open) {
    it(`is not locked with ${what}`, async () => {
      const requirements = await read(text)
      assert.is(requirements.why, why)
      assert.is(requirements.selection, null)
    })
  }

  it('reads included files and their paths, each once, and in circles', async () => {
    const files = {
      'more/base.txt': '-r ../requirements.txt\n-r deep.txt\nb==2\n-f links\n',
      'more/deep.txt': 'c==3\n',
    }
    const requirements = await read('-r more/base.txt\na==1\n', { files })
    assert.is(names(requirements), 'a 1, b 2, c 3')
    assert.equal(requirements.selection?.indexes.findLinks, [join(requirements.dir, 'more', 'links')])
  })

  it('pins with constraints, and takes nothing else from them', async () => {
    const requirements = await read('-c limits.txt\na\nb==2\n', {
      files: { 'limits.txt': `a==1 ${HASH}\nz==9\nb>=1 ${HASH}\n` },
    })
    assert.is(names(requirements), 'a 1, b 2')
    assert.ok(requirements.hashed)
    assert.equal((await read('-c limits.txt\na\n', { files: { 'limits.txt': 'a<2\n' } })).selection, null)
  })

  it('says which indexes its options name', async () => {
    const text =
      '--index-url https://${USER_NAME}@example.invalid/simple\n--extra-index-url https://example.invalid/more\n--find-links ./wheels\n--no-index\na==1\n'
    const { selection, dir } = await read(text, { env: { USER_NAME: 'me' } })
    assert.equal(selection?.indexes, {
      indexUrl: 'https://me@example.invalid/simple',
      extraIndexUrls: ['https://example.invalid/more'],
      findLinks: [join(dir, 'wheels')],
      noIndex: `--no-index in ${join(dir, 'requirements.txt')}`,
    })
  })

  it('keeps hashes, and notes where there are none', async () => {
    const hashed = await read(`a==1 \\\n  ${HASH} \\\n  --hash=sha256:${'B'.repeat(64)}\n`)
    assert.equal(hashed.selection?.packages[0]?.origin, {
      kind: 'index',
      index: null,
      files: [],
      hashes: [SHA256, 'b'.repeat(64)],
    })
    assert.ok(hashed.hashed)
    assert.equal(hashed.selection?.findings, [])
    const bare = await read('a==1')
    assert.not(bare.hashed)
    assert.equal(
      bare.selection?.findings.map(item => item.code),
      ['NOT_HASH_LOCKED'],
    )
  })

  it('demands a hash of every file once one has it', async () => {
    const error = await rejects(() => read(`a==1 ${HASH}\nb==2\n`), 'REQUIREMENTS_HASH_MISSING')
    assert.ok(error.message.includes('line 2: b==2 has no hash'), error.message)
    await rejects(() => read('--require-hashes\na==1\n'), 'REQUIREMENTS_HASH_MISSING')
    await rejects(
      () => read(`a==1 ${HASH}\nhttps://example.invalid/b-1.0-py3-none-any.whl\n`),
      'REQUIREMENTS_HASH_MISSING',
    )
    await rejects(() => read(`a==1 --hash=sha512:${SHA256}\n`), 'REQUIREMENTS_UNREADABLE')
    const inactive = await read(
      `a==1 ${HASH}\nb==2; sys_platform == 'win32'\nhttps://example.invalid/c-1.0-py3-none-any.whl#sha256=${SHA256}\n`,
    )
    assert.is(names(inactive), 'a 1, c 1.0')
  })

  it('reads folders, editables and git with their names', async () => {
    const files = {
      'lib/pyproject.toml': '[project]\nname = "My.Lib"\n',
      'old/pyproject.toml': '[tool.poetry]\nname = "old"\n',
    }
    const { selection, dir } = await read(
      `./lib\n-e ./old ; python_version > '3'\n-e git+https://example.invalid/r@${COMMIT}#egg=repo&subdirectory=py\n-e ./windows ; sys_platform == 'win32'\n`,
      { files },
    )
    assert.equal(
      selection?.packages.map(item => [item.name, item.origin]),
      [
        ['my-lib', { kind: 'directory', path: join(dir, 'lib') }],
        ['old', { kind: 'directory', path: join(dir, 'old') }],
        ['repo', { kind: 'git', url: 'https://example.invalid/r', commit: COMMIT, subdirectory: 'py' }],
      ],
    )
  })

  it('takes the project itself for what it depends on', async () => {
    const files = {
      'pyproject.toml':
        '[project]\nname = "app"\ndependencies = ["a>=1", "b; sys_platform == \'win32\'"]\n[project.optional-dependencies]\nx = ["c"]\n',
    }
    const requirements = await read('-e .\na==1\n', { files })
    assert.is(names(requirements), 'a 1')
    assert.equal(
      requirements.declared.map(item => item.name),
      ['a', 'a'],
    )
    assert.is(
      (await read('-e .[x]\na==1\n', { files })).why,
      "requirements.txt, line 1: the project itself depends on c, which isn't listed",
    )
  })

  // Written by `uv export --no-dev`.
  it('reads what uv exports', async () => {
    await inTemporaryFolder(async dir => {
      await copyFixture('locks/uv-project', dir)
      const requirements = await readRequirements(join(dir, 'requirements.txt'), testTarget('python3.10'), testSystem())
      assert.is(
        names(requirements),
        'base 1.0.0, compat 3.0, local 1.0, math-kit 1.9, shared null, speedups 1.2.0, web 1.4.0',
      )
      assert.ok(requirements.hashed)
    })
  })

  it('reads a given text in place of the file', async () => {
    const path = join('/nowhere', 'requirements.txt')
    assert.is(names(await readRequirements(path, testTarget(), testSystem(), 'a==1')), 'a 1')
  })

  it('refuses two versions of one name', async () => {
    await rejects(() => read('a==1\na==2\n'), 'LOCK_TWO_VERSIONS')
  })

  it('names the line and file of what it cannot read', async () => {
    const broken = await rejects(
      () => read('-r more.txt', { files: { 'more.txt': 'a==1\n\na=1\n' } }),
      'REQUIREMENTS_UNREADABLE',
    )
    assert.match(broken.message, /more\.txt, line 3: /)
    const missing = await rejects(() => read('a==1\n-r nothing.txt'), 'REQUIREMENTS_MISSING')
    assert.match(missing.message, /requirements\.txt, line 2 includes .*nothing\.txt/)
    await rejects(() => read('-r https://example.invalid/requirements.txt'), 'REQUIREMENTS_UNREADABLE')
    await rejects(() => readRequirements('/nowhere/requirements.txt', testTarget(), testSystem()), 'FILE_UNREADABLE')
  })
})
