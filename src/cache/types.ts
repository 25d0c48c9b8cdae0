import type { Compressed } from '../deflate/encoder.ts'

/** What an entry's header and data say of one content, whoever made the stream: this run, an earlier one, another machine. */
export type FinishedStream = {
  /** Of the content, in lower-case hex. */
  readonly sha256: string
  /** Of the content. */
  readonly bytes: number
  /** Of the content, unsigned. */
  readonly crc32: number
} & Compressed

/** Finished streams of one encoder, by the hash of their content. */
export interface StreamStore {
  /** Whether there seems to be one: a look at names, so `read` may still find it damaged. */
  readonly has: (sha256: string) => Promise<boolean>
  /** Verified; null if there is none or it is damaged, which is then thrown away. */
  readonly read: (sha256: string) => Promise<FinishedStream | null>
  readonly write: (finished: FinishedStream) => Promise<void>
}

/** Contents that are fetched and kept together, in this order. */
export type Batch = readonly {
  readonly sha256: string
  readonly bytes: number
  /** The content, which is asked for where a server says that it is to be stored: its checksum is taken from nobody else. */
  readonly read: () => Promise<Uint8Array>
}[]

/** Streams that a team shares. Nothing in here throws, but for the user's interruption. */
export interface RemoteCache {
  /** All streams of a batch, each verified against its content's hash; null: not all there, or the server is of no use. */
  readonly get: (batch: Batch) => Promise<readonly FinishedStream[] | null>
  /** Begins to upload, or drops it where too much is waiting. `finished` in the batch's order. */
  readonly put: (finished: readonly FinishedStream[]) => void
  /** Waits for the uploads, within a bound. */
  readonly settle: () => Promise<void>
  /** Stops whatever is under way. */
  readonly abandon: () => void
}
