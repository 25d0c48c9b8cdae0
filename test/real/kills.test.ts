import * as assert from 'uvu/assert'
import { describe, inTemporaryFolder, needing } from '../helpers.ts'
import { killBuilds } from './kills/builds.ts'

describe('kill -9', it => {
  needing(it, 'prlimit')('of 40 builds, others beside them, leaves nothing wrong', () =>
    inTemporaryFolder(async dir => {
      const counts = await killBuilds(dir, 40, 2)
      assert.ok(counts.total() >= 40)
      for (const place of [/^cache write/, /rename/, /^zip write/]) assert.ok(counts.inside(place) >= 4, counts.told())
    }),
  )
})
