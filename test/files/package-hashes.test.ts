import { createHash } from 'node:crypto'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { hashPackages } from '../../src/files/package-hashes.ts'
import { describe, inTemporaryFolder, rejects, writeTree } from '../helpers.ts'
import { makeZip } from '../wheels.ts'
import { testSystem } from '../worlds.ts'
import { makeLooseZip } from '../zips.ts'

const sha256 = (content: string | Uint8Array) => createHash('sha256').update(content).digest('hex')

describe('hashes of packages', it => {
  it('are those of what sha256sum prints of the files, in the order of their paths', () =>
    inZip(
      makeZip([
        { name: 'b/x.py', content: 'x' },
        { name: 'a.py', content: 'own' },
        { name: 'b/a.py', content: 'a', stored: true },
      ]),
      async zip => {
        const files = [
          { path: 'b/x.py', package: 'b' },
          { path: 'b/a.py', package: 'b' },
          { path: 'a.py', package: '(function)' },
          { path: 'not-there.py', package: 'c' },
        ]
        assert.equal(
          await hashPackages(zip, files, testSystem()),
          new Map([
            ['(function)', sha256(`${sha256('own')}  a.py\n`)],
            ['b', sha256(`${sha256('a')}  b/a.py\n${sha256('x')}  b/x.py\n`)],
          ]),
        )
      },
    ))

  it('are of the last of several entries of one name, as unzip leaves it', () =>
    inZip(
      makeLooseZip({
        entries: [
          { name: 'a.py', content: 'first' },
          { name: 'a.py', content: 'last' },
        ],
      }),
      async zip => {
        const hashes = await hashPackages(zip, [{ path: 'a.py', package: 'a' }], testSystem())
        assert.is(hashes.get('a'), sha256(`${sha256('last')}  a.py\n`))
      },
    ))

  it('are refused where an entry is damaged', () =>
    inZip(makeZip([{ name: 'a.py', content: 'a', lies: { crc32: 1 } }]), zip =>
      rejects(() => hashPackages(zip, [{ path: 'a.py', package: 'a' }], testSystem()), 'ARCHIVE_DAMAGED').then(
        () => undefined,
      ),
    ))
})

function inZip(bytes: Uint8Array, action: (zip: string) => Promise<void>): Promise<void> {
  return inTemporaryFolder(async dir => {
    await writeTree(dir, { 'f.zip': bytes })
    await action(join(dir, 'f.zip'))
  })
}
