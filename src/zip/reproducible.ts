/**
 * What is pinned in every zip, so that its bytes depend on content alone.
 * https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */

/** 1980-01-01 00:00:00, the first moment that a zip can tell. */
export const DOS_TIME = 0x0021_0000

/** Modes that Lambda's unprivileged user can read. https://docs.aws.amazon.com/lambda/latest/dg/python-package.html */
export const FILE_MODE = 0o100644
export const EXECUTABLE_MODE = 0o100755

/** Changed whenever the same files and streams would make another zip. */
export const ZIP_FORMAT = 'zip 1'

/** Fixed bytes of an entry: local header and central header. Its name is written in both. */
const ENTRY_BYTES = 30 + 46

/** What an entry costs beside its stream, in bytes. */
export function entryOverhead(path: string): number {
  return ENTRY_BYTES + 2 * Buffer.byteLength(path)
}
