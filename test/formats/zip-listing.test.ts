import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { readMember } from '../../src/formats/zip-directory.ts'
import { isReadable, listZip, memberOfEntry, readLinkTarget, type ZipListing } from '../../src/formats/zip-listing.ts'
import { makeDisk } from '../../src/system/disk.ts'
import { describe, inTemporaryFolder, rejects } from '../helpers.ts'
import { countRead, diskOf } from '../zip-fuzz.ts'
import { type LooseEntry, type LooseZip, makeLooseZip, unicodeName } from '../zips.ts'

const list = (zip: LooseZip): Promise<ZipListing> => listZip('some.zip', diskOf(makeLooseZip(zip)))

const A: LooseEntry = { name: 'a.py', content: 'print("a")\n'.repeat(20) }
const B: LooseEntry = { name: 'sub/b.txt', content: 'b', method: 0 }

async function namesOf(zip: LooseZip): Promise<readonly string[]> {
  return (await list(zip)).entries.map(({ name }) => name)
}

async function contentsOf(bytes: Uint8Array): Promise<readonly string[]> {
  const disk = diskOf(bytes)
  const { path, entries } = await listZip('some.zip', disk)
  const contents = []
  for (const entry of entries) contents.push(Buffer.from(await readMember(path, memberOfEntry(entry), disk)).toString())
  return contents
}

describe('zip-listing', it => {
  const readable: readonly (readonly [string, LooseZip])[] = [
    ['plain entries', { entries: [A, B] }],
    ['a comment', { entries: [A, B], comment: 'made by hand: PK\x05\x06 is in it' }],
    ['data before it', { entries: [A, B], before: Buffer.from('#!/bin/sh\nexit 0\n') }],
    ['data behind it', { entries: [A, B], after: Buffer.from('garbage') }],
    ['zip64', { entries: [A, B], isZip64: true }],
    ['zip64 with data before it', { entries: [A, B], isZip64: true, before: Buffer.alloc(1000, 'x') }],
    ['zip64 sizes', { entries: [{ ...A, isZip64: true }, B] }],
    [
      'data descriptors',
      {
        entries: [
          { ...A, isStreamed: true },
          { ...B, isStreamed: true, method: 8 },
        ],
      },
    ],
  ]
  for (const [what, zip] of readable) {
    it(`reads a zip with ${what}`, async () => {
      assert.equal(await namesOf(zip), ['a.py', 'sub/b.txt'])
      assert.equal(await contentsOf(makeLooseZip(zip)), [A.content, B.content])
    })
  }

  it('tells how many bytes stand before the zip', async () => {
    assert.is((await list({ entries: [A], before: Buffer.alloc(17) })).prependedBytes, 17)
    assert.is((await list({ entries: [A] })).prependedBytes, 0)
  })

  it('reads an empty zip', async () => assert.equal(await namesOf({ entries: [] }), []))

  const latin = Buffer.from([0x67, 0x94, 0x81, 0x2e, 0x74])
  const names: readonly (readonly [string, LooseEntry, string])[] = [
    ['UTF-8 that is flagged', { name: 'größe.txt', flags: 0x800 }, 'größe.txt'],
    ['UTF-8 that is not flagged', { name: 'größe.txt' }, 'größe.txt'],
    ['code page 437', { name: latin }, 'göü.t'],
    ['a name of its own in UTF-8', { name: latin, extra: unicodeName(latin, 'göü.t') }, 'göü.t'],
    ['one that is of another name', { name: 'plain', extra: unicodeName(latin, 'göü.t') }, 'plain'],
    ['backslashes', { name: 'sub\\a.txt' }, 'sub\\a.txt'],
    ['a way out', { name: '../evil' }, '../evil'],
    ['NUL', { name: 'a\0b' }, 'a\0b'],
    ['nothing at all', { name: '' }, ''],
  ]
  for (const [what, entry, expected] of names) {
    it(`reads a name with ${what}`, async () => assert.equal(await namesOf({ entries: [entry] }), [expected]))
  }

  const kinds: readonly (readonly [string, LooseEntry, string, number | null])[] = [
    ['a file of Unix', { name: 'a', mode: 0o100755 }, 'file', 0o100755],
    ['a file of macOS', { name: 'a', host: 19, mode: 0o100600 }, 'file', 0o100600],
    ['a file of MS-DOS', { name: 'a', host: 0, attributes: 0x20 }, 'file', null],
    ['a file of MS-DOS with a mode', { name: 'a', host: 0, mode: 0o100644 }, 'file', 0o100644],
    ['a file of Unix without a mode', { name: 'a', attributes: 0 }, 'file', 0],
    ['a folder of Unix', { name: 'a/', mode: 0o40755 }, 'folder', 0o40755],
    ['a folder of MS-DOS', { name: 'a\\', host: 0, attributes: 0x10 }, 'folder', null],
    ['a link', { name: 'a', mode: 0o120777 }, 'link', 0o120777],
    ['a pipe', { name: 'a', mode: 0o010644 }, 'special', 0o010644],
  ]
  for (const [what, entry, kind, mode] of kinds) {
    it(`tells ${what}`, async () => {
      const [found] = (await list({ entries: [entry] })).entries
      assert.equal([found?.kind, found?.mode], [kind, mode])
    })
  }

  it('reads where a link leads', async () => {
    const disk = diskOf(makeLooseZip({ entries: [{ name: 'l', content: '../libs/x.so', mode: 0o120777 }, A] }))
    const listing = await listZip('some.zip', disk)
    const targets = []
    for (const entry of listing.entries) targets.push(await readLinkTarget(listing, entry, disk))
    assert.equal(targets, ['../libs/x.so', null])
  })

  it('lists what it can’t read: encryption, other methods, names that stand twice', async () => {
    const entries = [{ ...A, flags: 1 }, { ...A, method: 14 }, B, B]
    const listing = await list({ entries })
    assert.equal(listing.entries.map(isReadable), [false, false, true, true])
    assert.is(listing.entries[0]?.isEncrypted, true)
    assert.is(listing.entries[1]?.method, 14)
  })

  it('takes the count of tools without zip64, which start again at 0', async () => {
    const entries = Array.from({ length: 65_537 }, (_, index): LooseEntry => ({ name: `${index}`, method: 0 }))
    assert.is((await list({ entries })).entries.length, 65_537)
  })

  const hostile: readonly (readonly [string, LooseZip, string])[] = [
    ['two entries on one place', { entries: [A, { ...A, name: 'b.py', lies: { offset: 0 } }] }, 'share bytes'],
    [
      'an entry within another',
      {
        entries: [
          { ...A, method: 0 },
          { ...B, lies: { offset: 40 } },
        ],
      },
      'share bytes',
    ],
    [
      'a size that no data can have',
      { entries: [{ ...A, lies: { bytes: 0xffff_fff0 } }] },
      'larger than its data can be',
    ],
    ['a stored file of two sizes', { entries: [{ ...B, lies: { bytes: 99 } }] }, 'two sizes'],
    ['data beyond the end', { entries: [{ ...A, lies: { compressedBytes: 5000 } }] }, 'cut off'],
    ['a zip64 size of 2^63', { entries: [{ ...A, isZip64: true, lies: { compressedBytes: 2 ** 62 } }] }, 'cut off'],
    ['a zip64 size that is missing', { entries: [{ ...A, lies: { bytes: 0xffff_ffff } }] }, 'lacks its zip64 sizes'],
    [
      'a million entries that are not there',
      { entries: [A], isZip64: true, lies: { count: 1_000_000 } },
      '1000000 files',
    ],
    ['more entries than its directory', { entries: [A], lies: { count: 3 } }, 'too small'],
    ['fewer entries than its directory', { entries: [A, B], lies: { count: 1 } }, 'has 2 entries, and its end says 1'],
    ['a directory beyond the end', { entries: [A], lies: { directoryBytes: 0xffff_fff0 } }, 'larger than'],
    [
      'a directory elsewhere',
      { entries: [A], lies: { directoryOffset: 3, directoryBytes: 49 } },
      'not where its end says',
    ],
  ]
  for (const [what, zip, why] of hostile) {
    it(`refuses ${what}`, async () => {
      const disk = diskOf(makeLooseZip(zip))
      const error = await rejects(() => listZip('some.zip', disk), 'ZIP_UNREADABLE')
      assert.ok(error.message.includes(why), error.message)
      assert.ok(disk.seen.bytes < 200_000, `${disk.seen.bytes} bytes read`)
    })
  }

  it('shows damage in a member when that is read', async () => {
    const bytes = makeLooseZip({ entries: [A, { ...B, lies: { crc32: 1 } }] })
    assert.is((await listZip('some.zip', diskOf(bytes))).entries.length, 2)
    const error = await rejects(() => contentsOf(bytes), 'ARCHIVE_DAMAGED')
    assert.match(error.message, '"sub/b.txt" has a wrong checksum')
  })

  it('refuses what is no zip, is empty, is a folder or is not there', () =>
    inTemporaryFolder(async dir => {
      const path = join(dir, 'some.zip')
      await writeFile(path, 'PK\x03\x04 but no more')
      await rejects(() => listZip(path, makeDisk()), 'ZIP_UNREADABLE')
      await writeFile(path, '')
      assert.match((await rejects(() => listZip(path, makeDisk()), 'ZIP_UNREADABLE')).message, 'it is empty')
      assert.match((await rejects(() => listZip(dir, makeDisk()), 'ZIP_MISSING')).message, 'is a folder')
      assert.match((await rejects(() => listZip(`${path}.gone`, makeDisk()), 'ZIP_MISSING')).message, 'no such file')
    }))

  it('refuses a zip that is cut at any place', async () => {
    const bytes = makeLooseZip({ entries: [A, B], comment: 'end' })
    for (let length = 0; length < bytes.length; length++) {
      await rejects(() => listZip('some.zip', diskOf(bytes.subarray(0, length))), 'ZIP_UNREADABLE')
    }
  })

  it('says a sentence or reads it, whatever bytes are changed, cut or moved', async () => {
    const read = await countRead(6_000, 20_261_123)
    // Most changes hit what a reader must look at; some don't matter.
    assert.ok(read > 100 && read < 5_000, `${read} of 6,000 were read`)
  })
})
