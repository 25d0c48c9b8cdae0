import * as assert from 'uvu/assert'
import type { Budget, Growth, JudgedLimit } from '../../src/model.ts'
import { judgeTotal, limitsOf, NO_BUDGET } from '../../src/report/limits.ts'
import { overSentence } from '../../src/report/words.ts'
import { describe } from '../helpers.ts'
import { testConfig } from '../worlds.ts'

const NONE = { zippedBytes: null, unzippedBytes: null, imageBytes: null, growth: null }
const FIVE_PERCENT: Growth = { kind: 'share', share: 0.05 }
const HUNDRED_BYTES: Growth = { kind: 'bytes', bytes: 100 }

/** Growth, bytes before and now, and what that makes. */
const GROWN: readonly (readonly [Growth, number, number, number, 'ok' | 'over'])[] = [
  [FIVE_PERCENT, 1000, 1000, 1050, 'ok'],
  [FIVE_PERCENT, 1000, 1050, 1050, 'ok'],
  [FIVE_PERCENT, 1000, 1051, 1050, 'over'],
  [FIVE_PERCENT, 1000, 10, 1050, 'ok'],
  [FIVE_PERCENT, 19, 20, 19, 'over'],
  [{ kind: 'share', share: 0.15 }, 100, 115, 115, 'ok'],
  [{ kind: 'share', share: 0.29 }, 100, 129, 129, 'ok'],
  [HUNDRED_BYTES, 1000, 1100, 1100, 'ok'],
  [HUNDRED_BYTES, 1000, 1101, 1100, 'over'],
]

describe('report/limits', it => {
  for (const [growth, before, now, limit, status] of GROWN) {
    it(`judges growth by ${JSON.stringify(growth)} from ${before} to ${now} as ${status}`, () => {
      const judged = idsOf({ ...NONE, growth }, now, before).find(({ id }) => id === 'budget-growth')
      assert.equal(judged, { id: 'budget-growth', bytes: now, limit, status, severity: 'error' })
    })
  }

  it('says nothing of growth where nobody knows what was before', () => {
    assert.equal(
      idsOf({ ...NONE, growth: FIVE_PERCENT }, 1000, null).map(({ id }) => id),
      ['zip-direct-upload', 'unzipped'],
    )
  })

  it('adds up all functions, and judges them if there is a budget for all', () => {
    const sizes = [
      { bytes: 600, unzippedBytes: 2000 },
      { bytes: 500, unzippedBytes: 3000 },
    ]
    assert.equal(judgeTotal(NO_BUDGET, sizes), { bytes: 1100, unzippedBytes: 5000, limits: [], ok: true })
    const total = judgeTotal({ zippedBytes: 1099, unzippedBytes: 5000 }, sizes)
    assert.equal(
      total?.limits.map(({ id, status }) => `${id} ${status}`),
      ['total-zipped over', 'total-unzipped near'],
    )
    assert.is(total?.ok, false)
    assert.is(judgeTotal(NO_BUDGET, sizes.slice(1)), null)
    assert.is(judgeTotal({ zippedBytes: 600, unzippedBytes: null }, sizes.slice(1))?.ok, true)
  })

  it('has one clear line for each budget', () => {
    const over = (id: string): JudgedLimit => ({ id, bytes: 3072, limit: 1024, status: 'over', severity: 'error' })
    const ids = ['zipped', 'unzipped', 'image', 'growth'].map(key => `budget-${key}`)
    assert.equal(
      [...ids, 'total-zipped', 'total-unzipped'].map(id => overSentence(over(id))),
      [
        'Over your budget by 2.0 KB: 3.0 KB zipped, and `budget.zipped` is 1.0 KB.',
        'Over your budget by 2.0 KB: 3.0 KB unzipped, and `budget.unzipped` is 1.0 KB.',
        'Over your budget by 2.0 KB: 3.0 KB compressed, with its base, and `budget.image` is 1.0 KB.',
        'Grown by 2.0 KB more than your budget allows: 3.0 KB zipped, and `budget.growth` lets it get to 1.0 KB.',
        'All functions together are over your budget by 2.0 KB: 3.0 KB zipped, and `totalBudget.zipped` is 1.0 KB.',
        'All functions together are over your budget by 2.0 KB: 3.0 KB unzipped, and `totalBudget.unzipped` is 1.0 KB.',
      ],
    )
  })
})

function idsOf(budget: Budget, bytes: number, before: number | null): JudgedLimit[] {
  return limitsOf(testConfig('/project', { budget }), { bytes, unzippedBytes: bytes }, before)
}
