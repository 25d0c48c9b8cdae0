import { times, wall } from '../figures.ts'
import { folderOf, SCIENTIFIC } from '../inputs.ts'
import { cold } from '../lpack.ts'
import { interleave, run } from '../measure.ts'
import { startServer } from '../server.ts'
import type { Bench, Group, Outcome } from '../types.ts'

const TITLE = 'Remote cache: scientific tree on a fresh machine'

/** A fresh machine whose team's cache has everything, against one without such a cache. */
export const remote: Group = {
  id: 'remote',
  run: async bench => {
    const server = await startServer(bench)
    try {
      return await compare(bench, server.url)
    } finally {
      server.stop()
    }
  },
}

async function compare(bench: Bench, url: string): Promise<Outcome> {
  const dir = folderOf(bench, SCIENTIFIC)
  const env = { LPACK_REMOTE_CACHE: url }
  const without = cold(bench, dir)
  const hit = { ...cold(bench, dir, 'lpack, all in the remote cache'), env }
  // Twice, for lpack doesn't wait for a server that takes uploads more slowly than they come.
  for (let filling = 0; filling < 2; filling++) {
    hit.before?.()
    run(bench, hit.command, dir, env)
  }
  const filled = await countsOf(url)
  const results = interleave(bench, [without, hit])
  const counts = await countsOf(url)
  const [gets, misses] = [counts.gets - filled.gets, counts.misses - filled.misses]
  if (gets === 0) {
    return {
      sections: [{ title: TITLE, notes: ['Not measured: this lpack asked no remote cache.'], results }],
      goals: [],
    }
  }
  const ratio = wall(results[1]) / wall(results[0])
  const notes = [
    `The server, on the same machine, holds ${filled.puts} files. It gave ${gets} in all rounds; ${misses} were asked for in vain.`,
  ]
  const goal = {
    what: 'remote cache hit on a fresh machine against cold compress',
    goal: '≤ 0.3×',
    got: times(ratio),
    isReached: ratio <= 0.3,
  }
  return { sections: [{ title: TITLE, notes, results }], goals: [goal] }
}

async function countsOf(url: string): Promise<Readonly<Record<'puts' | 'gets' | 'misses', number>>> {
  const response = await fetch(`${url}/counts`)
  return (await response.json()) as Readonly<Record<'puts' | 'gets' | 'misses', number>>
}
