import * as assert from 'uvu/assert'
import { describe } from '../helpers.ts'
import { countRead } from '../zip-fuzz.ts'

describe('damaged zips', it => {
  for (const seed of [1, 2, 3]) {
    it(`are read or refused in a sentence, 40,000 of seed ${seed}`, async () => {
      const read = await countRead(40_000, seed)
      assert.ok(read > 1_000 && read < 35_000, `${read} were read`)
    })
  }
})
