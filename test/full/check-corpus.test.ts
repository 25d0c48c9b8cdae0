import * as assert from 'uvu/assert'
import { describe } from '../helpers.ts'
import { CORPUS } from '../real/corpus.ts'
import { CORPUS_PLATFORMS, checkCorpus, judgeCorpus } from '../real/corpus-check.ts'
import { findPythons } from '../real/pythons.ts'

const HOST = process.arch === 'arm64' ? 'arm64' : 'x86_64'

describe('what is told of real distributions', it => {
  const names = CORPUS.map(({ name }) => name)
  const listed = new Set(CORPUS.filter(({ isNative }) => isNative).map(({ name }) => name))
  const pythons = findPythons(CORPUS_PLATFORMS.map(({ python }) => python))

  it('is asked for 100 and more, half of them native', () => {
    assert.ok(new Set(names).size >= 100)
    assert.ok(listed.size * 2 >= names.length)
  })

  for (const platform of CORPUS_PLATFORMS) {
    const { python, architecture } = platform
    it(`is true of all ${names.length} on python${python} and ${architecture}`, async () => {
      const host = architecture === HOST ? (pythons.get(python) ?? null) : null
      const result = await checkCorpus(names, platform, host)
      judgeCorpus(names, platform, result)
      assert.ok(result.packed.length >= 100 && result.native.length * 2 >= result.packed.length)
      assert.equal(
        result.native.filter(name => !listed.has(name)),
        [],
        'compiled code is where the list says',
      )
    })
  }
})
