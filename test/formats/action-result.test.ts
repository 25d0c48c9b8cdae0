import * as assert from 'uvu/assert'
import { decodeActionResult, encodeActionResult, type OutputFile } from '../../src/formats/action-result.ts'
import { describe } from '../helpers.ts'

const HASH = '0123456789abcdef'.repeat(4)
const EMPTY = new Uint8Array()

function file(path: string, bytes: number, contents: Uint8Array = EMPTY): OutputFile {
  return { path, digest: { hash: HASH, bytes }, contents }
}

/** Fields of a message: a number is a varint below 128, the rest is length-delimited. */
function message(...fields: readonly (readonly [number, number | string | Uint8Array])[]): Buffer {
  return Buffer.concat(
    fields.map(([number, value]) => {
      if (typeof value === 'number') return Buffer.from([number << 3, value])
      const bytes = Buffer.from(value as string)
      const length = bytes.length < 128 ? [bytes.length] : [(bytes.length % 128) + 128, Math.floor(bytes.length / 128)]
      return Buffer.concat([Buffer.from([(number << 3) | 2, ...length]), bytes])
    }),
  )
}

const DIGEST = message([1, HASH], [2, 5])
const FILE = message([1, 'a.txt'], [2, DIGEST], [5, 'hello'])

/** Numbers from 0 on below a bound, the same in each run. */
function seeded(seed: number): (below: number) => number {
  let state = seed
  return below => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

describe('ActionResult', it => {
  it('is written as Protocol Buffers has it', () => {
    assert.is(
      Buffer.from(encodeActionResult([{ ...file('a.txt', 5, Buffer.from('hello')) }])).toString('hex'),
      `12540a05612e74787412440a40${Buffer.from(HASH).toString('hex')}10052a0568656c6c6f`,
    )
  })

  it('comes back as it was written', () => {
    const files = [
      file('a', 0),
      file('b', 127, Buffer.alloc(127, 'b')),
      file('ü/c', 128),
      file('d', 2 ** 31 + 5),
      file('e', Number.MAX_SAFE_INTEGER, Buffer.alloc(70_000, 'e')),
      file('a', 1),
    ]
    const read = decodeActionResult(encodeActionResult(files), files.length) ?? []
    assert.equal(
      read.map(one => ({ ...one, contents: Buffer.from(one.contents).toString() })),
      files.map(one => ({ ...one, contents: Buffer.from(one.contents).toString() })),
    )
  })

  it('without files is empty', () => {
    assert.is(encodeActionResult([]).length, 0)
    assert.equal(decodeActionResult(EMPTY, 0), [])
  })

  it('passes over what else a server tells', () => {
    const bytes = Buffer.concat([
      message([4, 1], [9, message([1, '127.0.0.1:8080'])]),
      message([
        2,
        Buffer.concat([FILE, message([4, 1], [7, ''], [7, '']), Buffer.from([0x79, 1, 2, 3, 4, 5, 6, 7, 8])]),
      ]),
      Buffer.from([0x20, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]),
      Buffer.from([0x85, 0x01, 1, 2, 3, 4]),
    ])
    const [one, ...others] = decodeActionResult(bytes, 1) ?? []
    assert.is(others.length, 0)
    assert.equal(
      { ...one, contents: String(Buffer.from(one?.contents ?? [])) },
      { ...file('a.txt', 5), contents: 'hello' },
    )
  })

  const broken: readonly (readonly [string, Uint8Array])[] = [
    ['a tag that is cut', Buffer.from([0x92])],
    ['a length that is cut', Buffer.from([0x12])],
    ['a length beyond the end', Buffer.from([0x12, 5, 1, 2])],
    ['a length beyond all bounds', Buffer.from([0x12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f])],
    ['a varint without end', Buffer.alloc(20, 0xff)],
    ['a number that is cut', Buffer.from([0x21, 1, 2, 3])],
    ['a group', Buffer.from([0x13, 0x14])],
    ['a wire type that there is not', Buffer.from([0x16, 0x00])],
    ['field 0', Buffer.from([0x00, 0x00])],
    ['a file that is a number', message([2, 7])],
    ['a file without path', message([2, message([2, DIGEST])])],
    ['a file with an empty path', message([2, message([1, ''], [2, DIGEST])])],
    ['a file whose path is a number', message([2, message([1, 7], [2, DIGEST])])],
    ['a path that is not UTF-8', message([2, message([1, Uint8Array.of(0xc3, 0x28)], [2, DIGEST])])],
    ['two paths', message([2, message([1, 'a'], [1, 'b'], [2, DIGEST])])],
    ['a file without digest', message([2, message([1, 'a'])])],
    ['a digest without hash', message([2, message([1, 'a'], [2, message([2, 5])])])],
    ['a hash in capitals', message([2, message([1, 'a'], [2, message([1, HASH.toUpperCase()])])])],
    ['a hash that is too short', message([2, message([1, 'a'], [2, message([1, HASH.slice(1)])])])],
    ['contents that are a number', message([2, message([1, 'a'], [2, DIGEST], [5, 7])])],
    [
      'a negative size',
      message([
        2,
        message(
          [1, 'a'],
          [
            2,
            Buffer.concat([
              message([1, HASH]),
              Buffer.from([0x10, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]),
            ]),
          ],
        ),
      ]),
    ],
    ['more files than are wanted', Buffer.concat([message([2, FILE]), message([2, FILE]), message([2, FILE])])],
  ]
  for (const [what, bytes] of broken) {
    it(`is none with ${what}`, () => assert.is(decodeActionResult(bytes, 2), null))
  }

  it('is read or refused, flipped and cut at random, without more than the bytes themselves', () => {
    const whole = Buffer.from(
      encodeActionResult([
        ...[1, 2, 3].map(n => file(`f${n}`, n * 1000, Buffer.alloc(n * 30, n))),
        file('large', 5_000_000),
      ]),
    )
    const random = seeded(20_261)
    let read = 0
    let refused = 0
    const start = performance.now()
    for (let round = 0; round < 20_000; round++) {
      const bytes = Buffer.from(whole.subarray(0, random(3) === 0 ? random(whole.length) : whole.length))
      for (let flips = random(6); flips >= 0 && bytes.length > 0; flips--) bytes[random(bytes.length)] = random(256)
      const files = decodeActionResult(bytes, 8)
      if (files === null) refused++
      else read++
      const inside = (files ?? []).reduce((sum, one) => sum + one.contents.length + one.path.length, 0)
      assert.ok(inside <= bytes.length)
      for (const { digest, path } of files ?? []) {
        assert.match(digest.hash, /^[0-9a-f]{64}$/)
        assert.ok(Number.isSafeInteger(digest.bytes) && digest.bytes >= 0 && path !== '')
      }
    }
    assert.ok(read > 1000 && refused > 1000, `${read} read, ${refused} refused`)
    assert.ok(performance.now() - start < 10_000)
  })

  it('of ten million bytes that mean nothing is refused or read in no time', () => {
    for (const bytes of [Buffer.alloc(10_000_000, 0x20), Buffer.alloc(10_000_000, 0x12)]) {
      const start = performance.now()
      decodeActionResult(bytes, 1000)
      assert.ok(performance.now() - start < 2000)
    }
  })
})
