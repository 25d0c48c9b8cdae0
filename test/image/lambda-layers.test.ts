import { pack } from 'tar-stream'
import * as assert from 'uvu/assert'
import { watchLayer } from '../../src/image/lambda-layers.ts'
import { describe } from '../helpers.ts'

type Header = Parameters<ReturnType<typeof pack>['entry']>[0]

const FOLDERS = [folder('var/'), folder('var/task/')]

describe('image/lambda-layers', it => {
  it('takes folders before files, and plain files', async () => {
    assert.is(await problemOf([...FOLDERS, file('var/task/a.py'), file('var/task/b', { mode: 0o755 })]), null)
  })

  for (const [what, headers, why] of [
    [
      'a file without its folder',
      [folder('var/'), file('var/task/a.py')],
      /"var\/task\/a.py" stands before its folder/,
    ],
    ['a folder without its folder', [folder('var/task/')], /stands before its folder/],
    ['a folder after its file', [folder('var/'), file('var/task/a'), folder('var/task/')], /stands before its folder/],
    ['a hard link', [...FOLDERS, file('var/task/a', { type: 'link', linkname: 'var/task/b' })], /type 1/],
    ['a symbolic link', [...FOLDERS, file('var/task/a', { type: 'symlink', linkname: 'b' })], /type 2/],
    ['a device', [...FOLDERS, file('var/task/a', { type: 'character-device' })], /type 3/],
    ['a pipe', [...FOLDERS, file('var/task/a', { type: 'fifo' })], /type 6/],
    ['a whiteout', [...FOLDERS, file('var/task/.wh.a')], /would hide/],
    ['an opaque folder', [...FOLDERS, file('var/task/.wh..wh..opq')], /would hide/],
    ['a folder named like a whiteout', [...FOLDERS, folder('var/task/.wh.a/')], /would hide/],
    ['a file that nobody else may read', [...FOLDERS, file('var/task/a', { mode: 0o600 })], /mode 600/],
    ['a file with a special bit', [...FOLDERS, file('var/task/a', { mode: 0o4755 })], /mode 4755/],
    ['a folder that nobody may enter', [folder('var/', { mode: 0o644 })], /mode 644/],
    ['an owner by number', [folder('var/', { uid: 1000 })], /an owner or a time/],
    ['an owner by name', [folder('var/', { uname: 'me' })], /an owner or a time/],
    ['a time', [folder('var/', { mtime: new Date(1_000_000) })], /an owner or a time/],
    ['a name twice', [folder('var/'), folder('var/')], /out of order/],
    ['another order', [folder('var/'), file('var/b'), file('var/a')], /"var\/a" is out of order/],
    ['a path that starts at the root', [file('/a')], /not plain/],
    ['a path that leaves', [folder('../')], /not plain/],
    ['a path by way of itself', [folder('./')], /not plain/],
  ] as const) {
    it(`refuses ${what}`, async () => {
      assert.match((await problemOf(headers)) ?? '', why)
    })
  }

  it('refuses a tar without an end', () => {
    const watch = watchLayer()
    watch.take(Buffer.alloc(512))
    watch.take(Buffer.alloc(100))
    assert.throws(() => watch.end(), /ends too early/)
  })
})

function file(name: string, changes: Partial<Header> = {}): Header {
  return { name, mode: 0o644, mtime: new Date(0), type: 'file', ...changes }
}

function folder(name: string, changes: Partial<Header> = {}): Header {
  return { name, mode: 0o755, mtime: new Date(0), type: 'directory', ...changes }
}

/** What is wrong with a tar of these entries. */
async function problemOf(headers: readonly Header[]): Promise<string | null> {
  const archive = pack()
  for (const header of headers) {
    if (header.type === 'file') archive.entry({ ...header }, '')
    else archive.entry({ ...header })
  }
  archive.finalize()
  const watch = watchLayer()
  for await (const piece of archive as unknown as AsyncIterable<Uint8Array>) watch.take(piece)
  try {
    watch.end()
    return null
  } catch (error) {
    return String(error)
  }
}
