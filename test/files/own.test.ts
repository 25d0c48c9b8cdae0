import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { collectOwnFiles } from '../../src/files/own.ts'
import type { FunctionConfig, PythonPlan } from '../../src/model.ts'
import { describe, inTemporaryFolder, rejects, writeTree } from '../helpers.ts'
import { testPlan, testSystem } from '../worlds.ts'

const TREE = {
  'lambda_function.py': 'def lambda_handler(event, context): ...\n',
  'package/__init__.py': '',
  'package/data.json': '{}',
  'package/__pycache__/x.cpython-313.pyc': 'stale',
  'package/old.pyc': 'stale',
  'pyproject.toml': '',
  'package.json': '{}',
  'requirements.txt': '',
  'requirements-dev.txt': '',
  'requirements.in': '',
  'uv.lock': '',
  Dockerfile: '',
  '.env': 'SECRET=1',
  '.env.local': 'SECRET=2',
  '.hidden': '',
  '.git/HEAD': '',
  'node_modules/tool/index.js': '',
  '.venv/pyvenv.cfg': '',
  '.venv/lib/site.py': '',
  'env/settings.py': '',
  'hello.egg-info/PKG-INFO': '',
  'terraform.tfstate.backup': '',
}

describe('files/own', it => {
  it('takes everything but the default exclusions', () =>
    inTree(TREE, async dir => {
      assert.equal(await paths(dir), [
        '.hidden',
        'env/settings.py',
        'lambda_function.py',
        'package.json',
        'package/__init__.py',
        'package/data.json',
        'pyproject.toml',
      ])
    }))

  const includes: [readonly string[], readonly string[]][] = [
    [['**/*.py'], ['env/settings.py', 'lambda_function.py', 'package/__init__.py']],
    [['package'], ['package/__init__.py', 'package/data.json']],
    [['package/'], ['package/__init__.py', 'package/data.json']],
    [['./lambda_function.py'], ['lambda_function.py']],
    [['./package/'], ['package/__init__.py', 'package/data.json']],
    [
      ['lambda_function.py', '.env'],
      ['.env', 'lambda_function.py'],
    ],
    [['.env*'], ['.env', '.env.local']],
    [['**/*.pyc'], ['package/old.pyc']],
    [['node_modules/**'], ['node_modules/tool/index.js']],
  ]
  for (const [include, expected] of includes) {
    it(`with include ${include.join(' ')} takes exactly what that names`, () =>
      inTree(TREE, async dir => {
        assert.equal(await paths(dir, { include }), expected)
      }))
  }

  it('subtracts what exclude names, folders with all they hold', () =>
    inTree(TREE, async dir => {
      const exclude = ['package', '**/*.json', 'env/**']
      assert.equal(await paths(dir, { exclude }), ['.hidden', 'lambda_function.py', 'pyproject.toml'])
    }))

  for (const [key, pattern] of [
    ['include', 'modles/**'],
    ['include', '/'],
    ['exclude', 'notebook'],
    ['executable', '*.exe'],
  ] as const) {
    it(`refuses a pattern in ${key} that matches nothing`, () =>
      inTree(TREE, async dir => {
        const error = await rejects(() => paths(dir, { [key]: [pattern] }), 'PATTERN_MATCHES_NOTHING')
        assert.match(error.message, `"${pattern}" in \`${key}\` matches nothing`)
      }))
  }

  it('takes an exclude that only names what is left out anyway', () =>
    inTree(TREE, async dir => {
      assert.ok((await paths(dir, { exclude: ['**/*.cpython-313.pyc', 'node_modules/tool/**', '.env'] })).length > 0)
    }))

  it('says that environment files are left out, but for one that is packed', () =>
    inTree(TREE, async dir => {
      const left = await collect(dir)
      assert.equal(
        left.findings.map(({ code, path }) => `${code} ${path}`),
        ['ENV_FILE_LEFT_OUT .env', 'ENV_FILE_LEFT_OUT .env.local'],
      )
      const packed = await collect(dir, { include: ['.env'] })
      assert.equal(
        packed.findings.map(({ code, severity, path }) => `${severity} ${code} ${path}`),
        ['note ENV_FILE_LEFT_OUT .env.local'],
      )
    }))

  it('tells what it left out, rule by rule', () =>
    inTree(TREE, async dir => {
      const rules = (await collect(dir)).leftOut.map(({ rule, files }) => `${rule} ${files}`)
      assert.equal(rules, [
        '*.egg-info 1',
        '*.pyc 1',
        '*.tfstate* 1',
        '.env* 2',
        '.git 1',
        'Dockerfile 1',
        '__pycache__ 1',
        'node_modules 1',
        'requirements*.in 1',
        'requirements*.txt 2',
        'uv.lock 1',
        'virtual environment 1',
      ])
    }))

  it('leaves out what the plan excludes', () =>
    inTree(TREE, async dir => {
      const { files } = await collectOwnFiles(testPlan(dir, {}, { excluded: [join(dir, 'package')] }), testSystem())
      assert.not.ok(files.some(({ path }) => path.startsWith('package/')))
    }))

  it('leaves out what a link of the plan leads to, as of an output folder', () =>
    inTree({ 'lambda_function.py': '', 'elsewhere/old.zip': '' }, async dir => {
      await symlink('elsewhere', join(dir, 'out'))
      const { files } = await collect(dir, {}, { excluded: [join(dir, 'out')] })
      assert.equal(
        files.map(({ path }) => path),
        ['lambda_function.py'],
      )
    }))

  it('names the folder that it may not look into', () =>
    inTree({ 'lambda_function.py': '', 'locked/a.py': '' }, async dir => {
      const denied = Object.assign(new Error('EACCES'), { code: 'EACCES' })
      const { disk } = testSystem()
      const lockedDisk = {
        ...disk,
        stat: (path: string) => (path.includes('locked/') ? Promise.reject(denied) : disk.stat(path)),
      }
      const action = () => collectOwnFiles(testPlan(dir), testSystem({ disk: lockedDisk }))
      const error = await rejects(action, 'FILE_UNREADABLE')
      assert.is(error.message, `${join(dir, 'locked')} can't be read: permission denied (EACCES).`)
    }))

  it('marks scripts, programs and what `executable` names, and never looks at the host’s bits', () =>
    inTree(
      {
        'run.sh': '#!/bin/sh\n',
        tool: elf(2),
        'lib.so': elf(3),
        pie: elf(3, true),
        'plain.txt': 'x',
        'bin/named': 'x',
      },
      async dir => {
        await writeFile(join(dir, 'mode.txt'), 'x', { mode: 0o777 })
        const { files } = await collect(dir, { executable: ['bin/*'] })
        assert.equal(
          files.filter(({ executable }) => executable).map(({ path }) => path),
          ['bin/named', 'pie', 'run.sh', 'tool'],
        )
      },
    ))

  it('follows links inside the boundary, to files and folders', () =>
    inTree({ 'function/lambda_function.py': '', 'shared/common/util.py': 'x = 1\n' }, async dir => {
      await symlink('../shared/common', join(dir, 'function/common'))
      await symlink('../shared/common/util.py', join(dir, 'function/util.py'))
      const { files } = await collectOwnFiles(testPlan(join(dir, 'function'), {}, { boundary: dir }), testSystem())
      assert.equal(
        files.map(({ path, bytes }) => `${path} ${bytes}`),
        ['common/util.py 6', 'lambda_function.py 0', 'util.py 6'],
      )
    }))

  it('refuses a link that leads out of the boundary', () =>
    inTree({ 'function/lambda_function.py': '', 'outside.py': '' }, async dir => {
      await symlink('../outside.py', join(dir, 'function/link.py'))
      await rejects(() => collect(join(dir, 'function')), 'LINK_ESCAPES')
      assert.equal(await paths(join(dir, 'function'), { exclude: ['link.py'] }), ['lambda_function.py'])
    }))

  it('refuses dangling and cyclic links', () =>
    inTree({ 'a/lambda_function.py': '', 'b/x/lambda_function.py': '', 'c/lambda_function.py': '' }, async dir => {
      await symlink('gone.py', join(dir, 'a/link.py'))
      await symlink('..', join(dir, 'b/x/up'))
      await symlink('self', join(dir, 'c/self'))
      await rejects(() => collect(join(dir, 'a')), 'LINK_DANGLING')
      await rejects(() => collect(join(dir, 'b')), 'LINK_CYCLE')
      await rejects(() => collect(join(dir, 'c')), 'LINK_DANGLING')
    }))

  it('does not follow an excluded link', () =>
    inTree({ 'lambda_function.py': '' }, async dir => {
      await symlink('/nonexistent', join(dir, '.venv'))
      await symlink('/nonexistent', join(dir, 'node_modules'))
      assert.equal(await paths(dir, { exclude: ['.venv'] }), ['lambda_function.py'])
    }))

  it('refuses a name that means another file elsewhere', () =>
    inTree({ 'lambda_function.py': '', 'a\\b.py': '' }, async dir => {
      await rejects(() => collect(dir), 'UNSAFE_PATH')
    }))

  it('takes an empty folder for nothing', () =>
    inTree({ 'lambda_function.py': '' }, async dir => {
      await mkdir(join(dir, 'empty'))
      assert.equal(await paths(dir), ['lambda_function.py'])
    }))
})

function inTree(
  files: Readonly<Record<string, string | Uint8Array>>,
  action: (dir: string) => Promise<void>,
): Promise<void> {
  return inTemporaryFolder(async dir => {
    await writeTree(dir, files)
    await action(dir)
  })
}

function collect(dir: string, changes: Partial<FunctionConfig> = {}, more: Partial<PythonPlan> = {}) {
  return collectOwnFiles(testPlan(dir, changes, more), testSystem())
}

async function paths(dir: string, changes: Partial<FunctionConfig> = {}): Promise<readonly string[]> {
  return (await collect(dir, changes)).files.map(({ path }) => path).sort()
}

/** The head of an ELF file of a type, with a segment that asks for an interpreter or without. */
function elf(type: number, interpreted = false): Buffer {
  const head = Buffer.alloc(64 + 56)
  head.write('\x7fELF\x02\x01\x01', 'latin1')
  head.writeUInt16LE(type, 16)
  head.writeBigUInt64LE(64n, 32)
  head.writeUInt16LE(56, 54)
  head.writeUInt16LE(1, 56)
  head.writeUInt32LE(interpreted ? 3 : 1, 64)
  return head
}
