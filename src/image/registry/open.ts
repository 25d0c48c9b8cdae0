import { UserError } from '../../errors.ts'
import { type ImageReference, isSha256Digest, printImageReference } from '../../formats/image-reference.ts'
import type { System } from '../../system/system.ts'
import type { Repository } from '../types.ts'
import { downloadBlob, hasBlob, tailOf } from './blobs.ts'
import { fetchManifest, putManifest } from './manifests.ts'
import { openSession } from './session.ts'
import { type Begun, mountBlob, uploadBlob } from './uploads.ts'

/**
 * A repository of a registry, with the credentials that Docker's or Podman's files and helpers have for it. `from` are other
 * repositories of the same registry that blobs may be mounted from. The system's signal stops whatever goes on. Throws UserErrors.
 */
export async function openRepository(
  reference: ImageReference,
  actions: 'pull' | 'push',
  from: readonly string[],
  system: System,
): Promise<Repository> {
  const { registry, repository, digest } = reference
  if (digest !== null && !isSha256Digest(digest)) {
    throw new UserError('IMAGE_DIGEST_UNSUPPORTED', printImageReference({ ...reference, digest: null }), digest)
  }
  const session = await openSession({ registry, repository, actions, from }, system)
  const begun = new Map<string, Begun>()
  return {
    registry,
    name: repository,
    manifest: wanted => fetchManifest(session, wanted),
    hasBlob: wanted => hasBlob(session, wanted),
    downloadBlob: (blob, path) => downloadBlob(session, blob, path),
    tailOf: (blob, length) => tailOf(session, blob, length),
    mountBlob: async (wanted, other) => {
      const outcome = await mountBlob(session, wanted, other)
      if (outcome !== null && outcome !== 'none') begun.set(wanted, outcome)
      return outcome === null
    },
    uploadBlob: async (blob, source) => {
      const mounted = begun.get(blob.digest) ?? null
      begun.delete(blob.digest)
      await uploadBlob(session, blob, source, mounted)
    },
    putManifest: (wanted, manifest) => putManifest(session, wanted, manifest),
  }
}
