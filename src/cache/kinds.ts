import { createHash } from 'node:crypto'

/** What a cache folder holds: folders of these names, and in them entries whose names look so. Nothing else in it is lpack's. */
export const KINDS = [
  { name: 'streams', entry: /^[a-z0-9-]*-[0-9a-f]{8}$/, isTrimmed: true },
  { name: 'index', entry: /^[0-9a-f]{64}$/, isTrimmed: true },
  { name: 'artifacts', entry: /^[0-9a-f]{64}$/, isTrimmed: true },
  { name: 'findings', entry: /^[0-9a-f]{64}$/, isTrimmed: true },
  { name: 'images', entry: /^[0-9a-f]{64}$/, isTrimmed: true },
  { name: 'layers', entry: /^[0-9a-f]{64}$/, isTrimmed: true },
  { name: 'wheels', entry: /^[0-9a-f]{64}$/, isTrimmed: false },
  { name: 'built', entry: /^[0-9a-f]{64}-\d+\.\d+$/, isTrimmed: false },
] as const satisfies readonly Kind[]

export interface Kind {
  readonly name: string
  readonly entry: RegExp
  /** Whether it counts for the limit, and the least recently used go. A run may be about to use what is not trimmed. */
  readonly isTrimmed: boolean
}

export type KindName = (typeof KINDS)[number]['name']

/** Beside the kinds: what trimming has counted. */
export const LOG = 'written.log'

/** The name of the folder of one encoder's streams: readable, fit for every file system, and another one for every other id. */
export function encoderFolder(encoderId: string): string {
  const readable = encoderId.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')
  const hash = createHash('sha256').update(encoderId).digest('hex')
  return `${readable.slice(0, 40)}-${hash.slice(0, 8)}`
}

/** Disks give out space in blocks, mostly of 4 KiB: thousands of small files take more than their bytes. */
const BLOCK_BYTES = 4096

/** What a file of so many bytes takes of a disk. */
export function occupiedBytes(bytes: number): number {
  return Math.ceil(bytes / BLOCK_BYTES) * BLOCK_BYTES
}
