import { chmod, readdir, readFile, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import * as assert from 'uvu/assert'
import { openCache } from '../../src/cache/open.ts'
import { type Encoder, makeEncoder } from '../../src/deflate/encoder.ts'
import { makeLayer } from '../../src/image/layer.ts'
import type { ImageLayer, RecipeLayer } from '../../src/image/types.ts'
import type { FileEntry } from '../../src/model.ts'
import { makeDisk } from '../../src/system/disk.ts'
import type { System } from '../../src/system/system.ts'
import { describe, inTemporaryFolder, rejects, writeTree } from '../helpers.ts'
import { testFile, testSystem } from '../worlds.ts'
import { sha256 } from './base-registry.ts'

const FILES = [
  testFile('app.py', 'def handler(event, context): pass\n'),
  testFile('bin/run', 'x', { executable: true }),
]

describe('image/layer', it => {
  it('has each file under the task root, after its folders', () =>
    withMaking(async make => {
      const files = [testFile('a/b/c.py', '1'), testFile('a/b.py', '2'), testFile('z', '3')]
      const layer = await make(sorted(files))
      assert.equal(namesIn(await unzipped(layer)), [
        'var/',
        'var/task/',
        'var/task/a/',
        'var/task/a/b.py',
        'var/task/a/b/',
        'var/task/a/b/c.py',
        'var/task/z',
      ])
    }))

  it('is known by what it holds', () =>
    withMaking(async make => {
      const layer = await make(FILES)
      const bytes = await readFile(layer.path ?? '')
      const tar = gunzipSync(bytes)
      assert.equal(
        [layer.digest, layer.size, layer.diffId, layer.unzippedBytes, layer.kind],
        [sha256(bytes), bytes.length, sha256(tar), tar.length, 'code'],
      )
    }))

  it('has bytes that are pinned', () =>
    withMaking(async make => {
      const { digest, diffId } = await make(FILES)
      // Other ones are other images for every user: change TAR_FORMAT, or what gzipId says, with them.
      assert.equal(
        [diffId, digest],
        [
          'sha256:062d62b9b53cc417e6fa1cb6a21143751b16fe70ed29688c4814e23518bdc205',
          'sha256:5ff759312d228317a0d34c9daffdd5b4d4f575c84b0b5e6de38f0b6897661e19',
        ],
      )
    }))

  it('is the same from other folders, modes, times and numbers of threads', () =>
    inTemporaryFolder(async dir => {
      const digests: string[] = []
      for (const [folder, mode, jobs] of [
        ['one', 0o600, 1],
        ['two', 0o777, 3],
      ] as const) {
        await writeTree(join(dir, folder), { 'app.py': 'pass', 'model.bin': Buffer.alloc(9_000_000, 'model') })
        const files = await filesOf(join(dir, folder))
        for (const { content } of files) {
          if (content.kind !== 'disk') continue
          await chmod(content.path, mode)
          await utimes(content.path, jobs, jobs)
        }
        await withMaking(async make => digests.push((await make(files)).digest), { jobs })
      }
      assert.is(digests[0], digests[1])
    }))

  it('is not made again from the same files', () =>
    withMaking(async (make, run) => {
      const first = await make(FILES)
      assert.is(run.parts, 1)
      assert.equal(await make(FILES), first)
      assert.is(run.parts, 1)
    }))

  it('is made again where a content, a mode, or a name is another', () =>
    withMaking(async (make, run) => {
      const digests = new Set([(await make(FILES)).digest])
      for (const change of [
        testFile('app.py', 'def handler(event, context): fail\n'),
        testFile('app.py', 'def handler(event, context): pass\n', { executable: true }),
        testFile('app2.py', 'def handler(event, context): pass\n'),
      ]) {
        digests.add((await make(sorted([change, ...FILES.slice(1)]))).digest)
      }
      assert.equal([digests.size, run.parts], [4, 4])
    }))

  it('is made again where the one that is kept is damaged', () =>
    withMaking(async (make, run) => {
      const first = await make(FILES)
      const path = first.path ?? ''
      for (const damaged of [Buffer.alloc(first.size), Buffer.from('short')]) {
        await writeFile(path, damaged)
        run.restart()
        assert.equal(await make(FILES), first)
        assert.is(sha256(await readFile(path)), first.digest)
      }
      assert.is(run.parts, 3)
    }))

  it('is with the run alone where there is no cache', () =>
    withMaking(
      async (make, run) => {
        const { path } = await make(FILES)
        assert.ok(path?.startsWith(run.workDir))
      },
      { isCached: false },
    ))

  it('goes elsewhere, after a warning, where the cache takes nothing', () =>
    inTemporaryFolder(async dir => {
      const warnings: string[] = []
      const full: System['disk'] = {
        ...makeDisk(),
        openForWriting: (path, options) =>
          path.includes('cache') && path.includes('layers')
            ? Promise.reject(Object.assign(new Error('full'), { code: 'ENOSPC' }))
            : makeDisk().openForWriting(path, options),
      }
      const { progress } = testSystem()
      const system = testSystem({ disk: full, progress: { ...progress, warn: one => void warnings.push(one) } })
      await withMaking(
        async make => {
          const { path, digest } = await make(FILES)
          assert.is(sha256(await readFile(path ?? '')), digest)
          assert.match(warnings.join('\n'), /^The cache folder .* can't be written: the disk is full \(ENOSPC\)/)
        },
        { dir, system },
      )
    }))

  for (const path of ['.wh.app.py', 'lib/.wh..wh..opq', '.wh.lib/app.py']) {
    it(`refuses ${path}, which would hide another file`, () =>
      withMaking(async make => {
        const error = await rejects(() => make([testFile(path, '')]), 'LAYER_FILE_HIDES')
        assert.ok(error.message.startsWith(path))
      }))
  }

  for (const [what, change] of [
    ['shorter', { bytes: 5_000_000 }],
    ['longer', { bytes: 4_000_000 }],
  ] as const) {
    it(`refuses a file that has become ${what}`, () =>
      inTemporaryFolder(async dir => {
        await writeTree(dir, { 'model.bin': Buffer.alloc(4_500_000) })
        const files = (await filesOf(dir)).map(file => ({ ...file, ...change }))
        await withMaking(make => rejects(() => make(files), 'FILE_CHANGED'))
      }))
  }

  it('tells which file is not there any more', () =>
    inTemporaryFolder(async dir => {
      await writeTree(dir, { 'a.py': 'pass' })
      const files = (await filesOf(dir)).map(file => ({
        ...file,
        content: { kind: 'disk', path: join(dir, 'b') } as const,
      }))
      await withMaking(make => rejects(() => make(files), 'FILE_UNREADABLE'))
    }))

  it('leaves nothing behind when it is interrupted', () =>
    inTemporaryFolder(async dir => {
      const interruption = new AbortController()
      const system = testSystem({ signal: interruption.signal })
      await writeTree(dir, { 'model/large.bin': Buffer.alloc(60_000_000, 'model') })
      const files = await filesOf(join(dir, 'model'))
      await withMaking(
        async make => {
          setTimeout(() => interruption.abort('SIGINT'), 20)
          assert.is(await make(files).catch(String), 'SIGINT')
          assert.equal(await readdir(join(dir, 'cache', 'layers')), [])
        },
        { dir, system },
      )
    }))
})

interface Run {
  readonly workDir: string
  /** How many parts the encoder has compressed. */
  parts: number
  /** What follows is another run, which has verified nothing yet. */
  readonly restart: () => void
}

interface MakingOptions {
  readonly dir?: string
  readonly isCached?: boolean
  readonly jobs?: number
  readonly system?: System
}

async function withMaking(
  action: (make: (files: readonly FileEntry[]) => Promise<ImageLayer>, run: Run) => Promise<unknown>,
  { dir, isCached = true, jobs = 2, system = testSystem() }: MakingOptions = {},
): Promise<void> {
  if (dir === undefined) {
    return inTemporaryFolder(made => withMaking(action, { dir: made, isCached, jobs, system }))
  }
  const workDir = join(dir, 'work')
  const encoder = makeEncoder(jobs, system.signal)
  const open = () =>
    openCache({ dir: isCached ? join(dir, 'cache') : null, workDir, scope: 'test', encoderId: encoder.id }, system)
  let opened = open()
  const restart = () => {
    opened = open()
  }
  const run: Run = { workDir, parts: 0, restart }
  const counting: Encoder = {
    ...encoder,
    compressPart: part => {
      run.parts++
      return encoder.compressPart(part)
    },
  }
  try {
    await action(async files => {
      const layer: RecipeLayer = { kind: 'code', folder: 'code', files }
      return makeLayer(layer, { encoder: counting, cache: await opened, system })
    }, run)
  } finally {
    await encoder.close()
  }
}

async function filesOf(dir: string): Promise<FileEntry[]> {
  const disk = makeDisk()
  const names = (await disk.list(dir)).filter(({ kind }) => kind === 'file').map(({ name }) => name)
  const files: FileEntry[] = []
  for (const name of names) {
    const path = join(dir, name)
    const bytes = (await disk.stat(path))?.bytes ?? 0
    files.push(testFile(name, '', { bytes, content: { kind: 'disk', path } }))
  }
  return files
}

function sorted(files: readonly FileEntry[]): FileEntry[] {
  return [...files].sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)))
}

async function unzipped({ path }: ImageLayer): Promise<Buffer> {
  return gunzipSync(await readFile(path ?? ''))
}

function namesIn(tar: Buffer): string[] {
  const names: string[] = []
  for (let at = 0; tar[at] !== 0; ) {
    names.push(tar.toString('latin1', at, tar.indexOf(0, at)))
    at += 512 + Math.ceil(Number.parseInt(tar.toString('latin1', at + 124, at + 135), 8) / 512) * 512
  }
  return names
}
