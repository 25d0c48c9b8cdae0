import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { collectFiles } from '../../src/files/collect.ts'
import { describe, inTemporaryFolder, rejects, writeTree } from '../helpers.ts'
import { makeWheel } from '../wheels.ts'
import { testPlan, testSystem } from '../worlds.ts'

const WHEEL = makeWheel({ name: 'acme', version: '1.0', files: { 'acme/__init__.py': 'x = 1\n' } })

describe('files/collect', it => {
  it('puts own files and packages together, sorted by bytes', () =>
    inTemporaryFolder(async dir => {
      const paths = (await collect(dir, { 'b.py': '', 'acme.py': '', 'é.py': '' })).files.map(
        ({ path }) => path as string,
      )
      assert.equal(
        paths.filter(path => !path.includes('dist-info')),
        ['acme.py', 'acme/__init__.py', 'b.py', 'é.py'],
      )
    }))

  it('takes an own file for that of a package where both are the same, and refuses another', () =>
    inTemporaryFolder(async dir => {
      await collect(join(dir, 'same'), { 'acme/__init__.py': 'x = 1\n' })
      const error = await rejects(() => collect(join(dir, 'other'), { 'acme/__init__.py': 'x = 2\n' }), 'FILES_COLLIDE')
      assert.match(error.message, 'acme/__init__.py comes from the function itself and, with other content, from acme')
    }))

  it('refuses a file where another needs a folder', () =>
    inTemporaryFolder(async dir => {
      const error = await rejects(() => collect(dir, { acme: '' }), 'FILE_IS_FOLDER')
      assert.match(error.message, 'acme of the function itself is a file where acme/__init__.py of acme needs a folder')
    }))
})

/** The files of a function with these files and the wheel. */
async function collect(dir: string, own: Readonly<Record<string, string>>) {
  await writeTree(join(dir, 'function'), own)
  await writeTree(join(dir, 'wheels'), { [WHEEL.filename]: WHEEL.bytes })
  const plan = testPlan(join(dir, 'function'), {}, { source: { kind: 'wheels', path: join(dir, 'wheels') } })
  const places = { workDir: join(dir, 'work'), storeDir: join(dir, 'store'), useCache: false }
  return collectFiles(plan, places, testSystem())
}
