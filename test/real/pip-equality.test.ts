import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { readContent } from '../../src/formats/content.ts'
import { zip } from '../../src/pack.ts'
import { describe, inTemporaryFolder } from '../helpers.ts'
import { compareWithFull, compareWithPip, DOCUMENTED, nativeNames } from './differences.ts'
import { DISTRIBUTIONS, VERSIONS_OF } from './distributions.ts'
import { collect, functionOf, importAll, modulesOf, sharedFolder, throughZip, unzip } from './packed.ts'
import { type Platform, pin, pipInstall, readTree, sha256Of } from './pip.ts'
import { systemWith } from './python-tools.ts'
import { findPythons } from './pythons.ts'

const PLATFORMS: readonly Platform[] = [
  { python: '3.11', architecture: 'x86_64' },
  { python: '3.12', architecture: 'arm64' },
  { python: '3.13', architecture: 'x86_64' },
  { python: '3.14', architecture: 'arm64' },
]

const PYTHONS = ['3.9', '3.10', '3.11', '3.12', '3.13', '3.14']

/** Modules that import from no installation of these distributions, and what they say. */
const NOT_IMPORTABLE: Readonly<Record<string, RegExp>> = {
  // Tests of greenlet need more than greenlet.
  'greenlet.tests._test_extension': /No module named 'psutil'/,
  'greenlet.tests._test_extension_cpp': /No module named 'psutil'/,
  // It imports from the module that imports it, so it is never the first of the two.
  'scipy.linalg._matfuncs_sqrtm_triu': /circular import/,
}

describe('what is packed', it => {
  const met = new Set<string>()

  it('is compared for 44 distributions and more, half of them native', () => {
    const native = DISTRIBUTIONS.filter(({ isNative }) => isNative)
    console.log(`\n  ${DISTRIBUTIONS.length} distributions listed, ${native.length} native`)
    assert.ok(new Set(DISTRIBUTIONS.map(({ name }) => name)).size >= 44)
    assert.ok(native.length * 2 >= DISTRIBUTIONS.length)
  })

  for (const platform of PLATFORMS) {
    const title = titleOf(platform)
    it(`equals what pip installs for ${title}`, () =>
      inTemporaryFolder(async dir => {
        const pinned = await pinAll(platform, dir)
        const installing = pipInstall(pinned, platform, dir)
        const [full, installed] = await Promise.all([collect(pinned, platform, 'none', dir), installing])
        const safe = await collect(pinned, platform, 'safe', dir)
        const native = await nativeNames(full, installed)
        const unlike = DISTRIBUTIONS.filter(({ name, isNative }) => native.includes(name) !== isNative)
        const comparisons = [await compareWithPip(full, installed), await compareWithFull(safe, full)]
        for (const rule of comparisons.flatMap(one => one.met)) met.add(rule)
        const count = `${full.packages.length} distributions, ${native.length} native, ${full.files.length} files`
        console.log(`\n  ${title}: ${count}, ${safe.files.length} with slim safe`)
        assert.equal(
          comparisons.flatMap(({ problems }) => problems),
          [],
        )
        assert.equal(unlike, [], 'compiled code is where the list says')
      }))
  }

  it('differs in every documented way somewhere', () => assert.equal([...met].sort(), [...DOCUMENTED].sort()))

  it('is what the zip holds, bytes and modes', () =>
    inTemporaryFolder(async dir => {
      const platform: Platform = { python: '3.13', architecture: 'arm64' }
      const pinned = await pin(['lxml', 'simplejson', 'setuptools'], { day: VERSIONS_OF, platform, dir })
      const system = await systemWith('none')
      const cacheDir = join(await sharedFolder(), 'store')
      const config = await functionOf(pinned, platform, 'none', dir)
      const [report] = await zip(config, { functions: [], check: true, jobs: null, cacheDir }, system)
      const unzipped = await readTree(await unzip(report?.artifact.path ?? '', dir))
      const full = await collect(pinned, platform, 'none', dir)
      assert.equal([...unzipped.keys()].sort(), full.files.map(({ path }) => path as string).sort())
      for (const { path, content, executable } of full.files) {
        const sha256 = sha256Of(await readContent(content, system.disk))
        assert.equal(unzipped.get(path), { sha256, executable }, path)
      }
    }))

  const pythons = findPythons(PYTHONS)
  const missing = PYTHONS.filter(python => !pythons.has(python))
  if (missing.length > 0) console.error(`NOT IMPORTED for want of Python ${missing.join(', ')}`)

  it('is imported by Python 3.11 at least', () => assert.ok(pythons.has('3.11')))

  for (const [python, path] of pythons) {
    const platform: Platform = { python, architecture: process.arch === 'arm64' ? 'arm64' : 'x86_64' }
    it(`imports on ${titleOf(platform)} with nothing else on the path`, () =>
      inTemporaryFolder(async dir => {
        const { files, packages: distributions } = await collect(await pinAll(platform, dir), platform, 'safe', dir)
        const unzipped = await throughZip(files, dir)
        const modules = Object.fromEntries(distributions.map(({ name }) => [name, modulesOf(name, files, platform)]))
        const problems = Object.entries(importAll(path, unzipped, modules))
        const count = `${Object.values(modules).flat().length} modules of ${distributions.length} distributions`
        console.log(`\n  ${titleOf(platform)}: ${count}, ${problems.length} of them not importable`)
        assert.equal(
          problems.filter(([module, text]) => !(NOT_IMPORTABLE[module]?.test(text) ?? false)),
          [],
        )
      }))
  }
})

function titleOf({ python, architecture }: Platform): string {
  return `python${python} on ${architecture}`
}

function pinAll(platform: Platform, dir: string): Promise<string> {
  const names = DISTRIBUTIONS.map(({ name }) => name)
  return pin(names, { day: VERSIONS_OF, platform, dir })
}
