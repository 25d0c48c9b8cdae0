import { describe } from '../helpers.ts'
import { SMALL_CORPUS } from './corpus.ts'
import { checkCorpus, judgeCorpus } from './corpus-check.ts'
import type { Platform } from './pip.ts'
import { findPythons } from './pythons.ts'

const PLATFORMS: readonly Platform[] = [
  { python: '3.11', architecture: 'x86_64' },
  { python: '3.14', architecture: 'arm64' },
]

describe('what is told of everyday distributions', it => {
  const pythons = findPythons(['3.11'])
  for (const platform of PLATFORMS) {
    const { python, architecture } = platform
    it(`is true of ${SMALL_CORPUS.length} on python${python} and ${architecture}`, async () => {
      const host = process.arch === 'x64' && architecture === 'x86_64' ? (pythons.get(python) ?? null) : null
      judgeCorpus(SMALL_CORPUS, platform, await checkCorpus(SMALL_CORPUS, platform, host))
    })
  }
})
