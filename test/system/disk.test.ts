import { execFileSync } from 'node:child_process'
import { stat, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { makeDisk } from '../../src/system/disk.ts'
import { describe, inTemporaryFolder, needing, rejects } from '../helpers.ts'

describe('system/disk', it => {
  for (const [what, name] of [
    ['a name that is too long', 'x'.repeat(5000)],
    ['a name with a NUL', 'a\0b'],
    ['a path through a file', 'file.txt/below'],
    ['a link to itself', 'loop'],
  ] as const) {
    it(`finds nothing at ${what}`, () =>
      inTemporaryFolder(async dir => {
        await makeDisk().writeBytes(join(dir, 'file.txt'), '')
        if (process.platform !== 'win32') await symlink('loop', join(dir, 'loop'))
        assert.is(await makeDisk().stat(join(dir, name)), null)
      }))
  }

  needing(it, 'mkfifo')('refuses to read a pipe, where it would wait for ever', () =>
    inTemporaryFolder(async dir => {
      const pipe = join(dir, 'requirements.txt')
      execFileSync('mkfifo', [pipe])
      const disk = makeDisk()
      for (const read of [disk.readText, disk.readBytes, disk.sha256]) {
        const error = await rejects(() => read(pipe), 'FILE_UNREADABLE')
        assert.is(error.message, `${pipe} can't be read: it is a pipe, not a file.`)
      }
      await rejects(() => disk.readRange(pipe, 0, 10), 'FILE_UNREADABLE')
    }),
  )

  it('refuses to read a device, which may never end', async () => {
    if (process.platform === 'win32') return
    const error = await rejects(() => makeDisk().readBytes('/dev/zero'), 'FILE_UNREADABLE')
    assert.is(error.message, "/dev/zero can't be read: it is a device, not a file.")
    assert.is(await makeDisk().readText('/dev/null'), '')
  })

  for (const bytes of [10, 5_000_000]) {
    it(`copies ${bytes} bytes to a file of its own`, () =>
      inTemporaryFolder(async dir => {
        const [from, to] = [join(dir, 'from'), join(dir, 'to')]
        const disk = makeDisk()
        await disk.writeBytes(from, Buffer.alloc(bytes, 7))
        await disk.copy(from, to)
        await disk.writeBytes(from, 'other')
        assert.equal(await disk.readBytes(to), Buffer.alloc(bytes, 7))
      }))
  }

  it('gives a file the permissions that are asked for, whatever the umask', () =>
    inTemporaryFolder(async dir => {
      if (process.platform === 'win32') return
      const path = join(dir, 'file')
      const before = process.umask(0o077)
      try {
        await makeDisk().writeBytes(path, '')
        await makeDisk().setMode(path, 0o644)
      } finally {
        process.umask(before)
      }
      assert.is((await stat(path)).mode & 0o777, 0o644)
    }))
})
