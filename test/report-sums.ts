import * as assert from 'uvu/assert'
import type { PublicReport } from '../src/report/json.ts'
import { OWN } from '../src/report/packages.ts'

/** What holds of every report, whoever made the zip: no byte is lost, and none counts twice. */
export function checkSums(report: PublicReport): void {
  const { artifact, files, packages, inlined, otherBytes } = report
  const sum = (numbers: readonly number[]) => numbers.reduce((all, number) => all + number, 0)
  assert.is(sum(packages.map(one => one.zippedBytes)) + otherBytes, artifact.bytes, 'packages and the rest are the zip')
  assert.is(sum(files.map(one => one.zippedBytes)) + otherBytes, artifact.bytes, 'files and the rest are the zip')
  assert.is(sum(packages.map(one => one.bytes)), sum(files.map(one => one.bytes)), 'packages are the files')
  assert.ok(otherBytes >= 0)
  assert.is(artifact.files, files.length)
  assert.is(sum(packages.map(one => one.files)), files.length)
  assert.is(new Set(files.map(({ path }) => path)).size, files.length, 'each file once')
  assert.is(new Set(packages.map(({ id }) => id)).size, packages.length)
  for (const one of packages) {
    const own = files.filter(file => file.package === one.id)
    const paths = new Set(own.map(({ path }) => path))
    const got = inlined.filter(share => share.package === one.id)
    const given = inlined.filter(share => paths.has(share.path))
    assert.is(own.length, one.files, one.id)
    for (const key of ['bytes', 'zippedBytes'] as const) {
      const all = [...own.map(file => file[key]), ...got.map(share => share[key]), ...given.map(share => -share[key])]
      assert.is(sum(all), one[key], `${key} of ${one.id}`)
      assert.ok(one[key] >= 0, `${key} of ${one.id}`)
    }
  }
  for (const file of files)
    assert.ok(
      packages.some(({ id }) => id === file.package),
      file.path,
    )
  assert.ok(packages.some(({ id }) => id === OWN))
}
