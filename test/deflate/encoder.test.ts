import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { inflateRawSync } from 'node:zlib'
import * as assert from 'uvu/assert'
import { ENCODER_ID, makeEncoder, PART_ENCODER_ID } from '../../src/deflate/encoder.ts'
import { describe, REPOSITORY, rejects } from '../helpers.ts'

const TEXT = Buffer.from('lambda '.repeat(500))

describe('deflate/encoder', it => {
  it('makes streams that inflate to what came in, in the order in which it came', () =>
    withEncoder(2, async encoder => {
      const contents = [TEXT, Buffer.from('a'.repeat(99)), Buffer.alloc(300_000, 'xyz')]
      const compressed = await encoder.compress(contents.map(content => Buffer.from(content)))
      assert.equal(
        compressed.map(one => (one.method === 'deflate' ? Buffer.from(inflateRawSync(one.stream)) : null)),
        contents,
      )
    }))

  it('stores what would not get smaller, also the empty file', () =>
    withEncoder(1, async encoder => {
      const contents = [randomBytes(5000), Buffer.alloc(0), Buffer.from('ab')]
      assert.equal(await encoder.compress(contents), [{ method: 'store' }, { method: 'store' }, { method: 'store' }])
    }))

  it('makes the same streams in any number of threads', async () => {
    const streams: string[] = []
    for (const jobs of [1, 3]) {
      await withEncoder(jobs, async encoder => {
        const work = Array.from({ length: 9 }, (_, place) => encoder.compress([Buffer.alloc(50_000 + place, TEXT)]))
        streams.push(JSON.stringify(await Promise.all(work)))
      })
    }
    assert.is(streams[0], streams[1])
  })

  it('goes on after a large content has ended its thread', () =>
    withEncoder(1, async encoder => {
      const large = Buffer.alloc(9 * 1_048_576, TEXT)
      const [first, second] = await Promise.all([encoder.compress([large]), encoder.compress([Buffer.from(TEXT)])])
      assert.equal([first[0]?.method, second[0]?.method], ['deflate', 'deflate'])
    }))

  it('rejects all that is under way and all that waits when interrupted', async () => {
    const interruption = new AbortController()
    const encoder = makeEncoder(1, interruption.signal)
    const work = Array.from({ length: 3 }, () => encoder.compress([Buffer.alloc(6 * 1_048_576, TEXT)]))
    setTimeout(() => interruption.abort('SIGINT'), 100)
    const outcomes = await Promise.allSettled(work)
    assert.equal(
      outcomes.map(outcome => (outcome.status === 'rejected' ? outcome.reason : 'done')),
      ['SIGINT', 'SIGINT', 'SIGINT'],
    )
    await encoder.close()
  })

  for (const jobs of [0, -1, 1.5, Number.NaN, 1000]) {
    it(`refuses ${jobs} jobs`, () =>
      rejects(async () => makeEncoder(jobs, new AbortController().signal), 'OPTION_MISUSED').then(() => undefined))
  }

  it('is named after the version of libdeflate that is installed', async () => {
    const manifest = await readFile(join(REPOSITORY, 'node_modules/libdeflate/package.json'), 'utf8')
    const { version } = JSON.parse(manifest) as { version: string }
    assert.equal([ENCODER_ID, PART_ENCODER_ID], [`libdeflate-${version}/12`, `libdeflate-${version}/6`])
  })
})

async function withEncoder(jobs: number, action: (encoder: ReturnType<typeof makeEncoder>) => Promise<void>) {
  const encoder = makeEncoder(jobs, new AbortController().signal)
  try {
    await action(encoder)
  } finally {
    await encoder.close()
  }
}
