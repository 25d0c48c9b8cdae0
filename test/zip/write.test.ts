import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { inflateRawSync } from 'node:zlib'
import * as assert from 'uvu/assert'
import { crc32 } from '../../src/formats/crc32.ts'
import { readDirectory } from '../../src/formats/zip-directory.ts'
import type { FileEntry } from '../../src/model.ts'
import { compressFiles, finishedStream } from '../../src/zip/compress.ts'
import { entryOverhead } from '../../src/zip/reproducible.ts'
import { writeZip } from '../../src/zip/write.ts'
import { describe, inTemporaryFolder, needing, rejects } from '../helpers.ts'
import { testFile, testFileSet, testSystem } from '../worlds.ts'
import { withTools, zipped, zipTo } from './zipping.ts'

const TEXT = 'lambda '.repeat(500)
const FILES = [
  testFile('__init__.py', ''),
  testFile('bin/run.sh', `#!/bin/sh\necho ${TEXT}`, { executable: true }),
  testFile('lambda_function.py', TEXT),
  testFile('short', 'ab'),
  testFile('über/ñandú.txt', TEXT),
]

describe('zip/write', it => {
  it('pins every header field', () =>
    inTemporaryFolder(async dir => {
      const zip = await zipped(join(dir, 'a.zip'), FILES)
      const entries = centralDirectory(zip)
      assert.equal(
        entries.map(({ name }) => name),
        FILES.map(({ path }) => path),
      )
      for (const entry of entries) {
        assert.is(entry.madeBy >> 8, 3, 'made by Unix')
        assert.is(entry.time, 0)
        assert.is(entry.date, 0x21, '1980-01-01')
        assert.is(entry.mode, entry.name === 'bin/run.sh' ? 0o100755 : 0o100644)
        assert.is(entry.flags, entry.name.startsWith('über') ? 0x800 : 0)
        assert.is(entry.extraBytes + entry.commentBytes, 0)
        assert.is(entry.needs, entry.method === 8 ? 20 : 10)
        assert.equal(entry.local, {
          ...entry.local,
          flags: entry.flags,
          method: entry.method,
          time: 0,
          date: 0x21,
          extraBytes: 0,
        })
      }
    }))

  it('stores what deflating does not make smaller', () =>
    inTemporaryFolder(async dir => {
      const entries = centralDirectory(await zipped(join(dir, 'a.zip'), FILES))
      const methods = Object.fromEntries(entries.map(({ name, method }) => [name, method]))
      assert.equal(methods, {
        '__init__.py': 0,
        'bin/run.sh': 8,
        'lambda_function.py': 8,
        short: 0,
        'über/ñandú.txt': 8,
      })
    }))

  it('refuses a file that the encoder has no room for, before it reads any', () =>
    inTemporaryFolder(async dir => {
      const content = { kind: 'disk', path: join(dir, 'nowhere') } as const
      const files = [
        testFile('a', '', { content }),
        testFile('big.bin', '', { bytes: 3_000_000_000, content: { ...content, path: join(dir, 'big') } }),
      ]
      const error = await rejects(() => zipped(join(dir, 'a.zip'), files), 'FILE_TOO_LARGE')
      assert.match(error.message, 'big.bin has 3000000000 bytes')
    }))

  it('holds the content that came in', () =>
    inTemporaryFolder(async dir => {
      const zip = await zipped(join(dir, 'a.zip'), FILES)
      for (const [index, entry] of centralDirectory(zip).entries()) {
        const plain = entry.method === 8 ? inflateRawSync(entry.stream) : entry.stream
        const file = FILES[index]
        assert.equal(Buffer.from(plain), file?.content.kind === 'bytes' ? file.content.bytes : null)
        assert.is(entry.crc32, crc32(plain))
        assert.is(entry.bytes, plain.length)
      }
    }))

  it('costs 76 bytes and twice the name an entry, and 22 in all', () =>
    inTemporaryFolder(async dir => {
      const zip = await zipped(join(dir, 'a.zip'), FILES)
      const expected = centralDirectory(zip).map(({ name, stream }) => stream.length + 76 + 2 * Buffer.byteLength(name))
      assert.is(
        zip.length,
        expected.reduce((sum, bytes) => sum + bytes, 22),
      )
      assert.is(entryOverhead('abc'), 82)
    }))

  it('writes the same bytes every time', () =>
    inTemporaryFolder(async dir => {
      const [first, second] = [await zipped(join(dir, 'a.zip'), FILES), await zipped(join(dir, 'b.zip'), FILES)]
      assert.is(Buffer.compare(first, second), 0)
    }))

  it('reports what it wrote', () =>
    inTemporaryFolder(async dir => {
      const path = join(dir, 'a.zip')
      const draft = await zipTo(path, FILES)
      assert.is(draft.bytes, (await readFile(path)).length)
      assert.is(
        draft.unzippedBytes,
        FILES.reduce((sum, { bytes }) => sum + bytes, 0),
      )
      assert.is(
        draft.entries.reduce((sum, { zippedBytes }) => sum + zippedBytes, 22),
        draft.bytes,
      )
      assert.is(draft.sha256, await testSystem().disk.sha256(path))
    }))

  it('is read by the reader of wheels', () =>
    inTemporaryFolder(async dir => {
      const path = join(dir, 'a.zip')
      await zipped(path, FILES)
      const members = await readDirectory(path, testSystem().disk)
      assert.equal(
        members.map(({ name }) => name),
        FILES.map(({ path }) => path),
      )
    }))

  it('tells that the folder is not writable', () =>
    inTemporaryFolder(async dir => {
      const error = await rejects(
        () =>
          withTools({ workDir: dir }, async tools => {
            await compressFiles([testFileSet(FILES)], tools)
            const finishedOf = (file: FileEntry) => finishedStream(file, tools)
            return writeZip(testFileSet(FILES), join(dir, 'none', 'a.zip'), finishedOf, tools.system)
          }),
        'OUTPUT_UNWRITABLE',
      )
      assert.match(error.message, 'ENOENT')
    }))

  it('stops in the middle of a large file when interrupted', () =>
    inTemporaryFolder(async dir => {
      const interruption = new AbortController()
      const large = testFile('large', Buffer.alloc(40 << 20, 'lambda '.repeat(1001)))
      setTimeout(() => interruption.abort('SIGINT'), 300)
      const began = process.hrtime.bigint()
      const system = testSystem({ signal: interruption.signal })
      const outcome = await zipTo(join(dir, 'a.zip'), [large], system).catch((reason: unknown) => reason)
      assert.is(outcome, 'SIGINT')
      assert.ok(process.hrtime.bigint() - began < 2_000_000_000n)
    }))

  it('writes a large file as a small one', () =>
    inTemporaryFolder(async dir => {
      const content = Buffer.alloc(5 << 20, 'lambda '.repeat(1001))
      const [entry] = centralDirectory(await zipped(join(dir, 'a.zip'), [testFile('large', content)]))
      assert.is(entry?.bytes, content.length)
      assert.is(Buffer.compare(inflateRawSync(entry?.stream ?? Buffer.alloc(0)), content), 0)
    }))

  it('stores a large file that cannot be made smaller', () =>
    inTemporaryFolder(async dir => {
      const content = randomBytes(5 << 20)
      const [entry] = centralDirectory(await zipped(join(dir, 'a.zip'), [testFile('large', content)]))
      assert.is(entry?.method, 0)
      assert.is(Buffer.compare(entry?.stream ?? Buffer.alloc(0), content), 0)
    }))

  it('stops when interrupted', () =>
    inTemporaryFolder(async dir => {
      const interruption = new AbortController()
      const system = testSystem({
        signal: interruption.signal,
        progress: { show: () => interruption.abort('SIGINT'), clear: () => undefined, warn: () => undefined },
      })
      const outcome = await zipTo(join(dir, 'a.zip'), FILES, system).catch((reason: unknown) => reason)
      assert.is(outcome, 'SIGINT')
    }))

  for (const [tool, args] of [
    ['unzip', ['-tq']],
    ['7z', ['t']],
    ['python3', ['-m', 'zipfile', '-t']],
  ] as const) {
    needing(it, tool)(`is accepted by ${tool}`, () =>
      inTemporaryFolder(async dir => {
        const path = join(dir, 'a.zip')
        await zipped(path, FILES)
        const output = execFileSync(tool, [...args, path], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
        assert.match(output, /No errors|Everything is Ok|Done testing/)
      }),
    )
  }
})

/** An independent reading of the central directory and the local headers, field by field. */
function centralDirectory(zip: Buffer) {
  const end = zip.length - 22
  assert.is(zip.readUInt32LE(end), 0x06054b50)
  assert.is(zip.readUInt16LE(end + 20), 0, 'no comment')
  const entries = []
  let at = zip.readUInt32LE(end + 16)
  for (let index = 0; index < zip.readUInt16LE(end + 10); index++) {
    assert.is(zip.readUInt32LE(at), 0x02014b50)
    const nameBytes = zip.readUInt16LE(at + 28)
    const offset = zip.readUInt32LE(at + 42)
    const compressedBytes = zip.readUInt32LE(at + 20)
    const start = offset + 30 + zip.readUInt16LE(offset + 26) + zip.readUInt16LE(offset + 28)
    entries.push({
      name: zip.toString('utf8', at + 46, at + 46 + nameBytes),
      madeBy: zip.readUInt16LE(at + 4),
      needs: zip.readUInt16LE(at + 6),
      flags: zip.readUInt16LE(at + 8),
      method: zip.readUInt16LE(at + 10),
      time: zip.readUInt16LE(at + 12),
      date: zip.readUInt16LE(at + 14),
      crc32: zip.readUInt32LE(at + 16),
      bytes: zip.readUInt32LE(at + 24),
      extraBytes: zip.readUInt16LE(at + 30),
      commentBytes: zip.readUInt16LE(at + 32),
      mode: zip.readUInt32LE(at + 38) >>> 16,
      stream: zip.subarray(start, start + compressedBytes),
      local: {
        flags: zip.readUInt16LE(offset + 6),
        method: zip.readUInt16LE(offset + 8),
        time: zip.readUInt16LE(offset + 10),
        date: zip.readUInt16LE(offset + 12),
        extraBytes: zip.readUInt16LE(offset + 28),
      },
    })
    at += 46 + nameBytes + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32)
  }
  return entries
}
