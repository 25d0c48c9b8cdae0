import { UserError } from '../errors.ts'
import { type ImageReference, parseImageReference, printImageReference } from '../formats/image-reference.ts'
import { inParallel } from '../system/in-parallel.ts'
import type { System } from '../system/system.ts'
import { digestOf } from './registry/manifests.ts'
import { openRepository } from './registry/open.ts'
import type { ComposedImage, Descriptor, ImageLayer, PushResult, Repository } from './types.ts'

/** Where the bytes of a blob are. */
type Source = { readonly path: string } | { readonly bytes: Uint8Array }

interface PushedBlob extends Descriptor {
  /** Called only if the bytes must be sent. */
  readonly source: () => Promise<Source>
  /** A repository of the same registry that has it. */
  readonly from: string | null
}

type Outcome = 'uploaded' | 'mounted' | 'present'

/** Uploads share a line; more of them at once make registries answer 429. */
const AT_ONCE = 4

/**
 * Pushes an image in the media types of its base: blobs that the registry has are left, those of the base are mounted where its registry
 * is the same, others are uploaded. The manifest comes last, so that a push that is interrupted leaves the tag as it was. `fetchLayer`
 * gets a layer of the base onto this disk; it is called for those alone that must be uploaded. Throws UserErrors.
 */
export async function pushImage(
  image: ComposedImage,
  reference: ImageReference,
  system: System,
  fetchLayer: (layer: ImageLayer) => Promise<string>,
): Promise<PushResult> {
  if (reference.digest !== null) throw new UserError('IMAGE_PUSH_NEEDS_TAG', printImageReference(reference))
  const from = mountSource(image, reference)
  const outcomes = await withOwnSignal(system, async (own, stop) => {
    const repository = await openRepository(reference, 'push', from === null ? [] : [from], own)
    const blobs = blobsOf(image, from, fetchLayer)
    const pushed = await inParallel(blobs, AT_ONCE, async (blob, signal) => {
      signal.addEventListener('abort', stop)
      const outcome = await pushBlob(repository, blob)
      return { outcome, bytes: outcome === 'uploaded' ? blob.size : 0 }
    })
    await repository.putManifest(reference.tag ?? 'latest', image.asBase)
    return pushed
  })
  system.progress.clear()
  const { digest } = image.asBase
  const count = (wanted: Outcome) => outcomes.filter(({ outcome }) => outcome === wanted).length
  return {
    reference: printImageReference({ ...reference, tag: null, digest }),
    digest,
    uploadedBytes: outcomes.reduce((sum, { bytes }) => sum + bytes, 0),
    uploaded: count('uploaded'),
    mounted: count('mounted'),
    present: count('present'),
  }
}

async function pushBlob(repository: Repository, blob: PushedBlob): Promise<Outcome> {
  if (await repository.hasBlob(blob.digest)) return 'present'
  if (blob.from !== null && (await repository.mountBlob(blob.digest, blob.from))) return 'mounted'
  await repository.uploadBlob(blob, await blob.source())
  return 'uploaded'
}

function blobsOf(
  image: ComposedImage,
  from: string | null,
  fetchLayer: (layer: ImageLayer) => Promise<string>,
): readonly PushedBlob[] {
  const layers = image.layers.map((layer): PushedBlob => {
    const source = async () => ({ path: layer.path ?? (await fetchLayer(layer)) })
    return { ...layer, source, from: layer.kind === 'base' ? from : null }
  })
  const { config } = image
  const size = config.length
  const digest = digestOf(config)
  const source = async () => ({ bytes: config })
  const all = [...layers, { mediaType: 'application/octet-stream', digest, size, source, from: null }]
  // One may be there twice.
  return [...new Map(all.map(blob => [blob.digest, blob])).values()]
}

/** The repository of the base, if the registry is the same and it is another one. */
function mountSource({ base }: ComposedImage, { registry, repository }: ImageReference): string | null {
  const reference = parseImageReference(base.reference)
  const isOther = reference !== null && reference.registry === registry && reference.repository !== repository
  return isOther ? reference.repository : null
}

/** Runs an action with a signal that stops it alone, and that the user's fires, too. */
async function withOwnSignal<T>(system: System, action: (own: System, stop: () => void) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  const onInterrupt = () => controller.abort(system.signal.reason)
  system.signal.throwIfAborted()
  system.signal.addEventListener('abort', onInterrupt)
  try {
    return await action({ ...system, signal: controller.signal }, () => controller.abort())
  } finally {
    system.signal.removeEventListener('abort', onInterrupt)
  }
}
