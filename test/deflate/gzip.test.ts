import { createHash } from 'node:crypto'
import { gunzipSync, inflateRawSync } from 'node:zlib'
import * as assert from 'uvu/assert'
import { type Encoder, makeEncoder } from '../../src/deflate/encoder.ts'
import { gzipId, writeGzip } from '../../src/deflate/gzip.ts'
import { describe } from '../helpers.ts'

const MB = 1_048_576

/** Some of it compresses and some doesn't. */
function content(length: number): Buffer {
  const bytes = Buffer.alloc(length, 'the quick brown fox jumps over the lazy dog. ')
  let state = 1
  for (let at = 0; at < length; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    if (at % 100_000 < 30_000) bytes[at] = state >>> 24
  }
  return bytes
}

describe('deflate/gzip', it => {
  for (const length of [0, 1, 4 * MB - 1, 4 * MB, 4 * MB + 1, 9 * MB]) {
    it(`makes one member of ${length} bytes`, async () => {
      const bytes = content(length)
      const gzip = await gzipped(bytes)
      assert.ok(gunzipSync(gzip).equals(bytes))
      assert.is(gzip.toString('hex', 0, 10), '1f8b08000000000000ff')
      // All of it but header and trailer is one stream.
      const { engine } = inflateRawSync(gzip.subarray(10, -8), { info: true }) as unknown as {
        readonly engine: { readonly bytesWritten: number }
      }
      assert.is(engine.bytesWritten, gzip.length - 18)
    })
  }

  it('makes the same bytes of pieces of any size, in any number of threads', async () => {
    const bytes = content(9 * MB)
    const made: string[] = []
    for (const [jobs, piece] of [
      [1, bytes.length],
      [2, 65_536],
      [3, 5_000_011],
    ] as const) {
      made.push(sha256(await gzipped(bytes, jobs, piece)))
    }
    assert.is(new Set(made).size, 1)
  })

  it('makes bytes that are pinned', async () => {
    // Another one is another image for every user: change what `gzipId` says with it.
    assert.is(
      sha256(await gzipped(content(5 * MB))),
      'a6620bbb8afb845be68872cfd4dfc65dbbe5756a762d9a723c4e1b8722b2309f',
    )
    assert.is(gzipId(makeEncoder(1, new AbortController().signal)), 'gzip 1 of 4194304, libdeflate-0.1.0/6')
  })

  it('fails as the encoder fails, once all is said', async () => {
    const failing = { jobs: 2, compressPart: () => Promise.reject(new Error('no memory')) } as unknown as Encoder
    const outcome = await writeGzip(piecesOf(content(20 * MB), MB), failing, async () => undefined).catch(String)
    assert.is(outcome, 'Error: no memory')
  })

  it('keeps no more than a few parts waiting', async () => {
    let waiting = 0
    let most = 0
    const slow = {
      jobs: 2,
      compressPart: async (part: Uint8Array) => {
        most = Math.max(most, ++waiting)
        await new Promise(resolve => setTimeout(resolve, 1))
        waiting--
        return part.subarray(0, 0)
      },
    } as unknown as Encoder
    await writeGzip(piecesOf(Buffer.alloc(60 * MB), MB), slow, async () => undefined)
    assert.ok(most <= 4, `${most}`)
  })
})

async function gzipped(bytes: Uint8Array, jobs = 2, piece = MB): Promise<Buffer> {
  const encoder = makeEncoder(jobs, new AbortController().signal)
  try {
    const written: Uint8Array[] = []
    const length = await writeGzip(piecesOf(bytes, piece), encoder, async part => void written.push(part))
    assert.is(length, bytes.length)
    return Buffer.concat(written)
  } finally {
    await encoder.close()
  }
}

/** In one memory, as a reader may have it. */
async function* piecesOf(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  const memory = Buffer.alloc(size)
  for (let at = 0; at < bytes.length; at += size) {
    const piece = bytes.subarray(at, at + size)
    memory.set(piece)
    yield memory.subarray(0, piece.length)
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
