import { UserError } from '../src/errors.ts'
import { readMember } from '../src/formats/zip-directory.ts'
import { isReadable, listZip, memberOfEntry, readLinkTarget } from '../src/formats/zip-listing.ts'
import { makeDisk } from '../src/system/disk.ts'
import type { Disk } from '../src/system/system.ts'
import { type LooseEntry, makeLooseZip } from './zips.ts'

/** A disk with one file, which counts what is read of it. */
export function diskOf(bytes: Uint8Array): Disk & { readonly seen: { bytes: number } } {
  const seen = { bytes: 0 }
  const stat = { kind: 'file', bytes: bytes.length, executable: false, identity: '', isSettled: true, modifiedMs: 0 }
  return {
    ...makeDisk(),
    stat: async () => stat as never,
    readRange: async (_, offset, length) => {
      const read = Buffer.from(bytes.subarray(offset, offset + length))
      seen.bytes += read.length
      return read
    },
    seen,
  }
}

const A: LooseEntry = { name: 'a.py', content: 'print("a")\n'.repeat(20) }
const B: LooseEntry = { name: 'sub/b.txt', content: 'b', method: 0 }

/** Damages small zips and reads them; returns how many could be read in full. Anything but a UserError is thrown. */
export async function countRead(rounds: number, seed: number): Promise<number> {
  const seeds = [
    makeLooseZip({ entries: [A, B, { name: 'l', content: 'a.py', mode: 0o120777 }], comment: 'a comment' }),
    makeLooseZip({
      entries: [
        { ...A, isZip64: true },
        { ...B, isStreamed: true },
      ],
      isZip64: true,
    }),
    makeLooseZip({ entries: [{ name: Buffer.from([0x81]), content: 'x' }, A, A], before: Buffer.from('before') }),
  ]
  const random = makeRandom(seed)
  let read = 0
  for (let round = 0; round < rounds; round++) {
    const bytes = damaged(seeds[round % seeds.length] ?? Buffer.alloc(0), random)
    if (await isSurvived(bytes)) read++
  }
  return read
}

/** True if the zip was read in full; false if it was refused. */
async function isSurvived(bytes: Uint8Array): Promise<boolean> {
  const disk = diskOf(bytes)
  try {
    const listing = await listZip('some.zip', disk)
    for (const entry of listing.entries.filter(isReadable)) {
      await readLinkTarget(listing, entry, disk)
      if (entry.bytes < 1_000_000) await readMember('some.zip', memberOfEntry(entry), disk)
    }
    return true
  } catch (error) {
    if (error instanceof UserError) return false
    throw error
  }
}

/** Mulberry32: the same numbers for the same seed. */
function makeRandom(seed: number): (below: number) => number {
  let state = seed
  return below => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

function damaged(zip: Buffer, random: (below: number) => number): Buffer {
  const bytes = Buffer.from(zip)
  switch (random(4)) {
    case 0:
      for (let flips = 1 + random(3); flips > 0; flips--) bytes[random(bytes.length)] = random(256)
      return bytes
    case 1:
      return bytes.subarray(0, random(bytes.length))
    case 2: {
      const at = random(bytes.length - 8)
      const wide = [0, 1, 0xffff, 0x7fff_ffff, 0xffff_fffe, 0xffff_ffff][random(6)] ?? 0
      bytes.writeUInt32LE(wide, at)
      return bytes
    }
    default: {
      const from = random(bytes.length)
      const moved = bytes.subarray(from, from + random(60))
      const to = random(bytes.length)
      return Buffer.concat([bytes.subarray(0, to), moved, bytes.subarray(to + random(20))])
    }
  }
}
