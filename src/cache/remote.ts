import { UserError } from '../errors.ts'
import type { System } from '../system/system.ts'
import { makeBreaker } from './breaker.ts'
import { makeLookups } from './remote-lookups.ts'
import { serverOf } from './remote-server.ts'
import { makeUploads } from './remote-uploads.ts'
import type { RemoteCache } from './types.ts'

/**
 * The cache that LPACK_REMOTE_CACHE names; null if it names none. Throws UserError REMOTE_CACHE_UNUSABLE and
 * REMOTE_CACHE_TOKEN_UNUSABLE, for a slip there would cost everybody and be seen by nobody.
 *
 * What it costs is bounded: lookups in all, and the wait for uploads at the end, each by five seconds and what compressing the bytes in
 * question would take. A server that keeps failing is left alone for the rest of the run, with one warning.
 *
 * The server is trusted with sizes alone. A stream counts only if it unzips to exactly the content of the wanted hash, so no answer
 * changes a file. A server could answer with another stream of the same content, or have it stored: the zip has other bytes then, and
 * the same files. Who needs the same bytes everywhere names a server whose writers run the same lpack.
 */
export function openRemoteCache(encoderId: string, system: System): RemoteCache | null {
  const { signal, progress } = system
  const server = serverOf(system)
  if (server === null) return null
  const { shown } = server
  const uploading = makeBreaker(why => progress.warn(new UserError('REMOTE_CACHE_NO_UPLOADS', shown, why).message))
  const asking = makeBreaker(why => {
    uploading.turnOff(null)
    progress.warn(new UserError('REMOTE_CACHE_OFF', shown, why).message)
  })
  if (server.isReadOnly) uploading.turnOff(null)
  const tools = { server, encoderId, signal, damaged: new Set<string>() }
  return {
    get: makeLookups({ ...tools, breaker: asking }),
    ...makeUploads({ ...tools, breaker: uploading }, (left, all) =>
      progress.warn(new UserError('REMOTE_CACHE_UPLOADS_LEFT', shown, left, all).message),
    ),
    abandon: () => {
      asking.turnOff(null)
      uploading.turnOff(null)
    },
  }
}
