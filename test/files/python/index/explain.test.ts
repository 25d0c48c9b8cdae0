import * as assert from 'uvu/assert'
import { explainNoWheel } from '../../../../src/files/python/index/explain.ts'
import type { SelectedPackage } from '../../../../src/files/python/types.ts'
import type { PythonTarget } from '../../../../src/model.ts'
import { describe, inTemporaryFolder } from '../../../helpers.ts'
import { deadUrl, serving } from '../../../loopback.ts'
import { type IndexedFile, indexedSdist, indexedWheel, packageIndex, sealedSystem } from '../../../package-index.ts'
import { testTarget } from '../../../worlds.ts'

const wheels = (version: string, tags: readonly string[]) => tags.map(tag => indexedWheel('acme', version, tag))

function pin(version: string): SelectedPackage {
  return { name: 'acme', version, origin: { kind: 'index', index: null, files: [], hashes: [] } }
}

async function explanation(item: SelectedPackage, target: PythonTarget, indexUrl: string): Promise<string> {
  return inTemporaryFolder(async dir => {
    const indexes = { indexUrl, extraIndexUrls: [], findLinks: [], noIndex: null }
    const error = await explainNoWheel(item, target, { indexes, projectDir: dir }, sealedSystem(dir))
    assert.is(error.code, 'NO_WHEEL')
    return error.message
  })
}

function explains(files: readonly IndexedFile[], target: PythonTarget, expected: string): () => Promise<void> {
  return () =>
    serving(packageIndex(files), async server => {
      assert.is(await explanation(pin('2.0'), target, `${server.url}/simple`), expected)
    })
}

const LAST_WAY = `  - Build a wheel of it for this target and name its folder in \`findLinks\`.`

describe('explain no wheel', it => {
  it(
    'tells the newest version with a wheel and the runtime that this version has one for',
    explains(
      [
        ...wheels('1.0', ['cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64']),
        ...wheels('1.5', ['cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64']),
        ...wheels('1.9rc1', ['cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64']),
        ...wheels('2.0', [
          'cp311-cp311-manylinux_2_27_x86_64.manylinux_2_28_x86_64',
          'cp312-cp312-manylinux_2_27_x86_64.manylinux_2_28_x86_64',
          'cp313-cp313-manylinux_2_27_x86_64.manylinux_2_28_x86_64',
          'cp313-cp313-macosx_11_0_arm64',
          'cp313-cp313-musllinux_1_2_x86_64',
          'cp313-cp313t-manylinux_2_27_x86_64',
          'pp311-pypy311_pp73-manylinux_2_27_x86_64',
        ]),
      ],
      testTarget('python3.11'),
      `acme 2.0 has no wheel for python3.11 on x86_64 (glibc 2.26). Its wheels for Linux on x86_64: cp313-cp313-manylinux_2_27, cp312-cp312-manylinux_2_27, cp311-cp311-manylinux_2_27. The other 4 are for other systems.
What helps:
  - Pin acme 1.5, the newest version that has a wheel for this target.
  - Use the runtime python3.12 or a newer one: this version has a wheel for it.
${LAST_WAY}`,
    ),
  )

  it(
    'tells the other architecture',
    explains(
      wheels('2.0', ['cp313-cp313-manylinux_2_17_x86_64', 'cp313-cp313-win_amd64']),
      testTarget('python3.13', 'arm64'),
      `acme 2.0 has no wheel for python3.13 on arm64 (glibc 2.34). It has 2 wheels, none for Linux (glibc) on arm64.
What helps:
  - No version of acme on the index has a wheel for this target.
  - Use the architecture x86_64: this version has a wheel for it.
${LAST_WAY}`,
    ),
  )

  it(
    'does not name versions or runtimes whose requires-python says no',
    explains(
      [
        indexedWheel('acme', '3.0', 'py3-none-any', { requiresPython: '>=3.14' }),
        indexedWheel('acme', '2.0', 'py3-none-any', { requiresPython: '>=3.14' }),
        indexedWheel('acme', '1.0', 'py3-none-any', { yanked: true }),
        indexedWheel('acme', '0.5', 'py3-none-any'),
      ],
      testTarget('python3.12'),
      `acme 2.0 has no wheel for python3.12 on x86_64 (glibc 2.34). Its wheels for Linux on x86_64: py3-none-any (for Python >=3.14).
What helps:
  - Pin acme 0.5, the newest version that has a wheel for this target.
  - Use the runtime python3.14: this version has a wheel for it.
${LAST_WAY}`,
    ),
  )

  it(
    'shortens a long list of wheels',
    explains(
      wheels(
        '2.0',
        [4, 5, 6, 7, 8, 9, 10, 11].map(minor => `cp3${minor}-cp3${minor}-manylinux_2_17_x86_64`),
      ),
      testTarget('python3.14'),
      `acme 2.0 has no wheel for python3.14 on x86_64 (glibc 2.34). Its wheels for Linux on x86_64: cp311-cp311-manylinux_2_17, cp310-cp310-manylinux_2_17, cp39-cp39-manylinux_2_17, cp38-cp38-manylinux_2_17, cp37-cp37-manylinux_2_17, cp36-cp36-manylinux_2_17 and 2 more.
What helps:
  - No version of acme on the index has a wheel for this target.
  - Use the runtime python3.11: this version has a wheel for it.
${LAST_WAY}`,
    ),
  )

  it(
    'says that there are only sources',
    explains(
      [indexedSdist('acme', '2.0')],
      testTarget(),
      `acme 2.0 has no wheel for python3.13 on x86_64 (glibc 2.34). It has no wheels at all.
What helps:
  - No version of acme on the index has a wheel for this target.
${LAST_WAY}
  - Make a container image: \`lpack image\` has pip build it there.`,
    ),
  )

  it(
    'names the versions that the index has when the pinned one is not there',
    explains(
      wheels('3.0', ['py3-none-any']),
      testTarget(),
      `acme 2.0 has no wheel for python3.13 on x86_64 (glibc 2.34). That version isn't on the index.
What helps:
  - Pin acme 3.0, the newest version that has a wheel for this target.
${LAST_WAY}`,
    ),
  )

  it('says so when the index has a wheel that the lock leaves out', () =>
    serving(packageIndex(wheels('2.0', ['py3-none-any', 'cp312-cp312-win_amd64'])), async server => {
      const hashes = wheels('2.0', ['cp312-cp312-win_amd64']).map(({ sha256 }) => sha256)
      const item: SelectedPackage = { ...pin('2.0'), origin: { kind: 'index', index: null, files: [], hashes } }
      assert.is(
        await explanation(item, testTarget('python3.12'), `${server.url}/simple`),
        `acme 2.0 has no wheel for python3.12 on x86_64 (glibc 2.34). It has 1 wheel, none for Linux (glibc) on x86_64.
What helps:
  - Lock again: the index has acme-2.0-py3-none-any.whl, which the lock leaves out.
${LAST_WAY}`,
      )
    }))

  it('tells the wheels of the index for an sdist that is on this disk by now', () =>
    serving(packageIndex(wheels('2.0', ['cp314-cp314-manylinux_2_17_x86_64'])), async server => {
      const sha256 = 'a'.repeat(64)
      const files = [{ filename: 'acme-2.0.tar.gz', location: '/acme-2.0.tar.gz', sha256, bytes: null }]
      const item: SelectedPackage = { ...pin('2.0'), origin: { kind: 'index', index: null, files, hashes: [sha256] } }
      const message = await explanation(item, testTarget('python3.13'), `${server.url}/simple`)
      assert.match(message, 'Its wheels for Linux on x86_64: cp314-cp314-manylinux_2_17.')
    }))

  it('tells what the lock knows when no index answers', async () => {
    const files = wheels('2.0', ['cp312-cp312-manylinux_2_17_x86_64']).map(({ filename, sha256 }) => ({
      filename,
      location: null,
      sha256,
      bytes: null,
    }))
    const item: SelectedPackage = { ...pin('2.0'), origin: { kind: 'index', index: null, files, hashes: [] } }
    assert.is(
      await explanation(item, testTarget('python3.11'), `${await deadUrl()}/simple`),
      `acme 2.0 has no wheel for python3.11 on x86_64 (glibc 2.26). Its wheels for Linux on x86_64: cp312-cp312-manylinux_2_17.
What helps:
  - Use the runtime python3.12: this version has a wheel for it.
${LAST_WAY}`,
    )
  })
})
