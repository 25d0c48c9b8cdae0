import { chown, mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { makeDisk } from '../../src/system/disk.ts'
import { describe, inTemporaryFolder, writeTree } from '../helpers.ts'

const ABANDONED = '.0123456789abcdef.tmp'
const IN_USE = '.fedcba9876543210.tmp'

describe('system/drafts', it => {
  for (const [what, use] of [
    ['a folder is made', (dir: string) => makeDisk().withFolderIn(dir, async () => undefined)],
    ['a file is replaced', (dir: string) => makeDisk().replace(join(dir, 'new'), [], dir)],
  ] as const) {
    it(`removes what a killed run has left where ${what}, and nothing younger than an hour or of others`, () =>
      inTemporaryFolder(async dir => {
        await writeTree(dir, {
          [`${ABANDONED}/app.zip`]: 'half',
          [`${IN_USE}/app.zip`]: 'half',
          '.0000000000000000.tmp': 'half an entry',
          '.mine.tmp': '',
          'fedcba9876543210.tmp': '',
          'lpack-0123456789abcdef/mine.txt': '',
        })
        for (const name of await readdir(dir)) await age(join(dir, name), name === IN_USE ? 59 : 61)
        await use(dir)
        assert.equal(
          (await readdir(dir)).filter(name => name !== 'new').sort(),
          [IN_USE, '.mine.tmp', 'fedcba9876543210.tmp', 'lpack-0123456789abcdef'].sort(),
        )
      }))
  }

  it('looks for it once a run', () =>
    inTemporaryFolder(async dir => {
      const disk = makeDisk()
      await disk.withFolderIn(dir, async () => undefined)
      await mkdir(join(dir, ABANDONED))
      await age(join(dir, ABANDONED), 100)
      await disk.withFolderIn(dir, async () => undefined)
      assert.equal(await readdir(dir), [ABANDONED])
    }))

  it('removes working folders of killed runs from the temporary folder', async () => {
    const name = 'lpack-00000000feedface'
    const path = join(tmpdir(), name)
    await writeTree(path, { 'work/wheel': 'x' })
    try {
      await age(path, 50)
      await makeDisk().withTemporaryFolder(async () => undefined)
      assert.ok((await readdir(tmpdir())).includes(name))
      await age(path, 70)
      await makeDisk().withTemporaryFolder(async () => undefined)
      assert.not.ok((await readdir(tmpdir())).includes(name))
    } finally {
      await rm(path, { recursive: true, force: true })
    }
  })

  const root = process.getuid?.() === 0 ? it : it.skip
  root("leaves another user's alone", () =>
    inTemporaryFolder(async dir => {
      await writeFile(join(dir, ABANDONED), '')
      await chown(join(dir, ABANDONED), 12345, 12345)
      await age(join(dir, ABANDONED), 100)
      await makeDisk().withFolderIn(dir, async () => undefined)
      assert.equal(await readdir(dir), [ABANDONED])
    }),
  )

  it('keeps a folder young while its run goes on', () =>
    inTemporaryFolder(async dir => {
      const real = globalThis.setInterval
      const signs: (() => void)[] = []
      globalThis.setInterval = ((sign: () => void, ms: number) => {
        signs.push(sign)
        return real(sign, ms)
      }) as typeof real
      try {
        await makeDisk().withFolderIn(dir, async folder => {
          await age(folder, 59)
          for (const sign of signs) sign()
          assert.ok(Date.now() - (await stat(folder)).mtimeMs < 60_000)
        })
      } finally {
        globalThis.setInterval = real
      }
    }))

  it('replaces a file in one step, of several pieces', () =>
    inTemporaryFolder(async dir => {
      const disk = makeDisk()
      await writeFile(join(dir, 'file'), 'before')
      await disk.replace(join(dir, 'file'), [Buffer.from('af'), new Uint8Array(), Buffer.from('ter')], dir)
      assert.is(await readFile(join(dir, 'file'), 'utf8'), 'after')
      assert.equal(await readdir(dir), ['file'])
    }))

  it('leaves the old file and no draft when it can not replace it', () =>
    inTemporaryFolder(async dir => {
      await writeTree(dir, { 'folder/inside': '' })
      const error = await makeDisk()
        .replace(join(dir, 'folder'), [Buffer.from('x')], dir)
        .catch((reason: NodeJS.ErrnoException) => reason.code)
      assert.ok(['EISDIR', 'ENOTEMPTY', 'EEXIST', 'EPERM'].includes(String(error)), String(error))
      assert.equal(await readdir(dir), ['folder'])
    }))
})

async function age(path: string, minutes: number): Promise<void> {
  const then = new Date(Date.now() - minutes * 60_000)
  await utimes(path, then, then)
}
