import { constants, deflateRawSync, inflateRawSync } from 'node:zlib'
import { deflate } from 'libdeflate'
import * as assert from 'uvu/assert'
import { withoutEnd } from '../../src/deflate/blocks.js'
import { describe } from '../helpers.ts'

const LAST_BLOCK = Uint8Array.of(3, 0)
const TEXT = Buffer.from('lambda functions are packed, and packed again. '.repeat(3000))

/** Numbers from 0 to 1 that are the same in every run. */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

function noise(length: number, values: number, next: () => number): Buffer {
  return Buffer.from(Array.from({ length }, () => Math.floor(next() * values)))
}

/** Contents of all kinds: text, noise of few and of many values, runs, and all of them in turn. */
function contentOf(seed: number): Buffer {
  const next = random(seed)
  const pieces = Array.from({ length: 1 + Math.floor(next() * 5) }, () => {
    const length = Math.floor(next() ** 3 * 90_000)
    const kind = Math.floor(next() * 4)
    if (kind === 0) return TEXT.subarray(0, length)
    if (kind === 1) return Buffer.alloc(length, Math.floor(next() * 256))
    return noise(length, kind === 2 ? 256 : 1 + Math.floor(next() * 20), next)
  })
  return Buffer.concat(pieces)
}

const STRATEGIES = [
  constants.Z_DEFAULT_STRATEGY,
  constants.Z_FILTERED,
  constants.Z_HUFFMAN_ONLY,
  constants.Z_RLE,
  constants.Z_FIXED,
]

function inflated(stream: Uint8Array): Buffer {
  const { buffer, engine } = inflateRawSync(stream, { info: true }) as unknown as {
    readonly buffer: Buffer
    readonly engine: { readonly bytesWritten: number }
  }
  assert.is(engine.bytesWritten, stream.length)
  return buffer
}

describe('deflate/blocks', it => {
  for (const [kind, content, options] of [
    ['a stored block', TEXT, { level: 0 }],
    ['several stored blocks', noise(200_000, 256, random(1)), { level: 9 }],
    ['a fixed block', Buffer.from('hello, hello, hello'), { strategy: constants.Z_FIXED }],
    ['a dynamic block', TEXT, { level: 9 }],
    ['many dynamic blocks', noise(400_000, 100, random(2)), { level: 1, memLevel: 1 }],
    ['nothing', Buffer.alloc(0), {}],
    ['one byte', Buffer.from('x'), {}],
    ['one value alone', Buffer.alloc(300_000, 7), {}],
  ] as const) {
    it(`opens the end of a stream with ${kind}`, () => {
      const open = withoutEnd(deflateRawSync(content, options))
      assert.ok(inflated(Buffer.concat([open, LAST_BLOCK])).equals(content))
    })
  }

  it('joins streams of all makers into one', () => {
    const contents = Array.from({ length: 60 }, (_, seed) => contentOf(seed))
    const parts = contents.map((content, place) => {
      const strategy = STRATEGIES[place % STRATEGIES.length] ?? 0
      return place % 6 === 5
        ? deflate(content, 1 + (place % 12))
        : deflateRawSync(content, { strategy, level: place % 10, memLevel: 1 + (place % 9) })
    })
    const joined = Buffer.concat([...parts.map(part => withoutEnd(part)), LAST_BLOCK])
    assert.ok(inflated(joined).equals(Buffer.concat(contents)))
  })

  it('meets an end at each bit of a byte', () => {
    const lengths = new Set<number>()
    for (let length = 0; length < 60; length++) {
      const content = noise(length, 256, random(length))
      const stream = deflateRawSync(content, { strategy: constants.Z_FIXED })
      const open = withoutEnd(stream)
      lengths.add(open.length - stream.length)
      assert.ok(inflated(Buffer.concat([open, LAST_BLOCK])).equals(content))
    }
    // At a byte already, and with or without a byte of its own for the three bits of the empty block.
    assert.equal([...lengths].sort(), [0, 4, 5])
  })

  it('steps over the empty blocks of flushes', () => {
    const flushed = deflateRawSync(TEXT, { finishFlush: constants.Z_SYNC_FLUSH })
    const stream = Buffer.concat([flushed, deflateRawSync(Buffer.from('end'))])
    assert.is(inflated(Buffer.concat([withoutEnd(stream), LAST_BLOCK])).toString(), `${TEXT}end`)
  })

  it('leaves what it was given as it was', () => {
    const stream = deflateRawSync(TEXT)
    const before = Buffer.from(stream)
    withoutEnd(stream)
    assert.ok(stream.equals(before))
  })

  it('refuses a stream that is cut off anywhere, or has something behind it', () => {
    const stream = deflateRawSync(TEXT.subarray(0, 5000))
    for (let length = 0; length < stream.length; length++) {
      assert.throws(() => withoutEnd(stream.subarray(0, length)), /DEFLATE/)
    }
    assert.throws(() => withoutEnd(Buffer.concat([stream, Buffer.from([0])])), /behind its end/)
  })

  it('takes of damaged streams at least those that zlib takes, to the same content', () => {
    const next = random(42)
    const stream = deflateRawSync(contentOf(4).subarray(0, 4000))
    let taken = 0
    for (let time = 0; time < 3000; time++) {
      const damaged = Buffer.from(stream)
      const at = Math.floor(next() * damaged.length)
      damaged[at] = (damaged[at] ?? 0) ^ (1 << Math.floor(next() * 8))
      const expected = attempt(() => inflated(damaged))
      const open = attempt(() => withoutEnd(damaged))
      if (expected === null || open === null) continue
      taken++
      assert.ok(inflated(Buffer.concat([open, LAST_BLOCK])).equals(expected))
    }
    assert.ok(taken > 50, `only ${taken}`)
  })
})

function attempt<T>(action: () => T): T | null {
  try {
    return action()
  } catch {
    return null
  }
}
