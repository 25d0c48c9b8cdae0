import { chmod, mkdir, readdir, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { openContentIndex } from '../../src/cache/content-index.ts'
import { keep } from '../../src/cache/kept.ts'
import { encoderFolder } from '../../src/cache/kinds.ts'
import { openStreams } from '../../src/cache/streams.ts'
import { clearCache, readUsage } from '../../src/cache/usage.ts'
import { makeDisk } from '../../src/system/disk.ts'
import { describe, inTemporaryFolder, rejects, writeTree } from '../helpers.ts'

const HASH = '0123456789abcdef'.repeat(4)
const BLOCK = 4096

/** One of each that is lpack's, by its own names. */
const OWN = {
  [`streams/${encoderFolder('libdeflate-0.1.0/12')}/01/${HASH}`]: 'stream',
  [`streams/${encoderFolder('another')}/01/${HASH}`]: 'stream',
  'streams/.0123456789abcdef.tmp': 'draft',
  [`index/${HASH}`]: 'index',
  [`artifacts/${HASH}`]: 'artifact',
  [`images/${HASH}`]: 'image',
  [`layers/${HASH}`]: 'layer',
  'layers/.0123456789abcdef.tmp/layer': 'half',
  [`wheels/${HASH}/numpy-2.3.2-py3-none-any.whl`]: 'x'.repeat(BLOCK + 1),
  'wheels/.fedcba9876543210.tmp/download': 'half',
  [`built/${HASH}-3.13/six-1.17.0-py3-none-any.whl`]: 'wheel',
  'written.log': '= 0\n',
}

/** What could stand in a folder that LPACK_CACHE_DIR names by mistake. */
const FOREIGN = {
  'thesis.txt': '',
  'streams/video.mp4': '',
  'streams/holidays/01/video.mp4': '',
  'wheels/mine-1.0-py3-none-any.whl': '',
  'wheels/0123/mine.whl': '',
  'built/index.html': '',
  'artifacts/release/app.zip': '',
  'index/a.txt': '',
  'images/cat.png': '',
  'layers/paint.psd': '',
  'other/wheels/x': '',
  '.0123456789abcdef.tmp/mine.txt': '',
}

describe('cache/usage', it => {
  it('counts what is there by kind, in blocks of the disk', () =>
    inTemporaryFolder(async dir => {
      await writeTree(dir, { ...OWN, ...FOREIGN })
      assert.equal(await readUsage(dir, makeDisk()), {
        dir,
        kinds: [
          { kind: 'streams', files: 3, bytes: 3 * BLOCK, isTrimmed: true },
          { kind: 'index', files: 1, bytes: BLOCK, isTrimmed: true },
          { kind: 'artifacts', files: 1, bytes: BLOCK, isTrimmed: true },
          { kind: 'findings', files: 0, bytes: 0, isTrimmed: true },
          { kind: 'reports', files: 0, bytes: 0, isTrimmed: true },
          { kind: 'images', files: 1, bytes: BLOCK, isTrimmed: true },
          { kind: 'layers', files: 2, bytes: 2 * BLOCK, isTrimmed: true },
          { kind: 'wheels', files: 2, bytes: 3 * BLOCK, isTrimmed: false },
          { kind: 'built', files: 1, bytes: BLOCK, isTrimmed: false },
        ],
        files: 11,
        bytes: 12 * BLOCK,
      })
    }))

  it('finds nothing in a folder that is missing, or is a file', () =>
    inTemporaryFolder(async dir => {
      await writeFile(join(dir, 'file'), '')
      for (const name of ['none', 'file']) {
        const { files, bytes } = await readUsage(join(dir, name), makeDisk())
        assert.equal([files, bytes], [0, 0])
        assert.is((await clearCache(join(dir, name), makeDisk())).files, 0)
      }
      assert.equal(await readdir(dir), ['file'])
    }))

  it('clears all that is its own', () =>
    inTemporaryFolder(async dir => {
      await writeTree(dir, OWN)
      const removed = await clearCache(dir, makeDisk())
      assert.equal([removed.files, removed.bytes], [11, 12 * BLOCK])
      assert.equal(await readdir(dir), [])
      assert.is((await clearCache(dir, makeDisk())).files, 0)
    }))

  it('clears nothing else from a folder that is no cache', () =>
    inTemporaryFolder(async dir => {
      await writeTree(dir, { ...OWN, ...FOREIGN })
      await clearCache(dir, makeDisk())
      assert.equal(await filesOf(dir), Object.keys(FOREIGN).sort())
    }))

  it('knows all that the stores write', () =>
    inTemporaryFolder(async dir => {
      const disk = makeDisk()
      const streams = openStreams(dir, 'an/encoder', disk)
      await streams.write({ sha256: HASH, bytes: 1, crc32: 1, method: 'store' })
      await keep({ dir, kind: 'artifacts', key: 'a.zip' }, { a: 1 }, disk)
      await writeFile(join(dir, 'file'), '')
      await utimes(join(dir, 'file'), 1, 1)
      const index = await openContentIndex(dir, 'scope', disk)
      const content = { kind: 'disk', path: join(dir, 'file') } as const
      await index.known(content)
      index.learn(content, HASH)
      await index.save()
      await streams.settle(1e9)
      await clearCache(dir, disk)
      assert.equal(await readdir(dir), ['file'])
    }))

  const unix = process.platform === 'win32' ? it.skip : it
  unix('does not follow links', () =>
    inTemporaryFolder(async dir => {
      await writeTree(dir, { [`mine/${HASH}/thesis.txt`]: 'mine', 'cache/x': '' })
      await mkdir(join(dir, 'cache/streams'))
      await mkdir(join(dir, 'cache/index'))
      await symlink(join(dir, 'mine'), join(dir, 'cache/streams', encoderFolder('a')))
      await symlink(join(dir, 'mine', HASH), join(dir, 'cache/index', HASH))
      assert.is((await readUsage(join(dir, 'cache'), makeDisk())).files, 2)
      await clearCache(join(dir, 'cache'), makeDisk())
      assert.equal(await filesOf(dir), ['cache/x', `mine/${HASH}/thesis.txt`])
    }),
  )

  it('tells what can not be removed', () =>
    inTemporaryFolder(async dir => {
      await writeTree(dir, OWN)
      const fault = Object.assign(new Error('EACCES'), { code: 'EACCES' })
      const error = await rejects(
        () => clearCache(dir, { ...makeDisk(), remove: () => Promise.reject(fault) }),
        'CACHE_NOT_CLEARED',
      )
      assert.match(error.message, /can't be removed: permission denied \(EACCES\)\. Check its permissions/)
    }))

  const ordinary = process.platform === 'win32' || process.getuid?.() === 0 ? it.skip : it
  ordinary('counts what it may look at', () =>
    inTemporaryFolder(async dir => {
      await writeTree(dir, OWN)
      await chmod(join(dir, 'wheels'), 0)
      const { files } = await readUsage(dir, makeDisk())
      await chmod(join(dir, 'wheels'), 0o755)
      assert.is(files, 6)
    }),
  )
})

async function filesOf(dir: string): Promise<string[]> {
  const files = await readdir(dir, { recursive: true, withFileTypes: true })
  return files
    .filter(one => !one.isDirectory())
    .map(one => join(one.parentPath, one.name).slice(dir.length + 1))
    .map(path => path.replaceAll('\\', '/'))
    .sort()
}
