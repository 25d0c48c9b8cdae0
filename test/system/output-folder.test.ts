import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { makeDisk } from '../../src/system/disk.ts'
import { exchangeFolders, placeBeside, withDraftFolder } from '../../src/system/output-folder.ts'
import type { Disk } from '../../src/system/system.ts'
import { describe, inTemporaryFolder, rejects, writeTree } from '../helpers.ts'

const DISK = makeDisk()

describe('system/output-folder', it => {
  it('puts folders in the places of those that stand', () =>
    inTemporaryFolder(async dir => {
      await writeTree(dir, { 'one/old': '1', 'one/same': '1', 'drafts/one/same': '2', 'drafts/two/new': '2' })
      await exchange(dir, DISK)
      assert.equal(await tree(dir), { 'one/same': '2', 'two/new': '2' })
    }))

  it('puts none there when one cannot be put there, and leaves what stood as it was', () =>
    inTemporaryFolder(async dir => {
      await writeTree(dir, { 'one/old': '1', 'two/old': '1', 'drafts/one/new': '2', 'drafts/two/new': '2' })
      const full = Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' })
      const disk: Disk = {
        ...DISK,
        rename: (from, to) => (from.endsWith(join('drafts', 'two')) ? Promise.reject(full) : DISK.rename(from, to)),
      }
      const { message } = await rejects(() => exchange(dir, disk), 'OUTPUT_UNWRITABLE')
      assert.match(message, join(dir, 'two'))
      assert.equal(await tree(dir), { 'one/old': '1', 'two/old': '1' })
    }))

  it('leaves an output folder that stood as it was on a failure, and removes one that it made', () =>
    inTemporaryFolder(async dir => {
      await mkdir(join(dir, 'stood'))
      for (const name of ['stood', 'new']) {
        const failing = withDraftFolder(join(dir, name), DISK, async () => Promise.reject(new Error('cut short')))
        assert.is(await failing.catch((error: Error) => error.message), 'cut short')
      }
      assert.equal(await readdir(dir), ['stood'])
    }))

  it('keeps the output folder out of version control, and places files in it', () =>
    inTemporaryFolder(async dir => {
      const out = join(dir, 'out')
      await withDraftFolder(out, DISK, draftDir =>
        placeBeside({ name: 'hello.js.map', bytes: Buffer.from('{}') }, draftDir, out, DISK),
      )
      assert.equal((await readdir(out)).sort(), ['.gitignore', 'hello.js.map'])
      assert.is(await readFile(join(out, '.gitignore'), 'utf8'), '# Artifacts of lpack\n*\n')
    }))
})

function exchange(dir: string, disk: Disk): Promise<void> {
  const folders = ['one', 'two'].map(name => ({ draft: join(dir, 'drafts', name), path: join(dir, name) }))
  return exchangeFolders(folders, disk)
}

/** All files but those of the drafts. */
async function tree(dir: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {}
  for (const name of ['one', 'two']) {
    for (const file of await readdir(join(dir, name))) {
      found[`${name}/${file}`] = await readFile(join(dir, name, file), 'utf8')
    }
  }
  return found
}
