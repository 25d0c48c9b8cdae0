import { join } from 'node:path'
import { type KeptPlace, keep, readKept } from '../cache/kept.ts'
import { UserError } from '../errors.ts'
import { type ImageReference, parseImageReference, printImageReference } from '../formats/image-reference.ts'
import type { Architecture } from '../model.ts'
import type { System } from '../system/system.ts'
import { digestOf, imagesOf, isIndex, OCI_ARCHITECTURES, readConfig, readManifest } from './base-documents.ts'
import { type BaseOptions, withSizes } from './base-layers.ts'
import { openRepository } from './registry/open.ts'
import type { BaseImage, Repository } from './types.ts'

/** A reference that was read, and for whom. */
interface Wanted {
  /** As the user wrote it. */
  readonly text: string
  readonly reference: ImageReference
  readonly architecture: Architecture
}

/** What a registry has of an image, byte for byte: digests are of these texts. */
interface Documents {
  readonly mediaType: string
  readonly manifest: string
  readonly config: string
}

/**
 * The base image for an architecture, its layers still in the registry. What a digest names is not asked for again. Throws UserError
 * BASE_UNUSABLE, BASE_ARCHITECTURE, BASE_NOT_CACHED, and what the registry makes of it.
 */
export async function resolveBase(
  text: string,
  architecture: Architecture,
  options: BaseOptions,
  system: System,
): Promise<BaseImage> {
  const reference = parseImageReference(text)
  if (reference === null) throw new UserError('BASE_UNUSABLE', text, 'that names no image')
  const wanted: Wanted = { text, reference, architecture }
  const kept = await readDocuments(wanted, options, system)
  if (kept !== null && (options.offline || reference.digest !== null)) {
    return withSizes(baseOf(wanted, kept), { repository: null, options, system })
  }
  if (options.offline) throw new UserError('BASE_NOT_CACHED', text)
  const repository = await openRepository(reference, 'pull', [], system)
  const documents = await fetchDocuments(wanted, kept, { repository, workDir: options.workDir, system })
  const base = baseOf(wanted, documents)
  const byDigest = { ...wanted, reference: { ...reference, tag: null, digest: base.digest } }
  for (const one of [wanted, byDigest]) await keep(placeOf(one, options), documents, system.disk)
  return withSizes(base, { repository, options, system })
}

/** The reference with the digest of the architecture's own manifest; one that has a digest as it is. Throws as `resolveBase` does. */
export async function pinnedBase(
  text: string,
  architecture: Architecture,
  options: BaseOptions,
  system: System,
): Promise<string> {
  if (typeof parseImageReference(text)?.digest === 'string') return text
  const { digest } = await resolveBase(text, architecture, options, system)
  return `${text}@${digest}`
}

function placeOf({ reference, architecture }: Wanted, { cacheDir }: BaseOptions): KeptPlace {
  const { digest, tag } = reference
  const name = printImageReference({ ...reference, tag: digest === null ? (tag ?? 'latest') : null })
  return { dir: cacheDir, kind: 'images', key: `base 1\0${name}\0${architecture}` }
}

async function readDocuments(wanted: Wanted, options: BaseOptions, { disk }: System): Promise<Documents | null> {
  return (await readKept(placeOf(wanted, options), disk)) as Documents | null
}

/** What is already known of them isn't fetched. */
async function fetchDocuments(
  { text, reference, architecture }: Wanted,
  known: Documents | null,
  { repository, workDir, system }: { repository: Repository; workDir: string; system: System },
): Promise<Documents> {
  const first = await repository.manifest(reference.digest ?? reference.tag ?? 'latest')
  let found = first
  if (isIndex(first.mediaType)) {
    const images = imagesOf(textOf(first.bytes))
    const image = images.get(OCI_ARCHITECTURES[architecture])
    if (image === undefined) throw new UserError('BASE_ARCHITECTURE', text, architecture, [...images.keys()].sort())
    if (known !== null && digestOf(known.manifest) === image.digest) return known
    found = await repository.manifest(image.digest)
  }
  if (known !== null && digestOf(known.manifest) === found.digest) return known
  const manifest = textOf(found.bytes)
  const { config } = orUnusable(text, readManifest(manifest, found.mediaType))
  const path = join(workDir, `base-config-${config.digest.slice('sha256:'.length)}`)
  await system.disk.makeFolder(workDir)
  await repository.downloadBlob(config, path)
  const bytes = await system.disk.readBytes(path)
  await system.disk.remove(path)
  return { mediaType: found.mediaType, manifest, config: textOf(bytes) }
}

/** The base as its documents tell it. */
function baseOf({ text, architecture }: Wanted, documents: Documents): BaseImage {
  const manifest = orUnusable(text, readManifest(documents.manifest, documents.mediaType))
  const config = orUnusable(text, readConfig(documents.config, manifest))
  if (config.architecture !== OCI_ARCHITECTURES[architecture]) {
    throw new UserError('BASE_ARCHITECTURE', text, architecture, [config.architecture])
  }
  return {
    reference: text,
    digest: digestOf(documents.manifest),
    isOci: manifest.isOci,
    config: config.document,
    layers: manifest.layers.map((layer, place) => ({
      ...layer,
      diffId: config.diffIds[place] ?? '',
      unzippedBytes: null,
      kind: 'base',
      path: null,
    })),
  }
}

function orUnusable<T extends object>(text: string, read: T | string): T {
  if (typeof read === 'string') throw new UserError('BASE_UNUSABLE', text, read)
  return read
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
}
