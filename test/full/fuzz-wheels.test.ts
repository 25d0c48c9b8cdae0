import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sheetjs from 'crc-32'
import * as assert from 'uvu/assert'
import { obtainWheels } from '../../src/files/python/index/obtain.ts'
import { merge } from '../../src/files/python/merge.ts'
import { readRequirements } from '../../src/files/python/requirements.ts'
import { slim } from '../../src/files/python/slim.ts'
import type { LaidOutDistribution } from '../../src/files/python/types.ts'
import { layOutWheel } from '../../src/files/python/wheel.ts'
import { readContent } from '../../src/formats/content.ts'
import { describe, inTemporaryFolder, writeTree } from '../helpers.ts'
import { makeWheel, makeZip, type ZipMember } from '../wheels.ts'
import { testSystem, testTarget } from '../worlds.ts'
import { damagedBytes, damagedText } from './damage.ts'
import { type Random, survive } from './survive.ts'

interface Seed {
  readonly filename: string
  readonly bytes: Uint8Array
}

const TINY: readonly Seed[] = [
  makeWheel({ name: 'acme', version: '1.0' }),
  makeWheel({
    name: 'acme-tools',
    version: '2.1.post1',
    tag: 'cp313-cp313-manylinux_2_17_x86_64.manylinux2014_x86_64',
    files: {
      'acme/__init__.py': 'import os\n',
      'acme/fast.so': '\x7fELF\x02\x01',
      'acme/größe.txt': 'x'.repeat(2000),
      'acme.pth': 'acme/lib\n',
    },
    requires: ['six>=1', 'tomli; python_version < "3.11"', 'rich[jupyter]>=13; extra == "pretty"'],
    requiresPython: '>=3.9',
    providesExtra: ['pretty'],
    entryPoints: '[console_scripts]\nacme = acme:main\n',
    modes: { 'acme/fast.so': 0o755 },
    dataFiles: { 'scripts/acme': '#!python\n', 'data/share/acme.txt': 'x', 'purelib/more/__init__.py': '' },
    distInfoFiles: { 'licenses/LICENSE': 'Free.\n', 'top_level.txt': 'acme\n' },
  }),
]

describe('a damaged wheel', it => {
  it('is refused or read, whatever byte is damaged', () =>
    inTemporaryFolder(async dir => {
      const outcomes = await survive('bytes of tiny wheels', 4000, async (random, note) => {
        const seed = random.pick(TINY)
        await layOut(dir, { ...seed, bytes: damagedBytes(seed.bytes, random, [0, seed.bytes.length]) }, note)
      })
      assert.ok((outcomes.get('results') ?? 0) > 100 && (outcomes.get('ARCHIVE_DAMAGED') ?? 0) > 1000)
    }))

  it('is refused or read, whatever byte of its directory is damaged', () =>
    inTemporaryFolder(async dir => {
      const seeds = [...TINY, ...(await realWheels(dir))]
      await survive('directories of tiny and real wheels', 1500, async (random, note) => {
        const seed = random.pick(seeds)
        const at = Buffer.from(seed.bytes).readUInt32LE(seed.bytes.length - 6)
        await layOut(dir, { ...seed, bytes: damagedBytes(seed.bytes, random, [at, seed.bytes.length]) }, note)
      })
    }))

  it('is refused or read, whatever its members say', () =>
    inTemporaryFolder(async dir => {
      await survive('METADATA, WHEEL, RECORD, entry points and names', 3000, async (random, note) => {
        await layOut(dir, misspoken(random, note), note)
      })
    }))

  it('is refused or read, whatever its headers say', () =>
    inTemporaryFolder(async dir => {
      await survive('sizes, checksums, methods, flags and modes', 1500, async (random, note) => {
        const members = membersOf('acme', '1.0').map(member => (random.onceIn(4) ? lying(member, random) : member))
        note(JSON.stringify(members))
        await layOut(dir, { filename: 'acme-1.0-py3-none-any.whl', bytes: makeZip(members) }, note)
      })
    }))
})

/** Lays out a wheel, slims and reads all of it: what is accepted has the bytes that it promises. */
async function layOut(dir: string, { filename, bytes }: Seed, note: (text: string) => void): Promise<void> {
  note(filename)
  const path = join(dir, filename)
  await writeFile(path, bytes)
  const { disk } = testSystem()
  const distribution = await layOutWheel({ name: 'acme', path, filename }, disk)
  for (const file of distribution.files) {
    const content = await readContent(file.content, disk)
    assert.is(content.length, file.bytes, file.path)
    if (file.content.kind === 'member') assert.is(sheetjs.buf(content) >>> 0, file.content.member.crc32, file.path)
  }
  await checkSlimmed(distribution)
}

async function checkSlimmed(distribution: LaidOutDistribution): Promise<void> {
  const { disk } = testSystem()
  const slimmed = await slim({ distributions: [distribution], level: 'strong', ownFiles: [] }, disk)
  const paths = (await merge(slimmed.files, disk)).map(file => file.path)
  assert.is(new Set(paths).size, paths.length)
  for (const path of paths) assert.not.match(path, /^\/|\\|\0|(^|\/)\.{0,2}(\/|$)/)
}

/** Wheels of PyPI, with compiled code and without. */
async function realWheels(dir: string): Promise<readonly Seed[]> {
  await writeTree(dir, { 'requirements.txt': 'six==1.17.0\nmarkupsafe==3.0.2\npysocks==1.7.1\nidna==3.10\n' })
  const system = testSystem({ cwd: dir })
  const target = testTarget('python3.13')
  const { selection } = await readRequirements(join(dir, 'requirements.txt'), target, system)
  assert.ok(selection)
  const request = { selection, target, findLinks: [], projectDir: dir, storeDir: join(dir, 'store'), useCache: true }
  const { wheels } = await obtainWheels(request, system)
  assert.is(wheels.length, 4)
  return Promise.all(wheels.map(async ({ filename, path }) => ({ filename, bytes: await readFile(path) })))
}

function membersOf(name: string, version: string): ZipMember[] {
  const info = `${name}-${version}.dist-info`
  const metadata = [
    'Metadata-Version: 2.1',
    `Name: ${name}`,
    `Version: ${version}`,
    'Requires-Python: >=3.9',
    'Requires-Dist: six>=1',
    'Requires-Dist: rich[jupyter]>=13,!=13.2.*; extra == "pretty" and (python_version >= "3.9" or os_name == "nt")',
    'Requires-Dist: near @ https://example.com/near-1.0.zip',
    'Provides-Extra: pretty',
    '',
    'A description.',
  ]
  const record = [`${name}/__init__.py,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0`, `"${name}/a,b.py",,`]
  return [
    { name: `${name}/__init__.py`, content: 'import os\n' },
    { name: `${name}/a,b.py`, content: '' },
    { name: `${name}.pth`, content: 'import os\nlib\n' },
    { name: `${name}-${version}.data/scripts/${name}`, content: '#!python\n', mode: 0o100755 },
    { name: `${info}/METADATA`, content: metadata.join('\n') },
    { name: `${info}/WHEEL`, content: 'Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py2.py3-none-any\n' },
    { name: `${info}/entry_points.txt`, content: `[console_scripts]\n${name} = ${name}:main\n` },
    { name: `${info}/RECORD`, content: [...record, `${info}/RECORD,,`, ''].join('\n') },
  ]
}

/** A sound zip whose texts, names or file name are damaged. */
function misspoken(random: Random, note: (text: string) => void): Seed {
  const members = membersOf('acme', '1.0').map(member => {
    const content = random.onceIn(3) ? damagedText(String(member.content), random) : member.content
    const name = random.onceIn(12) ? damagedName(member.name, random) : member.name
    return { ...member, name, content }
  })
  note(JSON.stringify(members))
  const filename = random.onceIn(20) ? damagedName('acme-1.0-py3-none-any.whl', random) : 'acme-1.0-py3-none-any.whl'
  const isFileName = filename !== '' && filename.length < 200 && !/[/\0]|^\.+$/.test(filename)
  return { filename: isFileName ? filename : 'acme-1.0-py3-none-any.whl', bytes: makeZip(members) }
}

function damagedName(name: string, random: Random): string {
  const at = random.below(name.length)
  const piece = random.pick(['', '/', '//', '../', '..\\', '\0', '\n', '\\', 'C:', ' ', '.', 'É', '\ud800', '-', name])
  return name.slice(0, at) + piece + name.slice(at + random.below(3))
}

function lying(member: ZipMember, random: Random): ZipMember {
  const number = () => random.pick([0, 1, 2, 0xffff, 0x10000, 0x7fffffff, 0xffffffff])
  switch (random.below(6)) {
    case 0:
      return { ...member, lies: { bytes: number() } }
    case 1:
      return { ...member, lies: { crc32: number() } }
    case 2:
      return { ...member, lies: { method: number() & 0xffff } }
    case 3:
      return { ...member, lies: { flags: number() & 0xffff } }
    case 4:
      return { ...member, mode: random.pick([0, 0o120777, 0o40755, 0o10644, 0o60644, 0o140644, 0o107777, 0xffff]) }
    default:
      return { ...member, stored: true, content: 'x'.repeat(random.below(100_000)) }
  }
}
