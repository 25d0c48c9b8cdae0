import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { readDirectory, readMember, readMemberHead } from '../../src/formats/zip-directory.ts'
import type { ArchiveMember } from '../../src/model.ts'
import { makeDisk } from '../../src/system/disk.ts'
import { describe, inTemporaryFolder, rejects } from '../helpers.ts'
import { makeZip, type ZipMember } from '../wheels.ts'

const disk = makeDisk()

async function withZip<T>(bytes: Uint8Array, action: (path: string) => Promise<T>): Promise<T> {
  return inTemporaryFolder(async dir => {
    const path = join(dir, 'acme.zip')
    await writeFile(path, bytes)
    return action(path)
  })
}

async function readAll(path: string): Promise<Record<string, string>> {
  const contents: Record<string, string> = {}
  for (const member of await readDirectory(path, disk)) {
    contents[member.name] = Buffer.from(await readMember(path, member, disk)).toString()
  }
  return contents
}

async function readOnly(path: string): Promise<Uint8Array> {
  const [member] = await readDirectory(path, disk)
  assert.ok(member)
  return readMember(path, member as ArchiveMember, disk)
}

describe('zip-directory', it => {
  it('reads deflated, stored and empty members', async () => {
    const zip = makeZip([
      { name: 'a.txt', content: 'deflated '.repeat(100) },
      { name: 'b/c.txt', content: 'stored', stored: true },
      { name: 'empty', content: '' },
      { name: 'größe.txt', content: 'utf-8' },
    ])
    await withZip(zip, async path => {
      assert.equal(await readAll(path), {
        'a.txt': 'deflated '.repeat(100),
        'b/c.txt': 'stored',
        empty: '',
        'größe.txt': 'utf-8',
      })
    })
  })

  it('tells which members are executable and leaves folders out', async () => {
    const zip = makeZip([
      { name: 'bin/', content: '', mode: 0o40755, stored: true },
      { name: 'bin/run', content: '#!/bin/sh', mode: 0o100700 },
      { name: 'bin/data', content: '', mode: 0o100644 },
    ])
    await withZip(zip, async path => {
      const members = await readDirectory(path, disk)
      assert.equal(
        members.map(({ name, executable }) => [name, executable]),
        [
          ['bin/run', true],
          ['bin/data', false],
        ],
      )
    })
  })

  it('reads a directory that is larger than one piece', async () => {
    const members = Array.from(
      { length: 5000 },
      (_, index): ZipMember => ({ name: `${'deep/'.repeat(20)}${index}.txt`, content: `${index}`, stored: true }),
    )
    await withZip(makeZip(members), async path => {
      const found = await readDirectory(path, disk)
      assert.is(found.length, 5000)
      assert.is(Buffer.from(await readMember(path, found[4321] as ArchiveMember, disk)).toString(), '4321')
    })
  })

  it('reads the head of a member without the rest', async () => {
    const text = Array.from({ length: 50_000 }, (_, index) => `line ${index * 7919}`).join('\n')
    for (const stored of [true, false]) {
      await withZip(makeZip([{ name: 'a', content: text, stored }]), async path => {
        const [member] = await readDirectory(path, disk)
        const head = await readMemberHead(path, member as ArchiveMember, 64, disk)
        assert.is(Buffer.from(head).toString(), text.slice(0, 64))
      })
    }
  })

  const unsafe = ['../evil', 'a/../../evil', '/etc/passwd', 'C:/evil', 'a\\evil', 'a\0b', 'a//b', './a']
  for (const name of unsafe) {
    it(`refuses the name ${JSON.stringify(name)}`, async () => {
      await withZip(makeZip([{ name: 'a', content: 'x', lies: { name } }]), async path => {
        await rejects(() => readDirectory(path, disk), 'ARCHIVE_UNSAFE_NAME')
      })
    })
  }

  const damaged: readonly (readonly [string, Omit<ZipMember, 'name' | 'content'>, string])[] = [
    ['a wrong checksum', { lies: { crc32: 1 } }, 'wrong checksum'],
    ['an inflated size beyond the declared one', { lies: { bytes: 10 } }, 'larger than the directory says'],
    ['an inflated size below the declared one', { lies: { bytes: 5000 } }, 'another length'],
    ['a declared size that no data can have', { lies: { bytes: 0x7fffffff } }, 'larger than its data can be'],
    ['an unknown method', { lies: { method: 12 } }, 'method 12'],
    ['encryption', { lies: { flags: 0x801 } }, 'encrypted'],
    ['a symbolic link', { mode: 0o120777 }, 'symbolic link'],
    ['garbage as deflated data', { stored: true, lies: { method: 8 } }, "can't be inflated"],
  ]
  for (const [what, options, why] of damaged) {
    it(`refuses ${what}`, async () => {
      await withZip(makeZip([{ name: 'a', content: 'content '.repeat(200), ...options }]), async path => {
        const error = await rejects(() => readOnly(path), 'ARCHIVE_DAMAGED')
        assert.ok(error.message.includes(why), error.message)
      })
    })
  }

  it('refuses a name that stands twice', async () => {
    await withZip(
      makeZip([
        { name: 'a', content: '1' },
        { name: 'a', content: '2' },
      ]),
      async path => {
        await rejects(() => readDirectory(path, disk), 'ARCHIVE_DAMAGED')
      },
    )
  })

  it('refuses a name that differs between directory and member', async () => {
    const zip = Buffer.from(makeZip([{ name: 'aaaa', content: '1' }]))
    zip.write('bbbb', 30)
    await withZip(zip, async path => {
      await rejects(() => readOnly(path), 'ARCHIVE_DAMAGED')
    })
  })

  it('refuses an archive cut at any place', async () => {
    const zip = makeZip([
      { name: 'a.txt', content: 'some text' },
      { name: 'b.txt', content: 'more text' },
    ])
    for (let length = 0; length < zip.length; length++) {
      await withZip(zip.subarray(0, length), async path => {
        await rejects(() => readAll(path), 'ARCHIVE_DAMAGED')
      })
    }
  })

  it('refuses what is no zip, and a file that is not there', async () => {
    await withZip(Buffer.from('<html>404</html>'.repeat(1000)), async path => {
      await rejects(() => readDirectory(path, disk), 'ARCHIVE_DAMAGED')
      await rejects(() => readDirectory(`${path}.missing`, disk), 'ARCHIVE_DAMAGED')
    })
  })
})
