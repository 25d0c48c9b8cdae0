import { execFileSync, spawnSync } from 'node:child_process'
import { readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { checkBytecode } from '../../src/check/shape/bytecode.ts'
import { makeSubject } from '../../src/check/subject.ts'
import { isCheckedByTime } from '../../src/formats/python-bytecode.ts'
import { describe, inTemporaryFolder, writeTree } from '../helpers.ts'
import { testFile, testFileSet, testPlan, testSystem } from '../worlds.ts'
import { findPythons } from './pythons.ts'

const PYTHONS = findPythons(['3.9', '3.10', '3.11', '3.12', '3.13', '3.14'])

describe('bytecode', it => {
  it('is found to be of another Python if and only if importing it fails', () =>
    inTemporaryFolder(async dir => {
      assert.ok(PYTHONS.size > 1)
      for (const [compiledFor, compiler] of PYTHONS) {
        const folder = join(dir, compiledFor)
        await compile(compiler, folder, 'timestamp')
        const [name = ''] = await readdir(join(folder, '__pycache__'))
        await rename(join(folder, '__pycache__', name), join(folder, 'module.pyc'))
        await rm(join(folder, 'module.py'))
        for (const [minor, python] of PYTHONS) {
          const { status, stderr } = spawnSync(python, ['-c', 'import module'], { cwd: folder, encoding: 'utf8' })
          const file = testFile('module.pyc', await readFile(join(folder, 'module.pyc')))
          const plan = testPlan('/root', { runtime: `python${minor}` })
          const found = await checkBytecode(makeSubject(plan, testFileSet([file]), testSystem()))
          const codes = found.map(({ code }) => code)
          assert.equal(codes, status === 0 ? [] : ['BYTECODE_OTHER_PYTHON'], `${compiledFor} on ${minor}`)
          if (status !== 0) assert.match(stderr, 'bad magic number')
        }
      }
    }))

  for (const [mode, isByTime] of [
    ['timestamp', true],
    ['checked-hash', false],
    ['unchecked-hash', false],
  ] as const) {
    it(`is ${isByTime ? '' : 'not '}seen to depend on times with ${mode}`, () =>
      inTemporaryFolder(async dir => {
        for (const [minor, python] of PYTHONS) {
          await compile(python, join(dir, minor), mode)
          const [name = ''] = await readdir(join(dir, minor, '__pycache__'))
          assert.is(isCheckedByTime(await readFile(join(dir, minor, '__pycache__', name))), isByTime, minor)
        }
      }))
  }
})

async function compile(python: string, dir: string, mode: string): Promise<void> {
  await writeTree(dir, { 'module.py': 'VALUE = 1\n' })
  execFileSync(python, ['-m', 'compileall', '-q', '--invalidation-mode', mode, 'module.py'], { cwd: dir })
}
