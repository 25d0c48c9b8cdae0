import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { type StoredRecord, storedDirectory, storeMember } from '../../src/formats/stored-zip.ts'
import { readDirectory, readMember } from '../../src/formats/zip-directory.ts'
import { makeDisk } from '../../src/system/disk.ts'
import { describe, inTemporaryFolder } from '../helpers.ts'

function zipOf(members: readonly { name: string; content: string; executable: boolean }[]): Uint8Array {
  const parts: Uint8Array[] = []
  const records: StoredRecord[] = []
  let offset = 0
  for (const { name, content, executable } of members) {
    const bytes = Buffer.from(content)
    const { record, head } = storeMember({ name, content: bytes, executable }, offset)
    parts.push(head, bytes)
    offset += head.length + bytes.length
    records.push(record)
  }
  return Buffer.concat([...parts, storedDirectory(records, offset)])
}

describe('stored zip', it => {
  it('is read back with names, contents and modes', async () => {
    const members = [
      { name: 'acme/__init__.py', content: 'x = 1\n', executable: false },
      { name: 'acme/empty', content: '', executable: false },
      { name: 'acme/run-ü.sh', content: '#!/bin/sh\n', executable: true },
    ]
    await inTemporaryFolder(async dir => {
      const path = join(dir, 'a.zip')
      await writeFile(path, zipOf(members))
      const disk = makeDisk()
      const read = await readDirectory(path, disk)
      const contents = await Promise.all(read.map(member => readMember(path, member, disk)))
      assert.equal(
        read.map(({ name, executable, method }, index) => ({
          name,
          executable,
          method,
          content: Buffer.from(contents[index] ?? []).toString(),
        })),
        members.map(({ name, executable, content }) => ({ name, executable, method: 0, content })),
      )
    })
  })

  it('has fixed bytes', () => {
    const bytes = zipOf([{ name: 'a.py', content: 'a = 1\n', executable: false }])
    assert.is(bytes.length, 30 + 4 + 6 + 46 + 4 + 22)
    assert.is(
      createHash('sha256').update(bytes).digest('hex'),
      '084f39c182d79eaabf17ceb8ad08e353cf4657e9f301f9ca4ef46e228bb9be42',
    )
  })

  it('refuses what needs zip64', () => {
    assert.throws(
      () => storeMember({ name: 'a', content: Buffer.from('a'), executable: false }, 0xffff_ffff),
      /beyond 4 GiB/,
    )
  })
})
