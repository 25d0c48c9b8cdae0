import { pack } from 'tar-stream'
import * as assert from 'uvu/assert'
import { readTarHeaders, type TarHeader } from '../../src/formats/tar-headers.ts'
import { describe } from '../helpers.ts'

const LONG = `a/${'grüße/'.repeat(60)}name\nof 12 path=x`

const PLAIN = { type: '0', mode: 0o644, uid: 0, gid: 0, mtime: 0, bytes: 0, owner: '' }
const HEADERS: readonly TarHeader[] = [
  { ...PLAIN, name: 'a/', type: '5', mode: 0o755 },
  { ...PLAIN, name: 'a/b', bytes: 4, uid: 1000, gid: 100, owner: 'meus', mtime: 1_767_225_600 },
  { ...PLAIN, name: `a/${'split/'.repeat(20)}name`, bytes: 513 },
  { ...PLAIN, name: LONG, bytes: 2 },
  { ...PLAIN, name: 'a/link', type: '2', mode: 0o777 },
]

const TAR = tarOf()

describe('formats/tar-headers', it => {
  it('reads pieces of any size', async () => {
    for (const size of [1, 7, 511, 512, 513, 4096, 100_000]) assert.equal(headersIn(await TAR, size), HEADERS)
  })

  for (const [what, change, why] of [
    ['cut off', (tar: Buffer) => tar.subarray(0, 700), /ends too early/],
    ['without an end', (tar: Buffer) => tar.subarray(0, -1024), /ends too early/],
    ['of which a header is damaged', (tar: Buffer) => changed(tar, 5), /wrong checksum/],
    ['with something behind its end', (tar: Buffer) => Buffer.concat([tar, tar]), /behind its end/],
    ['of no bytes', () => Buffer.alloc(0), /ends too early/],
  ] as const) {
    it(`sees a tar ${what}`, async () => {
      const headers = readTarHeaders(() => undefined)
      headers.take(change(await TAR))
      assert.match(headers.end() ?? '', why)
    })
  }
})

async function tarOf(): Promise<Buffer> {
  const archive = pack()
  for (const { name, type, mode, uid, gid, mtime, bytes, owner } of HEADERS) {
    const header = {
      name,
      mode,
      uid,
      gid,
      uname: owner.slice(0, 2),
      gname: owner.slice(2),
      mtime: new Date(mtime * 1000),
    }
    if (type === '0')
      archive.entry({ ...header, pax: name === LONG ? { comment: 'x', mtime: '1' } : null }, 'x'.repeat(bytes))
    else archive.entry({ ...header, type: type === '5' ? 'directory' : 'symlink', linkname: 'b' })
  }
  archive.finalize()
  const pieces: Uint8Array[] = []
  for await (const piece of archive as unknown as AsyncIterable<Uint8Array>) pieces.push(piece)
  return Buffer.concat(pieces)
}

function headersIn(tar: Buffer, size: number): TarHeader[] {
  const found: TarHeader[] = []
  const headers = readTarHeaders(header => void found.push(header))
  for (let at = 0; at < tar.length; at += size) headers.take(tar.subarray(at, at + size))
  assert.is(headers.end(), null)
  return found
}

function changed(tar: Buffer, at: number): Buffer {
  const copy = Buffer.from(tar)
  copy[at] = (copy[at] ?? 0) ^ 1
  return copy
}
