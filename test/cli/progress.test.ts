import { PassThrough } from 'node:stream'
import type { WriteStream } from 'node:tty'
import * as assert from 'uvu/assert'
import { hasColor, makeProgress } from '../../src/cli/progress.ts'
import { describe } from '../helpers.ts'

/** A terminal, and what has been written to it so far. */
function makeTerminal() {
  const written: string[] = []
  const done = () => true
  const stream = Object.assign(new PassThrough(), {
    isTTY: true,
    columns: 80,
    cursorTo: done,
    clearLine: done,
    moveCursor: done,
  })
  stream.on('data', data => written.push(String(data)))
  return { stream: stream as unknown as WriteStream, text: () => written.join('') }
}

describe('progress', it => {
  it('draws a line once for all files that leave it as it is', async () => {
    const { stream, text } = makeTerminal()
    const progress = await makeProgress(stream, {})
    for (let bytes = 1; bytes <= 1000; bytes++) progress.show('compressing', bytes, 5_000_000)
    progress.clear()
    const drawn = text().split('compressing 0.0 MB of 4.8 MB').length - 1
    assert.ok(drawn > 0 && drawn < 10, `drawn ${drawn} times`)
  })

  for (const [variable, value] of [
    ['NO_COLOR', '1'],
    ['CI', 'true'],
    ['TERM', 'dumb'],
  ] as const) {
    it(`shows nothing with ${variable}=${value}`, async () => {
      const { stream, text } = makeTerminal()
      const progress = await makeProgress(stream, { [variable]: value })
      progress.show('compressing', 1, 2)
      progress.clear()
      assert.is(text(), '')
    })
  }
})

describe('colour', it => {
  for (const [isTTY, env, expected] of [
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: '1' }, false],
    [true, { CI: 'true' }, false],
    [false, { FORCE_COLOR: '1' }, true],
    [true, { FORCE_COLOR: '0' }, false],
    [false, { FORCE_COLOR: '3', CI: 'true', NO_COLOR: '1' }, true],
    [false, { FORCE_COLOR: '' }, false],
  ] as const) {
    it(`is ${expected ? '' : 'not '}shown on ${isTTY ? 'a terminal' : 'a pipe'} with ${JSON.stringify(env)}`, () =>
      assert.is(hasColor({ isTTY }, env), expected))
  }
})
