import { createHash } from 'node:crypto'
import { extract, type Header } from 'tar-stream'
import * as assert from 'uvu/assert'
import { readTarHeaders, type TarHeader } from '../../src/formats/tar-headers.ts'
import { type TarEntry, writeTar } from '../../src/image/tar.ts'
import { describe } from '../helpers.ts'

const LONG = 'n'.repeat(120)

const ENTRIES = [
  folder('var/'),
  folder('var/task/'),
  file('var/task/app.py', 'print()\n'),
  file('var/task/bin/run', '#!/bin/sh\n', true),
  file('var/task/empty', ''),
  file('var/task/grüße.txt', 'ä'),
  file('var/task/line\nbreak=1 path=x', 'x'),
  folder(`var/task/${LONG}/`),
  file(`var/task/${LONG}/${LONG}/${LONG}.txt`, 'deep'),
  file(`var/task/some/${'middle/'.repeat(12)}file.txt`, 'split'),
]

describe('image/tar', it => {
  it('is read as it was written, by two readers', async () => {
    const tar = await tarOf(ENTRIES)
    const expected = ENTRIES.map(({ path, bytes, executable }) => {
      const isFolder = path.endsWith('/')
      return { name: path, bytes, mode: isFolder || executable ? 0o755 : 0o644, type: isFolder ? '5' : '0' }
    })
    assert.equal(
      ownHeaders(tar).map(({ name, bytes, mode, type }) => ({ name, bytes, mode, type })),
      expected,
    )
    const others = await otherHeaders(tar)
    assert.equal(
      others.map(({ name, size, mode, type }) => ({ name, bytes: size, mode, type: type === 'directory' ? '5' : '0' })),
      expected,
    )
  })

  it('has no owner, no time, and bytes that are pinned', async () => {
    const tar = await tarOf(ENTRIES)
    for (const { uid, gid, mtime, owner } of ownHeaders(tar)) assert.equal([uid, gid, mtime, owner], [0, 0, 0, ''])
    assert.is(
      createHash('sha256').update(tar).digest('hex'),
      '553e4138a69134343d91c4642cd8883531ad27b4a767481c5edb0b27a6c199d0',
    )
  })

  it('leaves no header without a name', async () => {
    const tar = await tarOf(ENTRIES)
    for (let at = 0; at < tar.length - 1024; at += 512) {
      if (tar.toString('latin1', at + 257, at + 262) === 'ustar') assert.is.not(tar[at], 0)
    }
  })

  it('takes a content in pieces, and no more of it than fits', async () => {
    let ahead = 0
    let most = 0
    const pieces = async function* () {
      for (let time = 0; time < 100; time++) {
        most = Math.max(most, ++ahead)
        yield Buffer.alloc(100_000, time)
      }
    }
    let length = 0
    for await (const piece of writeTar([{ path: 'large', executable: false, bytes: 10_000_000, content: pieces }])) {
      length += piece.length
      if (piece.length === 100_000) ahead--
      await new Promise(resolve => setImmediate(resolve))
    }
    assert.is(length, 512 + Math.ceil(10_000_000 / 512) * 512 + 1024)
    assert.ok(most < 10, `${most}`)
  })

  it('throws what a content throws', async () => {
    const failing: TarEntry = {
      ...file('a', 'x'),
      content: async function* () {
        yield Buffer.from('x')
        throw new Error('unreadable')
      },
    }
    assert.is(await tarOf([file('0', ''), failing, file('b', '')]).catch(String), 'Error: unreadable')
  })

  it('throws where a content has another length', async () => {
    assert.match(String(await tarOf([{ ...file('a', 'xyz'), bytes: 2 }]).catch(String)), /Size mismatch/)
  })

  it('ends when nobody wants more', async () => {
    for await (const piece of writeTar([file('a', 'x'), file('b', 'y')])) {
      assert.ok(piece.length > 0)
      break
    }
  })
})

function file(path: string, text: string, executable = false): TarEntry {
  const content = Buffer.from(text)
  return {
    path,
    executable,
    bytes: content.length,
    content: async function* () {
      yield content
    },
  }
}

function folder(path: string): TarEntry {
  return { ...file(path, ''), bytes: 0 }
}

async function tarOf(entries: readonly TarEntry[]): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for await (const piece of writeTar(entries)) pieces.push(piece)
  return Buffer.concat(pieces)
}

function ownHeaders(tar: Buffer): TarHeader[] {
  const found: TarHeader[] = []
  const headers = readTarHeaders(header => void found.push(header))
  headers.take(tar)
  assert.is(headers.end(), null)
  return found
}

async function otherHeaders(tar: Buffer): Promise<Header[]> {
  const reader = extract()
  const found: Header[] = []
  reader.on('entry', (header, stream, next) => {
    found.push(header)
    stream.on('end', () => next())
    stream.resume()
  })
  const done = new Promise<void>((resolve, reject) => {
    reader.on('finish', () => resolve())
    reader.on('error', reject)
  })
  reader.end(tar)
  await done
  return found
}
