import { readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { setTimeout } from 'node:timers/promises'
import type { Random } from '../../full/survive.ts'
import { entryPaths, recordPaths } from './expected.ts'

/** Between two damages while builds run. */
const PAUSE_MS = 60

export interface Damages {
  /** Files that may be other than lpack has left them. */
  readonly damaged: ReadonlySet<string>
  /** When nobody runs: removes about half of a cache and damages some of the rest, so that builds have something to write. */
  readonly thinOut: () => Promise<void>
  /** Damages a file now and then while the action runs. */
  readonly during: <T>(action: () => Promise<T>) => Promise<T>
  /** When nobody runs: these were found right. */
  readonly forget: (paths: readonly string[]) => void
}

export function makeDamages(cacheDir: string, random: Random): Damages {
  const damaged = new Set<string>()
  const all = async () => [...(await entryPaths(cacheDir)), ...(await recordPaths(cacheDir))]
  const one = async (path: string) => {
    damaged.add(path)
    await damage(path, random)
  }
  return {
    damaged,
    thinOut: async () => {
      for (const path of await all()) {
        if (random.onceIn(2)) await rm(path)
        else if (random.onceIn(8)) await one(path)
      }
    },
    during: async action => {
      let isOver = false
      const damaging = async () => {
        for (; !isOver; await setTimeout(PAUSE_MS)) {
          const paths = await all()
          if (paths.length > 0) await one(random.pick(paths))
        }
      }
      const ended = damaging()
      try {
        return await action()
      } finally {
        isOver = true
        await ended
      }
    },
    forget: paths => {
      for (const path of paths) damaged.delete(path)
    },
  }
}

/** Cuts, empties or flips a file. */
async function damage(path: string, random: Random): Promise<void> {
  try {
    const bytes = await readFile(path)
    const place = random.below(Math.max(1, bytes.length))
    const kind = random.below(3)
    if (kind === 0) await truncate(path, place)
    else if (kind === 1) await truncate(path, 0)
    else await writeFile(path, flipped(bytes, place, random.below(8)), { flag: 'r+' })
  } catch (error) {
    // lpack may have thrown it away meanwhile.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}

function flipped(bytes: Buffer, place: number, bit: number): Buffer {
  const copy = Buffer.from(bytes)
  copy[place] = (copy[place] ?? 0) ^ (1 << bit)
  return copy
}
