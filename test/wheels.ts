import { createHash } from 'node:crypto'
import { deflateRawSync } from 'node:zlib'
import { crc32 } from '../src/formats/crc32.ts'

export interface ZipMember {
  readonly name: string
  readonly content: string | Uint8Array
  /** Unix mode with the file type bits; default 0o100644. */
  readonly mode?: number
  /** Default: deflated. */
  readonly stored?: boolean
  /** What the headers say instead of the truth, for tests of damaged archives. */
  readonly lies?: {
    readonly bytes?: number
    readonly crc32?: number
    readonly method?: number
    readonly flags?: number
    /** The name in UTF-8 bytes is taken from here, such as one with a NUL. */
    readonly name?: string
  }
}

/** A zip in memory, the same bytes for the same members: no clock, no host. */
export function makeZip(members: readonly ZipMember[]): Uint8Array {
  const locals: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const member of members) {
    const plain = Buffer.from(typeof member.content === 'string' ? Buffer.from(member.content) : member.content)
    const data = member.stored ? plain : deflateRawSync(plain)
    const name = Buffer.from(member.lies?.name ?? member.name)
    const head = Buffer.alloc(26)
    head.writeUInt16LE(20, 0)
    head.writeUInt16LE(member.lies?.flags ?? 0x800, 2)
    head.writeUInt16LE(member.lies?.method ?? (member.stored ? 0 : 8), 4)
    head.writeUInt16LE(0x21, 8)
    head.writeUInt32LE(member.lies?.crc32 ?? crc32(plain), 10)
    head.writeUInt32LE(data.length, 14)
    head.writeUInt32LE(member.lies?.bytes ?? plain.length, 18)
    head.writeUInt16LE(name.length, 22)
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE((((member.mode ?? 0o100644) << 16) >>> 0) as number, 6)
    tail.writeUInt32LE(offset, 10)
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), head, name, data])
    // Version made by: 3 says that the mode is Unix's.
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x03', 'latin1'), head, tail, name]))
    locals.push(local)
    offset += local.length
  }
  const central = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 0, 'latin1')
  end.writeUInt16LE(members.length, 8)
  end.writeUInt16LE(members.length, 10)
  end.writeUInt32LE(central.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...locals, central, end])
}

export interface WheelRecipe {
  readonly name: string
  readonly version: string
  /** Paths in the wheel (`acme/__init__.py`) and their content. Default: one package with an empty __init__.py. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>
  /** Requires-Dist lines. */
  readonly requires?: readonly string[]
  readonly requiresPython?: string
  readonly providesExtra?: readonly string[]
  /** Default py3-none-any; may be compressed (`py2.py3-none-any`). */
  readonly tag?: string
  /** The text of entry_points.txt. */
  readonly entryPoints?: string
  /** Unix permission bits by path in the wheel, such as `{ 'acme/run.sh': 0o755 }`. */
  readonly modes?: Readonly<Record<string, number>>
  /** Files under `<name>-<version>.data/`, such as `scripts/acme` or `data/share/acme.txt`. */
  readonly dataFiles?: Readonly<Record<string, string | Uint8Array>>
  /** More files in the .dist-info folder, such as `licenses/LICENSE`, or others than the generated `METADATA` and `WHEEL`. */
  readonly distInfoFiles?: Readonly<Record<string, string | Uint8Array>>
  /** The whole text of RECORD; null leaves it out. */
  readonly recordOverride?: string | null
}

export interface TestWheel {
  readonly filename: string
  readonly bytes: Uint8Array
  readonly sha256: string
}

/** A small valid wheel in memory, the same bytes for the same recipe. */
export function makeWheel(recipe: WheelRecipe): TestWheel {
  const folder = recipe.name.replace(/[-_.]+/g, '_')
  const tag = recipe.tag ?? 'py3-none-any'
  const stem = `${folder}-${recipe.version}`
  const files = new Map<string, string | Uint8Array>()
  for (const [path, content] of Object.entries(recipe.files ?? { [`${folder}/__init__.py`]: '' }))
    files.set(path, content)
  for (const [path, content] of Object.entries(recipe.dataFiles ?? {})) files.set(`${stem}.data/${path}`, content)
  files.set(`${stem}.dist-info/METADATA`, metadataOf(recipe))
  files.set(`${stem}.dist-info/WHEEL`, wheelFileOf(tag))
  if (recipe.entryPoints !== undefined) files.set(`${stem}.dist-info/entry_points.txt`, recipe.entryPoints)
  for (const [path, content] of Object.entries(recipe.distInfoFiles ?? {}))
    files.set(`${stem}.dist-info/${path}`, content)
  if (recipe.recordOverride !== null) {
    const path = `${stem}.dist-info/RECORD`
    files.set(path, recipe.recordOverride ?? recordOf(files, path))
  }
  const bytes = makeZip(
    [...files].map(([name, content]) => ({ name, content, mode: 0o100000 | (recipe.modes?.[name] ?? 0o644) })),
  )
  return { filename: `${stem}-${tag}.whl`, bytes, sha256: createHash('sha256').update(bytes).digest('hex') }
}

function metadataOf(recipe: WheelRecipe): string {
  return [
    'Metadata-Version: 2.1',
    `Name: ${recipe.name}`,
    `Version: ${recipe.version}`,
    ...(recipe.requiresPython === undefined ? [] : [`Requires-Python: ${recipe.requiresPython}`]),
    ...(recipe.requires ?? []).map(line => `Requires-Dist: ${line}`),
    ...(recipe.providesExtra ?? []).map(extra => `Provides-Extra: ${extra}`),
    '',
    '',
  ].join('\n')
}

function wheelFileOf(tag: string): string {
  const [pythons, abis, platforms] = tag.split('-') as [string, string, string]
  const tags = pythons
    .split('.')
    .flatMap(python =>
      abis.split('.').flatMap(abi => platforms.split('.').map(platform => `${python}-${abi}-${platform}`)),
    )
  const pure = abis === 'none' && platforms === 'any'
  return [
    'Wheel-Version: 1.0',
    'Generator: lpack-test',
    `Root-Is-Purelib: ${pure}`,
    ...tags.map(one => `Tag: ${one}`),
    '',
  ].join('\n')
}

function recordOf(files: ReadonlyMap<string, string | Uint8Array>, recordPath: string): string {
  const rows = [...files].map(([path, content]) => {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content
    return `${path},sha256=${createHash('sha256').update(bytes).digest('base64url')},${bytes.length}`
  })
  return [...rows, `${recordPath},,`, ''].join('\n')
}
