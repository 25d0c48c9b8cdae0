import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { decodeCp437 } from '../../src/formats/cp437.ts'
import { readMember } from '../../src/formats/zip-directory.ts'
import { isReadable, listZip, memberOfEntry, readLinkTarget } from '../../src/formats/zip-listing.ts'
import { makeDisk } from '../../src/system/disk.ts'
import { lpack } from '../cli/run.ts'
import { describe, inTemporaryFolder, needing } from '../helpers.ts'
import { output } from './programs.ts'

const disk = makeDisk()
const HANDLER = 'def handler(event, context):\n    return event\n'

/** Runs the action where the folder `tree` holds a function, a name beyond ASCII, a program and a link. */
function inTree<T>(action: (dir: string) => Promise<T>): Promise<T> {
  return inTemporaryFolder(async dir => {
    await mkdir(join(dir, 'tree', 'sub'), { recursive: true })
    await writeFile(join(dir, 'tree', 'app.py'), HANDLER)
    await writeFile(join(dir, 'tree', 'sub', 'größe.txt'), 'x'.repeat(5_000))
    await writeFile(join(dir, 'tree', 'run.sh'), '#!/bin/sh\n', { mode: 0o755 })
    await symlink('app.py', join(dir, 'tree', 'alias.py'))
    return action(dir)
  })
}

const FILES = { 'app.py': HANDLER, 'run.sh': '#!/bin/sh\n', 'sub/größe.txt': 'x'.repeat(5_000) }

async function filesIn(path: string): Promise<Readonly<Record<string, string>>> {
  const { entries } = await listZip(path, disk)
  const files = entries.filter(({ kind }) => kind === 'file').sort((a, b) => (a.name < b.name ? -1 : 1))
  const contents: Record<string, string> = {}
  for (const entry of files) {
    contents[entry.name] = Buffer.from(await readMember(path, memberOfEntry(entry), disk)).toString()
  }
  return contents
}

const PYTHON_ZIP = `
import os, sys, zipfile
with zipfile.ZipFile('../out.zip', 'w', zipfile.ZIP_DEFLATED) as z:
    for folder, _, names in os.walk('.'):
        for name in sorted(names):
            path = os.path.relpath(os.path.join(folder, name))
            if not os.path.islink(path):
                z.write(path)
`
/** Zip64 sizes and data descriptors, as when the size of what comes is not known and the output can't be sought. */
const PYTHON_STREAM = `
import os, sys, zipfile
class Pipe:
    def __init__(self, out): self.out = out
    def write(self, data): return self.out.write(data)
    def flush(self): self.out.flush()
with open('../out.zip', 'wb') as out, zipfile.ZipFile(Pipe(out), 'w', zipfile.ZIP_DEFLATED) as z:
    for path in ['app.py', 'run.sh', 'sub/größe.txt']:
        with z.open(zipfile.ZipInfo(path), 'w', force_zip64=True) as entry:
            entry.write(open(path, 'rb').read())
`

describe('zips of other makers', it => {
  const makers: readonly (readonly [string, string, readonly string[]])[] = [
    ['Info-ZIP', 'zip', ['-qr', '../out.zip', '.']],
    ['Info-ZIP with links', 'zip', ['-qry', '../out.zip', '.']],
    ['Info-ZIP into a pipe', 'sh', ['-c', 'zip -qr - . > ../out.zip']],
    [
      'Info-ZIP with a program before it',
      'sh',
      ['-c', 'zip -qr ../plain.zip . && cat /bin/sh ../plain.zip > ../out.zip'],
    ],
    ['7-Zip', '7z', ['a', '-tzip', '../out.zip', '.']],
    ['bsdtar', 'bsdtar', ['-a', '-cf', '../out.zip', 'app.py', 'run.sh', 'sub']],
    ['Python', 'python3', ['-c', PYTHON_ZIP]],
    ['Python into a pipe, with zip64', 'python3', ['-c', PYTHON_STREAM]],
  ]
  for (const [maker, program, args] of makers) {
    needing(
      it,
      program,
      ...(args.join(' ').includes('zip -') ? ['zip'] : []),
    )(`reads what ${maker} writes`, () =>
      inTree(async dir => {
        await output(program, args, { cwd: join(dir, 'tree') })
        const { 'alias.py': _, ...files } = await filesIn(join(dir, 'out.zip'))
        assert.equal(files, FILES)
      }),
    )
  }

  needing(it, 'zip')('follows the links that Info-ZIP keeps', () =>
    inTree(async dir => {
      await output('zip', ['-qry', '../out.zip', '.'], { cwd: join(dir, 'tree') })
      const listing = await listZip(join(dir, 'out.zip'), disk)
      const link = listing.entries.find(({ kind }) => kind === 'link')
      assert.is(link?.name, 'alias.py')
      if (link !== undefined) assert.is(await readLinkTarget(listing, link, disk), 'app.py')
      const args = ['check', '../out.zip', '--runtime', 'python3.13', '--handler', 'alias.handler']
      const { code, out } = await lpack(join(dir, 'tree'), args)
      assert.is(code, 0, out)
    }),
  )

  needing(it, 'zip')('lists what is encrypted, and 70,000 files', () =>
    inTree(async dir => {
      await output('zip', ['-qr', '-P', 'secret', '../out.zip', '.'], { cwd: join(dir, 'tree') })
      const { entries } = await listZip(join(dir, 'out.zip'), disk)
      assert.ok(entries.filter(({ kind }) => kind === 'file').every(entry => entry.isEncrypted && !isReadable(entry)))
      const many =
        "import zipfile\nz = zipfile.ZipFile('many.zip', 'w')\nfor i in range(70_000): z.writestr(str(i), b'')\nz.close()"
      await output('python3', ['-c', many], { cwd: dir })
      assert.is((await listZip(join(dir, 'many.zip'), disk)).entries.length, 70_000)
    }),
  )

  needing(it, 'python3')('reads code page 437 as Python does', async () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))
    const program = 'import sys; sys.stdout.buffer.write(bytes(range(256)).decode("cp437").encode())'
    const expected = await output('python3', ['-c', `${program}`.replace('encode()', 'encode().hex().encode()')])
    assert.is(Buffer.from(decodeCp437(bytes)).toString('hex'), expected)
  })
})
