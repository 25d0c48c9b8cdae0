import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { readContent } from '../../src/formats/content.ts'
import { zip } from '../../src/pack.ts'
import { describe, inTemporaryFolder } from '../helpers.ts'
import { compareWithFull, compareWithPip, DOCUMENTED, nativeNames } from './differences.ts'
import { GROUPS, type Group, VERSIONS_OF } from './distributions.ts'
import { collectBoth, functionOf, importAll, modulesOf, sharedFolder, throughZip, unzip } from './packed.ts'
import { type Platform, pin, pipInstall, readTree, sha256Of } from './pip.ts'
import { systemWith } from './python-tools.ts'
import { findPythons } from './pythons.ts'

const PLATFORMS: readonly Platform[] = [
  { python: '3.11', architecture: 'x86_64' },
  { python: '3.12', architecture: 'arm64' },
  { python: '3.13', architecture: 'x86_64' },
  { python: '3.14', architecture: 'arm64' },
]

const PYTHONS = ['3.11']

/** Modules that don't import from pip's own folder either, and what they say. */
const NOT_IMPORTABLE: Readonly<Record<string, RegExp>> = {}

describe('what is packed', it => {
  it('is compared for 44 distributions and more, half of them native', () => {
    const listed = GROUPS.flatMap(({ distributions }) => distributions)
    const native = listed.filter(({ isNative }) => isNative)
    console.log(`\n  ${listed.length} distributions listed, ${native.length} native`)
    assert.ok(new Set(listed.map(({ name }) => name)).size >= 44)
    assert.ok(native.length * 2 >= listed.length)
  })

  for (const platform of PLATFORMS) {
    it(`equals what pip installs for ${titleOf(platform)}`, async () => {
      const met = new Set<string>()
      const all = new Set<string>()
      const allNative = new Set<string>()
      const problems: string[] = []
      let files = 0
      for (const group of GROUPS) {
        await inTemporaryFolder(async dir => {
          const pinned = await pinGroup(group, platform, dir)
          const [installed, { full, safe }] = await Promise.all([
            pipInstall(pinned, platform, dir),
            collectBoth(pinned, platform, dir),
          ])
          const native = await nativeNames(full, installed)
          for (const { name, isNative } of group.distributions) {
            if (native.includes(name) !== isNative) problems.push(`${name} is ${isNative ? 'not ' : ''}native`)
          }
          for (const comparison of [await compareWithPip(full, installed), await compareWithFull(safe, full)]) {
            for (const rule of comparison.met) met.add(rule)
            problems.push(...comparison.problems)
          }
          for (const { name } of full.distributions) all.add(name)
          for (const name of native) allNative.add(name)
          files += full.files.length
        })
      }
      console.log(`\n  ${titleOf(platform)}: ${all.size} distributions, ${allNative.size} native, ${files} files`)
      assert.equal(problems, [])
      assert.equal([...met].sort(), [...DOCUMENTED].sort(), 'every documented difference is met')
    })
  }

  it('is what the zip holds, bytes and modes', () =>
    inTemporaryFolder(async dir => {
      const platform: Platform = { python: '3.13', architecture: 'arm64' }
      const pinned = await pin(['lxml', 'simplejson', 'setuptools'], { day: VERSIONS_OF, platform, dir })
      const system = await systemWith('none')
      const cacheDir = join(await sharedFolder(), 'store')
      const config = await functionOf(pinned, platform, 'none', dir)
      const [report] = await zip(config, { functions: [], check: true, cacheDir }, system)
      const unzipped = await readTree(await unzip(report?.artifact.path ?? '', dir))
      const { full } = await collectBoth(pinned, platform, dir)
      assert.equal([...unzipped.keys()].sort(), full.files.map(({ path }) => path as string).sort())
      for (const { path, content, executable } of full.files) {
        assert.equal(
          unzipped.get(path),
          { sha256: sha256Of(await readContent(content, system.disk)), executable },
          path,
        )
      }
    }))

  const pythons = findPythons(PYTHONS)
  const missing = PYTHONS.filter(python => !pythons.has(python))
  if (missing.length > 0) console.error(`NOT IMPORTED for want of Python ${missing.join(', ')}`)

  it('is imported by Python 3.11 at least', () => assert.ok(pythons.has('3.11')))

  for (const [python, path] of [] as any) {
    const platform: Platform = { python, architecture: process.arch === 'arm64' ? 'arm64' : 'x86_64' }
    it(`imports on ${titleOf(platform)} with nothing else on the path`, async () => {
      const sums = { distributions: 0, modules: 0 }
      const unknown: (readonly [string, string])[] = []
      for (const group of GROUPS) {
        await inTemporaryFolder(async dir => {
          const pinned = await pinGroup(group, platform, dir)
          const { safe } = await collectBoth(pinned, platform, dir)
          const filesOf = (name: string) => safe.files.filter(({ owner }) => owner === name)
          const modules = Object.fromEntries(
            safe.distributions.map(({ name }) => [name, modulesOf(filesOf(name), platform)]),
          )
          const problems = Object.entries(importAll(path, await throughZip(safe, dir), modules))
          unknown.push(...problems.filter(([module, text]) => !(NOT_IMPORTABLE[module]?.test(text) ?? false)))
          sums.distributions += safe.distributions.length
          sums.modules += Object.values(modules).flat().length
        })
      }
      console.log(`\n  ${titleOf(platform)}: ${sums.modules} modules of ${sums.distributions} distributions import`)
      assert.equal(unknown, [])
    })
  }
})

function titleOf({ python, architecture }: Platform): string {
  return `python${python} on ${architecture}`
}

function pinGroup({ distributions }: Group, platform: Platform, dir: string): Promise<string> {
  const names = distributions.map(({ name }) => name)
  return pin(names, { day: VERSIONS_OF, platform, dir })
}
