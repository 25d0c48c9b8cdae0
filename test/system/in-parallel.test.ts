import * as assert from 'uvu/assert'
import { inParallel } from '../../src/system/in-parallel.ts'
import { describe } from '../helpers.ts'

const turn = () => new Promise(resolve => setImmediate(resolve))

describe('in parallel', it => {
  it('returns the results in the order of the items, with so many at once', async () => {
    let running = 0
    let most = 0
    const results = await inParallel([3, 1, 2, 0], 2, async item => {
      most = Math.max(most, ++running)
      for (let turns = 0; turns < item; turns++) await turn()
      running--
      return item * 10
    })
    assert.equal(results, [30, 10, 20, 0])
    assert.is(most, 2)
  })

  it('stops the others at the first failure, waits for them, and throws it', async () => {
    const log: string[] = []
    const action = async (item: string, signal: AbortSignal) => {
      log.push(`start ${item}`)
      if (item === 'bad') throw new Error('bad')
      await new Promise<void>(resolve => signal.addEventListener('abort', () => resolve()))
      await turn()
      log.push(`stopped ${item}`)
      throw new Error('stopped')
    }
    const error = await inParallel(['slow', 'bad', 'later'], 2, action).catch((reason: unknown) => reason)
    assert.is((error as Error).message, 'bad')
    assert.equal(log, ['start slow', 'start bad', 'stopped slow'])
  })

  it('has nothing to do for no items', async () => {
    assert.equal(await inParallel([], 6, async item => item), [])
  })
})
