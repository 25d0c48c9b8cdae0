import * as assert from 'uvu/assert'
import { describe, inTemporaryFolder, needing } from '../helpers.ts'
import { killBuilds } from '../real/kills/builds.ts'

describe('kill -9', it => {
  needing(it, 'prlimit')('of 200 builds, others beside them, leaves nothing wrong', () =>
    inTemporaryFolder(async dir => {
      const counts = await killBuilds(dir, 200, 3)
      assert.ok(counts.total() >= 200)
      for (const place of [/^cache write/, /rename/, /^zip write/]) assert.ok(counts.inside(place) >= 20, counts.told())
    }),
  )
})
