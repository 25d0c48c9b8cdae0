import { deflateRawSync, gzipSync, constants as zlib } from 'node:zlib'
import * as assert from 'uvu/assert'
import { verifiedStore, verifiedStream } from '../../src/cache/verified.ts'
import { crc32 } from '../../src/formats/crc32.ts'
import { describe } from '../helpers.ts'
import { contentOf, sha256 } from './team-server.ts'

// One that is unzipped at once, and one that passes in pieces.
const CONTENTS = [contentOf(1_000_000), contentOf(3_000_000)]

/** A stream of about so many bytes that makes a thousand times as many. */
function bombOf(bytes: number): Buffer {
  const block = deflateRawSync(Buffer.alloc(10_000_000), { level: 9, finishFlush: zlib.Z_FULL_FLUSH })
  const blocks = Array.from({ length: Math.floor(bytes / block.length) }, () => block)
  return Buffer.concat([...blocks, deflateRawSync(Buffer.alloc(0))])
}

describe('verified streams', it => {
  for (const content of CONTENTS) {
    const expected = { sha256: sha256(content), bytes: content.length }
    const stream = deflateRawSync(content)
    const size = `${content.length} bytes`

    it(`of ${size} are taken with the checksum of what they make`, async () => {
      const finished = await verifiedStream(stream, expected)
      assert.equal(
        { ...finished, stream: null },
        { ...expected, crc32: crc32(content), method: 'deflate', stream: null },
      )
      assert.ok(finished?.method === 'deflate' && stream.equals(finished.stream))
    })

    it(`of ${size} may be of any encoder`, async () => {
      for (const level of [1, 9])
        assert.ok((await verifiedStream(deflateRawSync(content, { level }), expected)) !== null)
    })

    const other = Buffer.from(content)
    other[content.length >> 1] = 0
    const notFinal = deflateRawSync(content, { finishFlush: zlib.Z_SYNC_FLUSH })
    for (const [what, bytes] of [
      ['of another content', deflateRawSync(other)],
      ['of less', deflateRawSync(content.subarray(1))],
      ['of more', deflateRawSync(Buffer.concat([content, Buffer.from('!')]))],
      ['with a byte behind', Buffer.concat([stream, Buffer.alloc(1)])],
      ['with a stream behind', Buffer.concat([stream, stream])],
      ['that are cut', stream.subarray(0, -1)],
      ['without a last block', notFinal],
      ['that are gzip', gzipSync(content)],
      ['of nothing', Buffer.alloc(0)],
      ['of noise', Buffer.alloc(1000, 0xff)],
      ['that are no smaller than the content', Buffer.concat([stream, Buffer.alloc(content.length)])],
    ] as const) {
      it(`${what} are refused where ${size} are expected`, async () => {
        assert.is(await verifiedStream(bytes, expected), null)
      })
    }

    it(`that would make a thousand times ${size} are refused without making it`, async () => {
      const bomb = bombOf(content.length - 20_000)
      const start = performance.now()
      assert.is(await verifiedStream(bomb, expected), null)
      assert.ok(performance.now() - start < 500)
    })
  }

  it('are not needed for what is stored: its own bytes are', () => {
    const [content = Buffer.alloc(0)] = CONTENTS
    const expected = { sha256: sha256(content), bytes: content.length }
    assert.equal(verifiedStore(content, expected), { ...expected, crc32: crc32(content), method: 'store' })
    assert.is(verifiedStore(content.subarray(1), expected), null)
  })
})
