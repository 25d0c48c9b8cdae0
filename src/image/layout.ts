import { join } from 'node:path'
import { orUnwritable } from '../system/output-folder.ts'
import type { Disk } from '../system/system.ts'
import { digestOf } from './base-documents.ts'
import { OCI_INDEX } from './media-types.ts'
import type { ComposedImage } from './types.ts'

/** https://github.com/opencontainers/image-spec/blob/main/image-layout.md */
const LAYOUT_FILE = 'oci-layout'
const INDEX_FILE = 'index.json'
const LAYOUT = JSON.stringify({ imageLayoutVersion: '1.0.0' })

/** The files of a layout by their paths in it: their bytes, or where they lie. */
type LayoutFiles = ReadonlyMap<
  string,
  { readonly size: number; readonly digest: string } & ({ readonly bytes: Uint8Array } | { readonly path: string })
>

/** Writes an image as an OCI layout into a folder that is new. `tag` names it there. Throws UserError OUTPUT_UNWRITABLE. */
export async function writeLayout(image: ComposedImage, dir: string, tag: string, disk: Disk): Promise<void> {
  await orUnwritable(dir, async () => {
    await disk.makeFolder(join(dir, 'blobs', 'sha256'))
    for (const [name, file] of layoutFiles(image, tag)) {
      const target = join(dir, name)
      if ('bytes' in file) await disk.writeBytes(target, file.bytes)
      else await disk.copy(file.path, target)
    }
  })
}

/** Whether a folder is the layout that an image makes, byte for byte. */
export async function isStandingLayout(image: ComposedImage, dir: string, tag: string, disk: Disk): Promise<boolean> {
  const files = layoutFiles(image, tag)
  const found = [
    ...(await filesIn(dir, '', disk)),
    ...(await filesIn(dir, 'blobs/', disk)),
    ...(await filesIn(dir, 'blobs/sha256/', disk)),
  ]
  if (found.length !== files.size || !found.every(name => files.has(name))) return false
  // Sizes first: they tell most changes, and need no reading.
  for (const [name, { size }] of files) if ((await disk.stat(join(dir, name)))?.bytes !== size) return false
  for (const [name, { digest }] of files) {
    // What can't be read is written anew.
    if (`sha256:${await disk.sha256(join(dir, name)).catch(() => '')}` !== digest) return false
  }
  return true
}

/** Whether a folder may be replaced by a layout: nothing is lost that isn't one. */
export async function isLayout(dir: string, disk: Disk): Promise<boolean> {
  if ((await disk.stat(join(dir, LAYOUT_FILE)))?.kind !== 'file') return false
  try {
    const index = JSON.parse(await disk.readText(join(dir, INDEX_FILE))) as { readonly manifests?: unknown }
    // Other programs put several into one.
    return Array.isArray(index.manifests) && index.manifests.length === 1
  } catch {
    return false
  }
}

function layoutFiles({ layers, config, oci }: ComposedImage, tag: string): LayoutFiles {
  const inMemory = (bytes: Uint8Array) => ({ bytes, size: bytes.length, digest: digestOf(bytes) })
  const blob = (digest: string) => `blobs/sha256/${digest.slice('sha256:'.length)}`
  const files = new Map<string, ReturnType<typeof inMemory> | { path: string; size: number; digest: string }>()
  for (const { digest, size, path } of layers) {
    if (path === null) throw new Error(`The layer ${digest} was not fetched for a layout`)
    files.set(blob(digest), { path, size, digest })
  }
  for (const bytes of [config, oci.bytes]) files.set(blob(digestOf(bytes)), inMemory(bytes))
  const { mediaType, digest, bytes } = oci
  const annotations = { 'org.opencontainers.image.ref.name': tag }
  const manifests = [{ mediaType, digest, size: bytes.length, annotations }]
  const index = JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests })
  return files.set(INDEX_FILE, inMemory(Buffer.from(index))).set(LAYOUT_FILE, inMemory(Buffer.from(LAYOUT)))
}

/** Names of what is in a folder but for folders that belong there. */
async function filesIn(dir: string, folder: string, disk: Disk): Promise<readonly string[]> {
  const entries = await disk.list(join(dir, folder)).catch(() => [])
  const names = entries.map(({ name, kind }) => ({ name: `${folder}${name}`, kind }))
  return names
    .filter(({ name, kind }) => kind !== 'directory' || !['blobs', 'blobs/sha256'].includes(name))
    .map(({ name }) => name)
}
