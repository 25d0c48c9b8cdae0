import * as assert from 'uvu/assert'
import { toArchivePath } from '../../src/formats/archive-path.ts'
import { describe, rejects } from '../helpers.ts'

describe('archive-path', it => {
  for (const name of ['a', 'a/b.py', '.hidden', 'a..b/c', 'a b/ü.txt', '...']) {
    it(`accepts ${name}`, () => assert.is(toArchivePath(name), name))
  }

  for (const name of ['', '/a', 'a/', 'a//b', '.', 'a/./b', '..', 'a/../b', 'a\\b', 'a\0', 'C:a', 'c:/a']) {
    it(`refuses ${JSON.stringify(name)}`, async () => void (await rejects(() => toArchivePath(name), 'UNSAFE_PATH')))
  }
})
